/* The decider driver when appends fail, others write, members change and the log is not what it
 * must be. Each test fails when the clause that it names is broken. */
#include "support/world/world.h"

#include "base/arena.h"
#include "dossier/dossier.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(decider_faults, .timeout = 20);

/* A member whose record for command 1 of `person` is on its way and has not landed. */
static struct member *with_one_held(struct world *world, struct uuid person)
{
    struct member *member = member_start(world);
    member_run(member);
    member->fate = FATE_HELD;
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    member_run(member);
    cr_assert_eq(world->held_count, 1);
    return member;
}

Test(decider_faults, decides_again_when_its_record_lost_the_race)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    world_rival(world, person, 2, world_next(world, person));
    world_land(world);
    member->fate = FATE_WRITTEN;
    member_run(member);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world_answers(world, person, 1).any, 2);
    cr_assert_eq(world_next(world, person).version, 3);
    cr_assert_eq(member_stats(member).lost, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider_faults, does_not_count_a_lost_record_as_the_outcome)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    world_rival(world, person, 2, world_next(world, person));
    world_land(world); /* lost; the second try is held */
    member_run(member);
    cr_assert_eq(world->held_count, 1);
    cr_assert_leq(world->committed[WORLD_COMMANDS][0], 0);
    world_land(world);
    member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider_faults, after_a_lost_race_looks_first_whether_the_id_was_answered_meanwhile)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    /* Another instance answers the same command on other grounds. */
    world_rival(world, person, 2, world_next(world, person));
    world_rival(world, person, 1, world_next(world, person));
    world_land(world);
    member->fate = FATE_WRITTEN;
    member_run(member);
    cr_assert_eq(member->produced, 1, "nothing is produced for an answered id");
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider_faults,
    decides_again_without_sending_doomed_bytes_when_an_unwritten_record_was_overtaken)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    world_rival(world, person, 2, world_next(world, person));
    world_drop(world);
    member->fate = FATE_WRITTEN;
    member_run(member);
    world->now += 60000000;
    member_run(member);
    cr_assert_eq(world_answers(world, person, 1).any, 1);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(member->produced, 2);
    member_free(member);
    world_free(world);
}

Test(decider_faults, sends_the_same_bytes_again_later_and_later_until_they_are_read_back)
{
    static const enum world_fate fates[] = {FATE_DROPPED, FATE_UNKNOWN_DROPPED};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++) {
        struct world *world = world_new();
        struct uuid person = person_in(0, 0);
        struct member *member = with_one_held(world, person);
        char *first = strndup(world->held[0].bytes + 16, world->held[0].value_len);
        size_t first_len = world->held[0].value_len;
        char bytes[4096];
        cr_assert_leq(first_len, sizeof(bytes));
        memcpy(bytes, world->held[0].bytes + 16, first_len);
        free(first);
        world_drop(world);
        member->fate = fates[f];
        int64_t last = 0;
        for (int i = 0; i < 12; i++) {
            int before = member->produced;
            member_run(member);
            cr_assert_eq(member->produced, before, "not before its time");
            int64_t wait = decider_wake_at(member->decider) - world->now;
            cr_assert_gt(wait, 0);
            cr_assert_leq(wait, 30000000);
            cr_assert(wait > last || wait > 25000000, "later and later");
            last = wait;
            world->now += wait;
            cr_assert(member_step(member).act == RES_OK);
            cr_assert_eq(member->produced, before + 1);
        }
        member->fate = FATE_WRITTEN;
        member_run(member);
        world->now += 31000000;
        member_run(member);
        const struct world_record *record = world_at(world, WORLD_EVENTS, 0, 0);
        cr_assert(record != NULL);
        cr_assert_eq(record->value_len, first_len);
        cr_assert(memcmp(record_value(record).ptr, bytes, first_len) == 0, "the same bytes");
        cr_assert_eq(world_answers(world, person, 1).counted, 1);
        cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
        member_free(member);
        world_free(world);
    }
}

Test(decider_faults, stops_sending_when_the_record_turns_up_though_no_answer_came)
{
    static const enum world_fate fates[] = {FATE_UNKNOWN_WRITTEN, FATE_SILENT_WRITTEN};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++) {
        struct world *world = world_new();
        struct uuid person = person_in(0, 0);
        struct member *member = member_start(world);
        member->fate = fates[f];
        world_command(world, person, COMMAND_SHARE_RISK, 1);
        member_run(member);
        world->now += 60000000;
        member_run(member);
        cr_assert_eq(member->produced, 1);
        cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
        member_free(member);
        world_free(world);
    }
}

Test(decider_faults, survives_its_own_record_landing_twice)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    struct world_held copy = world->held[0];
    copy.from = NULL;
    copy.bytes = malloc(copy.key_len + copy.value_len);
    memcpy(copy.bytes, world->held[0].bytes, copy.key_len + copy.value_len);
    world->held[world->held_count++] = copy;
    world_land(world);
    world_land(world);
    member->fate = FATE_WRITTEN;
    world_command(world, person, COMMAND_SHARE_RISK, 2);
    member_run(member);
    cr_assert_eq(world_answers(world, person, 1).any, 2);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world_answers(world, person, 2).counted, 1);
    cr_assert_eq(world_next(world, person).version, 3);
    member_free(member);
    world_free(world);
}

Test(decider_faults, waits_while_the_producer_has_no_room)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    member->fate = FATE_NO_ROOM;
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    cr_assert_eq(member->produced, 0);
    cr_assert_leq(decider_wake_at(member->decider), world->now + 100000);
    member->fate = FATE_WRITTEN;
    world->now += 100000;
    member_run(member);
    cr_assert_eq(world_answers(world, person_in(0, 0), 1).counted, 1);
    member_free(member);
    world_free(world);
}

Test(decider_faults, parks_a_command_whose_record_is_too_large_and_goes_on)
{
    static const enum world_fate fates[] = {FATE_TOO_LARGE, FATE_NEVER};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++) {
        struct world *world = world_new();
        struct uuid person = person_in(0, 0);
        struct member *member = member_start(world);
        member->fate = fates[f];
        world_command(world, person, COMMAND_SHARE_RISK, 1);
        member_run(member);
        member->fate = FATE_WRITTEN;
        world_command(world, person, COMMAND_SHARE_RISK, 2);
        member_run(member);
        cr_assert_eq(world_answers(world, person, 1).any, 0);
        cr_assert_eq(world_answers(world, person, 2).counted, 1);
        cr_assert_eq(world->logs[WORLD_PARKED][0].count, 1);
        cr_assert_eq(world->committed[WORLD_COMMANDS][0], 2);
        member_free(member);
        world_free(world);
    }
}

/* Else the next one would stop every reader, and with it everybody's commands. */
Test(decider_faults, refuses_the_commands_of_a_person_whose_dossier_takes_no_more)
{
    struct world *world = world_new();
    struct member *member = member_new(world);
    struct decider_ports ports = member_ports(member);
    decider_free(member->decider);
    member->conf.dossier_bytes_max = 20;
    member->decider = decider_new(&member->conf, &ports, world->registry);
    member_assign(member);
    member_run(member);
    for (int i = 1; i <= 3; i++)
        world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, i);
    world_command(world, person_in(0, 1), COMMAND_SHARE_RISK, 4);
    for (int i = 0; i < 5; i++)
        member_run(member);
    cr_assert_eq(world_answers(world, person_in(0, 0), 1).counted, 1);
    for (int i = 2; i <= 3; i++) {
        struct world_count answers = world_answers(world, person_in(0, 0), i);
        cr_assert_eq(answers.counted, 1);
        cr_assert_eq(answers.type, EVENT_COMMAND_REFUSED);
    }
    cr_assert_eq(world_answers(world, person_in(0, 1), 4).type, EVENT_RISK_SHARED);
    struct arena *arena = arena_new(1 << 20);
    for (int64_t at = 0; at < world->logs[WORLD_EVENTS][0].next; at++) {
        struct event event = world_event(world, 0, at, arena);
        const struct command_refused *refused = event.body;
        cr_assert(event.type == EVENT_RISK_SHARED || view_eq_text(refused->code, "dossier-full"));
    }
    arena_free(arena);
    cr_assert_eq(world->logs[WORLD_PARKED][0].count, 0);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 4);
    member_free(member);
    world_free(world);
}

Test(decider_faults, after_a_revocation_nothing_more_is_done_for_the_partition)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    world_command(world, person, COMMAND_SHARE_RISK, 2);
    member_run(member);
    member_revoke(member, false);
    member_run(member);
    cr_assert_leq(
        world->committed[WORLD_COMMANDS][0], 0, "the command on its way has no outcome yet");
    world_drop(world); /* a late report of before */
    world->now += 60000000;
    member_run(member);
    cr_assert_eq(member->produced, 1);
    cr_assert_eq(member_stats(member).pending, 0);
    member->fate = FATE_WRITTEN;
    member_assign(member);
    member_run(member);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world_answers(world, person, 2).counted, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 2);
    member_free(member);
    world_free(world);
}

Test(decider_faults, a_record_that_lands_after_the_partition_came_back_answers_its_command)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *member = with_one_held(world, person);
    member_revoke(member, true);
    member_run(member);
    member->fate = FATE_WRITTEN;
    world_land(world);
    member_assign(member);
    member_run(member);
    cr_assert_eq(world_answers(world, person, 1).any, 1);
    cr_assert_eq(member->produced, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider_faults, commits_at_revocation_but_not_once_the_partition_is_lost)
{
    for (int lost = 0; lost < 2; lost++) {
        struct world *world = world_new();
        struct member *member = member_start(world);
        member_run(member);
        member->commits_held = true; /* so that only a commit that waits can get through */
        world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
        member_run(member);
        world->committed[WORLD_COMMANDS][0] = -1;
        member_revoke(member, lost);
        member_run(member);
        cr_assert_eq(world->committed[WORLD_COMMANDS][0], lost ? -1 : 1);
        member_free(member);
        world_free(world);
    }
}

Test(decider_faults, a_zombie_that_wakes_up_behind_its_replacement_does_no_harm)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0);
    struct member *zombie = with_one_held(world, person);
    world_command(world, person, COMMAND_ACKNOWLEDGE_RISK, 2);
    struct member *heir = member_start(world);
    struct world_held held = world->held[0];
    world->held_count = 0;
    member_run(heir);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world_answers(world, person, 2).counted, 1);
    world->held[world->held_count++] = held; /* what the zombie had sent arrives now */
    world_land(world);
    zombie->fate = FATE_WRITTEN;
    zombie->commit_answer = PORT_COMMIT_NOT_OURS;
    member_run(zombie);
    member_run(heir);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world_answers(world, person, 2).counted, 1);
    cr_assert_eq(world_next(world, person).version, 3);
    cr_assert_not(world->turned_back);
    cr_assert(stores_equal(&zombie->store, &heir->store));
    member_free(zombie);
    member_free(heir);
    world_free(world);
}

Test(decider_faults, ignores_unreadable_records_of_the_stream_and_goes_on)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0), other = person_in(0, 1);
    world_append(world, WORLD_EVENTS, 0, (struct view){(char *)person.b, 16}, VIEW("x"));
    world_append(world, WORLD_EVENTS, 0, VIEW_NONE, VIEW_NONE);
    int64_t moved = world_rival(world, person, 1, world_next(world, person));
    struct world_log *log = &world->logs[WORLD_EVENTS][0];
    memcpy(log->records[moved].bytes, other.b, 16); /* under another person's key */
    world_command(world, person, COMMAND_SHARE_RISK, 2);
    member_run(member);
    cr_assert_eq(member_stats(member).corrupt, 3);
    struct arena *arena = arena_new(1 << 20);
    struct event event = world_event(world, 0, 3, arena);
    cr_assert_eq(event_meta(&event)->version, 1);
    arena_free(arena);
    member_free(member);
    world_free(world);
}

static int64_t copy_command(struct world *world, int64_t of, int32_t partition, struct view key)
{
    return world_append(world, WORLD_COMMANDS, partition, key,
        record_value(world_at(world, WORLD_COMMANDS, 0, of)));
}

Test(decider_faults, parks_what_it_cannot_work_with_before_the_offset_moves_and_never_blocks)
{
    struct world *world = world_new();
    struct member *member = member_new(world);
    struct uuid person = person_in(0, 0), other = person_in(0, 1);
    struct view key = {(const char *)person.b, 16}, wrong = {(const char *)other.b, 16};
    static char large[300000];
    static const char unknown[] = {0, 0x7f, 0, 0, 1, 2};
    static const char *const reasons[] = {NULL, "unreadable", "unknown-schema", "too-large",
        "wrong-key", "wrong-key", "other-family", NULL};
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    world_append(world, WORLD_COMMANDS, 0, key, VIEW("x"));
    world_append(world, WORLD_COMMANDS, 0, key, (struct view){unknown, sizeof(unknown)});
    world_append(world, WORLD_COMMANDS, 0, key, (struct view){large, sizeof(large)});
    copy_command(world, 0, 0, wrong);
    copy_command(world, 0, 0, VIEW_NONE);
    world_command(world, person, COMMAND_BOOK_APPOINTMENT, 2);
    world_command(world, person, COMMAND_SHARE_RISK, 3);
    copy_command(world, 0, 1, key); /* the right key in the wrong partition */
    member->fate = FATE_HELD;
    member_assign(member);
    member_run(member);
    cr_assert_leq(world->committed[WORLD_COMMANDS][0], 0);
    while (world->held_count > 0) {
        world_land(world);
        member_run(member);
    }
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 8);
    cr_assert_eq(world->committed[WORLD_COMMANDS][1], 1);
    cr_assert_eq(world_answers(world, person, 1).counted, 1);
    cr_assert_eq(world_answers(world, person, 3).counted, 1);
    const struct world_log *parked = &world->logs[WORLD_PARKED][0];
    cr_assert_eq(parked->count, 6);
    for (size_t i = 0; i < parked->count; i++)
        cr_assert_str_eq(parked->records[i].headers.reason, reasons[i + 1]);
    cr_assert_eq(parked->records[2].value_len, sizeof(large), "value as it was");
    cr_assert_str_eq(world->logs[WORLD_PARKED][1].records[0].headers.reason, "wrong-partition");
    member_free(member);
    world_free(world);
}

Test(decider_faults, parks_again_what_was_not_written_to_parked)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    world_append(world, WORLD_COMMANDS, 0, VIEW("key"), VIEW("x"));
    member->fate = FATE_DROPPED;
    member_run(member);
    cr_assert_leq(world->committed[WORLD_COMMANDS][0], 0);
    member->fate = FATE_WRITTEN;
    world->now += 60000000;
    member_run(member);
    cr_assert_eq(world->logs[WORLD_PARKED][0].count, 1);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 1);
    member_free(member);
    world_free(world);
}

Test(decider_faults, a_failure_while_several_records_are_sent_again_ends_in_order)
{
    for (int calls = 1; calls < 12; calls++) {
        struct world *world = world_new();
        struct member *member = member_start(world);
        member->fate = FATE_DROPPED;
        for (int n = 0; n < 3; n++)
            world_command(world, person_in(0, n), COMMAND_SHARE_RISK, n);
        for (int i = 0; i < 4; i++)
            cr_assert(member_step(member).act == RES_OK);
        world->now += 1000000;
        member->dies_in = calls;
        (void)!member_step(member).act;
        decider_leave(member->decider);
        cr_assert(decider_idle(member->decider));
        member_free(member);
        world_free(world);
    }
}
