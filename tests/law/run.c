#include "law/run.h"

#include "law/trace.h"

#include "base/res.h"

#include <string.h>

static uint32_t act_to_word(struct act act)
{
    return (uint32_t)act.kind << 24 | (uint32_t)act.which << 16 | (uint32_t)act.sub << 8 |
           act.reads;
}

static struct act act_from_word(uint32_t word)
{
    return (struct act){
        (uint8_t)(word >> 24), (uint8_t)(word >> 16), (uint8_t)(word >> 8), (uint8_t)word};
}

struct expansion {
    struct law *law;
    struct search *search;
    bool due; /* something must go on by itself */
};

static void reach(struct expansion *of, const struct world *world, struct act act)
{
    uint8_t packed[sizeof(struct world)];
    size_t len = world_pack(of->law->model, world, packed);
    search_reached(of->search, packed, len, act_to_word(act));
}

/* False: it showed what is not as it must be. */
static bool try_act(struct expansion *of, const struct world *world, struct act act)
{
    struct world next = *world;
    if (!act_table[act.kind].step(of->law, &next, act))
        return true;
    of->due |= act_is_due(world, act);
    if (of->law->finding.property == NOTHING_FOUND)
        world_settle(of->law, &next);
    reach(of, &next, act);
    return of->law->finding.property == NOTHING_FOUND;
}

static bool try_kind(struct expansion *of, const struct world *world, struct act act)
{
    if (act_is_spent(world, act.kind))
        return true;
    for (act.sub = 0; act.sub < act_table[act.kind].subs; act.sub++)
        if (!try_act(of, world, act))
            return false;
    return true;
}

/* To read changes nobody else, and can wait until the reader does something with what it read: in a
 * reduced model an act takes with it the readings before it. (Not where the log may lose
 * something.) */
static bool try_instance(struct expansion *of, const struct world *world, uint8_t instance)
{
    struct world read = *world;
    struct act reading = {ACT_READ, instance, 0, 0};
    if (!of->law->model->reduced && !try_kind(of, world, reading))
        return false;
    do {
        for (uint8_t kind = ACT_READ + 1; kind < ACT_MAX_; kind++)
            if (act_is_own(kind) &&
                !try_kind(of, &read, (struct act){kind, instance, 0, reading.reads}))
                return false;
        reading.reads++;
    } while (of->law->model->reduced && step_read(of->law, &read, reading) &&
             of->law->finding.property == NOTHING_FOUND);
    if (of->law->finding.property == NOTHING_FOUND)
        return true;
    reading.reads -= 1; /* it is that reading that showed it */
    reach(of, &read, reading);
    return false;
}

static bool try_others(struct expansion *of, const struct world *world)
{
    for (uint8_t kind = 0; kind < ACT_MAX_; kind++) {
        int range = act_is_own(kind) ? 0 : act_range(of->law, world, kind);
        for (uint8_t which = 0; which < range; which++)
            if (!try_kind(of, world, (struct act){kind, which, 0, 0}))
                return false;
    }
    return true;
}

/* What every reader ends with here, as a set of what the law lets happen. */
static void keep_history(struct law *law, const struct world *world)
{
    uint64_t both = (uint64_t)world->fresh.history[0] << 32 | world->fresh.history[1];
    uint64_t i = (both + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 52;
    for (int tries = 0; both != 0 && law->histories[i] != both; tries++) {
        MUST(tries < LAW_HISTORIES);
        if (law->histories[i] == 0)
            law->histories[i] = both;
        else
            i = (i + 1) % LAW_HISTORIES;
    }
}

static enum search_verdict expand(void *owner, const uint8_t *state, struct search *search)
{
    struct law *law = owner;
    struct world world;
    world_unpack(law->model, state, &world);
    law->noticed += world.lost && world.fresh.stopped;
    if (law->histories != NULL)
        keep_history(law, &world);
    struct expansion of = {law, search, false};
    for (uint8_t i = 0; i < world_instances(law->model); i++)
        if (!try_instance(&of, &world, i))
            return SEARCH_FOUND_NEXT;
    if (!try_others(&of, &world))
        return SEARCH_FOUND_NEXT;
    if (!of.due)
        judge_quiet(law, &world);
    return law->finding.property == NOTHING_FOUND ? SEARCH_ON : SEARCH_FOUND_HERE;
}

struct search_result run_model(struct law *law, struct run_bounds bounds)
{
    _Static_assert(sizeof(struct world) <= SEARCH_STATE_MAX, "a state is too large");
    struct world world;
    uint8_t packed[sizeof(struct world)];
    world_begin(law->model, &world);
    world_settle(law, &world);
    struct search_of of = {law, expand, bounds.bytes_max, bounds.seconds_max};
    return search_all(&of, packed, world_pack(law->model, &world, packed));
}

void run_print(const struct law *law, const struct search_result *result, FILE *out)
{
    struct law again = *law;
    again.finding.property = NOTHING_FOUND;
    struct world world;
    world_begin(law->model, &world);
    world_settle(law, &world);
    for (size_t i = 0; i < result->path_count; i++) {
        struct act act = act_from_word(result->path[i]);
        for (int n = 0; n < act.reads; n++)
            MUST(step_read(&again, &world, act));
        fprintf(out, "  %2zu  ", i + 1);
        if (act.reads > 0)
            fprintf(out, "reads %d, then: ", act.reads);
        trace_act(&again, &world, act, out);
        MUST(act_table[act.kind].step(&again, &world, act));
        if (again.finding.property == NOTHING_FOUND)
            world_settle(&again, &world);
    }
    fprintf(out, "      => %s: %s\n", property_text(law->finding.property), law->finding.text);
}
