#include "dossier/deadlines.h"

#include "base/clock.h"
#include "dossier/workdays.h"

#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * TIME_US_PER_S)
#define US_PER_MINUTE (INT64_C(60) * TIME_US_PER_S)

enum { CUSTODY_LEAD_DAYS = 84 };

/* Who is asked, and what grows while they are: the list (beyond `room` it only counts on) and the
 * first one of code `sought` that still runs. */
struct clocks {
    const struct dossier *dossier;
    const struct dossier_referral *referral;
    struct deadline *items;
    size_t room;
    size_t count;
    enum deadline_code sought;
    struct deadline first;
};

static int64_t first_of(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* A referral's clocks stop at its end and at death; what was missed before stays missed. An alarm
 * about somebody's safety goes on until it is read. */
static int64_t stopped_at(const struct clocks *clocks, enum deadline_code code)
{
    if (code == DEADLINE_CONCERN)
        return 0;
    int64_t ended = referral_ended(clocks->referral) ? clocks->referral->end.at : 0;
    return first_of(ended, clocks->dossier->died_at);
}

static void add(struct clocks *clocks, struct deadline deadline)
{
    if (uuid_is_zero(deadline.about))
        deadline.about = clocks->referral->id;
    int64_t stop = stopped_at(clocks, deadline.code);
    if (deadline.met_us == 0 && stop != 0 && deadline.due_us >= stop)
        return;
    if (deadline.code == clocks->sought && deadline.met_us == 0 &&
        (clocks->first.due_us == 0 || deadline.due_us < clocks->first.due_us))
        clocks->first = deadline;
    if (clocks->count < clocks->room)
        clocks->items[clocks->count] = deadline;
    clocks->count++;
}

static void unallocated(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    int64_t met = r->assignments.len > 0 ? r->assignments.items[0].at : 0;
    if (r->urgent)
        add(clocks, (struct deadline){.code = DEADLINE_URGENT_UNALLOCATED,
                        .started_us = r->sent_at,
                        .due_us = due_workdays(r->sent_at, 1),
                        .met_us = met});
    else
        add(clocks, (struct deadline){.code = DEADLINE_UNALLOCATED,
                        .started_us = r->sent_at,
                        .due_us = due_workdays(r->sent_at, 5),
                        .met_us = met});
}

/* When contact and assessment start; 0: not before a release date is known. */
static int64_t first_steps_start(const struct dossier_referral *r)
{
    if (r->setting != SETTING_CUSTODY || !HAS(r, DOSSIER_REFERRAL_SETTING))
        return r->sent_at;
    if (!HAS(r, DOSSIER_REFERRAL_RELEASE_DATE))
        return r->over12_weeks ? 0 : r->sent_at;
    if (r->release_date - london_day(r->sent_at) <= CUSTODY_LEAD_DAYS)
        return r->sent_at;
    return london_midnight(r->release_date - CUSTODY_LEAD_DAYS);
}

/* When the person was first told of a meeting, or spoken to; 0: neither. A meeting that is moved
 * loses its notice, but not that there was one. */
static int64_t first_contact(const struct dossier_referral *r)
{
    int64_t met = 0;
    for (size_t i = 0; i < r->appointments.len; i++) {
        const struct dossier_appointment *one = &r->appointments.items[i];
        if (HAS(one, DOSSIER_APPOINTMENT_TOLD_AT))
            met = first_of(met, one->told_at);
        else if (HAS(one, DOSSIER_APPOINTMENT_NOTICE))
            met = first_of(met, one->booked_at);
    }
    for (size_t i = 0; i < r->attempts.len; i++)
        if (r->attempts.items[i].result == CONTACT_RESULT_SPOKE)
            met = first_of(met, r->attempts.items[i].at);
    return met;
}

/* 0: session 0 was not held. */
static int64_t assessment_start(const struct dossier_referral *r)
{
    int64_t start = 0;
    for (size_t i = 0; i < r->appointments.len; i++)
        if (r->appointments.items[i].session == 0 && appointment_held(&r->appointments.items[i]))
            start = first_of(start, r->appointments.items[i].start);
    return start;
}

/* Contact and assessment. 0: they do not run. */
static int64_t first_steps(const struct dossier_referral *r)
{
    return HAS(r, DOSSIER_REFERRAL_WAITING) ? 0 : first_steps_start(r);
}

static void contact(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    int64_t start = first_steps(r);
    if (start != 0)
        add(clocks, (struct deadline){.code = DEADLINE_CONTACT,
                        .started_us = start,
                        .due_us = due_calendar_days(start, 10),
                        .met_us = first_contact(r)});
}

static void assessment(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    int64_t start = first_steps(r);
    if (start != 0 && r->terms.assessment)
        add(clocks, (struct deadline){.code = DEADLINE_ASSESSMENT,
                        .started_us = start,
                        .due_us = due_workdays(start, 10),
                        .met_us = assessment_start(r)});
}

static int64_t appointment_end(const struct dossier_appointment *one)
{
    return one->start + one->minutes * US_PER_MINUTE;
}

int64_t feedback_due(const struct dossier_appointment *appointment)
{
    return due_workdays(appointment_end(appointment), appointment->session == 0 ? 0 : 1);
}

static void feedback(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    for (size_t i = 0; i < r->appointments.len; i++) {
        const struct dossier_appointment *one = &r->appointments.items[i];
        if (HAS(one, DOSSIER_APPOINTMENT_CANCELLED_AT) || !HAS(one, DOSSIER_APPOINTMENT_START))
            continue;
        add(clocks, (struct deadline){.code = DEADLINE_FEEDBACK,
                        .started_us = appointment_end(one),
                        .due_us = feedback_due(one),
                        .met_us = one->feedback_at,
                        .about = one->id});
    }
}

static void plan(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    int64_t held = assessment_start(r);
    if (!r->terms.plan)
        return;
    if (held != 0)
        add(clocks, (struct deadline){.code = DEADLINE_PLAN,
                        .started_us = held,
                        .due_us = due_workdays(held, 5),
                        .met_us = r->plans.len > 0 ? r->plans.items[0].submitted_at : 0});
    for (size_t i = 0; i < r->plans.len; i++) {
        const struct dossier_plan *one = &r->plans.items[i];
        bool replaced = i + 1 < r->plans.len;
        if (one->state == PLAN_STATE_RETURNED)
            add(clocks, (struct deadline){.code = DEADLINE_PLAN,
                            .started_us = one->answered_at,
                            .due_us = due_workdays(one->answered_at, 5),
                            .met_us = replaced ? one[1].submitted_at : 0});
    }
}

static void plan_approval(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    for (size_t i = 0; i < r->plans.len; i++) {
        const struct dossier_plan *one = &r->plans.items[i];
        bool replaced = one->state == PLAN_STATE_AWAITING && i + 1 < r->plans.len;
        if (!one->automatic && !replaced)
            add(clocks, (struct deadline){.code = DEADLINE_PLAN_APPROVAL,
                            .started_us = one->submitted_at,
                            .due_us = due_workdays(one->submitted_at, 5),
                            .met_us = one->answered_at});
    }
}

/* The last recorded session's start, or a later approval that lowered the number of sessions. */
static int64_t delivered_at(const struct dossier_referral *r)
{
    int64_t start = 0;
    int64_t told = 0;
    for (size_t i = 0; i < r->appointments.len; i++) {
        const struct dossier_appointment *one = &r->appointments.items[i];
        if (one->session < 1 || !appointment_has_feedback(one))
            continue;
        start = one->start > start ? one->start : start;
        told = one->feedback_at > told ? one->feedback_at : told;
    }
    const struct dossier_plan *plan = referral_approved_plan(r);
    bool lowered = plan != NULL && plan->plan_version > 1 && plan->answered_at > told;
    return lowered ? plan->answered_at : start;
}

static void report(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    int64_t start = 0;
    int32_t n = sessions_planned(r);
    if (HAS(r, DOSSIER_REFERRAL_WITHDRAWAL))
        start = r->withdrawal.report_due ? r->withdrawal.at : 0;
    else if (r->terms.report && n > 0 && sessions_recorded(r) >= n && sessions_held(r) > 0)
        start = delivered_at(r);
    if (start != 0)
        add(clocks, (struct deadline){.code = DEADLINE_REPORT,
                        .started_us = start,
                        .due_us = due_workdays(start, 5),
                        .met_us = HAS(r, DOSSIER_REFERRAL_REPORT) ? r->report.at : 0});
}

/* Nobody need answer any more what a withdrawal overtakes. */
static int64_t withdrawn_at(const struct dossier_referral *r)
{
    return HAS(r, DOSSIER_REFERRAL_WITHDRAWAL) ? r->withdrawal.at : 0;
}

static void concerns(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    for (size_t i = 0; i < r->concerns.len; i++)
        add(clocks, (struct deadline){.code = DEADLINE_CONCERN,
                        .started_us = r->concerns.items[i].at,
                        .due_us = r->concerns.items[i].at + TIME_US_PER_DAY,
                        .met_us = r->concerns.items[i].read_at,
                        .about = r->concerns.items[i].id});
}

static void needs(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    for (size_t i = 0; i < r->needs.len; i++)
        add(clocks, (struct deadline){.code = DEADLINE_NEED,
                        .started_us = r->needs.items[i].at,
                        .due_us = due_workdays(r->needs.items[i].at, 5),
                        .met_us = first_of(r->needs.items[i].answered_at, withdrawn_at(r)),
                        .about = r->needs.items[i].id});
}

static void closure(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    if (HAS(r, DOSSIER_REFERRAL_CLOSURE_PROPOSED_AT))
        add(clocks, (struct deadline){.code = DEADLINE_CLOSURE,
                        .started_us = r->closure_proposed_at,
                        .due_us = due_workdays(r->closure_proposed_at, 5),
                        .met_us = withdrawn_at(r)});
}

/* When the last of the caseworkers acknowledged; 0: one has not. */
static int64_t all_acknowledged(
    const struct dossier *dossier, const struct dossier_assignment *assignment)
{
    int64_t last = 0;
    for (size_t w = 0; w < assignment->workers.len; w++) {
        struct view user = assignment->workers.items[w].user_id;
        if (!risk_acknowledged(dossier, user))
            return 0;
        for (size_t i = 0; i < dossier->acknowledgements.len; i++)
            if (view_eq(dossier->acknowledgements.items[i].user, user) &&
                dossier->acknowledgements.items[i].at > last)
                last = dossier->acknowledgements.items[i].at;
    }
    return last;
}

static void risk_acknowledge(struct clocks *clocks)
{
    const struct dossier_referral *r = clocks->referral;
    const struct dossier_assignment *assignment = referral_caseworkers(r);
    if (!HAS(clocks->dossier, DOSSIER_RISK) || assignment == NULL)
        return;
    int64_t shared = clocks->dossier->risk.shared_at;
    int64_t start = shared > assignment->at ? shared : assignment->at;
    int64_t due = due_workdays(start, 2);
    for (size_t i = 0; i < r->appointments.len; i++) {
        const struct dossier_appointment *one = &r->appointments.items[i];
        int64_t before = one->start - 2 * US_PER_HOUR;
        if (appointment_live(one) && one->start >= start && before < due)
            due = before;
    }
    add(clocks, (struct deadline){.code = DEADLINE_RISK_ACKNOWLEDGE,
                    .started_us = start,
                    .due_us = due,
                    .met_us = all_acknowledged(clocks->dossier, assignment)});
}

static void risk_review(struct clocks *clocks)
{
    const struct dossier_review *review = &clocks->dossier->review;
    if (!HAS(clocks->dossier, DOSSIER_REVIEW))
        return;
    int64_t urgent =
        HAS(review, DOSSIER_REVIEW_URGENT_SINCE) ? review->urgent_since : review->since;
    int64_t due = due_workdays(review->since, 5);
    add(clocks, (struct deadline){.code = DEADLINE_RISK_REVIEW,
                    .started_us = review->since,
                    .due_us = review->urgent ? first_of(due, urgent + TIME_US_PER_DAY) : due});
}

/* In the order of enum deadline_code: what adds the clocks of each. */
typedef void ask_fn(struct clocks *clocks);
static ask_fn *const asks[DEADLINE_MAX_] = {
    [DEADLINE_UNALLOCATED] = unallocated,
    [DEADLINE_CONTACT] = contact,
    [DEADLINE_ASSESSMENT] = assessment,
    [DEADLINE_FEEDBACK] = feedback,
    [DEADLINE_PLAN] = plan,
    [DEADLINE_PLAN_APPROVAL] = plan_approval,
    [DEADLINE_REPORT] = report,
    [DEADLINE_CONCERN] = concerns,
    [DEADLINE_NEED] = needs,
    [DEADLINE_CLOSURE] = closure,
    [DEADLINE_RISK_ACKNOWLEDGE] = risk_acknowledge,
    [DEADLINE_RISK_REVIEW] = risk_review,
};

size_t deadlines_of(const struct dossier *dossier, const struct dossier_referral *referral,
    struct deadline *ret, size_t room)
{
    struct clocks clocks = {.dossier = dossier, .referral = referral, .items = ret, .room = room};
    for (size_t i = 0; i < DEADLINE_MAX_; i++)
        if (asks[i] != NULL)
            asks[i](&clocks);
    return clocks.count;
}

struct deadline deadline_running(
    const struct dossier *dossier, const struct dossier_referral *referral, enum deadline_code code)
{
    struct clocks clocks = {.dossier = dossier, .referral = referral, .sought = code};
    ask_fn *ask = asks[code == DEADLINE_URGENT_UNALLOCATED ? DEADLINE_UNALLOCATED : code];
    if (ask != NULL)
        ask(&clocks);
    return clocks.first;
}

const char *deadline_text(enum deadline_code code)
{
    static const char *const texts[] = {
        [DEADLINE_NONE] = "",
        [DEADLINE_URGENT_UNALLOCATED] = "urgent-unallocated",
        [DEADLINE_UNALLOCATED] = "unallocated",
        [DEADLINE_CONTACT] = "contact",
        [DEADLINE_ASSESSMENT] = "assessment",
        [DEADLINE_FEEDBACK] = "feedback",
        [DEADLINE_PLAN] = "plan",
        [DEADLINE_PLAN_APPROVAL] = "plan-approval",
        [DEADLINE_REPORT] = "report",
        [DEADLINE_CONCERN] = "concern",
        [DEADLINE_NEED] = "need",
        [DEADLINE_CLOSURE] = "closure",
        [DEADLINE_RISK_ACKNOWLEDGE] = "risk-acknowledge",
        [DEADLINE_RISK_REVIEW] = "risk-review",
        [DEADLINE_START] = "start",
        [DEADLINE_EXPECTED_START] = "expected-start",
    };
    _Static_assert(ARRAY_LEN(texts) == DEADLINE_MAX_, "a deadline has no text");
    MUST(code < DEADLINE_MAX_);
    return texts[code];
}
