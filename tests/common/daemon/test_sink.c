/* The sink driver: each counted record once, whatever fails. */
#include "support/world/world_base.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(sink, .timeout = 20);

/* n records of several persons, by a decider. */
static void fill(struct world *world, int from, int n)
{
    struct member *member = member_start(world);
    for (int i = from; i < from + n; i++)
        world_command(world, person_in(i % 2, i % 5),
            i % 3 ? COMMAND_SHARE_RISK : COMMAND_ACKNOWLEDGE_RISK, i);
    for (int i = 0; i < 5; i++)
        member_run(member);
    member_free(member);
}

static void expect_complete(struct base *base, struct world *world)
{
    base_check(base, world);
    for (int i = 0; i < WORLD_PARTITIONS; i++)
        cr_assert_eq(base->state.positions[i].next, world->logs[WORLD_EVENTS][i].next);
}

Test(sink, writes_every_counted_record_once_with_dossiers_and_positions)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 50);
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 50);
    expect_complete(base, world);
    fill(world, 50, 20);
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 70);
    expect_complete(base, world);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0] < 0, false);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, commits_no_offsets_to_the_group)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct uuid person = person_in(0, 0);
    world_rival(world, person, 1, world_next(world, person));
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    member_revoke(sinker->member, false);
    sinker_run(sinker);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], -1);
    cr_assert_eq(base->state.effect_count, 1);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, ignores_lost_and_repeated_records_and_moves_past_them)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct uuid person = person_in(0, 0);
    struct referee_input first = world_next(world, person);
    world_rival(world, person, 1, first);
    world_rival(world, person, 2, first);                     /* lost */
    world_rival(world, person, 1, world_next(world, person)); /* answered */
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 1);
    cr_assert_eq(base->state.positions[0].next, 3);
    world_rival(world, person, 1, world_next(world, person)); /* answered in a batch before */
    world_rival(world, person, 2, world_next(world, person));
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 2);
    expect_complete(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, claims_the_epoch_before_it_reads_its_position)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 10);
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    cr_assert_eq(base->state.positions[0].epoch, 1);
    cr_assert_eq(base->last_moves[0].epoch, 1);
    struct sinker *heir = sinker_start(world, base);
    fill(world, 10, 10);
    sinker_run(heir);
    cr_assert_eq(base->state.positions[0].epoch, 2);
    expect_complete(base, world);
    sinker_free(sinker);
    sinker_free(heir);
    base_free(base);
    world_free(world);
}

Test(sink, a_zombie_that_lost_its_epoch_writes_nothing)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 10);
    struct sinker *zombie = sinker_start(world, base);
    sinker_run(zombie);
    struct sinker *heir = sinker_start(world, base);
    sinker_run(heir); /* nothing new: the positions are the same, only the epoch moved */
    fill(world, 10, 10);
    int commits = base->commits;
    cr_assert(sinker_step(zombie).act == RES_OK);
    cr_assert(sinker_step(zombie).act == RES_OK);
    cr_assert_eq(base->commits, commits);
    cr_assert_eq(sinker_stats(zombie).ownership_lost, 1);
    sinker_run(heir);
    expect_complete(base, world);
    sinker_free(zombie);
    sinker_free(heir);
    base_free(base);
    world_free(world);
}

Test(sink, does_not_fight_over_the_epoch_but_waits_before_it_claims_again)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 4);
    struct sinker *zombie = sinker_start(world, base);
    sinker_run(zombie);
    struct sinker *heir = sinker_start(world, base);
    sinker_run(heir);
    fill(world, 4, 4);
    int claims = base->claims;
    sinker_run(zombie);
    cr_assert_eq(base->claims, claims);
    member_revoke(zombie->member, true); /* the group says what happened */
    world->now += 5000000;
    sinker_run(zombie);
    cr_assert_eq(base->claims, claims);
    sinker_run(heir);
    expect_complete(base, world);
    sinker_free(zombie);
    sinker_free(heir);
    base_free(base);
    world_free(world);
}

Test(sink, after_an_unknown_commit_lets_the_position_decide)
{
    static const enum base_fate fates[] = {BASE_UNKNOWN_DONE, BASE_UNKNOWN_LOST};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++) {
        struct world *world = world_new();
        struct base *base = base_new();
        fill(world, 0, 20);
        struct sinker *sinker = sinker_start(world, base);
        sinker->fate = fates[f];
        for (int i = 0; i < 100 && sinker_stats(sinker).unknown_commits == 0; i++)
            cr_assert(sinker_step(sinker).act == RES_OK);
        cr_assert_eq(sinker_stats(sinker).unknown_commits, 1);
        sinker->fate = BASE_FINE;
        sinker_run(sinker);
        cr_assert_eq(base->state.effect_count, 20);
        expect_complete(base, world);
        sinker_free(sinker);
        base_free(base);
        world_free(world);
    }
}

Test(sink, tries_a_batch_again_that_was_rolled_back_or_could_not_be_written)
{
    static const enum base_fate fates[] = {BASE_AWAY, BASE_ROLLS_BACK, BASE_BREAKS_IN_APPLY};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++) {
        struct world *world = world_new();
        struct base *base = base_new();
        fill(world, 0, 20);
        struct sinker *sinker = sinker_start(world, base);
        if (fates[f] != BASE_AWAY)
            sinker_run(sinker);
        fill(world, 20, 20);
        sinker->fate = fates[f];
        for (int i = 0; i < 5; i++) {
            sinker_run(sinker);
            cr_assert_leq(sink_wake_at(sinker->sink), world->now + 200000);
            world->now += 200000;
        }
        cr_assert_gt(sinker_stats(sinker).retries, 2);
        cr_assert_leq(base->state.effect_count, 20);
        sinker->fate = BASE_FINE;
        sinker_run(sinker);
        cr_assert_eq(base->state.effect_count, 40);
        expect_complete(base, world);
        sinker_free(sinker);
        base_free(base);
        world_free(world);
    }
}

Test(sink, drops_the_batch_in_hand_when_partitions_are_taken_away)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 20);
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    fill(world, 20, 20);
    sinker->fate = BASE_ROLLS_BACK;
    sinker_run(sinker);
    member_revoke(sinker->member, false);
    sinker->fate = BASE_FINE;
    world->now += 5000000;
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 20);
    cr_assert_eq(sinker_stats(sinker).owned, 0);
    member_assign(sinker->member);
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 40);
    expect_complete(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, takes_small_batches_at_once_when_live_and_full_ones_when_behind)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 60);
    struct sinker *sinker = sinker_new(world, base);
    sinker->conf.batch_max = 16;
    sinker_remake(sinker);
    member_assign(sinker->member);
    sinker_run(sinker);
    cr_assert_eq(sinker->largest, 16);
    cr_assert_eq(base->state.effect_count, 60);
    cr_assert_leq(base->commits, 5);
    fill(world, 60, 1);
    cr_assert(sinker_step(sinker).act == RES_OK);
    cr_assert_eq(base->state.effect_count, 61, "one step, no waiting");
    cr_assert(base->last_live);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

/* Behind by more than a batch, every few records about somebody in the batch before. */
static struct sinker *start_behind(struct world *world, struct base *base)
{
    fill(world, 0, 80);
    struct sinker *sinker = sinker_new(world, base);
    sinker->conf.batch_max = 7;
    sinker_remake(sinker);
    member_assign(sinker->member);
    return sinker;
}

Test(sink, rules_the_next_batch_on_what_the_database_has_not_committed_yet)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct sinker *sinker = start_behind(world, base);
    while (!sinker_stats(sinker).under_way)
        cr_assert_eq(sinker_step(sinker).act, RES_OK);
    sinker_run(sinker);
    cr_assert_not(sinker_stats(sinker).under_way);
    cr_assert_gt(sinker->overlaps, 6, "it was asked for a batch's dossiers meanwhile");
    cr_assert_eq(base->state.effect_count, 80);
    expect_complete(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, knows_the_answers_of_the_batch_under_way)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct uuid person = person_in(0, 0);
    struct sinker *sinker = sinker_new(world, base);
    sinker->conf.batch_max = 1;
    sinker_remake(sinker);
    for (int i = 0; i < 10; i++) { /* each answered twice, one after the other */
        world_rival(world, person, i, world_next(world, person));
        world_rival(world, person, i, world_next(world, person));
    }
    member_assign(sinker->member);
    sinker_run(sinker);
    cr_assert_gt(sinker->overlaps, 10);
    cr_assert_eq(base->state.effect_count, 10);
    cr_assert_eq(sinker_stats(sinker).ignored, 10);
    expect_complete(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, drops_what_it_ruled_on_a_batch_that_did_not_commit)
{
    static const enum base_fate fates[] = {
        BASE_ROLLS_BACK, BASE_UNKNOWN_DONE, BASE_UNKNOWN_LOST, BASE_BREAKS_IN_APPLY, BASE_AWAY};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++)
        for (int steps = 1; steps < 6; steps++) {
            struct world *world = world_new();
            struct base *base = base_new();
            struct sinker *sinker = start_behind(world, base);
            for (int i = 0; i < steps; i++)
                cr_assert(sinker_step(sinker).act == RES_OK);
            sinker->fate = fates[f];
            cr_assert(sinker_step(sinker).act == RES_OK);
            cr_assert(sinker_step(sinker).act == RES_OK);
            sinker->fate = BASE_FINE;
            world->now += 2000000;
            sinker_run(sinker);
            cr_assert_eq(base->state.effect_count, 80);
            expect_complete(base, world);
            sinker_free(sinker);
            base_free(base);
            world_free(world);
        }
}

Test(sink, waits_for_the_batch_under_way_when_partitions_are_taken_away_or_it_stops)
{
    for (int stops = 0; stops < 2; stops++) {
        struct world *world = world_new();
        struct base *base = base_new();
        struct sinker *sinker = start_behind(world, base);
        while (!sinker->committing)
            cr_assert(sinker_step(sinker).act == RES_OK);
        if (stops) {
            sink_leave(sinker->sink);
        } else {
            member_revoke(sinker->member, false);
            cr_assert(sinker_step(sinker).act == RES_OK);
        }
        cr_assert_not(sinker->committing);
        cr_assert_eq(sinker_stats(sinker).counted, (int64_t)base->state.effect_count);
        struct sinker *heir = sinker_start(world, base);
        sinker_run(heir);
        expect_complete(base, world);
        sinker_free(sinker);
        sinker_free(heir);
        base_free(base);
        world_free(world);
    }
}

Test(sink, a_zombie_with_a_batch_under_way_and_one_in_hand_writes_neither)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct sinker *zombie = start_behind(world, base);
    while (!zombie->committing)
        cr_assert(sinker_step(zombie).act == RES_OK);
    size_t written = base->state.effect_count;
    struct sinker *heir = sinker_start(world, base);
    cr_assert(sinker_step(heir).act == RES_OK); /* claims */
    cr_assert_eq(sinker_stats(heir).owned, WORLD_PARTITIONS);
    cr_assert(sinker_step(zombie).act == RES_OK);
    cr_assert(sinker_step(zombie).act == RES_OK);
    cr_assert_eq(sinker_stats(zombie).ownership_lost, 1);
    cr_assert_eq(sinker_stats(zombie).counted, (int64_t)written);
    sinker_run(heir);
    expect_complete(base, world);
    sinker_free(zombie);
    sinker_free(heir);
    base_free(base);
    world_free(world);
}

static void expect_halt(struct sinker *sinker, enum halt_why why)
{
    res_t res = RES_DONE;
    for (int i = 0; i < 40 && res.act == RES_OK; i++)
        res = sinker_step(sinker);
    cr_assert(res.act == RES_FATAL);
    cr_assert_eq(sink_halt(sinker->sink)->why, why, "%s", halt_name(sink_halt(sinker->sink)->why));
}

Test(sink, stops_loudly_where_its_position_lies_outside_the_log)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0, 20);
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    sinker_free(sinker);
    world_cut(world, WORLD_EVENTS, 0, 3);
    sinker = sinker_start(world, base);
    expect_halt(sinker, HALT_POSITION);
    cr_assert_eq(sink_halt(sinker->sink)->expected, 3);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, writes_what_stands_before_a_gap_or_fork_and_stops_loudly_there)
{
    for (int fork = 0; fork < 2; fork++) {
        struct world *world = world_new();
        struct base *base = base_new();
        struct uuid person = person_in(0, 0);
        for (int i = 0; i < 3; i++)
            world_rival(world, person, i, world_next(world, person));
        struct referee_input place = world_next(world, person);
        if (fork)
            place.history.b[5] ^= 4;
        else
            place.version++;
        int64_t offset = world_rival(world, person, 3, place);
        struct sinker *sinker = sinker_start(world, base);
        expect_halt(sinker, fork ? HALT_FORKED : HALT_VERSION_GAP);
        cr_assert_eq(sink_halt(sinker->sink)->offset, offset);
        cr_assert(uuid_eq(sink_halt(sinker->sink)->person, person));
        cr_assert_eq(base->state.effect_count, 3);
        cr_assert_eq(base->state.positions[0].next, 3);
        sinker_free(sinker);
        base_free(base);
        world_free(world);
    }
}

Test(sink, writes_what_stands_before_an_unknown_schema_and_stops_loudly_there)
{
    static const char unknown[] = {0, 0x7f, 0, 0, 1, 2};
    struct world *world = world_new();
    struct base *base = base_new();
    struct uuid person = person_in(0, 0);
    world_rival(world, person, 1, world_next(world, person));
    world_append(world, WORLD_EVENTS, 0, (struct view){(char *)person.b, 16},
        (struct view){unknown, sizeof(unknown)});
    struct sinker *sinker = sinker_start(world, base);
    sinker->fate = BASE_ROLLS_BACK;
    sinker_run(sinker);
    sinker->fate = BASE_FINE;
    world->now += 1000000;
    expect_halt(sinker, HALT_UPGRADE);
    cr_assert_eq(base->state.effect_count, 1);
    cr_assert_eq(base->state.positions[0].next, 1);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, copies_unreadable_records_to_parked_before_its_position_moves_past_them)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct uuid person = person_in(0, 0);
    world_rival(world, person, 1, world_next(world, person));
    world_append(world, WORLD_EVENTS, 0, (struct view){(char *)person.b, 16}, VIEW("x"));
    world_rival(world, person, 2, world_next(world, person));
    struct sinker *sinker = sinker_start(world, base);
    sinker->member->fate = FATE_HELD;
    sinker_run(sinker);
    cr_assert_eq(base->state.positions[0].next, 0);
    cr_assert_eq(world->held_count, 1);
    world_drop(world); /* and once more */
    sinker_run(sinker);
    cr_assert_eq(world->held_count, 1);
    world_land(world);
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 2);
    cr_assert_eq(base->state.positions[0].next, 3);
    cr_assert_eq(world->logs[WORLD_PARKED][0].count, 1);
    cr_assert_str_eq(world->logs[WORLD_PARKED][0].records[0].headers.reason, "unreadable");
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink, that_does_not_park_goes_past_unreadable_records)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct uuid person = person_in(0, 0);
    world_rival(world, person, 2, world_next(world, person));
    world_append(world, WORLD_EVENTS, 0, VIEW_NONE, VIEW("x"));
    struct sinker *sinker = sinker_new(world, base);
    sinker->conf.parks = false;
    sinker_remake(sinker);
    member_assign(sinker->member);
    sinker_run(sinker);
    cr_assert_eq(base->state.effect_count, 1);
    cr_assert_eq(base->state.positions[0].next, 2);
    cr_assert_eq(sinker->member->produced, 0);
    world_append(world, WORLD_EVENTS, 0, VIEW_NONE, VIEW("x"));
    sinker_run(sinker);
    cr_assert_eq(base->state.positions[0].next, 3, "also where it is alone in its batch");
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}
