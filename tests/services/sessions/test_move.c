/* Meetings that are not held as they were booked. */
#include "dossier/status.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define OTHER ((struct uuid){{0xee}})
#define BOOK(body) SENT(COMMAND_BOOK_APPOINTMENT, (body))
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
