/* The domain's numbered stories, as far as their commands exist: each a person's whole course. */
#include "base/clock.h"
#include "dossier/rm.h"
#include "dossier/status.h"
#include "support/story.h"

/* Status, next action and due, as they are now. `due` as "2026-12-07": the day that ends then, or a
 * whole time; NULL: none. */
static void expect_status(
    const struct story *s, const char *status, const char *action, const char *due)
{
    struct status now = status_of(s->dossier, story_referral(s), s->now);
    cr_assert_str_eq(status_text(now.code), status);
    cr_assert_str_eq(action_text(now.action), action);
    char text[TIME_TEXT_MAX] = "";
    int64_t day_after = 0;
    if (due != NULL && view_of(due).len == 10)
        day_after = london_midnight(day_of(due) + 1);
    else if (due != NULL)
        day_after = time_of(due);
    time_print(now.due_us, text);
    cr_assert_eq(now.due_us, day_after, "%s is due %s, not %s", status, text, due);
}

static void expect_clock(const struct story *s, enum deadline_code code, const char *day)
{
    struct deadline clock = deadline_running(s->dossier, story_referral(s), code);
    char text[TIME_TEXT_MAX];
    time_print(clock.due_us, text);
    cr_assert_eq(
        clock.due_us, london_midnight(day_of(day) + 1), "%s is due %s", deadline_text(code), text);
}

Test(stories, first_the_happy_path, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    story_at(s, "2026-11-23T10:05:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    expect_status(s, "unassigned", "assign", "2026-11-30");
    expect_clock(s, DEADLINE_CONTACT, "2026-12-03");
    expect_clock(s, DEADLINE_ASSESSMENT, "2026-12-07");
    story_at(s, "2026-11-24T10:00:00Z");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    expect_status(s, "assessment-to-book", "acknowledge", "2026-11-26");
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    expect_status(s, "assessment-to-book", "book", "2026-12-03");
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    expect_status(s, "plan-due", "submit-plan", "2026-12-07");
    story_at(s, "2026-12-02T09:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 2)));
    expect_status(s, "session-to-book", "book", NULL);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_session(s, 2, "2026-12-09T15:30:00Z", "2026-12-18T14:00:00Z");
    expect_status(s, "report-due", "submit-report", "2026-12-29");
    story_at(s, "2026-12-22T15:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    expect_status(s, "completed", "", NULL);
    cr_expect_eq(s->dossier->version, 13);
    const struct dossier_referral *referral = story_referral(s);
    cr_expect_eq(referral->report.score_tenths, 20);
    cr_expect_eq(referral->end.concluded_at, s->now);
    cr_expect_eq(sessions_held(referral), 2);
    struct rm_values values = rm_values_of(referral);
    cr_expect_str_eq(values.tab, "completed");
    cr_expect_str_eq(values.delivery_state, "COMPLETED");
    cr_expect_str_eq(values.end_state, "completed");
    cr_expect_str_eq(values.sas, "COMPLETED");
    cr_expect_str_eq(values.status, "POST_ICA");
}

static struct view_array two_workers(struct story *s, const char *a, const char *b)
{
    struct view *items = arena_array(s->arena, 2, sizeof *items);
    items[0] = view_of(a);
    items[1] = view_of(b);
    return (struct view_array){items, 2};
}

static void assign_two(struct story *s)
{
    struct caseworkers_assigned *assigned = story_assign(s, "sol.reyes");
    struct worker *workers = arena_array(s->arena, 2, sizeof *workers);
    workers[0] = workers[1] = assigned->workers.items[0];
    workers[1].user_id = VIEW("tom.hale");
    assigned->workers = (struct worker_array){workers, 2};
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned));
}

Test(stories, second_the_facilitator_reads_before_she_books, .timeout = 20)
{
    STORY;
    story_planned(s, 4);
    assign_two(s);
    story_at(s, "2026-12-04T10:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 1, "2026-12-10T10:00:00Z")));
    story_at(s, "2026-12-08T15:00:00Z");
    ACCEPTED(SENT(COMMAND_NOTE_RISK_CHANGE, story_risk_change(s, true)));
    expect_status(s, "delivering", "review-risk", "2026-12-09T15:00:00Z");
    REFUSED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-11T10:00:00Z")),
        "risk-review-pending", NULL);
    story_at(s, "2026-12-08T16:00:00Z");
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    cr_expect(!HAS(s->dossier, DOSSIER_REVIEW), "a new version ends the review");
    expect_status(s, "delivering", "acknowledge", "2026-12-10T08:00:00Z");
    REFUSED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-11T10:00:00Z")),
        "risk-not-acknowledged", "/booking/workers/0");
    REFUSED(
        SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")), "risk-not-read", NULL);
    struct risk_acknowledged *old = story_acknowledge(s, "sol.reyes");
    old->risk_version = 1;
    REFUSED(SENT(COMMAND_ACKNOWLEDGE_RISK, old), "risk-version-old", "/riskVersion");
    int64_t seen = s->dossier->seen_version;
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    cr_expect_eq(s->dossier->seen_version, seen, "a disclosure is no new version to see");
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    cr_expect_eq(s->dossier->seen_version, s->dossier->version);
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-11T10:00:00Z")));
    struct appointment_booked *both = story_book(s, 3, "2026-12-14T10:00:00Z");
    both->booking.workers = two_workers(s, "sol.reyes", "tom.hale");
    REFUSED(SENT(COMMAND_BOOK_APPOINTMENT, both), "risk-not-acknowledged", "/booking/workers/1");
}

Test(stories, third_a_missed_assessment_is_rebooked_and_met_on_its_last_day, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *first = story_book(s, 0, "2026-12-02T11:00:00Z");
    first->booking.notice.at = time_of("2026-11-25T09:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, first));
    expect_status(s, "assessment-booked", "hold", "2026-12-02T11:00:00Z");
    story_at(s, "2026-12-02T11:00:00Z");
    expect_status(s, "assessment-feedback-due", "give-feedback", "2026-12-02");
    story_at(s, "2026-12-02T11:45:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, first->appointment_id)));
    expect_status(s, "assessment-to-rebook", "book", "2026-12-07");
    struct appointment_booked *second = story_book(s, 0, "2026-12-07T10:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, second));
    story_at(s, "2026-12-07T12:00:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_late(s, second->appointment_id)));
    expect_status(s, "plan-due", "submit-plan", "2026-12-14");
    struct deadline clocks[20];
    size_t count = deadlines_of(s->dossier, story_referral(s), clocks, ARRAY_LEN(clocks));
    size_t met = 0;
    for (size_t i = 0; i < count; i++)
        if (clocks[i].code == DEADLINE_ASSESSMENT) {
            met++;
            cr_expect(clocks[i].met_us > 0 && clocks[i].met_us < clocks[i].due_us);
        }
    cr_expect_eq(met, 1);
    const struct dossier_referral *referral = story_referral(s);
    cr_expect(appointment_missed(&referral->appointments.items[0]));
    cr_expect(referral->appointments.items[1].late);
    cr_expect(appointment_held(&referral->appointments.items[1]));
}

Test(stories, fourth_an_unanswered_phone_is_no_missed_appointment, .timeout = 20)
{
    STORY;
    story_started(s);
    story_at(s, "2026-12-03T09:50:00Z");
    struct appointment_booked *call = story_book(s, 0, "2026-12-03T10:00:00Z");
    call->booking.method = METHOD_PHONE;
    call->booking.has &= ~((UINT64_C(1) << BOOKING_OFFICE) | (UINT64_C(1) << BOOKING_NOTICE));
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, call));
    story_at(s, "2026-12-03T10:15:00Z");
    REFUSED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, call->appointment_id)), "notice-not-given",
        NULL);
    ACCEPTED(SENT(COMMAND_RECORD_CONTACT_ATTEMPT, story_attempt(s, call->appointment_id)));
    cr_expect(appointment_live(&story_referral(s)->appointments.items[0]));
    ACCEPTED(SENT(COMMAND_CANCEL_APPOINTMENT, story_cancel(s, call->appointment_id)));
    expect_status(s, "assessment-to-rebook", "book", "2026-12-07");
    cr_expect_eq(story_referral(s)->attempts.len, 1);
    cr_expect(!appointment_missed(&story_referral(s)->appointments.items[0]));
    ACCEPTED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_NOT)));
    expect_status(s, "withdrawn", "", NULL);
    cr_expect_eq(status_of(s->dossier, story_referral(s), s->now).flags, 0);
}

Test(stories, fourth_nobody_is_not_engaged_whom_nobody_tried_to_reach, .timeout = 20)
{
    STORY;
    story_started(s);
    REFUSED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_NOT)),
        "no-contact-on-record", "/code");
    ACCEPTED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_ANO)));
    expect_status(s, "withdrawn", "", NULL);
    struct status status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.flags, FLAG_CLOSED_WITHOUT_CONTACT);
}

Test(stories, sixth_before_the_first_session_a_withdrawal_ends_it_at_once, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 0, "2026-11-30T14:00:00Z")));
    REFUSED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_EAR)),
        "early-close-too-soon", "/code");
    ACCEPTED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_MOV)));
    expect_status(s, "withdrawn", "", NULL);
    cr_expect(!appointment_live(&story_referral(s)->appointments.items[0]), "in the same event");
    struct rm_values values = rm_values_of(story_referral(s));
    cr_expect_str_eq(values.withdrawal_state, "PRE_ICA_WITHDRAWAL");
    cr_expect_str_eq(values.event_state, "CANCELLED");
    cr_expect_str_eq(values.end_state, "cancelled");
    cr_expect_str_eq(values.tab, "cancelled");
    REFUSED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_MOV)),
        "referral-ended", NULL);
}

Test(stories, sixth_an_end_with_a_report_due_concludes_at_the_report, .timeout = 20)
{
    STORY;
    story_planned(s, 4);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_at(s, "2026-12-18T10:00:00Z");
    ACCEPTED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_SEE)));
    expect_status(s, "closing", "submit-report", "2026-12-29");
    cr_expect_str_eq(rm_values_of(story_referral(s)).end_state, "");
    cr_expect_eq(status_of(s->dossier, story_referral(s), s->now).flags, 0);
    REFUSED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-21T10:00:00Z")),
        "end-already-requested", NULL);
    REFUSED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_SEE)),
        "end-already-requested", NULL);
    story_at(s, "2027-01-04T10:00:00Z");
    cr_expect(status_of(s->dossier, story_referral(s), s->now).flags & FLAG_OVERDUE);
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    expect_status(s, "ended-early", "", NULL);
    cr_expect_eq(story_referral(s)->end.concluded_at, s->now, "once, by the report");
    struct rm_values values = rm_values_of(story_referral(s));
    cr_expect_str_eq(values.event_state, "PREMATURELY_ENDED");
    cr_expect_str_eq(values.withdrawal_state, "POST_ICA_WITHDRAWAL");
    cr_expect_str_eq(values.end_state, "ended");
    cr_expect_str_eq(values.sas, "WITHDRAWN");
    cr_expect_str_eq(values.tab, "completed");
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)), "referral-ended", NULL);
}

/* The same command's record a second time, and one decided on an older version. */
Test(stories, seventh_a_copy_and_a_late_writer_are_ignored, .timeout = 20)
{
    STORY;
    story_referred(s);
    struct event event;
    cr_assert_eq(codec_read_event(s->registry, s->log[1], s->arena, &event), FRAME_OK);
    const struct meta *meta = event_meta(&event);
    struct dossier_head head = dossier_head_of(s->dossier);
    struct referee_input copy = {meta->version, meta->history};
    cr_expect_eq(referee_rule(&head, &copy, true), RULING_ANSWERED);
    cr_expect_eq(referee_rule(&head, &copy, false), RULING_LOST);
}

Test(stories, eighth_the_booking_that_lost_the_race_is_decided_again, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *late = story_book(s, 0, "2026-11-30T14:00:00Z");
    struct dossier *both_saw = s->dossier;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    struct dossier_head head = dossier_head_of(s->dossier);
    struct referee_input booked = {both_saw->version + 1, both_saw->history};
    cr_expect_eq(referee_rule(&head, &booked, false), RULING_LOST);
    REFUSED(SENT(COMMAND_BOOK_APPOINTMENT, late), "risk-not-acknowledged", "/booking/workers/0");
    cr_expect_eq(s->dossier->version, both_saw->version + 2);
    /* The other order. */
    s->dossier = both_saw;
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 0, "2026-11-30T14:00:00Z")));
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    expect_status(s, "assessment-booked", "acknowledge", "2026-11-26");
}

Test(stories, eleventh_in_custody_the_clocks_start_84_days_before_release, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    story_at(s, "2026-11-27T10:00:00Z");
    struct referral_submitted *sent = story_submit(s);
    struct location *location = &sent->location;
    location->setting = SETTING_CUSTODY;
    location->prison = VIEW("LEI");
    location->release_date = day_of("2027-03-19");
    location->office = VIEW("CRS0151");
    SET(location, LOCATION_PRISON);
    SET(location, LOCATION_RELEASE_DATE);
    SET(location, LOCATION_OFFICE);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, sent));
    expect_clock(s, DEADLINE_ASSESSMENT, "2027-01-12");
    expect_clock(s, DEADLINE_UNALLOCATED, "2026-12-04");
    cr_expect(status_of(s->dossier, story_referral(s), s->now).flags & FLAG_CUSTODY);
    struct dossier_referral *referral = story_change(s);
    referral->release_date = day_of("2027-02-19");
    expect_clock(s, DEADLINE_ASSESSMENT, "2026-12-11");
    referral->has &= ~(UINT64_C(1) << DOSSIER_REFERRAL_RELEASE_DATE);
    referral->over12_weeks = true;
    SET(referral, DOSSIER_REFERRAL_OVER12_WEEKS);
    cr_expect_eq(
        deadline_running(s->dossier, referral, DEADLINE_ASSESSMENT).due_us, 0, "no date, no clock");
}
