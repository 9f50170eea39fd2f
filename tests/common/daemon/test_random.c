/* Seeded random worlds: several deciders that all believe to own every partition, appends that are
 * late, doubled, lost or unanswered, kills, dropped stores, two sinks on a database that fails.
 * When it is over every command has exactly one outcome, for everybody the same. */
#include "support/world/world_base.h"

#include <criterion/criterion.h>

enum { SEEDS = 40, STEPS = 200, DECIDERS = 2, SINKS = 2, PEOPLE = 6 };

TestSuite(random_worlds, .timeout = 120);

struct run {
    uint64_t seed;
    struct world *world;
    struct base *base;
    struct member *members[DECIDERS];
    struct sinker *sinkers[SINKS];
    int owner; /* whose commits the group takes */
    int commands;
    int others; /* records of other families */
};

static uint32_t dice(struct run *run, uint32_t sides)
{
    run->seed ^= run->seed << 13;
    run->seed ^= run->seed >> 7;
    run->seed ^= run->seed << 17;
    return (uint32_t)(run->seed >> 16) % sides;
}

static struct uuid person_of(int command)
{
    return person_in(command % 2, command % PEOPLE / 2);
}

static void send(struct run *run)
{
    int id = run->commands > 0 && dice(run, 8) == 0 ? (int)dice(run, (uint32_t)run->commands)
                                                    : run->commands++;
    world_command(
        run->world, person_of(id), id % 5 == 0 ? COMMAND_ACKNOWLEDGE_RISK : COMMAND_SHARE_RISK, id);
}

static void start_owner(struct run *run, int next)
{
    run->members[run->owner]->commit_answer = PORT_COMMIT_NOT_OURS;
    run->owner = next;
    struct member *member = run->members[next];
    member->commit_answer = PORT_COMMIT_OK;
    member_revoke(member, true);
    member_assign(member);
}

static void kill_one(struct run *run, int n)
{
    member_restart(&run->members[n], dice(run, 3) > 0);
    run->members[n]->commit_answer = PORT_COMMIT_NOT_OURS;
    if (n == run->owner)
        run->members[n]->commit_answer = PORT_COMMIT_OK;
}

static void decider_mishap(struct run *run)
{
    static const enum world_fate fates[] = {FATE_WRITTEN, FATE_WRITTEN, FATE_HELD, FATE_HELD,
        FATE_DROPPED, FATE_UNKNOWN_WRITTEN, FATE_UNKNOWN_DROPPED, FATE_NO_ROOM};
    int n = (int)dice(run, DECIDERS);
    struct member *member = run->members[n];
    switch (dice(run, 12)) {
    case 0:
        kill_one(run, n);
        break;
    case 1:
        start_owner(run, n);
        break;
    case 2:
        member->reader_held = !member->reader_held;
        break;
    case 3:
        member->reports_held = !member->reports_held;
        break;
    default:
        member->fate = fates[dice(run, ARRAY_LEN(fates))];
        break;
    }
}

static void sink_mishap(struct run *run)
{
    struct sinker *sinker = run->sinkers[dice(run, SINKS)];
    if (dice(run, 5) == 0) {
        member_revoke(sinker->member, dice(run, 2) == 0);
        member_assign(sinker->member);
    } else {
        sinker->fate = dice(run, 2) == 0 ? BASE_FINE : (enum base_fate)dice(run, BASE_MAX_);
    }
}

static void appends(struct run *run)
{
    struct world *world = run->world;
    if (dice(run, 6) == 0) {
        struct uuid person = person_of((int)dice(run, PEOPLE));
        world_rival(world, person, 1000000 + run->others++, world_next(world, person));
    }
    if (world->held_count == 0)
        return;
    size_t n = dice(run, (uint32_t)world->held_count);
    uint32_t what = dice(run, 6);
    if (what == 0)
        world_drop(world);
    else if (what == 1 && world->held_count < 8)
        world_double(world, n);
    else
        world_land_at(world, n);
}

static void step_all(struct run *run)
{
    for (int i = 0; i < DECIDERS; i++)
        if (dice(run, 3) > 0) {
            res_t res = member_step(run->members[i]);
            cr_assert(
                res.act == RES_OK, "%s", halt_name(decider_halt(run->members[i]->decider)->why));
        }
    for (int i = 0; i < SINKS; i++)
        if (dice(run, 3) > 0) {
            res_t res = sinker_step(run->sinkers[i]);
            cr_assert(res.act == RES_OK, "%s", halt_name(sink_halt(run->sinkers[i]->sink)->why));
        }
    run->world->now += dice(run, 20) == 0 ? 200000 : 10;
}

/* Everybody dies, and what was on its way may be lost: only the log, the offsets committed and the
 * stores are left. From here on nothing fails: what is owed must come. */
static void heal(struct run *run)
{
    while (run->world->held_count > 0) {
        if (dice(run, 2) == 0)
            world_drop(run->world);
        else
            world_land(run->world);
    }
    for (int i = 0; i < DECIDERS; i++)
        kill_one(run, i);
    for (int i = 0; i < DECIDERS; i++) {
        run->members[i]->fate = FATE_WRITTEN;
        run->members[i]->reader_held = run->members[i]->reports_held = false;
    }
    for (int i = 0; i < SINKS; i++)
        run->sinkers[i]->fate = BASE_FINE;
    start_owner(run, run->owner);
    for (int turn = 0; turn < 12; turn++) {
        for (int i = 0; i < DECIDERS; i++)
            member_run(run->members[i]);
        run->world->now += 40000000;
    }
    member_revoke(run->sinkers[1]->member, true); /* the group settles on one */
    for (int turn = 0; turn < 4; turn++) {
        sinker_run(run->sinkers[1]);
        sinker_run(run->sinkers[0]);
        run->world->now += 40000000;
    }
}

static void judge(struct run *run)
{
    for (int id = 0; id < run->commands; id++)
        cr_assert_eq(world_answers(run->world, person_of(id), id).counted, 1, "command %d", id);
    for (int i = 1; i < DECIDERS; i++)
        cr_assert(stores_equal(&run->members[0]->store, &run->members[i]->store));
    for (int i = 0; i < WORLD_PARTITIONS; i++) {
        cr_assert_eq(
            run->world->committed[WORLD_COMMANDS][i], run->world->logs[WORLD_COMMANDS][i].next);
        cr_assert_eq(run->base->state.positions[i].next, run->world->logs[WORLD_EVENTS][i].next);
    }
    cr_assert_not(run->world->turned_back);
    base_check(run->base, run->world);
    cr_assert_eq(run->base->state.effect_count, (size_t)(run->commands + run->others));
}

static void play(uint64_t seed)
{
    struct run run = {
        .seed = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .world = world_new(), .base = base_new()};
    for (int i = 0; i < DECIDERS; i++) {
        run.members[i] = member_start(run.world);
        run.members[i]->commit_answer = i == 0 ? PORT_COMMIT_OK : PORT_COMMIT_NOT_OURS;
    }
    for (int i = 0; i < SINKS; i++) {
        run.sinkers[i] = sinker_new(run.world, run.base);
        run.sinkers[i]->conf.batch_max = seed % 3 == 0 ? 0 : 1 + dice(&run, 4); /* often full */
        sinker_remake(run.sinkers[i]);
        member_assign(run.sinkers[i]->member);
    }
    for (int i = 0; i < STEPS; i++) {
        if (dice(&run, 3) == 0)
            send(&run);
        if (dice(&run, 4) == 0)
            decider_mishap(&run);
        if (dice(&run, 6) == 0)
            sink_mishap(&run);
        appends(&run);
        step_all(&run);
    }
    heal(&run);
    judge(&run);
    for (int i = 0; i < DECIDERS; i++)
        member_free(run.members[i]);
    for (int i = 0; i < SINKS; i++)
        sinker_free(run.sinkers[i]);
    base_free(run.base);
    world_free(run.world);
}

Test(random_worlds, end_with_one_outcome_for_each_command_whatever_happened)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play(seed);
}
