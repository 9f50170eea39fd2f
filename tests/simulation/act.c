/* What each action of a schedule does. */
#include "sim.h"

#include "base/clock.h"

static int some(uint64_t *draw, int count)
{
    return (int)story_draw(draw, (uint64_t)count);
}

/* What is on its way comes in any order. */
static void arrive(struct sim *sim, uint64_t *draw)
{
    while (sim->schedule->slow && sim->world->held_count > 0 && some(draw, 3) > 0)
        world_land_at(sim->world, (size_t)some(draw, (int)sim->world->held_count));
}

void sim_step_all(struct sim *sim, uint64_t *draw)
{
    arrive(sim, draw);
    for (int family = 0; family < FAMILY_MAX_; family++)
        sim_group_step(sim, (enum family)family, draw);
    for (int n = 0; n < GATEWAYS; n++)
        if (some(draw, 3) > 0)
            sim_gateway_step(sim, n);
    for (int n = 0; n < DECIDERS; n++)
        if (some(draw, 3) > 0)
            sim_step_decider(sim, n, draw);
    for (int n = 0; n < SINKS; n++)
        if (some(draw, 3) > 0)
            sim_step_sink(sim, n);
    sim->world->now += some(draw, 10) == 0 ? 200000 : 10;
}

static void step(struct sim *sim, uint64_t *draw)
{
    sim_step_all(sim, draw);
}

/* -- clients ------------------------------------------------------------------------------------
 */

static void post(struct sim *sim, uint64_t *draw)
{
    int key = sim_key_new(sim, draw);
    if (key >= 0)
        sim_post(sim, key, 0, some(draw, GATEWAYS));
}

static void post_again(struct sim *sim, uint64_t *draw)
{
    if (sim->key_count == 0)
        return;
    /* Mostly a late one: it is still on its way. */
    int back = some(draw, sim->key_count < 3 || some(draw, 4) == 0 ? sim->key_count : 3);
    sim_post(sim, sim->key_count - 1 - back, 0, some(draw, GATEWAYS));
}

static void post_other(struct sim *sim, uint64_t *draw)
{
    if (sim->key_count == 0)
        return;
    int key = some(draw, sim->key_count);
    sim_key_other(sim, key, draw);
    sim_post(sim, key, sim->keys[key].bodies[1].ptr == NULL ? 0 : 1, some(draw, GATEWAYS));
}

static void post_same_time(struct sim *sim, uint64_t *draw)
{
    int key = sim_key_new(sim, draw);
    for (int n = 0; n < GATEWAYS && key >= 0; n++)
        sim_post(sim, key, 0, n);
}

/* -- the log ------------------------------------------------------------------------------------
 */

static void land(struct sim *sim, uint64_t *draw)
{
    if (sim->world->held_count > 0)
        world_land_at(sim->world, (size_t)some(draw, (int)sim->world->held_count));
}

static void lose(struct sim *sim, uint64_t *draw)
{
    (void)draw;
    if (sim->world->held_count > 0)
        world_drop(sim->world);
}

static void twice(struct sim *sim, uint64_t *draw)
{
    if (sim->world->held_count > 0 && sim->world->held_count < 16)
        world_double(sim->world, (size_t)some(draw, (int)sim->world->held_count));
}

static void copy_late(struct sim *sim, uint64_t *draw)
{
    int32_t partition = some(draw, WORLD_PARTITIONS);
    const struct world_log *log = &sim->world->logs[WORLD_EVENTS][partition];
    if (log->count == 0)
        return;
    struct world_record record = log->records[some(draw, (int)log->count)];
    world_append(sim->world, WORLD_EVENTS, partition, record_key(&record), record_value(&record));
}

static void append_bytes(struct sim *sim, uint64_t *draw, enum world_topic topic, uint8_t first)
{
    const struct uuid *person = &sim->parts->people[some(draw, PEOPLE)];
    struct view key = {(const char *)person->b, sizeof(person->b)};
    char bytes[12] = {0, (char)first, 0, 0, 1};
    for (size_t i = 5; i < sizeof(bytes); i++)
        bytes[i] = (char)some(draw, 256);
    world_append(sim->world, topic, partition_of(key, WORLD_PARTITIONS), key,
        (struct view){bytes, sizeof(bytes)});
}

enum { NEW_SCHEMA = 0x7f, OUR_SCHEMA = 0 };

static void corrupt_command(struct sim *sim, uint64_t *draw)
{
    append_bytes(sim, draw, (enum world_topic)some(draw, FAMILY_MAX_), OUR_SCHEMA);
}

static void new_command(struct sim *sim, uint64_t *draw)
{
    append_bytes(sim, draw, (enum world_topic)some(draw, FAMILY_MAX_), NEW_SCHEMA);
}

static void corrupt_record(struct sim *sim, uint64_t *draw)
{
    append_bytes(sim, draw, WORLD_EVENTS, OUR_SCHEMA);
}

static void new_record(struct sim *sim, uint64_t *draw)
{
    append_bytes(sim, draw, WORLD_EVENTS, NEW_SCHEMA);
}

/* A leader that did not have the last records takes over: they are gone although they were read.
 * Everybody dies of it; projectors come back when the log has gone on. */
static void cut(struct sim *sim, uint64_t *draw)
{
    int32_t partition = some(draw, WORLD_PARTITIONS);
    struct world_log *log = &sim->world->logs[WORLD_EVENTS][partition];
    int64_t from = log->next - 1 - some(draw, 3);
    world_cut(sim->world, WORLD_EVENTS, partition, from < 0 ? 0 : from);
    for (int n = 0; n < DECIDERS; n++) {
        sim_kill_decider(sim, n, false);
        sim->stopped[n] = false;
    }
    for (int n = 0; n < SINKS; n++)
        if (!sim->stopped[DECIDERS + n])
            sim_kill_sink(sim, n);
}

/* -- deciders -----------------------------------------------------------------------------------
 */

static struct member *some_decider(struct sim *sim, uint64_t *draw)
{
    return sim->deciders[some(draw, DECIDERS)];
}

static const enum world_fate fates[] = {FATE_WRITTEN, FATE_WRITTEN, FATE_HELD, FATE_HELD, FATE_HELD,
    FATE_DROPPED, FATE_UNKNOWN_WRITTEN, FATE_UNKNOWN_DROPPED, FATE_NO_ROOM};

static void fate(struct sim *sim, uint64_t *draw)
{
    struct member *member = some_decider(sim, draw);
    int which = some(draw, ARRAY_LEN(fates));
    member->fate = which == 0 ? sim_fate(sim) : fates[which];
}

static void kill(struct sim *sim, uint64_t *draw)
{
    int n = some(draw, DECIDERS);
    if (!sim->stopped[n])
        sim_kill_decider(sim, n, some(draw, 3) > 0);
}

static void kill_within(struct sim *sim, uint64_t *draw)
{
    struct member *member = some_decider(sim, draw);
    member->dies_in = 1 + some(draw, 60);
}

static void stop(struct sim *sim, uint64_t *draw)
{
    int n = some(draw, DECIDERS);
    if (!sim->stopped[n])
        sim_stop_decider(sim, n, draw);
}

static void rebalance(struct sim *sim, uint64_t *draw)
{
    sim_group_change(sim, (enum family)some(draw, FAMILY_MAX_), draw);
}

static void tell(struct sim *sim, uint64_t *draw)
{
    sim_group_tell(sim, some(draw, DECIDERS));
}

static void stale(struct sim *sim, uint64_t *draw)
{
    struct member *member = some_decider(sim, draw);
    member->reader_held = !member->reader_held;
}

static void mute(struct sim *sim, uint64_t *draw)
{
    struct member *member = some_decider(sim, draw);
    member->reports_held = !member->reports_held;
}

static void commits(struct sim *sim, uint64_t *draw)
{
    enum family family = (enum family)some(draw, FAMILY_MAX_);
    struct member *owner = sim_owner(sim, family, some(draw, WORLD_PARTITIONS));
    if (owner == NULL)
        return;
    owner->commits_held = some(draw, 3) == 0;
    owner->commit_answer = some(draw, 2) == 0 ? PORT_COMMIT_OK : PORT_COMMIT_FAILED;
    owner->fails_late = some(draw, 2) == 0;
}

static void away(struct sim *sim, uint64_t *draw)
{
    some_decider(sim, draw)->bounds_away = 1 + some(draw, 3);
}

/* -- projectors, gateways, clocks ---------------------------------------------------------------
 */

static void projector_fate(struct sim *sim, uint64_t *draw)
{
    struct sinker *sinker = sim->sinkers[some(draw, SINKS)];
    sinker->fate = some(draw, 2) == 0 ? BASE_FINE : (enum base_fate)some(draw, BASE_MAX_);
    sinker->member->reader_held = some(draw, 6) == 0;
    if (some(draw, 3) == 0) /* of what it parks */
        sinker->member->fate = fates[some(draw, ARRAY_LEN(fates))];
}

static void projector_kill(struct sim *sim, uint64_t *draw)
{
    int n = some(draw, SINKS);
    sim->sinkers[n]->member->dies_in = 1 + some(draw, 30);
}

static void projector_stop(struct sim *sim, uint64_t *draw)
{
    int n = some(draw, SINKS);
    if (!sim->stopped[DECIDERS + n])
        sim_stop_sink(sim, n);
}

static void gateway_kill(struct sim *sim, uint64_t *draw)
{
    int n = some(draw, GATEWAYS);
    sim_gateway_free(sim, n);
    sim_gateway_new(sim, n);
}

static void gateway_fate(struct sim *sim, uint64_t *draw)
{
    struct edge_gateway *gateway = &sim->gateways[some(draw, GATEWAYS)];
    gateway->producer->fate = fates[some(draw, ARRAY_LEN(fates))];
    gateway->away = some(draw, 5) == 0;
}

static void clock_jumps(struct sim *sim, uint64_t *draw)
{
    int64_t minute = 60 * TIME_US_PER_S;
    if (some(draw, 2) == 0)
        sim->wall_us += (some(draw, 120) - 60) * minute;
    else
        sim->wall_us += (some(draw, 10) - 2) * TIME_US_PER_DAY / 2;
}

static void later(struct sim *sim, uint64_t *draw)
{
    sim->world->now += (1 + some(draw, 40)) * TIME_US_PER_S;
}

static void (*const acts[ACT_MAX_])(struct sim *sim, uint64_t *draw) = {
    [ACT_STEP] = step,
    [ACT_POST] = post,
    [ACT_POST_AGAIN] = post_again,
    [ACT_POST_OTHER] = post_other,
    [ACT_POST_SAME_TIME] = post_same_time,
    [ACT_LAND] = land,
    [ACT_LOSE] = lose,
    [ACT_DOUBLE] = twice,
    [ACT_COPY_LATE] = copy_late,
    [ACT_FATE] = fate,
    [ACT_KILL] = kill,
    [ACT_KILL_WITHIN] = kill_within,
    [ACT_STOP] = stop,
    [ACT_REBALANCE] = rebalance,
    [ACT_TELL] = tell,
    [ACT_STALE] = stale,
    [ACT_MUTE] = mute,
    [ACT_COMMITS] = commits,
    [ACT_AWAY] = away,
    [ACT_PROJECTOR_FATE] = projector_fate,
    [ACT_PROJECTOR_MOVE] = sim_projectors_move,
    [ACT_PROJECTOR_KILL] = projector_kill,
    [ACT_PROJECTOR_STOP] = projector_stop,
    [ACT_GATEWAY_KILL] = gateway_kill,
    [ACT_GATEWAY_FATE] = gateway_fate,
    [ACT_CLOCK] = clock_jumps,
    [ACT_LATER] = later,
    [ACT_CORRUPT_COMMAND] = corrupt_command,
    [ACT_NEW_COMMAND] = new_command,
    [ACT_CORRUPT_RECORD] = corrupt_record,
    [ACT_NEW_RECORD] = new_record,
    [ACT_CUT] = cut,
};

void sim_act(struct sim *sim, const struct action *action)
{
    uint64_t draw = action->draw * UINT64_C(0x9e3779b97f4a7c15) | 1;
    story_draw(&draw, 2);
    acts[action->kind](sim, &draw);
}
