/* The decider driver in a world where nothing fails: rules 1 to 4 of the law of the log. */
#include "support/world/world.h"

#include "base/arena.h"
#include "dossier/dossier.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(decider, .timeout = 20);

Test(decider, answers_a_command_with_one_record_that_has_its_id)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    world_command(world, person, COMMAND_ACKNOWLEDGE_RISK, 2);
    member_run(member);
    cr_assert_eq(world->logs[WORLD_EVENTS][0].count, 2);
    struct world_count first = world_answers(world, person, 1);
    struct world_count second = world_answers(world, person, 2);
    cr_assert_eq(first.counted, 1);
    cr_assert_eq(first.type, EVENT_RISK_SHARED);
    cr_assert_eq(second.counted, 1);
    cr_assert_eq(second.type, EVENT_COMMAND_REFUSED);
    member_free(member);
    world_free(world);
}

Test(decider, says_beside_its_record_what_it_is_and_of_which_request)
{
    static const struct world_headers
        with_trace = {.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            .request = "6a4068f8-f6c9-5420-b630-d637c008a8ba"},
        with_text = {.traceparent = "Zebedee", .request = "Quillfeather"};
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    world_command(world, person, COMMAND_ACKNOWLEDGE_RISK, 2);
    world_command(world, person, COMMAND_SHARE_RISK, 3);
    world->logs[WORLD_COMMANDS][0].records[0].headers = with_trace;
    world->logs[WORLD_COMMANDS][0].records[2].headers = with_text;
    member->fate = FATE_DROPPED;
    member_run(member);
    member->fate = FATE_WRITTEN;
    world->now += 1000000;
    member_run(member);
    const struct world_headers *got = &world_at(world, WORLD_EVENTS, 0, 0)->headers;
    cr_assert_str_eq(
        got->traceparent, with_trace.traceparent, "sent a second time it still says it");
    cr_assert_str_eq(got->request, with_trace.request);
    cr_assert_str_eq(got->type, "RiskShared");
    cr_assert_str_eq(got->source, "/risk");
    got = &world_at(world, WORLD_EVENTS, 0, 1)->headers;
    cr_assert_str_eq(got->type, "CommandRefused");
    cr_assert_str_empty(got->traceparent, "a command without a trace");
    got = &world_at(world, WORLD_EVENTS, 0, 2)->headers;
    cr_assert_str_empty(got->traceparent, "what is none is not passed on");
    cr_assert_str_empty(got->request);
    member_free(member);
    world_free(world);
}

Test(decider, numbers_events_and_refusals_of_a_dossier_alike_and_chains_them_by_digest)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(1, 0);
    for (int i = 1; i <= 4; i++)
        world_command(world, person, i % 2 ? COMMAND_SHARE_RISK : COMMAND_ACKNOWLEDGE_RISK, i);
    member_run(member);
    struct digest history = {{0}};
    struct arena *arena = arena_new(1 << 20);
    for (int64_t i = 0; i < 4; i++) {
        struct event event = world_event(world, 1, i, arena);
        const struct world_record *record = world_at(world, WORLD_EVENTS, 1, i);
        cr_assert_eq(event_meta(&event)->version, i + 1);
        cr_assert(digest_eq(event_meta(&event)->history, history));
        cr_assert_eq(record->key_len, 16);
        cr_assert(memcmp(record->bytes, person.b, 16) == 0);
        history = history_next(history, record_value(record));
    }
    arena_free(arena);
    member_free(member);
    world_free(world);
}

Test(decider, holds_a_persons_next_command_until_the_record_before_was_read_back)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid one = person_in(0, 0), other = person_in(0, 1);
    member_run(member);
    member->reader_held = true; /* acknowledged, but not read */
    world_command(world, one, COMMAND_SHARE_RISK, 1);
    world_command(world, one, COMMAND_SHARE_RISK, 2);
    world_command(world, other, COMMAND_SHARE_RISK, 3);
    member_run(member);
    cr_assert_eq(world_answers(world, one, 1).any, 1);
    cr_assert_eq(world_answers(world, one, 2).any, 0);
    cr_assert_eq(world_answers(world, other, 3).any, 1, "other dossiers go on");
    member->reader_held = false;
    member_run(member);
    cr_assert_eq(world_answers(world, one, 2).counted, 1);
    member_free(member);
    world_free(world);
}

Test(decider, does_not_answer_an_id_twice_however_often_it_is_sent)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    for (int i = 0; i < 1000; i++)
        world_command(world, person, COMMAND_SHARE_RISK, 7);
    for (int i = 0; i < 5; i++)
        member_run(member);
    cr_assert_eq(world->logs[WORLD_EVENTS][0].count, 1);
    cr_assert_eq(member->produced, 1);
    cr_assert_eq(member_stats(member).repeated, 999);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1000);
    member_free(member);
    world_free(world);
}

Test(decider, commits_an_offset_only_when_the_outcome_was_read_back_not_when_it_was_acknowledged)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    member_run(member);
    member->reader_held = true;
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    cr_assert_eq(member->produced, 1);
    cr_assert_leq(world->committed[WORLD_COMMANDS][0], 0);
    member->reader_held = false;
    member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider, commits_up_to_the_first_command_without_an_outcome_whatever_stands_behind_it)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid slow = person_in(0, 0), quick = person_in(0, 1);
    member_run(member);
    world_command(world, quick, COMMAND_SHARE_RISK, 1);
    member_run(member);
    member->fate = FATE_HELD;
    world_command(world, slow, COMMAND_SHARE_RISK, 2);
    member_run(member);
    member->fate = FATE_WRITTEN;
    cr_assert_eq(world->held_count, 1);
    struct world_held held = world->held[0];
    world->held_count = 0;
    world_command(world, quick, COMMAND_SHARE_RISK, 3);
    member_run(member);
    cr_assert_eq(world_answers(world, quick, 3).counted, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1, "command 2 has no outcome yet");
    world->held[world->held_count++] = held;
    world_land(world);
    member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 3);
    member_free(member);
    world_free(world);
}

Test(decider, never_commits_lower_than_what_was_committed)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    for (int i = 0; i < 4; i++)
        world_command(world, person, COMMAND_SHARE_RISK, i);
    world->committed[WORLD_COMMANDS][0] = 3; /* by an owner before us */
    struct member *member = member_start(world);
    member_run(member);
    member_revoke(member, false);
    member_assign(member);
    member->fate = FATE_HELD;
    member_run(member);
    member->commands_next[0] = 0; /* a client that went back gives old commands once more */
    member_run(member);
    cr_assert_not(world->turned_back);
    member->fate = FATE_WRITTEN;
    world_land(world);
    member_run(member);
    cr_assert_not(world->turned_back);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 4);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(world_answers(world, person, i).counted, 1);
    member_free(member);
    world_free(world);
}

Test(decider, takes_a_refused_commit_for_no_commit)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member->commit_answer = PORT_COMMIT_NOT_OURS;
    member_run(member);
    cr_assert_leq(world->committed[WORLD_COMMANDS][0], 0);
    cr_assert_gt(member_stats(member).commits_refused, 0);
    member->commit_answer = PORT_COMMIT_OK;
    member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider, has_one_commit_on_its_way_at_a_time)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    member->commits_held = true;
    for (int i = 0; i < 3; i++) {
        world_command(world, person, COMMAND_SHARE_RISK, i);
        member_run(member); /* the world asserts that there is one */
    }
    member->commits_held = false;
    member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 3);
    member_free(member);
    world_free(world);
}

Test(decider, reads_the_stream_to_its_end_before_it_decides)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    world_rival(world, person, 5, world_next(world, person));
    world_command(world, person, COMMAND_SHARE_RISK, 5);
    struct member *member = member_start(world);
    member->reader_held = true;
    member_run(member);
    cr_assert_eq(member->produced, 0);
    member->reader_held = false;
    member_run(member);
    cr_assert_eq(member->produced, 0, "the id was answered before we came");
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider, waits_with_an_assignment_until_the_broker_says_where_the_stream_ends)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    member->bounds_away = 3;
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    cr_assert(member_step(member).act == RES_OK);
    cr_assert_not(member->accepted);
    cr_assert_leq(decider_wake_at(member->decider), world->now + 1000000);
    member_run(member);
    cr_assert_eq(world_answers(world, person_in(0, 0), 1).counted, 1);
    member_free(member);
    world_free(world);
}

Test(decider, rebuilds_a_dropped_store_byte_for_byte)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    for (int i = 0; i < 60; i++)
        world_command(world, person_in(i % 2, i % 7),
            i % 3 ? COMMAND_SHARE_RISK : COMMAND_ACKNOWLEDGE_RISK, i);
    member_run(member);
    struct world_store kept = member->store;
    member->store = (struct world_store){0};
    member_restart(&member, false);
    member_run(member);
    cr_assert(stores_equal(&kept, &member->store));
    cr_assert_gt(kept.count, 60);
    store_drop(&kept);
    member_free(member);
    world_free(world);
}

Test(decider, remembers_answered_ids_over_a_restart)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    world_command(world, person, COMMAND_ACKNOWLEDGE_RISK, 1);
    member_run(member);
    world->committed[WORLD_COMMANDS][0] = -1; /* as if the commit had never happened */
    member_restart(&member, true);
    member_run(member);
    cr_assert_eq(world_answers(world, person, 1).any, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider, writes_what_it_read_to_the_store_after_a_while_or_when_it_leaves)
{
    struct world *world = world_new();
    struct member *member = member_new(world);
    struct decider_ports ports = member_ports(member);
    decider_free(member->decider);
    member->conf.keep_us = 1000;
    member->decider = decider_new(&member->conf, &ports, world->registry);
    member_assign(member);
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    cr_assert_eq(world_answers(world, person_in(0, 0), 1).counted, 1);
    cr_assert(member->in_transaction, "nobody waited for the store");
    cr_assert_leq(decider_wake_at(member->decider), world->now + 1000);
    world->now += 1000;
    member_run(member);
    cr_assert_not(member->in_transaction);
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 2);
    member_run(member);
    cr_assert(member->in_transaction);
    decider_leave(member->decider);
    cr_assert_not(member->in_transaction);
    member_free(member);
    world_free(world);
}

Test(decider, that_dies_before_it_wrote_to_the_store_reads_that_part_again)
{
    struct world *world = world_new();
    struct member *member = member_new(world);
    struct decider_ports ports = member_ports(member);
    decider_free(member->decider);
    member->conf.keep_us = 1000000;
    member->decider = decider_new(&member->conf, &ports, world->registry);
    member_assign(member);
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    cr_assert(member->in_transaction);
    world->committed[WORLD_COMMANDS][0] = -1; /* nor was the command's offset committed */
    member_restart(&member, true);
    cr_assert_eq(member->store.count, 0);
    member_run(member);
    cr_assert_eq(world_answers(world, person_in(0, 0), 1).any, 1);
    member_free(member);
    world_free(world);
}

Test(decider, pauses_a_partition_at_its_limit_and_goes_on_when_half_is_done)
{
    struct world *world = world_new();
    struct member *member = member_new(world);
    struct decider_ports ports = member_ports(member);
    decider_free(member->decider);
    member->conf.pending_max = 10;
    member->decider = decider_new(&member->conf, &ports, world->registry);
    member_assign(member);
    member_run(member);
    member->reader_held = true;
    for (int i = 0; i < 50; i++)
        world_command(world, person_in(0, i % 3), COMMAND_SHARE_RISK, i);
    member_run(member);
    cr_assert_eq(member_stats(member).pending, 10);
    cr_assert(member->paused[0]);
    cr_assert_not(member->paused[1]);
    member->reader_held = false;
    for (int i = 0; i < 5; i++)
        member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 50);
    member_free(member);
    world_free(world);
}

Test(decider, when_draining_finishes_what_is_on_its_way_and_starts_nothing)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    member_run(member);
    member->reader_held = true;
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    world_command(world, person, COMMAND_SHARE_RISK, 2);
    member_run(member);
    decider_drain(member->decider);
    cr_assert_not(decider_idle(member->decider));
    world_command(world, person_in(0, 1), COMMAND_SHARE_RISK, 3);
    member->reader_held = false;
    member_run(member);
    cr_assert(decider_idle(member->decider));
    cr_assert_eq(member->produced, 1);
    decider_leave(member->decider);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1, "the last commit is made before leaving");
    member_free(member);
    world_free(world);
}
