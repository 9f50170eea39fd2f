#include "brokerctl/why.h"

#include <criterion/criterion.h>
#include <string.h>

#include "support/story.h"

TestSuite(brokerctl_why, .timeout = 20);

/* The story's log told to `why`, as it stands at `now`. */
static struct why told(struct story *s, const char *now)
{
    struct why why = {
        .referral = s->referral, .now = time_of(now), .dossier = dossier_empty(s->arena)};
    for (size_t i = 0; i < s->records; i++) {
        struct event event;
        cr_assert_eq(codec_read_event(s->registry, s->log[i], s->arena, &event), FRAME_OK);
        if (event.type != EVENT_COMMAND_REFUSED)
            cr_assert_eq(why_tell(&why, &event, s->arena).act, RES_OK);
    }
    return why;
}

/* One line of what is printed, or all of it. */
static const char *printed(const struct why *why, struct buf *out)
{
    buf_clear(out);
    why_put(why, "KT2743AC", out);
    buf_byte(out, 0);
    return out->ptr;
}
#define SAYS(why, text)                                                                            \
    cr_expect_not_null(strstr(printed((why), &out), (text)), "%s", printed((why), &out))

static void assigned(struct story *s)
{
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    story_at(s, "2026-11-23T10:05:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    story_at(s, "2026-11-24T10:00:00Z");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
}

Test(brokerctl_why, names_whose_turn_it_is_since_when_and_until_when)
{
    STORY;
    CLEANUP(buf_done) struct buf out = {0};
    assigned(s);
    struct why why = told(s, "2026-11-24T12:00:00Z");
    cr_assert(why.there);
    SAYS(&why, "KT2743AC is assessment-to-book\n");
    SAYS(
        &why, "waits for  the provider to acknowledge the current risk (the initial assessment)\n");
    SAYS(&why, "since      2026-11-24T10:00:00Z, for 2 h 0 min: CaseworkersAssigned\n");
    SAYS(&why, "deadline   risk-acknowledge, 2026-11-27T00:00:00Z, in 2 d 12 h\n");
    SAYS(&why, "also due   contact, ");
}

Test(brokerctl_why, a_fact_that_changes_nothing_about_it_does_not_move_the_since)
{
    STORY;
    assigned(s);
    struct why before = told(s, "2026-11-24T12:00:00Z");
    story_at(s, "2026-11-24T11:00:00Z");
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    struct why after = told(s, "2026-11-24T12:00:00Z");
    cr_expect_eq(after.since, before.since);
    cr_expect_eq(after.cause, EVENT_CASEWORKERS_ASSIGNED);
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    after = told(s, "2026-11-24T12:00:00Z");
    cr_expect_eq(after.since, time_of("2026-11-24T11:00:00Z"));
    cr_expect_eq(after.cause, EVENT_RISK_ACKNOWLEDGED);
}

Test(brokerctl_why, what_the_passing_of_a_start_made_so_is_since_that_start)
{
    STORY;
    CLEANUP(buf_done) struct buf out = {0};
    assigned(s);
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    story_at(s, "2026-11-24T11:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 0, "2026-11-30T14:00:00Z")));
    struct why ahead = told(s, "2026-11-30T13:00:00Z");
    SAYS(&ahead, "waits for  the provider to hold the appointment (the initial assessment)");
    SAYS(&ahead, "since      2026-11-24T11:00:00Z, for 6 d 2 h: AppointmentBooked\n");
    struct why begun = told(s, "2026-12-03T14:00:00Z");
    SAYS(&begun, "waits for  the provider to record what came of the appointment");
    SAYS(&begun, "since      2026-11-30T14:00:00Z, for 3 d 0 h: the appointment's start\n");
    SAYS(&begun, "deadline   feedback, 2026-12-01T00:00:00Z, overdue for 2 d 14 h\n");
    SAYS(&begun, "flags      overdue\n");
}

Test(brokerctl_why, is_the_one_status_function_after_every_record)
{
    STORY;
    story_planned(s, 1);
    for (size_t count = s->records; s->records > 0; s->records--) {
        struct why why = told(s, "2026-12-20T12:00:00Z");
        const struct dossier_referral *referral = dossier_referral(why.dossier, s->referral);
        cr_assert_eq(why.there, referral != NULL);
        if (referral == NULL)
            continue;
        struct status status = status_of(why.dossier, referral, why.now);
        cr_expect_eq(why.status.code, status.code, "record %zu of %zu", s->records, count);
        cr_expect_eq(why.status.due_us, status.due_us);
    }
}

Test(brokerctl_text, durations_are_said_in_two_units_at_most)
{
    static const struct {
        int64_t s;
        const char *text;
    } rows[] = {{0, "0.0 s"}, {59, "59.0 s"}, {60, "1 min"}, {3599, "59 min"}, {3660, "1 h 1 min"},
        {86400, "1 d 0 h"}, {200000, "2 d 7 h"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(buf_done) struct buf text = {0};
        ctl_put_duration(rows[i].s * 1000000, &text);
        cr_expect(view_eq_text(buf_as_view(&text), rows[i].text), "%.*s, not %s",
            VIEW_ARG(buf_as_view(&text)), rows[i].text);
    }
}
