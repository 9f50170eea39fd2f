/* Every refusal of the sessions' commands, each from one change to a command that is accepted. */
#include "base/clock.h"
#include "sessions/decide_sessions.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define OTHER ((struct uuid){{0xee}})
#define BOOK(body) SENT(COMMAND_BOOK_APPOINTMENT, (body))
#define PAST(body) SENT(COMMAND_RECORD_PAST_APPOINTMENT, (body))
#define FEEDBACK(body) SENT(COMMAND_GIVE_FEEDBACK, (body))
#define ATTENDANCE(body) SENT(COMMAND_RECORD_ATTENDANCE, (body))

Test(book, fields_by_their_conditions, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    UNSET(&one->booking, BOOKING_OFFICE);
    REFUSED(BOOK(one), "field-missing", "/booking/office");
    one = story_book(s, 0, "2026-11-30T14:00:00Z");
    one->booking.method = METHOD_PHONE;
    REFUSED(BOOK(one), "field-not-allowed", "/booking/office");
    one = story_book(s, 0, "2026-11-30T14:00:00Z");
    one->booking.minutes = 4;
    REFUSED(BOOK(one), "field-invalid", "/booking/minutes");
    one = story_book(s, 0, "2026-11-30T14:00:00Z");
    static const int32_t purposes[] = {PURPOSE_CONSTRUCTIVE, PURPOSE_UNKNOWN};
    one->booking.purposes = (struct int_array){purposes, 2};
    SET(&one->booking, BOOKING_PURPOSES);
    REFUSED(BOOK(one), "field-invalid", "/booking/purposes/1");
    one = story_book(s, 0, "2026-11-30T14:00:00Z");
    one->external_id = VIEW("12");
    SET(one, APPOINTMENT_BOOKED_EXTERNAL_ID);
    REFUSED(BOOK(one), "field-not-allowed", "/externalId");
}

Test(book, who_may_meet_the_person, .timeout = 20)
{
    STORY;
    story_referred(s);
    REFUSED(BOOK(story_book(s, 0, "2026-11-30T14:00:00Z")), "not-assigned", NULL);
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    REFUSED(BOOK(story_book(s, 0, "2026-11-30T14:00:00Z")), "risk-not-acknowledged",
        "/booking/workers/0");
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    static const struct view stranger = {"tom.hale", 8};
    one->booking.workers.items = &stranger;
    REFUSED(BOOK(one), "worker-not-assigned", "/booking/workers/0");
    story_change(s);
    struct dossier *before = s->dossier;
    UNSET(before, DOSSIER_RISK);
    REFUSED(BOOK(story_book(s, 0, "2026-11-30T14:00:00Z")), "no-risk-position", NULL);
    s->dossier = before;
    before->review.urgent = true;
    SET(before, DOSSIER_RISK);
    SET(before, DOSSIER_REVIEW);
    REFUSED(BOOK(story_book(s, 0, "2026-11-30T14:00:00Z")), "risk-review-pending", NULL);
    s->dossier = before;
    SET(before, DOSSIER_DIED_AT);
    REFUSED(BOOK(story_book(s, 0, "2026-11-30T14:00:00Z")), "person-died", NULL);
}

Test(book, which_session_it_can_be, .timeout = 20)
{
    STORY;
    story_started(s);
    REFUSED(BOOK(story_book(s, 1, "2026-11-30T14:00:00Z")), "unknown-session", "/booking/session");
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    REFUSED(
        BOOK(story_book(s, 0, "2026-12-01T14:00:00Z")), "session-already-held", "/booking/session");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 2)));
    REFUSED(BOOK(story_book(s, 3, "2026-12-01T14:00:00Z")), "unknown-session", "/booking/session");
    struct appointment_booked *one = story_book(s, 2, "2026-12-01T14:00:00Z");
    ACCEPTED(BOOK(one));
    REFUSED(BOOK(story_book(s, 2, "2026-12-04T14:00:00Z")), "session-has-live-appointment",
        "/booking/session");
    struct appointment_booked *same = story_book(s, 1, "2026-12-04T14:00:00Z");
    same->appointment_id = one->appointment_id;
    REFUSED(BOOK(same), "id-already-used", "/appointmentId");
    /* A service without plans numbers as it goes. */
    story_change(s)->terms.plan = false;
    REFUSED(BOOK(story_book(s, 4, "2026-12-04T14:00:00Z")), "unknown-session", "/booking/session");
    ACCEPTED(BOOK(story_book(s, 3, "2026-12-04T14:00:00Z")));
}

Test(book, when_it_can_be, .timeout = 20)
{
    STORY;
    story_started(s); /* sent on 23 November; it is 24 November, 11:00 */
    static const struct row {
        const char *start, *refusal;
    } rows[] = {
        {"2026-11-22T23:59:00Z", "before-referral"},
        {"2026-11-23T00:00:00Z", "in-the-past"},
        {"2026-11-24T00:00:00Z", NULL}, /* earlier today */
        {"2027-05-24T22:59:00Z", NULL}, /* the last minute of the day, London time */
        {"2027-05-24T23:00:00Z", "too-far-ahead"},
    };
    struct dossier *before = s->dossier;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        s->dossier = before;
        struct appointment_booked *one = story_book(s, 0, rows[i].start);
        if (rows[i].refusal != NULL)
            REFUSED(BOOK(one), rows[i].refusal, "/booking/start");
        else
            ACCEPTED(BOOK(one));
    }
    /* Six months after 31 August is the last of February. */
    s->dossier = before;
    story_at(s, "2026-08-31T10:00:00Z");
    story_change(s)->sent_at = s->now;
    REFUSED(BOOK(story_book(s, 0, "2027-03-01T00:00:00Z")), "too-far-ahead", "/booking/start");
    ACCEPTED(BOOK(story_book(s, 0, "2027-02-28T23:00:00Z")));
}

Test(book, a_clash_names_the_other_times_and_no_more, .timeout = 20)
{
    STORY;
    story_planned(s, 3);
    ACCEPTED(BOOK(story_book(s, 1, "2026-12-09T14:00:00Z")));
    REFUSED(BOOK(story_book(s, 2, "2026-12-09T14:59:00Z")), "clash", "/booking/start");
    const struct command_refused *refused = s->last.body;
    cr_assert_eq(refused->arguments.len, 2);
    cr_expect(view_eq_text(refused->arguments.items[0].value, "2026-12-09T14:00:00Z"));
    cr_expect(view_eq_text(refused->arguments.items[1].value, "2026-12-09T15:00:00Z"));
    REFUSED(BOOK(story_book(s, 2, "2026-12-09T13:01:00Z")), "clash", "/booking/start");
    ACCEPTED(BOOK(story_book(s, 2, "2026-12-09T15:00:00Z")));
    ACCEPTED(BOOK(story_book(s, 3, "2026-12-09T13:00:00Z")));
}

Test(record_past, is_for_an_earlier_day, .timeout = 20)
{
    STORY;
    story_started(s);
    story_at(s, "2026-12-01T10:00:00Z");
    REFUSED(PAST(story_past(s, 0, "2026-12-01T09:00:00Z")), "in-the-future", "/booking/start");
    ACCEPTED(PAST(story_past(s, 0, "2026-11-30T14:00:00Z")));
    const struct dossier_appointment *one = &story_referral(s)->appointments.items[0];
    cr_expect(one->past && appointment_held(one));
    cr_expect(session_held(story_referral(s), 0));
    REFUSED(
        PAST(story_past(s, 0, "2026-11-30T15:00:00Z")), "session-already-held", "/booking/session");
}

Test(record_past, risk_and_death_are_waived_and_never_refuse, .timeout = 20)
{
    STORY;
    story_referred(s);
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    story_at(s, "2026-12-01T10:00:00Z");
    story_change(s);
    s->dossier->review.urgent = true;
    SET(s->dossier, DOSSIER_REVIEW);
    SET(s->dossier, DOSSIER_DIED_AT);
    ACCEPTED(PAST(story_past(s, 0, "2026-11-30T14:00:00Z")));
    cr_expect(story_waived(s, "person-died"));
    cr_expect(story_waived(s, "risk-review-pending"));
    cr_expect(story_waived(s, "risk-not-acknowledged"));
    cr_expect(!story_waived(s, "no-risk-position"));
    story_change(s);
    UNSET(s->dossier, DOSSIER_RISK);
    story_change(s)->appointments.len = 0;
    ACCEPTED(PAST(story_past(s, 0, "2026-11-30T14:00:00Z")));
    cr_expect(story_waived(s, "no-risk-position"));
}

Test(record_past, a_miss_needs_notice_too, .timeout = 20)
{
    STORY;
    story_started(s);
    story_at(s, "2026-12-01T10:00:00Z");
    struct past_appointment_recorded *past = story_past(s, 0, "2026-11-30T14:00:00Z");
    past->attendance = story_missed(s, OTHER)->attendance;
    past->feedback = story_missed(s, OTHER)->feedback;
    past->booking.notice.at = past->booking.start - TIME_US_PER_DAY + 1;
    REFUSED(PAST(past), "notice-not-given", "/booking/notice");
    past->booking.notice.at--;
    ACCEPTED(PAST(past));
}

Test(record_past, after_the_end_only_what_was_before_it, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_at(s, "2026-12-10T12:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    story_at(s, "2026-12-14T12:00:00Z");
    REFUSED(PAST(story_past(s, 1, "2026-12-11T09:00:00Z")), "referral-ended", "/booking/start");
    REFUSED(
        PAST(story_past(s, 1, "2026-12-08T09:00:00Z")), "session-already-held", "/booking/session");
    REFUSED(BOOK(story_book(s, 1, "2026-12-15T09:00:00Z")), "referral-ended", NULL);
    cr_expect_eq(sessions_held(story_referral(s)), 1);
}

Test(attendance, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(BOOK(one));
    struct uuid id = one->appointment_id;
    REFUSED(ATTENDANCE(story_attendance(s, OTHER)), "unknown-part", "/appointmentId");
    REFUSED(ATTENDANCE(story_attendance(s, id)), "appointment-in-future", NULL);
    story_at(s, "2026-11-30T14:00:00Z");
    struct attendance_recorded *recorded = story_attendance(s, id);
    recorded->attendance.attended = false;
    REFUSED(ATTENDANCE(recorded), "field-invalid", "/attendance/happened");
    recorded = story_attendance(s, id);
    recorded->attendance.happened = false;
    UNSET(&recorded->attendance, ATTENDANCE_LATE);
    REFUSED(ATTENDANCE(recorded), "field-missing", "/attendance/whose");
    recorded = story_attendance(s, id);
    UNSET(&recorded->attendance, ATTENDANCE_LATE);
    REFUSED(ATTENDANCE(recorded), "field-missing", "/attendance/late");
    story_change(s);
    struct dossier *before = s->dossier;
    before->died_on = day_of("2026-11-29");
    SET(before, DOSSIER_DIED_AT);
    SET(before, DOSSIER_DIED_ON);
    REFUSED(ATTENDANCE(story_attendance(s, id)), "person-died", NULL);
    s->dossier = before;
    before->died_on++;
    ACCEPTED(ATTENDANCE(story_attendance(s, id)));
    REFUSED(ATTENDANCE(story_attendance(s, id)), "appointment-not-live", NULL);
}

Test(feedback, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(BOOK(one));
    struct uuid id = one->appointment_id;
    REFUSED(FEEDBACK(story_held(s, id)), "appointment-in-future", NULL);
    story_at(s, "2026-11-30T15:20:00Z");
    struct feedback_given *given = story_held(s, id);
    UNSET(given, FEEDBACK_GIVEN_ATTENDANCE);
    REFUSED(FEEDBACK(given), "attendance-missing", "/attendance");
    ACCEPTED(ATTENDANCE(story_attendance(s, id)));
    REFUSED(FEEDBACK(story_held(s, id)), "attendance-already-recorded", "/attendance");
    given = story_missed(s, id);
    UNSET(given, FEEDBACK_GIVEN_ATTENDANCE);
    REFUSED(FEEDBACK(given), "field-missing", "/feedback/summary");
    given = story_held(s, id);
    UNSET(given, FEEDBACK_GIVEN_ATTENDANCE);
    SET(given, FEEDBACK_GIVEN_SUBMISSIONS);
    REFUSED(FEEDBACK(given), "field-not-allowed", "/submissions");
    UNSET(given, FEEDBACK_GIVEN_SUBMISSIONS);
    ACCEPTED(FEEDBACK(given));
    given = story_held(s, id);
    UNSET(given, FEEDBACK_GIVEN_ATTENDANCE);
    REFUSED(FEEDBACK(given), "feedback-already-given", NULL);
    /* Cancelled: nothing can be told of it. */
    struct dossier_referral *referral = story_change(s);
    struct dossier_appointment cancelled = referral->appointments.items[0];
    cancelled.has = UINT64_C(1) << DOSSIER_APPOINTMENT_CANCELLED_AT;
    referral->appointments.items = &cancelled;
    REFUSED(FEEDBACK(story_held(s, id)), "appointment-not-live", NULL);
}

/* What feedback may hold by what happened: bits that must be there and bits that must not. */
static const struct texts_row {
    struct feedback_given *(*given)(struct story *story, struct uuid appointment);
    int needed[3], refused[4]; /* ending in -1 */
} texts_rows[] = {
    {story_held, {FEEDBACK_SUMMARY, FEEDBACK_RESPONSE, FEEDBACK_NOTIFY_BEHAVIOUR},
        {FEEDBACK_REASON_TEXT, FEEDBACK_ABSENCE, -1}},
    {story_late, {FEEDBACK_SUMMARY, FEEDBACK_RESPONSE, FEEDBACK_NOTIFY_BEHAVIOUR},
        {FEEDBACK_REASON_TEXT, FEEDBACK_ABSENCE, -1}},
    {story_not_held, {FEEDBACK_REASON_TEXT, FEEDBACK_NOTIFY_CONCERNS, -1},
        {FEEDBACK_SUMMARY, FEEDBACK_FUTURE_PLANS, FEEDBACK_ABSENCE, -1}},
    {story_missed, {FEEDBACK_ABSENCE, FEEDBACK_NOTIFY_CONCERNS, -1},
        {FEEDBACK_RESPONSE, FEEDBACK_FUTURE_PLANS, FEEDBACK_REASON_TEXT, -1}},
};

Test(feedback, which_texts_are_due_depends_on_what_happened, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(BOOK(one));
    story_at(s, "2026-11-30T15:20:00Z");
    struct dossier *before = s->dossier;
    for (size_t i = 0; i < ARRAY_LEN(texts_rows); i++) {
        const struct texts_row *row = &texts_rows[i];
        for (size_t n = 0; n < 3 && row->needed[n] >= 0; n++) {
            struct feedback_given *given = row->given(s, one->appointment_id);
            given->feedback.has &= ~(UINT64_C(1) << row->needed[n]);
            struct answer answer = FEEDBACK(given);
            cr_expect(view_eq_text(answer.code, "field-missing"), "row %zu, needed %zu", i, n);
        }
        for (size_t n = 0; n < 4 && row->refused[n] >= 0; n++) {
            struct feedback_given *given = row->given(s, one->appointment_id);
            given->feedback.has |= UINT64_C(1) << row->refused[n];
            struct answer answer = FEEDBACK(given);
            cr_expect(view_eq_text(answer.code, "field-not-allowed"), "row %zu, %zu", i, n);
        }
        ACCEPTED(FEEDBACK(row->given(s, one->appointment_id)));
        s->dossier = before;
    }
    struct feedback_given *given = story_held(s, one->appointment_id);
    given->feedback.notify_concerns = true;
    REFUSED(FEEDBACK(given), "field-missing", "/feedback/concerns");
}

Test(sessions, of_another_organisation_is_not_permitted, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    one->meta.actor.organisation = VIEW("ELSEWHERE");
    REFUSED(BOOK(one), "not-permitted", NULL);
    UNSET(&one->meta.actor, ACTOR_ORGANISATION);
    one->meta.actor.organisation = VIEW_NONE;
    REFUSED(BOOK(one), "not-permitted", NULL);
    one = story_book(s, 0, "2026-11-30T14:00:00Z");
    UNSET(&one->meta, META_REFERRAL);
    REFUSED(BOOK(one), "unknown-part", NULL);
}
