#include "dossier/evolve.h"

#define COPY(to, TO, FIELD, from, FROM)                                                            \
    PUT_FROM(to, DOSSIER_REFERRAL_##TO, FIELD, from, FROM, FIELD)

static void put_person(struct dossier_referral *referral, const struct referral_submitted *sent)
{
    COPY(referral, AGE_YEARS, age_years, sent, REFERRAL_SUBMITTED_AGE_YEARS);
    COPY(referral, SEX, sex, sent, REFERRAL_SUBMITTED_SEX);
    const struct location *location = &sent->location;
    if (HAS(sent, REFERRAL_SUBMITTED_LOCATION)) {
        COPY(referral, SETTING, setting, location, LOCATION_SETTING);
        COPY(referral, PRISON, prison, location, LOCATION_PRISON);
        COPY(referral, RELEASE_DATE, release_date, location, LOCATION_RELEASE_DATE);
        COPY(referral, OVER12_WEEKS, over12_weeks, location, LOCATION_OVER12_WEEKS);
        PUT_FROM(referral, DOSSIER_REFERRAL_EXPECTED_OFFICE, expected_office, location,
            LOCATION_OFFICE, office);
    }
    const struct needs *needs = &sent->needs;
    if (HAS(sent, REFERRAL_SUBMITTED_NEEDS)) {
        COPY(referral, INTERPRETER, interpreter, needs, NEEDS_INTERPRETER);
        COPY(referral, RESPONSIBILITIES, responsibilities, needs, NEEDS_RESPONSIBILITIES);
    }
}

static void put_practitioner(struct dossier_referral *referral,
    const struct referral_submitted *sent, const struct meta *meta)
{
    PUT(referral, DOSSIER_REFERRAL_PRACTITIONER, practitioner, meta->actor.id);
    COPY(referral, ALLOCATED, allocated, sent, REFERRAL_SUBMITTED_ALLOCATED);
    if (!HAS(sent, REFERRAL_SUBMITTED_PRACTITIONER))
        return;
    const struct practitioner *one = &sent->practitioner;
    PUT_FROM(
        referral, DOSSIER_REFERRAL_PRACTITIONER, practitioner, one, PRACTITIONER_USER_ID, user_id);
    COPY(referral, UNIT, unit, one, PRACTITIONER_UNIT);
    PUT_FROM(referral, DOSSIER_REFERRAL_PRACTITIONER_OFFICE, practitioner_office, one,
        PRACTITIONER_OFFICE, office);
}

static void put_service(struct dossier_referral *referral, const struct referral_submitted *sent)
{
    COPY(referral, REFERENCE, reference, sent, REFERRAL_SUBMITTED_REFERENCE);
    COPY(referral, TERMS, terms, sent, REFERRAL_SUBMITTED_TERMS);
    COPY(referral, SUBJECT, subject, sent, REFERRAL_SUBMITTED_SUBJECT);
    COPY(referral, DRAFTED_AT, drafted_at, sent, REFERRAL_SUBMITTED_DRAFTED_AT);
    COPY(referral, ENFORCEABLE_DAYS, enforceable_days, sent, REFERRAL_SUBMITTED_ENFORCEABLE_DAYS);
    COPY(referral, COMPLETION_DEADLINE, completion_deadline, sent,
        REFERRAL_SUBMITTED_COMPLETION_DEADLINE);
    COPY(referral, SENTENCE_END, sentence_end, sent, REFERRAL_SUBMITTED_SENTENCE_END);
    COPY(referral, DUPLICATE_OF, duplicate_of, sent, REFERRAL_SUBMITTED_DUPLICATE_OF);
    referral->urgent = sent->urgent;
    referral->categories = sent->categories;
    referral->aliases = sent->aliases;
}

void change_referral_submitted(struct change *change)
{
    const struct referral_submitted *sent = change->body;
    struct dossier_referral *referral =
        change_append(change, &change->after->referrals, sizeof *referral);
    if (referral == NULL)
        return;
    const struct meta *meta = change->meta;
    referral->id = sent->referral_id;
    referral->record = meta->id;
    referral->sent_at = change->at;
    referral->recorded_at = meta->recorded_at;
    referral->imported = meta->actor.kind == ACTOR_KIND_IMPORT;
    PUT(referral, DOSSIER_REFERRAL_SENT_BY, sent_by, meta->actor.id);
    put_service(referral, sent);
    put_person(referral, sent);
    put_practitioner(referral, sent, meta);
    change_sealed(change, &referral->sealed);
}

void change_caseworkers_assigned(struct change *change)
{
    const struct caseworkers_assigned *assigned = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return;
    struct dossier_assignment *assignment =
        change_append(change, &referral->assignments, sizeof *assignment);
    if (assignment == NULL)
        return;
    assignment->record = change->meta->id;
    assignment->at = change->at;
    PUT(assignment, DOSSIER_ASSIGNMENT_BY, by, change->meta->actor.id);
    assignment->workers = assigned->workers;
}

static void put_activities(
    struct change *change, struct dossier_plan *plan, const struct activity_array *activities)
{
    if (activities->len == 0)
        return;
    struct dossier_activity *items = arena_array(change->arena, activities->len, sizeof *items);
    if (items == NULL) {
        change->full = true;
        return;
    }
    for (size_t i = 0; i < activities->len; i++) {
        const struct activity *from = &activities->items[i];
        items[i].id = from->id;
        PUT_FROM(&items[i], DOSSIER_ACTIVITY_OUTCOME, outcome, from, ACTIVITY_OUTCOME, outcome);
    }
    plan->activities.items = items;
    plan->activities.len = activities->len;
}

void change_plan_submitted(struct change *change)
{
    const struct plan_submitted *submitted = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return;
    struct dossier_plan *plan = change_append(change, &referral->plans, sizeof *plan);
    if (plan == NULL)
        return;
    plan->plan_version = submitted->plan_version;
    plan->automatic = submitted->approval == PLAN_APPROVAL_AUTOMATIC;
    plan->state = plan->automatic ? PLAN_STATE_APPROVED : PLAN_STATE_AWAITING;
    plan->record = change->meta->id;
    plan->submitted_at = change->at;
    PUT(plan, DOSSIER_PLAN_SUBMITTED_BY, submitted_by, change->meta->actor.id);
    PUT_FROM(plan, DOSSIER_PLAN_ID, id, submitted, PLAN_SUBMITTED_PLAN_ID, plan_id);
    PUT_FROM(plan, DOSSIER_PLAN_SESSIONS, sessions, submitted, PLAN_SUBMITTED_SESSIONS, sessions);
    if (plan->automatic) {
        PUT(plan, DOSSIER_PLAN_ANSWERED_AT, answered_at, change->at);
        PUT(plan, DOSSIER_PLAN_ANSWER, answer, change->meta->id);
    }
    put_activities(change, plan, &submitted->activities);
    change_sealed(change, &plan->sealed);
}

void change_plan_approved(struct change *change)
{
    const struct plan_approved *approved = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    const struct dossier_plan *old =
        referral != NULL ? referral_plan(referral, approved->plan_version) : NULL;
    if (old == NULL)
        return;
    size_t at = (size_t)(old - referral->plans.items);
    struct dossier_plan *items = change_copy(change, &referral->plans, sizeof *items);
    if (items == NULL)
        return;
    items[at].state = PLAN_STATE_APPROVED;
    PUT(&items[at], DOSSIER_PLAN_ANSWERED_AT, answered_at, change->at);
    PUT(&items[at], DOSSIER_PLAN_ANSWERED_BY, answered_by, change->meta->actor.id);
    PUT(&items[at], DOSSIER_PLAN_ANSWER, answer, change->meta->id);
}

static struct dossier_outcome_array outcomes_of(
    struct change *change, const struct report_outcome_array *outcomes)
{
    struct dossier_outcome *items = arena_array(change->arena, outcomes->len, sizeof *items);
    change->full |= items == NULL;
    for (size_t i = 0; items != NULL && i < outcomes->len; i++) {
        items[i].id = outcomes->items[i].id;
        items[i].level = HAS(&outcomes->items[i], REPORT_OUTCOME_LEVEL) ? outcomes->items[i].level
                                                                        : OUTCOME_LEVEL_UNKNOWN;
    }
    return (struct dossier_outcome_array){items, items != NULL ? outcomes->len : 0};
}

/* Sessions held and recorded stay as they stand at the ending command. */
static void keep_counts(struct dossier_referral *referral)
{
    int32_t held = sessions_held(referral);
    int32_t recorded = sessions_recorded(referral);
    PUT(referral, DOSSIER_REFERRAL_HELD, held, held);
    PUT(referral, DOSSIER_REFERRAL_RECORDED, recorded, recorded);
}

static void put_end(struct change *change, struct dossier_referral *referral, int64_t concluded_at)
{
    bool withdrawn = HAS(referral, DOSSIER_REFERRAL_WITHDRAWAL);
    struct dossier_end end = {
        .kind = !withdrawn           ? END_KIND_COMPLETED
                : referral->held > 0 ? END_KIND_ENDED_EARLY
                                     : END_KIND_WITHDRAWN,
        .record = change->meta->id,
        .at = change->at,
        .concluded_at = concluded_at,
    };
    PUT(referral, DOSSIER_REFERRAL_END, end, end);
}

void change_report_submitted(struct change *change)
{
    const struct report_submitted *submitted = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return;
    struct dossier_report report = {
        .record = change->meta->id,
        .at = change->at,
        .outcomes = outcomes_of(change, &submitted->outcomes),
        .score_tenths = submitted->score_tenths,
    };
    PUT(&report, DOSSIER_REPORT_BY, by, change->meta->actor.id);
    PUT_FROM(&report, DOSSIER_REPORT_ID, id, submitted, REPORT_SUBMITTED_REPORT_ID, report_id);
    change_sealed(change, &report.sealed);
    PUT(referral, DOSSIER_REFERRAL_REPORT, report, report);
    keep_counts(referral);
    put_end(change, referral,
        HAS(submitted, REPORT_SUBMITTED_CONCLUDED_AT) ? submitted->concluded_at : change->at);
}

/* The note itself is a fact: the dossier knows its id alone. */
void change_case_note_added(struct change *change)
{
    const struct case_note_added *added = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    struct uuid *id = referral != NULL ? change_append(change, &referral->notes, sizeof *id) : NULL;
    if (id != NULL)
        *id = added->note_id;
}

static void cancel_all(
    struct change *change, struct dossier_referral *referral, const struct uuid_array *cancelled)
{
    if (cancelled->len == 0)
        return;
    struct dossier_appointment *items = change_copy(change, &referral->appointments, sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < referral->appointments.len; i++)
        for (size_t n = 0; n < cancelled->len; n++)
            if (uuid_eq(items[i].id, cancelled->items[n]))
                change_cancelled(change, &items[i], REQUESTED_BY_PRACTITIONER);
}

void change_referral_withdrawn(struct change *change)
{
    const struct referral_withdrawn *withdrawn = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return;
    int32_t code =
        HAS(withdrawn, REFERRAL_WITHDRAWN_CODE) ? withdrawn->code : WITHDRAWAL_CODE_UNKNOWN;
    struct dossier_withdrawal withdrawal = {
        .record = change->meta->id,
        .at = change->at,
        .code = view_of(withdrawal_code_enum.symbols[code]),
        .report_due = withdrawn->report_due,
    };
    PUT(&withdrawal, DOSSIER_WITHDRAWAL_BY, by, change->meta->actor.id);
    PUT_FROM(
        &withdrawal, DOSSIER_WITHDRAWAL_STAGE, stage, withdrawn, REFERRAL_WITHDRAWN_STAGE, stage);
    PUT_FROM(&withdrawal, DOSSIER_WITHDRAWAL_CONTACT_ON_RECORD, contact_on_record, withdrawn,
        REFERRAL_WITHDRAWN_CONTACT_ON_RECORD, contact_on_record);
    change_sealed(change, &withdrawal.sealed);
    keep_counts(referral); /* before its own cancellations make a session recorded */
    PUT(referral, DOSSIER_REFERRAL_WITHDRAWAL, withdrawal, withdrawal);
    cancel_all(change, referral, &withdrawn->cancelled);
    if (!withdrawal.report_due)
        put_end(change, referral,
            HAS(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT) ? withdrawn->concluded_at : change->at);
}
