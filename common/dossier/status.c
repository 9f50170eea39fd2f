#include "dossier/status.h"

#include "base/clock.h"
#include "dossier/workdays.h"

#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * TIME_US_PER_S)

/* What is next in each, and whose turn it is, unless something more urgent replaces it. */
static const struct status_row {
    const char *text;
    enum next_action action;
    enum turn turn;
} rows[] = {
    [STATUS_ERASED] = {"erased", ACTION_NONE, TURN_NOBODY},
    [STATUS_WITHDRAWN] = {"withdrawn", ACTION_NONE, TURN_NOBODY},
    [STATUS_ENDED_EARLY] = {"ended-early", ACTION_NONE, TURN_NOBODY},
    [STATUS_COMPLETED] = {"completed", ACTION_NONE, TURN_NOBODY},
    [STATUS_CLOSING] = {"closing", ACTION_SUBMIT_REPORT, TURN_PROVIDER},
    [STATUS_REPORT_DUE] = {"report-due", ACTION_SUBMIT_REPORT, TURN_PROVIDER},
    [STATUS_NOT_ENGAGED] = {"not-engaged", ACTION_REBOOK_OR_WITHDRAW, TURN_PRACTITIONER},
    [STATUS_WAITING] = {"waiting", ACTION_START, TURN_PROVIDER},
    [STATUS_UNASSIGNED] = {"unassigned", ACTION_ASSIGN, TURN_PROVIDER},
    [STATUS_ASSESSMENT_FEEDBACK_DUE] = {"assessment-feedback-due", ACTION_GIVE_FEEDBACK,
        TURN_PROVIDER},
    [STATUS_ASSESSMENT_BOOKED] = {"assessment-booked", ACTION_HOLD, TURN_PROVIDER},
    [STATUS_ASSESSMENT_TO_REBOOK] = {"assessment-to-rebook", ACTION_BOOK, TURN_PROVIDER},
    [STATUS_ASSESSMENT_TO_BOOK] = {"assessment-to-book", ACTION_BOOK, TURN_PROVIDER},
    [STATUS_PLAN_DUE] = {"plan-due", ACTION_SUBMIT_PLAN, TURN_PROVIDER},
    [STATUS_PLAN_TO_APPROVE] = {"plan-to-approve", ACTION_APPROVE_PLAN, TURN_PRACTITIONER},
    [STATUS_PLAN_RETURNED] = {"plan-returned", ACTION_SUBMIT_PLAN, TURN_PROVIDER},
    [STATUS_FEEDBACK_DUE] = {"feedback-due", ACTION_GIVE_FEEDBACK, TURN_PROVIDER},
    [STATUS_DELIVERING] = {"delivering", ACTION_HOLD, TURN_PROVIDER},
    [STATUS_SESSION_TO_BOOK] = {"session-to-book", ACTION_BOOK, TURN_PROVIDER},
};
_Static_assert(ARRAY_LEN(rows) == STATUS_MAX_, "a status has no row");

struct asked {
    const struct dossier *dossier;
    const struct dossier_referral *referral;
    int64_t now;
};

static struct status of_row(enum status_code code)
{
    return (struct status){
        .code = code, .action = rows[code].action, .turn = rows[code].turn, .session = -1};
}

static void set_due(struct status *status, enum deadline_code code, int64_t due_us)
{
    status->due_code = due_us != 0 ? code : DEADLINE_NONE;
    status->due_us = due_us;
}

/* False: no such clock runs. */
static bool due_by_clock(const struct asked *asked, struct status *status, enum deadline_code code)
{
    set_due(status, code, deadline_running(asked->dossier, asked->referral, code).due_us);
    return status->due_us != 0;
}

/* The earliest that is neither cancelled nor has feedback; NULL: none. */
static const struct dossier_appointment *pending(
    const struct dossier_referral *referral, bool only_assessment)
{
    const struct dossier_appointment *first = NULL;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *one = &referral->appointments.items[i];
        if (HAS(one, DOSSIER_APPOINTMENT_CANCELLED_AT) || appointment_has_feedback(one))
            continue;
        if ((!only_assessment || one->session == 0) && (first == NULL || one->start < first->start))
            first = one;
    }
    return first;
}

static struct status of_appointment(const struct asked *asked,
    const struct dossier_appointment *one, enum status_code started, enum status_code ahead)
{
    bool begun = one->start <= asked->now;
    struct status status = of_row(begun ? started : ahead);
    set_due(&status, begun ? DEADLINE_FEEDBACK : DEADLINE_START,
        begun ? feedback_due(one) : one->start);
    status.session = one->session;
    status.appointment = one->id;
    return status;
}

/* Rows 2 to 5. */
static bool ending(const struct asked *asked, struct status *ret)
{
    static const enum status_code of_kind[] = {
        [END_KIND_WITHDRAWN] = STATUS_WITHDRAWN,
        [END_KIND_ENDED_EARLY] = STATUS_ENDED_EARLY,
        [END_KIND_COMPLETED] = STATUS_COMPLETED,
        [END_KIND_UNKNOWN] = STATUS_COMPLETED,
    };
    const struct dossier_referral *r = asked->referral;
    int32_t n = sessions_planned(r);
    if (referral_ended(r)) {
        *ret = of_row(of_kind[r->end.kind]);
        return true;
    }
    bool delivered = r->terms.report && n > 0 && sessions_recorded(r) >= n;
    if (!referral_closing(r) && !delivered)
        return false;
    if (referral_closing(r))
        *ret = of_row(STATUS_CLOSING);
    else
        *ret = of_row(sessions_held(r) > 0 ? STATUS_REPORT_DUE : STATUS_NOT_ENGAGED);
    if (ret->action == ACTION_SUBMIT_REPORT)
        due_by_clock(asked, ret, DEADLINE_REPORT);
    return true;
}

/* Rows 6 and 7. */
static bool starting(const struct asked *asked, struct status *ret)
{
    const struct dossier_referral *r = asked->referral;
    if (referral_caseworkers(r) != NULL)
        return false;
    if (HAS(r, DOSSIER_REFERRAL_WAITING)) {
        *ret = of_row(STATUS_WAITING);
        set_due(ret, DEADLINE_EXPECTED_START, day_end(r->waiting.expected_start));
        return true;
    }
    *ret = of_row(STATUS_UNASSIGNED);
    due_by_clock(asked, ret, r->urgent ? DEADLINE_URGENT_UNALLOCATED : DEADLINE_UNALLOCATED);
    return true;
}

/* Rows 8 to 11. */
static bool assessing(const struct asked *asked, struct status *ret)
{
    const struct dossier_referral *r = asked->referral;
    if (!r->terms.assessment || session_held(r, 0))
        return false;
    const struct dossier_appointment *one = pending(r, true);
    if (one != NULL) {
        *ret = of_appointment(asked, one, STATUS_ASSESSMENT_FEEDBACK_DUE, STATUS_ASSESSMENT_BOOKED);
        return true;
    }
    bool earlier = false;
    for (size_t i = 0; i < r->appointments.len; i++)
        earlier |= r->appointments.items[i].session == 0;
    *ret = of_row(earlier ? STATUS_ASSESSMENT_TO_REBOOK : STATUS_ASSESSMENT_TO_BOOK);
    ret->session = 0;
    if (earlier || !due_by_clock(asked, ret, DEADLINE_CONTACT))
        due_by_clock(asked, ret, DEADLINE_ASSESSMENT);
    return true;
}

/* Rows 12 to 14. */
static bool planning(const struct asked *asked, struct status *ret)
{
    const struct dossier_referral *r = asked->referral;
    if (!r->terms.plan || referral_approved_plan(r) != NULL)
        return false;
    if (r->plans.len == 0) {
        *ret = of_row(STATUS_PLAN_DUE);
        due_by_clock(asked, ret, DEADLINE_PLAN);
        return true;
    }
    bool returned = r->plans.items[r->plans.len - 1].state == PLAN_STATE_RETURNED;
    *ret = of_row(returned ? STATUS_PLAN_RETURNED : STATUS_PLAN_TO_APPROVE);
    due_by_clock(asked, ret, returned ? DEADLINE_PLAN : DEADLINE_PLAN_APPROVAL);
    return true;
}

/* Rows 15 to 17. */
static struct status delivering(const struct asked *asked)
{
    const struct dossier_referral *r = asked->referral;
    const struct dossier_appointment *one = pending(r, false);
    if (one != NULL)
        return of_appointment(asked, one, STATUS_FEEDBACK_DUE, STATUS_DELIVERING);
    struct status status = of_row(STATUS_SESSION_TO_BOOK);
    status.session = 1;
    while (session_recorded(r, status.session))
        status.session++;
    if (!r->terms.plan)
        status.action = ACTION_BOOK_OR_COMPLETE;
    return status;
}

static bool answered_concerns(const struct dossier_referral *r)
{
    for (size_t i = 0; i < r->concerns.len; i++)
        if (!HAS(&r->concerns.items[i], DOSSIER_CONCERN_READ_AT))
            return false;
    return true;
}

static bool answered_needs(const struct dossier_referral *r)
{
    for (size_t i = 0; i < r->needs.len; i++)
        if (!HAS(&r->needs.items[i], DOSSIER_NEED_ANSWERED_AT))
            return false;
    return true;
}

static bool unacknowledged(const struct asked *asked, const struct status *status)
{
    const struct dossier_referral *r = asked->referral;
    const struct dossier_assignment *now = referral_caseworkers(r);
    if (!HAS(asked->dossier, DOSSIER_RISK))
        return false;
    for (size_t i = 0; now != NULL && i < now->workers.len; i++)
        if (!risk_acknowledged(asked->dossier, now->workers.items[i].user_id))
            return true;
    const struct dossier_appointment *one = referral_appointment(r, status->appointment);
    for (size_t i = 0; one != NULL && i < one->workers.len; i++)
        if (!risk_acknowledged(asked->dossier, one->workers.items[i]) ||
            !referral_has_caseworker(r, one->workers.items[i]))
            return true;
    return false;
}

static void replace(struct status *status, enum next_action action, enum turn turn)
{
    status->action = action;
    status->turn = turn;
    set_due(status, DEADLINE_NONE, 0);
}

static void acknowledge(const struct asked *asked, struct status *status)
{
    const struct dossier_appointment *one =
        referral_appointment(asked->referral, status->appointment);
    replace(status, ACTION_ACKNOWLEDGE, TURN_PROVIDER);
    /* The clock is the caseworkers'; a booked worker who is none has until the meeting. */
    if (!due_by_clock(asked, status, DEADLINE_RISK_ACKNOWLEDGE) && one != NULL)
        set_due(status, DEADLINE_RISK_ACKNOWLEDGE, one->start - 2 * US_PER_HOUR);
}

/* What goes before the row's own action, first match. */
static void replacements(const struct asked *asked, struct status *status)
{
    const struct dossier *d = asked->dossier;
    const struct dossier_referral *r = asked->referral;
    bool closing = status->code == STATUS_CLOSING;
    bool died = HAS(d, DOSSIER_DIED_AT);
    bool meets = status->action == ACTION_BOOK || status->action == ACTION_BOOK_OR_COMPLETE ||
                 status->action == ACTION_HOLD;
    bool awaiting =
        r->plans.len > 0 && r->plans.items[r->plans.len - 1].state == PLAN_STATE_AWAITING;
    if (!answered_concerns(r)) {
        replace(status, ACTION_READ_CONCERN, TURN_PRACTITIONER);
        due_by_clock(asked, status, DEADLINE_CONCERN);
    } else if (died) {
        replace(status, closing ? ACTION_WAIVE_REPORT : ACTION_WITHDRAW, TURN_PRACTITIONER);
    } else if (!closing && !answered_needs(r)) {
        replace(status, ACTION_ANSWER_NEED, TURN_PRACTITIONER);
        due_by_clock(asked, status, DEADLINE_NEED);
    } else if (!closing && HAS(r, DOSSIER_REFERRAL_CLOSURE_PROPOSED_AT)) {
        replace(status, ACTION_ANSWER_CLOSURE, TURN_PRACTITIONER);
        due_by_clock(asked, status, DEADLINE_CLOSURE);
    } else if (HAS(d, DOSSIER_REVIEW) && d->review.urgent) {
        replace(status, ACTION_REVIEW_RISK, TURN_PRACTITIONER);
        due_by_clock(asked, status, DEADLINE_RISK_REVIEW);
    } else if (meets && unacknowledged(asked, status)) {
        acknowledge(asked, status);
    } else if (!closing && awaiting && status->code != STATUS_PLAN_TO_APPROVE) {
        replace(status, ACTION_APPROVE_PLAN, TURN_PRACTITIONER);
        due_by_clock(asked, status, DEADLINE_PLAN_APPROVAL);
    }
}

static uint32_t flags_of(const struct asked *asked)
{
    const struct dossier_referral *r = asked->referral;
    uint32_t flags = r->urgent ? FLAG_URGENT : 0;
    if (HAS(r, DOSSIER_REFERRAL_SETTING) && r->setting == SETTING_CUSTODY)
        flags |= FLAG_CUSTODY;
    if (HAS(asked->dossier, DOSSIER_REVIEW))
        flags |= FLAG_RISK_REVIEW;
    if (HAS(asked->dossier, DOSSIER_MERGED_AT))
        flags |= FLAG_MERGED;
    if (HAS(r, DOSSIER_REFERRAL_WITHDRAWAL) &&
        HAS(&r->withdrawal, DOSSIER_WITHDRAWAL_CONTACT_ON_RECORD) &&
        !r->withdrawal.contact_on_record)
        flags |= FLAG_CLOSED_WITHOUT_CONTACT;
    return flags;
}

struct status status_of(
    const struct dossier *dossier, const struct dossier_referral *referral, int64_t now)
{
    struct asked asked = {dossier, referral, now};
    if (HAS(dossier, DOSSIER_ERASED_AT))
        return of_row(STATUS_ERASED);
    struct status status;
    if (!ending(&asked, &status) && !starting(&asked, &status) && !assessing(&asked, &status) &&
        !planning(&asked, &status))
        status = delivering(&asked);
    status.flags = flags_of(&asked);
    if (referral_ended(referral))
        return status;
    replacements(&asked, &status);
    if (status.due_us != 0 && status.due_us < now)
        status.flags |= FLAG_OVERDUE;
    return status;
}

struct status_readings status_readings_of(
    const struct dossier *dossier, const struct dossier_referral *referral)
{
    struct status_readings ret = {.before = status_of(dossier, referral, INT64_MIN)};
    ret.before.flags &= ~(uint32_t)FLAG_OVERDUE;
    ret.after = ret.before;
    /* Only a meeting ahead turns with time. */
    if (ret.before.code != STATUS_ASSESSMENT_BOOKED && ret.before.code != STATUS_DELIVERING)
        return ret;
    ret.after = status_of(dossier, referral, INT64_MAX);
    ret.after.flags &= ~(uint32_t)FLAG_OVERDUE;
    if (ret.before.code != ret.after.code)
        ret.switches_us = referral_appointment(referral, ret.before.appointment)->start;
    return ret;
}

const char *status_text(enum status_code code)
{
    MUST(code < STATUS_MAX_);
    return rows[code].text;
}

const char *action_text(enum next_action action)
{
    static const char *const texts[] = {
        [ACTION_NONE] = "",
        [ACTION_SUBMIT_REPORT] = "submit-report",
        [ACTION_WAIVE_REPORT] = "waive-report",
        [ACTION_REBOOK_OR_WITHDRAW] = "rebook-or-withdraw",
        [ACTION_START] = "start",
        [ACTION_ASSIGN] = "assign",
        [ACTION_GIVE_FEEDBACK] = "give-feedback",
        [ACTION_HOLD] = "hold",
        [ACTION_BOOK] = "book",
        [ACTION_BOOK_OR_COMPLETE] = "book-or-complete",
        [ACTION_SUBMIT_PLAN] = "submit-plan",
        [ACTION_APPROVE_PLAN] = "approve-plan",
        [ACTION_READ_CONCERN] = "read-concern",
        [ACTION_WITHDRAW] = "withdraw",
        [ACTION_ANSWER_NEED] = "answer-need",
        [ACTION_ANSWER_CLOSURE] = "answer-closure",
        [ACTION_REVIEW_RISK] = "review-risk",
        [ACTION_ACKNOWLEDGE] = "acknowledge",
    };
    _Static_assert(ARRAY_LEN(texts) == ACTION_MAX_, "an action has no text");
    MUST(action < ACTION_MAX_);
    return texts[action];
}

const char *turn_text(enum turn turn)
{
    static const char *const texts[] = {
        [TURN_NOBODY] = "",
        [TURN_PROVIDER] = "provider",
        [TURN_PRACTITIONER] = "practitioner",
    };
    _Static_assert(ARRAY_LEN(texts) == TURN_MAX_, "a turn has no text");
    MUST(turn < TURN_MAX_);
    return texts[turn];
}
