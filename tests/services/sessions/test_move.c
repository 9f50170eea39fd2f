/* Meetings that are not held as they were booked. */
#include "base/clock.h"
#include "dossier/status.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define OTHER ((struct uuid){{0xee}})
#define BOOK(body) SENT(COMMAND_BOOK_APPOINTMENT, (body))
#define MOVE(body) SENT(COMMAND_RESCHEDULE_APPOINTMENT, (body))
#define CANCEL(body) SENT(COMMAND_CANCEL_APPOINTMENT, (body))

Test(cancel, a_live_appointment_and_no_other, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(BOOK(one));
    struct uuid id = one->appointment_id;
    REFUSED(CANCEL(story_cancel(s, OTHER)), "unknown-part", "/appointmentId");
    struct appointment_cancelled *cancelled = story_cancel(s, id);
    UNSET(cancelled, APPOINTMENT_CANCELLED_REASON);
    REFUSED(CANCEL(cancelled), "field-missing", "/reason");
    cancelled = story_cancel(s, id);
    cancelled->by = REQUESTED_BY_UNKNOWN;
    REFUSED(CANCEL(cancelled), "field-invalid", "/by");
    cancelled = story_cancel(s, id);
    as_practitioner(s);
    cancelled->meta.actor = s->actor;
    cancelled->by = REQUESTED_BY_PERSON;
    ACCEPTED(CANCEL(cancelled));
    const struct dossier_appointment *gone = &story_referral(s)->appointments.items[0];
    cr_expect_eq(gone->cancelled_at, s->now);
    cr_expect(view_eq_text(gone->cancelled_by, "dana.price"));
    cr_expect_eq(gone->cancelled_for, REQUESTED_BY_PERSON);
    cr_expect(uuid_eq(gone->cancelled_record, event_meta(&s->last)->id));
    cr_expect_eq(gone->sealed.len, 1, "the reason; the booking had nothing sealed");
    REFUSED(CANCEL(story_cancel(s, id)), "appointment-not-live", NULL);
    REFUSED(SENT(COMMAND_RECORD_ATTENDANCE, story_attendance(s, id)), "appointment-not-live", NULL);
}

Test(cancel, leaves_the_session_to_be_booked_again, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(BOOK(one));
    ACCEPTED(CANCEL(story_cancel(s, one->appointment_id)));
    struct status status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.code, STATUS_ASSESSMENT_TO_REBOOK);
    cr_expect_eq(status.action, ACTION_BOOK);
    ACCEPTED(BOOK(story_book(s, 0, "2026-11-30T14:30:00Z")));
    cr_expect(!session_recorded(story_referral(s), 0), "a cancelled meeting is no outcome");
}

/* Booked for 30 November, 14:00, by letter of the 28th. */
static struct uuid booked(struct story *s)
{
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(BOOK(one));
    return one->appointment_id;
}

Test(move, keeps_the_appointment_and_takes_the_new_time_place_and_workers, .timeout = 20)
{
    STORY;
    struct uuid id = booked(s);
    int64_t arranged = story_referral(s)->appointments.items[0].booked_at;
    story_at(s, "2026-11-25T09:00:00Z");
    struct appointment_rescheduled *moved = story_move(s, id, "2026-12-01T10:00:00Z");
    moved->booking.method = METHOD_PHONE;
    UNSET(&moved->booking, REBOOKING_OFFICE);
    ACCEPTED(MOVE(moved));
    cr_assert_eq(story_referral(s)->appointments.len, 1);
    const struct dossier_appointment *one = &story_referral(s)->appointments.items[0];
    cr_expect(uuid_eq(one->id, id) && one->session == 0 && appointment_live(one));
    cr_expect_eq(one->start, time_of("2026-12-01T10:00:00Z"));
    cr_expect_eq(one->method, METHOD_PHONE);
    cr_expect(!HAS(one, DOSSIER_APPOINTMENT_OFFICE));
    cr_expect(view_eq_text(one->workers.items[0], "sol.reyes"), "not stated: as before");
    cr_expect_eq(one->booked_at, arranged);
    cr_expect_eq(one->moved_at, s->now);
    cr_expect_eq(one->moved_for, REQUESTED_BY_PERSON);
    struct status status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.code, STATUS_ASSESSMENT_BOOKED);
    cr_expect_eq(status.due_us, one->start);
}

Test(move, what_is_told_of_the_old_time_is_no_notice_of_the_new, .timeout = 20)
{
    STORY;
    struct uuid id = booked(s);
    cr_expect_eq(
        deadline_running(s->dossier, story_referral(s), DEADLINE_CONTACT).due_us, 0, "told");
    ACCEPTED(MOVE(story_move(s, id, "2026-12-02T14:00:00Z")));
    cr_expect_eq(deadline_running(s->dossier, story_referral(s), DEADLINE_CONTACT).due_us, 0,
        "a clock that was met stays met");
    story_at(s, "2026-12-02T15:00:00Z");
    REFUSED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, id)), "notice-not-given", NULL);
    story_at(s, "2026-12-02T15:10:00Z");
    struct appointment_rescheduled *again = story_move(s, id, "2026-12-04T14:00:00Z");
    again->booking.notice = (struct notice){.how = NOTICE_HOW_PHONE, .at = s->now};
    SET(&again->booking.notice, NOTICE_HOW);
    SET(&again->booking.notice, NOTICE_AT);
    SET(&again->booking, REBOOKING_NOTICE);
    ACCEPTED(MOVE(again));
    story_at(s, "2026-12-04T15:00:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, id)));
}

Test(move, each_refusal, .timeout = 20)
{
    STORY;
    struct uuid id = booked(s);
    REFUSED(MOVE(story_move(s, OTHER, "2026-12-01T10:00:00Z")), "unknown-part", "/appointmentId");
    REFUSED(MOVE(story_move(s, id, "2026-11-30T14:00:00Z")), "nothing-changed", NULL);
    ACCEPTED(MOVE(story_move(s, id, "2026-11-30T14:30:00Z")));
    static const struct row {
        const char *start, *refusal;
    } rows[] = {
        {"2026-11-22T23:59:00Z", "before-referral"},
        {"2026-11-23T14:00:00Z", "in-the-past"},
        {"2027-05-24T23:00:00Z", "too-far-ahead"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        REFUSED(MOVE(story_move(s, id, rows[i].start)), rows[i].refusal, "/booking/start");
    struct appointment_rescheduled *moved = story_move(s, id, "2026-12-01T10:00:00Z");
    static const struct view stranger = {"tom.hale", 8};
    moved->booking.workers = (struct view_array){&stranger, 1};
    SET(&moved->booking, REBOOKING_WORKERS);
    REFUSED(MOVE(moved), "worker-not-assigned", "/booking/workers/0");
    moved = story_move(s, id, "2026-12-01T10:00:00Z");
    UNSET(&moved->booking, REBOOKING_OFFICE);
    REFUSED(MOVE(moved), "field-missing", "/booking/office");
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    REFUSED(MOVE(story_move(s, id, "2026-12-01T10:00:00Z")), "risk-not-acknowledged",
        "/booking/workers/0");
    story_change(s);
    s->dossier->review.urgent = true;
    SET(s->dossier, DOSSIER_REVIEW);
    REFUSED(MOVE(story_move(s, id, "2026-12-01T10:00:00Z")), "risk-review-pending", NULL);
    ACCEPTED(CANCEL(story_cancel(s, id)));
    REFUSED(MOVE(story_move(s, id, "2026-12-01T10:00:00Z")), "appointment-not-live", NULL);
}

Test(move, clashes_with_another_but_never_with_itself, .timeout = 20)
{
    STORY;
    story_planned(s, 2);
    struct appointment_booked *one = story_book(s, 1, "2026-12-09T14:00:00Z");
    ACCEPTED(BOOK(one));
    ACCEPTED(BOOK(story_book(s, 2, "2026-12-10T14:00:00Z")));
    ACCEPTED(MOVE(story_move(s, one->appointment_id, "2026-12-09T14:30:00Z")));
    REFUSED(MOVE(story_move(s, one->appointment_id, "2026-12-10T13:30:00Z")), "clash",
        "/booking/start");
}
