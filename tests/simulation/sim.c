#include "sim.h"

#include "base/clock.h"
#include "projector/project_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const column_names[OUTCOME_COLUMNS] = {
    [OUTCOME_PERSON] = "person",
    [OUTCOME_ID] = "id",
    [OUTCOME_VERSION] = "version",
    [OUTCOME_SEEN_VERSION] = "seen_version",
    [OUTCOME_TYPE] = "type",
    [OUTCOME_COMMAND] = "command",
    [OUTCOME_CODE] = "code",
    [OUTCOME_FIELD] = "field",
    [OUTCOME_ARGUMENTS] = "arguments",
    [OUTCOME_REFERRAL] = "referral",
    [OUTCOME_REQUEST_HASH] = "request_hash",
};

static size_t column_of(const struct table *table, const char *name)
{
    size_t at = 0;
    while (at < table->column_count && strcmp(table->columns[at].name, name) != 0)
        at++;
    MUST(at < table->column_count);
    return at;
}

static void find_outcome(struct sim_parts *parts)
{
    size_t t = 0;
    while (strcmp(projection_table(parts->projection, t)->name, "outcome") != 0)
        t++;
    parts->outcome_table = t;
    for (int i = 0; i < OUTCOME_COLUMNS; i++)
        parts->outcome_columns[i] =
            column_of(projection_table(parts->projection, t), column_names[i]);
}

static struct arena *arena_kept(void)
{
    struct arena *arena = arena_new(64 << 20);
    arena_keep(arena, 8 << 20);
    return arena;
}

void sim_parts_new(struct sim_parts *ret)
{
    *ret = (struct sim_parts){.arena = arena_kept(),
        .world = arena_kept(),
        .story = arena_kept(),
        .step = arena_kept(),
        .judge = arena_kept()};
    MUST(codec_registry_new(&ret->registry).act == RES_OK);
    ret->projection = projection_new(ret->arena);
    MUST(ret->projection != NULL);
    for (int n = 0; n < PEOPLE; n++)
        ret->people[n] = person_in(n % WORLD_PARTITIONS, n / WORLD_PARTITIONS);
    find_outcome(ret);
    sim_beginnings_new(ret);
}

void sim_wrong(const struct sim *sim, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)sim;
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

static void start(struct sim *sim, const struct sim_parts *parts, const struct schedule *schedule)
{
    arena_clear(parts->world);
    *sim = (struct sim){.parts = parts,
        .schedule = schedule,
        .world = world_new_with(parts->registry),
        .base = base_new(),
        .rows = model_new(parts->projection, parts->world),
        .story = {.arena = parts->story, .registry = parts->registry},
        .wall_us = time_of("2026-11-23T10:00:00Z"),
        .luck = (schedule->seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1};
    sim->base->kept = sim_kept;
    sim->base->owner = sim;
}

static void tally_world(const struct sim *sim)
{
    struct tally *tally = sim->tally;
    bool stopped = false;
    for (int n = 0; n < DECIDERS + SINKS; n++)
        stopped |= sim->stopped[n];
    tally->of[TALLY_WORLDS]++;
    tally->of[TALLY_LOUD] += stopped;
    tally->of[TALLY_REQUESTS] += (uint64_t)sim->asked_count;
    tally->of[TALLY_COUNTED] += sim->law.count;
    for (int p = 0; p < WORLD_PARTITIONS; p++)
        tally->of[TALLY_RECORDS] += (uint64_t)sim->world->logs[WORLD_EVENTS][p].next;
    for (int i = 0; i < sim->asked_count; i++) {
        tally->of[TALLY_LATE] += sim->asked[i].end == ASKED_LATE;
        tally->of[TALLY_NOT_RECORDED] += sim->asked[i].end == ASKED_NOT_RECORDED;
        tally->of[TALLY_REUSED] += sim->asked[i].end == ASKED_REUSED;
    }
    for (size_t i = 0; i < sim->schedule->count; i++)
        tally->actions[sim->schedule->actions[i].kind]++;
}

void sim_play(const struct sim_parts *parts, const struct schedule *schedule, struct tally *tally)
{
    static struct sim sim;
    start(&sim, parts, schedule);
    sim.tally = tally;
    sim_begin(&sim, schedule->begins);
    sim_people_new(&sim);
    for (size_t i = 0; i < schedule->count; i++)
        sim_act(&sim, &schedule->actions[i]);
    sim_heal(&sim);
    sim_judge(&sim);
    tally_world(&sim);
    sim_people_free(&sim);
    base_free(sim.base);
    world_free(sim.world);
}
