#include "fault.h"

#include "base/clock.h"
#include "flow/walk.h"
#include "rng.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_MS = 300, LAST_MS = 2200, REDRAWN_MAX = 100 };

/* --- drawing
 * -------------------------------------------------------------------------------------*/

static bool wanted(const struct fault_kind *kind, const char *only, unsigned have)
{
    if ((kind->needs & ~have) != 0)
        return false;
    struct view rest = view_of(only == NULL ? "" : only);
    bool any = rest.len > 0;
    while (rest.len > 0)
        if (view_starts(view_of(kind->name), view_cut(&rest, ',')))
            return true;
    return !any;
}

static const struct fault_kind *draw_kind(uint64_t *rng, const char *only, unsigned have)
{
    int sum = 0;
    for (size_t i = 0; i < fault_kind_count; i++)
        sum += wanted(&fault_kinds[i], only, have) ? fault_kinds[i].weight : 0;
    if (sum == 0)
        fail("no fault is called %s, or the stack has not what it needs", only);
    int at = rng_between(rng, 1, sum);
    for (size_t i = 0;; i++) {
        at -= wanted(&fault_kinds[i], only, have) ? fault_kinds[i].weight : 0;
        if (at <= 0)
            return &fault_kinds[i];
    }
}

static void draw_victim(uint64_t *rng, const char *victims, char *ret, size_t room)
{
    struct view rest = view_of(victims == NULL ? "" : victims), victim = VIEW_NONE;
    int count = 1;
    for (size_t i = 0; i < rest.len; i++)
        count += rest.ptr[i] == ',';
    for (int at = rng_between(rng, 1, count); at > 0; at--)
        victim = view_cut(&rest, ',');
    snprintf(ret, room, "%.*s", VIEW_ARG(victim));
}

/* FAULTS_APART ms: one after the other, so that each one's recovery can be told. */
static int at_ms(uint64_t *rng, size_t i)
{
    const char *apart = getenv("FAULTS_APART");
    int drawn = rng_between(rng, FIRST_MS, LAST_MS);
    return apart == NULL || apart[0] == '\0' ? drawn
                                             : FIRST_MS + (int)i * (int)strtol(apart, NULL, 10);
}

void schedule_draw(struct schedule *schedule, uint64_t seed, const char *only, unsigned have)
{
    uint64_t rng = seed;
    schedule->seed = seed;
    schedule->count = (size_t)rng_between(&rng, FAULTS_MIN, FAULTS_MAX - 1);
    bool heavy = false;
    for (size_t i = 0; i < schedule->count; i++) {
        const struct fault_kind *kind = draw_kind(&rng, only, have);
        for (int tries = 0; kind->heavy && heavy && tries < REDRAWN_MAX; tries++)
            kind = draw_kind(&rng, only, have);
        heavy |= kind->heavy;
        schedule->faults[i] = (struct fault){.kind = kind,
            .at_ms = at_ms(&rng, i),
            .hold_ms = rng_between(&rng, kind->hold_ms[0], kind->hold_ms[1]),
            .rng = rng_next(&rng)};
        draw_victim(
            &rng, kind->victims, schedule->faults[i].victim, sizeof(schedule->faults[i].victim));
    }
}

void schedule_print(const struct schedule *schedule, FILE *to)
{
    fprintf(to, "seed %" PRIu64 ":", schedule->seed);
    for (size_t i = 0; i < schedule->count; i++) {
        const struct fault *fault = &schedule->faults[i];
        fprintf(to, "%s %s%s%s at %d ms%s", i == 0 ? "" : ",", fault->kind->name,
            fault->victim[0] == '\0' ? "" : " of ", fault->victim, fault->at_ms,
            fault->missed ? " (nothing to do)" : "");
    }
}

/* --- running
 * -------------------------------------------------------------------------------------*/

/* Two faults of one victim come one after the other. */
static pthread_mutex_t *lock_of(const struct fault *fault)
{
    static pthread_mutex_t locks[DAEMONS + 1] = {PTHREAD_MUTEX_INITIALIZER,
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
    for (size_t i = 0; i < DAEMONS; i++)
        if (strcmp(daemon_names[i], fault->victim) == 0)
            return &locks[i];
    return &locks[DAEMONS];
}

static void *run_fault(void *owner)
{
    struct fault *fault = owner;
    pthread_mutex_t *lock = lock_of(fault);
    usleep((useconds_t)fault->at_ms * 1000);
    pthread_mutex_lock(lock);
    fault->began_us = clock_monotonic();
    fault->kind->begin(fault);
    if (fault->kind->end != NULL) {
        usleep((useconds_t)fault->hold_ms * 1000);
        fault->kind->end(fault);
        fault->healed_us = clock_monotonic();
    }
    if (fault->healed_us == 0)
        fault->healed_us = fault->began_us;
    pthread_mutex_unlock(lock);
    return NULL;
}

void schedule_run(struct schedule *schedule, struct scene *scene)
{
    for (size_t i = 0; i < schedule->count; i++) {
        struct fault *fault = &schedule->faults[i];
        fault->scene = scene;
        if (pthread_create(&fault->thread, NULL, run_fault, fault) != 0)
            fail("a fault does not start");
    }
    for (size_t i = 0; i < schedule->count; i++)
        pthread_join(schedule->faults[i].thread, NULL);
}
