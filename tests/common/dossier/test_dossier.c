#include "dossier/dossier.h"

#include "support/story.h"

#include <string.h>

static struct event last_again(struct story *s, struct uuid referral)
{
    size_t size = event_table[s->last.type].desc->size;
    struct record_head *body = arena_alloc(s->arena, size);
    memcpy(body, s->last.body, size);
    body->meta.referral = referral;
    return (struct event){s->last.type, body};
}

Test(dossier, an_event_about_a_part_that_is_not_there_changes_nothing, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    struct dossier *after;
    struct event feedback = last_again(s, (struct uuid){{0xee}});
    cr_assert_eq(dossier_evolve(s->dossier, &feedback, s->arena, &after).act, RES_OK);
    cr_expect(view_eq(story_pack(s, after), story_pack(s, s->dossier)));
}

Test(dossier, the_one_before_is_left_as_it_was, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    struct dossier *before = s->dossier;
    struct view packed = story_pack(s, before);
    struct appointment_booked *one = story_book(s, 1, "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    struct dossier *booked = s->dossier;
    struct view with_booking = story_pack(s, booked);
    struct event event = s->last;
    struct dossier *after;
    cr_assert_eq(dossier_evolve(before, &event, s->arena, &after).act, RES_OK);
    cr_expect(view_eq(story_pack(s, before), packed));
    s->now = one->booking.start;
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_held(s, one->appointment_id)));
    cr_expect(view_eq(story_pack(s, booked), with_booking));
}

Test(dossier, a_full_arena_is_a_failure_for_every_event, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    struct dossier *before = dossier_empty(s->arena);
    for (size_t i = 0; i < s->records; i++) {
        struct event event;
        struct dossier *after = NULL;
        cr_assert_eq(codec_read_event(s->registry, s->log[i], s->arena, &event), FRAME_OK);
        /* More and more room: each time a failure, until it is enough and the result is whole. */
        size_t room = 8;
        for (; after == NULL; room += 64) {
            struct arena *small = arena_new(room);
            struct dossier *tried = NULL;
            if (dossier_evolve(before, &event, small, &tried).act == RES_OK)
                cr_assert_eq(dossier_evolve(before, &event, s->arena, &after).act, RES_OK);
            else
                cr_assert_null(tried, "untouched on failure");
            if (after != NULL)
                cr_expect(view_eq(story_pack(s, tried), story_pack(s, after)));
            arena_free(small);
        }
        cr_expect_gt(room, 72, "record %zu needed no room", i);
        before = after;
    }
}

Test(dossier, a_whole_referral_takes_no_more_than_four_kilobytes, .timeout = 20)
{
    STORY;
    story_planned(s, 2);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_session(s, 2, "2026-12-09T15:30:00Z", "2026-12-18T14:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    size_t len = story_pack(s, s->dossier).len;
    cr_expect_leq(len, 4096, "%zu bytes", len);
    cr_expect_gt(len, 500, "%zu bytes", len);
}

Test(dossier, seen_moves_with_events_but_not_with_refusals_and_readings, .timeout = 20)
{
    STORY;
    story_referred(s);
    cr_expect_eq(s->dossier->seen_version, 2);
    REFUSED(SENT(COMMAND_APPROVE_PLAN, story_approve(s, 1)), "plan-not-awaiting", "/planVersion");
    cr_expect_eq(s->dossier->version, 3);
    cr_expect_eq(s->dossier->seen_version, 2);
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    cr_expect_eq(s->dossier->version, 5);
    cr_expect_eq(s->dossier->seen_version, 4);
}

Test(dossier, a_session_counts_once_however_often_it_was_tried, .timeout = 20)
{
    STORY;
    story_planned(s, 3);
    struct appointment_booked *one = story_book(s, 1, "2026-12-04T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    story_at(s, "2026-12-04T14:30:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, one->appointment_id)));
    cr_expect_eq(sessions_recorded(story_referral(s)), 1);
    cr_expect_eq(sessions_held(story_referral(s)), 0);
    struct appointment_booked *again = story_book(s, 1, "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, again));
    cr_expect_eq(sessions_recorded(story_referral(s)), 0, "something is live");
    story_at(s, "2026-12-09T14:30:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_held(s, again->appointment_id)));
    cr_expect_eq(sessions_recorded(story_referral(s)), 1);
    cr_expect_eq(sessions_held(story_referral(s)), 1);
}

Test(dossier, every_sealed_field_of_a_record_is_known_by_its_way_however_many, .timeout = 20)
{
    enum { ACTIVITIES = 40 };
    STORY;
    story_started(s);
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    struct plan_submitted *plan = story_plan(s, 1, 3);
    struct activity *items = arena_array(s->arena, ACTIVITIES, sizeof *items);
    for (size_t i = 0; i < ACTIVITIES; i++) {
        items[i] = plan->activities.items[0];
        items[i].id = story_id(s);
    }
    plan->activities.items = items;
    plan->activities.len = ACTIVITIES;
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, plan));
    const struct dossier_plan *kept = referral_plan(story_referral(s), 1);
    cr_assert_eq(kept->sealed.len, 1);
    cr_assert_eq(kept->sealed.items[0].fields.len, ACTIVITIES);
    for (size_t i = 0; i < ACTIVITIES; i++) {
        struct view way = arena_printf(s->arena, "/activities/%zu/text", i);
        cr_expect(view_eq(kept->sealed.items[0].fields.items[i], way), "%.*s",
            VIEW_ARG(kept->sealed.items[0].fields.items[i]));
    }
}
