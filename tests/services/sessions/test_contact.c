/* Tries to reach the person are no missed appointments. */
#include "base/clock.h"
#include "dossier/deadlines.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define OTHER ((struct uuid){{0xee}})
#define NONE ((struct uuid){{0}})
#define TRIED(body) SENT(COMMAND_RECORD_CONTACT_ATTEMPT, (body))

Test(contact_attempt, is_remembered_with_who_made_it, .timeout = 20)
{
    STORY;
    story_referred(s);
    ACCEPTED(TRIED(story_attempt(s, NONE)));
    struct contact_attempted *other = story_attempt(s, NONE);
    as_practitioner(s);
    other->meta.actor = s->actor;
    other->at = s->now - TIME_US_PER_DAY;
    ACCEPTED(TRIED(other));
    const struct dossier_attempt_array *attempts = &story_referral(s)->attempts;
    cr_assert_eq(attempts->len, 2);
    cr_expect(attempts->items[0].by_provider && !attempts->items[1].by_provider);
    cr_expect_eq(attempts->items[1].at, s->now - TIME_US_PER_DAY);
    cr_expect_eq(attempts->items[0].result, CONTACT_RESULT_NO_ANSWER);
    cr_expect_eq(story_referral(s)->appointments.len, 0);
}

Test(contact_attempt, each_refusal, .timeout = 20)
{
    STORY;
    story_referred(s);
    REFUSED(TRIED(story_attempt(s, OTHER)), "unknown-part", "/appointmentId");
    struct contact_attempted *tried = story_attempt(s, NONE);
    tried->at = s->now + 1;
    REFUSED(TRIED(tried), "in-the-future", "/at");
    tried = story_attempt(s, NONE);
    UNSET(tried, CONTACT_ATTEMPTED_RESULT);
    REFUSED(TRIED(tried), "field-missing", "/result");
    tried = story_attempt(s, NONE);
    ACCEPTED(TRIED(tried));
    REFUSED(TRIED(tried), "id-already-used", "/attemptId");
}

/* A meeting that was booked without notice; the attempt that told of it, and what became of a miss.
 */
static const struct notice_row {
    const char *at;
    int32_t result, purpose;
    bool about, given;
} notice_rows[] = {
    {"2026-11-29T14:00:00Z", CONTACT_RESULT_SPOKE, CONTACT_PURPOSE_NOTICE, true, true},
    {"2026-11-29T14:00:00Z", CONTACT_RESULT_MESSAGE, CONTACT_PURPOSE_NOTICE, true, true},
    {"2026-11-29T14:00:01Z", CONTACT_RESULT_SPOKE, CONTACT_PURPOSE_NOTICE, true, false},
    {"2026-11-29T14:00:00Z", CONTACT_RESULT_NO_ANSWER, CONTACT_PURPOSE_NOTICE, true, false},
    {"2026-11-29T14:00:00Z", CONTACT_RESULT_SPOKE, CONTACT_PURPOSE_REMIND, true, false},
    {"2026-11-29T14:00:00Z", CONTACT_RESULT_SPOKE, CONTACT_PURPOSE_NOTICE, false, false},
};

Test(contact_attempt, that_reached_the_person_a_day_before_is_notice, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    UNSET(&one->booking, BOOKING_NOTICE);
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    struct dossier *before = s->dossier;
    for (size_t i = 0; i < ARRAY_LEN(notice_rows); i++) {
        const struct notice_row *row = &notice_rows[i];
        s->dossier = before;
        story_at(s, "2026-11-30T15:00:00Z");
        struct contact_attempted *tried = story_attempt(s, row->about ? one->appointment_id : NONE);
        tried->at = time_of(row->at);
        tried->result = row->result;
        tried->purpose = row->purpose;
        ACCEPTED(TRIED(tried));
        struct answer answer = SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, one->appointment_id));
        cr_expect_eq(answer.accepted, row->given, "row %zu", i);
        cr_expect(row->given || view_eq_text(answer.code, "notice-not-given"), "row %zu", i);
    }
}

Test(contact_attempt, before_the_meeting_was_moved_is_no_notice, .timeout = 20)
{
    STORY;
    story_started(s);
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    struct contact_attempted *tried = story_attempt(s, one->appointment_id);
    tried->result = CONTACT_RESULT_SPOKE;
    tried->purpose = CONTACT_PURPOSE_NOTICE;
    ACCEPTED(TRIED(tried));
    story_at(s, "2026-11-25T09:00:00Z");
    ACCEPTED(SENT(COMMAND_RESCHEDULE_APPOINTMENT,
        story_move(s, one->appointment_id, "2026-12-02T14:00:00Z")));
    story_at(s, "2026-12-02T15:00:00Z");
    REFUSED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, one->appointment_id)), "notice-not-given",
        NULL);
}

Test(contact_attempt, the_contact_clock_stops_when_somebody_spoke, .timeout = 20)
{
    STORY;
    story_referred(s);
    ACCEPTED(TRIED(story_attempt(s, NONE)));
    cr_expect_neq(deadline_running(s->dossier, story_referral(s), DEADLINE_CONTACT).due_us, 0);
    struct contact_attempted *tried = story_attempt(s, NONE);
    tried->result = CONTACT_RESULT_SPOKE;
    ACCEPTED(TRIED(tried));
    cr_expect_eq(deadline_running(s->dossier, story_referral(s), DEADLINE_CONTACT).due_us, 0);
}
