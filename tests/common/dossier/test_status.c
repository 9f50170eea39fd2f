/* The statuses that no story walks through: facts put into the dossier by hand. */
#include "base/clock.h"
#include "dossier/rm.h"
#include "dossier/status.h"
#include "support/story.h"

#include <string.h>

static struct status now_of(const struct story *s)
{
    return status_of(s->dossier, story_referral(s), s->now);
}

#define EXPECT(code_, action_, turn_)                                                              \
    do {                                                                                           \
        struct status is_ = now_of(s);                                                             \
        cr_assert_str_eq(status_text(is_.code), status_text(code_));                               \
        cr_assert_str_eq(action_text(is_.action), action_text(action_));                           \
        cr_assert_eq(is_.turn, (turn_));                                                           \
    } while (0)

Test(status, an_erased_person_has_no_other, .timeout = 20)
{
    STORY;
    story_started(s);
    story_change(s);
    SET(s->dossier, DOSSIER_ERASED_AT);
    EXPECT(STATUS_ERASED, ACTION_NONE, TURN_NOBODY);
}

Test(status, waiting_has_its_expected_start_and_stops_first_steps, .timeout = 20)
{
    STORY;
    story_referred(s);
    struct dossier_referral *referral = story_change(s);
    referral->waiting = (struct dossier_waiting){.expected_start = day_of("2027-01-05")};
    SET(referral, DOSSIER_REFERRAL_WAITING);
    EXPECT(STATUS_WAITING, ACTION_START, TURN_PROVIDER);
    cr_expect_eq(now_of(s).due_us, london_midnight(day_of("2027-01-06")));
    cr_expect_eq(deadline_running(s->dossier, referral, DEADLINE_CONTACT).due_us, 0);
}

Test(status, urgent_is_due_in_one_working_day, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    struct referral_submitted *sent = story_submit(s);
    sent->urgent = true;
    sent->urgent_reason = VIEW("sealed");
    SET(sent, REFERRAL_SUBMITTED_URGENT_REASON);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, sent));
    EXPECT(STATUS_UNASSIGNED, ACTION_ASSIGN, TURN_PROVIDER);
    struct status status = now_of(s);
    cr_expect_eq(status.due_code, DEADLINE_URGENT_UNALLOCATED);
    cr_expect_eq(status.due_us, london_midnight(day_of("2026-11-25")));
    cr_expect_eq(status.flags, FLAG_URGENT);
    story_at(s, "2026-11-25T00:00:01Z");
    cr_expect_eq(now_of(s).flags, FLAG_URGENT | FLAG_OVERDUE);
}

Test(status, a_plan_to_approve_waits_for_the_practitioner, .timeout = 20)
{
    STORY;
    story_planned(s, 2);
    struct dossier_referral *referral = story_change(s);
    struct dossier_plan *plan = arena_array(s->arena, 2, sizeof *plan);
    plan[0] = plan[1] = referral->plans.items[0];
    referral->plans.items = plan;
    plan->state = PLAN_STATE_AWAITING;
    plan->automatic = false;
    plan->answered_at = 0;
    EXPECT(STATUS_PLAN_TO_APPROVE, ACTION_APPROVE_PLAN, TURN_PRACTITIONER);
    cr_expect_eq(now_of(s).due_us, london_midnight(day_of("2026-12-10")));
    plan->state = PLAN_STATE_RETURNED;
    plan->answered_at = time_of("2026-12-03T10:00:00Z");
    EXPECT(STATUS_PLAN_RETURNED, ACTION_SUBMIT_PLAN, TURN_PROVIDER);
    cr_expect_eq(now_of(s).due_us, london_midnight(day_of("2026-12-11")));
    /* A later version that waits does not undo the approved one. */
    plan[0].state = PLAN_STATE_APPROVED;
    plan[1].state = PLAN_STATE_AWAITING;
    plan[1].plan_version = 2;
    plan[1].automatic = false;
    plan[1].answered_at = 0;
    referral->plans.len = 2;
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_APPROVE_PLAN, TURN_PRACTITIONER);
}

Test(status, all_missed_is_not_engaged, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    struct appointment_booked *one = story_book(s, 1, "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    EXPECT(STATUS_DELIVERING, ACTION_HOLD, TURN_PROVIDER);
    story_at(s, "2026-12-09T14:30:00Z");
    EXPECT(STATUS_FEEDBACK_DUE, ACTION_GIVE_FEEDBACK, TURN_PROVIDER);
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, one->appointment_id)));
    EXPECT(STATUS_NOT_ENGAGED, ACTION_REBOOK_OR_WITHDRAW, TURN_PRACTITIONER);
    cr_expect_eq(now_of(s).due_us, 0);
    cr_expect_str_eq(
        rm_values_of(story_referral(s)).delivery_state, "MISSING_FIRST_SUBSTANTIVE_APPOINTMENT");
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)), "report-not-due", NULL);
}

Test(status, attendance_without_feedback_still_waits_for_feedback, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    struct appointment_booked *one = story_book(s, 1, "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    story_at(s, "2026-12-09T15:10:00Z");
    ACCEPTED(SENT(COMMAND_RECORD_ATTENDANCE, story_attendance(s, one->appointment_id)));
    EXPECT(STATUS_FEEDBACK_DUE, ACTION_GIVE_FEEDBACK, TURN_PROVIDER);
    cr_expect_eq(now_of(s).session, 1);
    cr_expect_eq(now_of(s).due_us, london_midnight(day_of("2026-12-11")));
    struct feedback_given *given = story_held(s, one->appointment_id);
    given->has &= ~(UINT64_C(1) << FEEDBACK_GIVEN_ATTENDANCE);
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, given));
    EXPECT(STATUS_REPORT_DUE, ACTION_SUBMIT_REPORT, TURN_PROVIDER);
}

/* One fact after another goes before the row's own action, in this order. */
Test(status, replacements_come_in_their_order, .timeout = 20)
{
    STORY;
    story_planned(s, 2);
    struct dossier_referral *referral = story_change(s);
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_BOOK, TURN_PROVIDER);
    s->dossier->risk.risk_version++;
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_ACKNOWLEDGE, TURN_PROVIDER);
    s->dossier->review = (struct dossier_review){.since = s->now, .urgent = false};
    SET(s->dossier, DOSSIER_REVIEW);
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_ACKNOWLEDGE, TURN_PROVIDER);
    cr_expect(now_of(s).flags & FLAG_RISK_REVIEW);
    s->dossier->review.urgent = true;
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_REVIEW_RISK, TURN_PRACTITIONER);
    referral->closure_proposed_at = s->now;
    SET(referral, DOSSIER_REFERRAL_CLOSURE_PROPOSED_AT);
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_ANSWER_CLOSURE, TURN_PRACTITIONER);
    struct dossier_need need = {.id = {{1}}, .at = s->now};
    referral->needs = (struct dossier_need_array){&need, 1};
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_ANSWER_NEED, TURN_PRACTITIONER);
    cr_expect_eq(now_of(s).due_us, london_midnight(day_of("2026-12-10")));
    s->dossier->died_at = s->now + TIME_US_PER_DAY;
    SET(s->dossier, DOSSIER_DIED_AT);
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_WITHDRAW, TURN_PRACTITIONER);
    struct dossier_concern concern = {.id = {{2}}, .at = s->now};
    referral->concerns = (struct dossier_concern_array){&concern, 1};
    EXPECT(STATUS_SESSION_TO_BOOK, ACTION_READ_CONCERN, TURN_PRACTITIONER);
    cr_expect_eq(now_of(s).due_us, s->now + TIME_US_PER_DAY);
    SET(&concern, DOSSIER_CONCERN_READ_AT);
    SET(&need, DOSSIER_NEED_ANSWERED_AT);
    /* Closing hears only the concern, the review and that the report may be waived. */
    referral->withdrawal = (struct dossier_withdrawal){.at = s->now, .report_due = true};
    SET(referral, DOSSIER_REFERRAL_WITHDRAWAL);
    EXPECT(STATUS_CLOSING, ACTION_WAIVE_REPORT, TURN_PRACTITIONER);
    s->dossier->has &= ~(UINT64_C(1) << DOSSIER_DIED_AT);
    s->dossier->died_at = 0;
    EXPECT(STATUS_CLOSING, ACTION_REVIEW_RISK, TURN_PRACTITIONER);
    s->dossier->review.urgent = false;
    EXPECT(STATUS_CLOSING, ACTION_SUBMIT_REPORT, TURN_PROVIDER);
}

Test(status, a_withdrawal_answers_the_need_and_the_proposal_but_no_concern, .timeout = 20)
{
    STORY;
    story_planned(s, 2);
    struct dossier_referral *referral = story_change(s);
    struct dossier_need need = {.id = {{1}}, .at = s->now};
    struct dossier_concern concern = {.id = {{2}}, .at = s->now};
    referral->needs = (struct dossier_need_array){&need, 1};
    referral->concerns = (struct dossier_concern_array){&concern, 1};
    referral->closure_proposed_at = s->now;
    SET(referral, DOSSIER_REFERRAL_CLOSURE_PROPOSED_AT);
    static const enum deadline_code codes[] = {DEADLINE_NEED, DEADLINE_CLOSURE, DEADLINE_CONCERN};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        cr_expect_neq(deadline_running(s->dossier, referral, codes[i]).due_us, 0);
    referral->withdrawal = (struct dossier_withdrawal){.at = s->now, .report_due = true};
    SET(referral, DOSSIER_REFERRAL_WITHDRAWAL);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        cr_expect_eq(deadline_running(s->dossier, referral, codes[i]).due_us == 0,
            codes[i] != DEADLINE_CONCERN, "%s", deadline_text(codes[i]));
    cr_expect_eq(now_of(s).flags, 0, "what is not known is no flag");
    SET(&referral->withdrawal, DOSSIER_WITHDRAWAL_CONTACT_ON_RECORD);
    cr_expect_eq(now_of(s).flags, FLAG_CLOSED_WITHOUT_CONTACT);
}

Test(status, a_review_that_turns_urgent_is_due_a_day_later_unless_it_was_due_before, .timeout = 20)
{
    STORY;
    story_planned(s, 2);
    struct dossier_referral *referral = story_change(s);
    struct dossier_review *review = &s->dossier->review;
    *review = (struct dossier_review){.since = time_of("2026-12-02T09:00:00Z")};
    SET(s->dossier, DOSSIER_REVIEW);
    int64_t plain = london_midnight(day_of("2026-12-10"));
    cr_expect_eq(deadline_running(s->dossier, referral, DEADLINE_RISK_REVIEW).due_us, plain);
    review->urgent = true;
    review->urgent_since = time_of("2026-12-04T15:00:00Z");
    SET(review, DOSSIER_REVIEW_URGENT_SINCE);
    cr_expect_eq(deadline_running(s->dossier, referral, DEADLINE_RISK_REVIEW).due_us,
        review->urgent_since + TIME_US_PER_DAY);
    review->urgent_since = time_of("2026-12-09T15:00:00Z");
    cr_expect_eq(deadline_running(s->dossier, referral, DEADLINE_RISK_REVIEW).due_us, plain);
}

Test(status, contact_is_made_by_speaking_or_by_the_first_notice, .timeout = 20)
{
    STORY;
    story_started(s);
    struct dossier_referral *referral = story_change(s);
    struct dossier_attempt attempt = {.id = {{1}}, .at = s->now, .result = CONTACT_RESULT_MESSAGE};
    referral->attempts = (struct dossier_attempt_array){&attempt, 1};
    cr_expect_neq(deadline_running(s->dossier, referral, DEADLINE_CONTACT).due_us, 0);
    attempt.result = CONTACT_RESULT_SPOKE;
    cr_expect_eq(deadline_running(s->dossier, referral, DEADLINE_CONTACT).due_us, 0);
    referral->attempts.len = 0;
    struct dossier_appointment moved = {.id = {{2}}, .told_at = s->now};
    referral->appointments = (struct dossier_appointment_array){&moved, 1};
    cr_expect_neq(deadline_running(s->dossier, referral, DEADLINE_CONTACT).due_us, 0);
    SET(&moved, DOSSIER_APPOINTMENT_TOLD_AT);
    cr_expect_eq(deadline_running(s->dossier, referral, DEADLINE_CONTACT).due_us, 0);
}

Test(status, a_booked_worker_who_is_no_longer_assigned_must_be_looked_at, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 0, "2026-11-30T14:00:00Z")));
    EXPECT(STATUS_ASSESSMENT_BOOKED, ACTION_HOLD, TURN_PROVIDER);
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "tom.hale")));
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "tom.hale")));
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "tom.hale")));
    EXPECT(STATUS_ASSESSMENT_BOOKED, ACTION_ACKNOWLEDGE, TURN_PROVIDER);
    cr_expect_eq(now_of(s).due_us, time_of("2026-11-30T12:00:00Z"));
}

Test(status, readings_are_the_status_on_both_sides_of_the_start, .timeout = 20)
{
    STORY;
    story_planned(s, 3);
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 1, "2026-12-09T14:00:00Z")));
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-04T14:00:00Z")));
    struct status_readings readings = status_readings_of(s->dossier, story_referral(s));
    int64_t start = time_of("2026-12-04T14:00:00Z");
    cr_assert_eq(readings.switches_us, start, "the earliest counts");
    for (int64_t at = start - 1; at <= start + 30 * TIME_US_PER_DAY; at += TIME_US_PER_DAY) {
        struct status then = status_of(s->dossier, story_referral(s), at);
        const struct status *reading = at < start ? &readings.before : &readings.after;
        cr_expect_eq(then.code, reading->code);
        cr_expect_eq(then.due_us, reading->due_us);
        cr_expect_eq(then.action, reading->action);
    }
    cr_expect_eq(readings.after.code, STATUS_FEEDBACK_DUE);
    cr_expect_eq(readings.before.code, STATUS_DELIVERING);
    cr_expect_eq(readings.after.flags & FLAG_OVERDUE, 0, "overdue is the reader's to see");
    cr_expect(uuid_eq(readings.before.appointment, readings.after.appointment));
}

Test(status, without_anything_booked_it_never_changes_by_itself, .timeout = 20)
{
    STORY;
    story_planned(s, 3);
    struct status_readings readings = status_readings_of(s->dossier, story_referral(s));
    cr_expect_eq(readings.switches_us, 0);
    cr_expect_eq(readings.before.code, STATUS_SESSION_TO_BOOK);
    cr_expect_eq(readings.after.code, STATUS_SESSION_TO_BOOK);
    cr_expect_eq(readings.before.session, 1);
}

Test(status, a_report_made_due_by_an_approval_runs_from_the_approval, .timeout = 20)
{
    STORY;
    story_planned(s, 3);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_at(s, "2026-12-16T10:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 2, 1)));
    EXPECT(STATUS_REPORT_DUE, ACTION_SUBMIT_REPORT, TURN_PROVIDER);
    cr_expect_eq(now_of(s).due_us, london_midnight(day_of("2026-12-24")));
}

Test(status, every_code_has_a_text_of_its_own, .timeout = 20)
{
    for (int i = 0; i < STATUS_MAX_; i++)
        for (int n = 0; n < i; n++)
            cr_expect_str_neq(status_text((enum status_code)i), status_text((enum status_code)n));
    for (int i = 0; i < ACTION_MAX_; i++)
        for (int n = 0; n < i; n++)
            cr_expect_str_neq(action_text((enum next_action)i), action_text((enum next_action)n));
    for (int i = 0; i < DEADLINE_MAX_; i++)
        for (int n = 0; n < i; n++)
            cr_expect_str_neq(
                deadline_text((enum deadline_code)i), deadline_text((enum deadline_code)n));
}
