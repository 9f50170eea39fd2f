/* What became of each command on the topics, and of each request: one outcome, the same for
 * everybody, in order; nothing lost, nothing doubled, nothing skipped without a trace. */
#include "sim.h"

#include "daemon/intake.h"

/* The place of an id's outcome among all that counts; -1: it has none. */
static int outcome_at(const struct sim *sim, struct uuid id)
{
    for (size_t i = 0; i < sim->law.count; i++)
        if (uuid_eq(sim->law.counted[i].id, id))
            return (int)i;
    return -1;
}

static bool is_parked(const struct sim *sim, struct view value, int32_t partition)
{
    const struct world_log *log = &sim->world->logs[WORLD_PARKED][partition];
    for (size_t i = 0; i < log->count; i++)
        if (view_eq(record_value(&log->records[i]), value))
            return true;
    return false;
}

/* Ids met on a topic so far, and where the last outcome of each person stood. */
struct met {
    struct uuid ids[KEYS_MAX];
    size_t count;
    int last[PEOPLE];
};

/* A copy of a command that came before says nothing about order. */
static bool meet(struct met *met, struct uuid id)
{
    for (size_t i = 0; i < met->count; i++)
        if (uuid_eq(met->ids[i], id))
            return false;
    MUST(met->count < KEYS_MAX);
    met->ids[met->count++] = id;
    return true;
}

static void judge_command(
    struct sim *sim, enum family family, const struct meta *meta, struct met *met)
{
    int at = outcome_at(sim, meta->id);
    int person = sim_person(sim, meta->person);
    MUST(person >= 0);
    EXPECT(sim, at >= 0, "a command of family %d has no outcome", family);
    if (!meet(met, meta->id))
        return;
    EXPECT(sim, at > met->last[person],
        "commands of family %d about one person were answered out of their order", family);
    met->last[person] = at;
}

static void judge_topic(struct sim *sim, enum family family, int32_t partition)
{
    const struct world_log *log = &sim->world->logs[family][partition];
    const struct intake_limits limits = {family, WORLD_PARTITIONS, 1 << 20};
    struct met met = {.last = {-1, -1, -1}};
    for (size_t i = 0; i < log->count; i++) {
        struct port_record record = {.partition = partition,
            .offset = log->records[i].offset,
            .key = record_key(&log->records[i]),
            .value = record_value(&log->records[i])};
        struct command command;
        arena_clear(sim->parts->step);
        const char *reason =
            intake_command(sim->parts->registry, &limits, &record, sim->parts->step, &command);
        if (reason == NULL)
            judge_command(sim, family, command_meta(&command), &met);
        else
            EXPECT(sim, is_parked(sim, record.value, partition),
                "an unreadable command was not parked");
    }
    EXPECT(sim, log->next == 0 || sim->world->committed[family][partition] == log->next,
        "offsets of family %d are not committed to the end", family);
}

static void judge_stream(struct sim *sim, int32_t partition)
{
    const struct world_log *log = &sim->world->logs[WORLD_EVENTS][partition];
    for (size_t i = 0; i < log->count; i++) {
        struct port_record record = {.partition = partition,
            .key = record_key(&log->records[i]),
            .value = record_value(&log->records[i])};
        struct event event;
        arena_clear(sim->parts->step);
        EXPECT(sim,
            intake_event(sim->parts->registry, &record, sim->parts->step, &event) == INTAKE_OK ||
                is_parked(sim, record.value, partition),
            "an unreadable record of the stream was not parked");
    }
}

/* -- requests -----------------------------------------------------------------------------------
 */

static void judge_answer(struct sim *sim, const struct asked *asked)
{
    struct asked again = {.sim = sim};
    struct outcome outcome;
    EXPECT(sim, sim_outcome(sim, sim->keys[asked->key].id, &outcome),
        "a request was answered with an outcome that does not exist");
    EXPECT(sim, outcome.has_hash && digest_eq(outcome.request_hash, sim_hash(sim, asked)),
        "a request was answered with the outcome of another body");
    sim_answer(&outcome, &again);
    EXPECT(sim, again.status == asked->status && digest_eq(again.answer, asked->answer),
        "the same key had two answers");
}

/* Of all that was sent under the key by one gateway that lived on: its last word. */
static bool told_nothing(const struct sim *sim, int n)
{
    const struct asked *last = NULL;
    for (int i = 0; i < sim->asked_count; i++) {
        const struct asked *asked = &sim->asked[i];
        if (asked->key != n)
            continue;
        if (last != NULL && (last->gateway != asked->gateway || last->life != asked->life))
            return false;
        if (asked->end == ASKED_OUTCOME || asked->body != 0)
            return false;
        last = asked;
    }
    return last != NULL && last->end == ASKED_NOT_RECORDED;
}

static void judge_key(struct sim *sim, int n)
{
    const struct key *key = &sim->keys[n];
    struct outcome outcome;
    bool nothing = true; /* every request was told that nothing was recorded */
    for (int i = 0; i < sim->asked_count; i++) {
        const struct asked *asked = &sim->asked[i];
        if (asked->key != n)
            continue;
        EXPECT(sim, asked->end != ASKED_OPEN, "a request was never answered");
        EXPECT(sim, asked->end != ASKED_REUSED || key->bodies[1].ptr != NULL,
            "a key that was used for one body was refused as used for another");
        if (asked->end == ASKED_OUTCOME)
            judge_answer(sim, asked);
        nothing &= asked->end == ASKED_NOT_RECORDED || asked->end == ASKED_AWAY ||
                   asked->end == ASKED_REUSED;
    }
    nothing |= told_nothing(sim, n);
    EXPECT(sim, !nothing || !sim_outcome(sim, key->id, &outcome),
        "a command has effect although its sender was told that nothing was recorded");
}

void sim_judge_commands(struct sim *sim)
{
    for (int n = 0; n < sim->key_count && !sim->schedule->loud; n++)
        judge_key(sim, n);
    for (int p = 0; p < WORLD_PARTITIONS && !sim->schedule->loud; p++) {
        judge_stream(sim, p);
        for (int family = 0; family < FAMILY_MAX_; family++)
            judge_topic(sim, (enum family)family, p);
    }
    EXPECT(sim, !sim->world->turned_back, "an offset was committed that is lower than before");
}
