#include "referrals/rules.h"

/* -- AssignCaseworkers --------------------------------------------------------------------------
 */

void assign_fields(struct decision *decision)
{
    const struct caseworkers_assigned *assigned = decision->body;
    for (size_t i = 0; i < assigned->workers.len; i++)
        for (size_t n = 0; n < i; n++)
            if (view_eq(assigned->workers.items[n].user_id, assigned->workers.items[i].user_id))
                refuse_at(decision, REFUSAL_FIELD_INVALID, "/workers/%zu/userId", i);
}

static void organisations_deliver(struct decision *decision)
{
    const struct caseworkers_assigned *assigned = decision->body;
    for (size_t i = 0; i < assigned->workers.len; i++) {
        const struct worker *worker = &assigned->workers.items[i];
        if (HAS(worker, WORKER_ORGANISATION) &&
            !terms_delivered_by(&decision->referral->terms, worker->organisation))
            refuse_softly_at(
                decision, REFUSAL_ORGANISATION_NOT_IN_CONTRACT, "/workers/%zu/organisation", i);
    }
}

static void assignment_changes(struct decision *decision)
{
    const struct caseworkers_assigned *assigned = decision->body;
    const struct dossier_assignment *now = referral_caseworkers(decision->referral);
    if (now == NULL || now->workers.len != assigned->workers.len)
        return;
    for (size_t i = 0; i < now->workers.len; i++) {
        const struct worker *old = &now->workers.items[i];
        const struct worker *new = &assigned->workers.items[i];
        if (!view_eq(old->user_id, new->user_id) || !view_eq(old->organisation, new->organisation))
            return;
    }
    refuse_softly(decision, REFUSAL_NOTHING_CHANGED, NULL);
}

guard_fn *const assign_guards[] = {organisations_deliver, assignment_changes, NULL};

/* -- SubmitPlan ---------------------------------------------------------------------------------
 */

void plan_fields(struct decision *decision)
{
    const struct plan_submitted *plan = decision->body;
    for (size_t i = 0; i < plan->activities.len; i++)
        for (size_t n = 0; n < i; n++)
            if (uuid_eq(plan->activities.items[n].id, plan->activities.items[i].id))
                refuse_at(decision, REFUSAL_ID_ALREADY_USED, "/activities/%zu/id", i);
}

/* Activities keep their ids from version to version; a version has its own. */
void plan_ids(struct decision *decision)
{
    const struct plan_submitted *plan = decision->body;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++) {
        const struct dossier_referral *one = &decision->dossier->referrals.items[i];
        for (size_t n = 0; n < one->plans.len; n++)
            if (uuid_eq(one->plans.items[n].id, plan->plan_id))
                refuse(decision, REFUSAL_ID_ALREADY_USED, "/planId");
    }
}

static void has_plans(struct decision *decision)
{
    if (!decision->referral->terms.plan)
        refuse(decision, REFUSAL_NO_PLAN_KIND, NULL);
}

static void assessment_held(struct decision *decision)
{
    if (decision->referral->terms.assessment && !session_held(decision->referral, 0))
        refuse_softly(decision, REFUSAL_ASSESSMENT_NOT_HELD, NULL);
}

static void version_next(struct decision *decision)
{
    const struct plan_submitted *plan = decision->body;
    size_t count = decision->referral->plans.len;
    int32_t next = count > 0 ? decision->referral->plans.items[count - 1].plan_version + 1 : 1;
    if (plan->plan_version == next)
        return;
    refuse(decision, REFUSAL_VERSION_NOT_NEXT, "/planVersion");
    refuse_with_number(decision, "next", next);
}

static void covers_sessions(struct decision *decision)
{
    const struct plan_submitted *plan = decision->body;
    int32_t highest = 0;
    for (size_t i = 0; i < decision->referral->appointments.len; i++) {
        const struct dossier_appointment *one = &decision->referral->appointments.items[i];
        if (!HAS(one, DOSSIER_APPOINTMENT_CANCELLED_AT) && one->session > highest)
            highest = one->session;
    }
    if (!HAS(plan, PLAN_SUBMITTED_SESSIONS) || plan->sessions >= highest)
        return;
    refuse(decision, REFUSAL_BELOW_SESSIONS_BOOKED, "/sessions");
    refuse_with_number(decision, "highest", highest);
}

guard_fn *const plan_guards[] = {has_plans, assessment_held, version_next, covers_sessions, NULL};

/* An imported plan waits whatever the terms say: its approval comes as a record of its own. */
void plan_finish(struct decision *decision, void *event)
{
    struct plan_submitted *plan = event;
    bool automatic = decision->referral->terms.approval == APPROVAL_POLICY_AUTOMATIC;
    plan->approval =
        automatic && !decision->import ? PLAN_APPROVAL_AUTOMATIC : PLAN_APPROVAL_AWAITED;
    SET(plan, PLAN_SUBMITTED_APPROVAL);
}

/* -- ApprovePlan --------------------------------------------------------------------------------
 */

/* Only the newest version can wait. */
static void plan_awaits(struct decision *decision)
{
    const struct plan_approved *approved = decision->body;
    size_t count = decision->referral->plans.len;
    const struct dossier_plan *newest =
        count > 0 ? &decision->referral->plans.items[count - 1] : NULL;
    if (newest == NULL || newest->plan_version != approved->plan_version ||
        newest->state != PLAN_STATE_AWAITING)
        refuse(decision, REFUSAL_PLAN_NOT_AWAITING, "/planVersion");
}

guard_fn *const approve_guards[] = {plan_awaits, NULL};
