#include "fault.h"

#include "base/clock.h"
#include "flow/walk.h"
#include "rng.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_MS = 300, LAST_MS = 2200 };

#define OF(name, family, weight)                                                                   \
    {"kill-" name, name, family, act_kill, NULL, {0, 0}, weight, false},                           \
        {"stop-" name, name, family, act_stop, NULL, {0, 0}, 1, false},                            \
        {"freeze-" name, name, family, act_freeze, act_thaw, {100, 2500}, 2, false},
const struct fault_kind fault_kinds[] = {
    /* A daemon: SIGKILL; asked to stop; SIGSTOP for less than its session. */
    OF("referrals", FAMILY_REFERRAL, 4) OF("sessions", FAMILY_SESSION, 4) OF("risk", FAMILY_RISK, 4)
        OF("projector", FAMILY_MAX_, 5) OF("gateway", FAMILY_MAX_, 4)
    /* SIGSTOP past its session while another one takes its work, then SIGCONT. */
    {"zombie-risk", "risk", FAMILY_RISK, act_replace, act_wake, {7000, 8000}, 1, true},
    {"zombie-referrals", "referrals", FAMILY_REFERRAL, act_replace, act_wake, {7000, 8000}, 1,
        true},
    {"zombie-projector", "projector", FAMILY_MAX_, act_replace, act_wake, {7000, 8000}, 1, true},
    /* Members that come and go every two seconds; two under one static name. */
    {"storm-sessions", "sessions", FAMILY_SESSION, act_storm, NULL, {0, 0}, 1, true},
    {"storm-projector", "projector", FAMILY_MAX_, act_storm, NULL, {0, 0}, 1, true},
    {"twin-risk", "risk", FAMILY_RISK, act_twin, NULL, {0, 0}, 1, true},
    {"broker-kill", "", FAMILY_MAX_, act_broker_kill, act_broker_start, {0, 1000}, 2, false},
    {"broker-stop", "", FAMILY_MAX_, act_broker_stop, act_broker_start, {0, 1000}, 1, false},
    {"broker-freeze", "", FAMILY_MAX_, act_broker_freeze, act_broker_thaw, {500, 7000}, 2, true},
    {"postgres-immediate", "", FAMILY_MAX_, act_postgres_immediate, act_postgres_start, {0, 1000},
        2, false},
    {"postgres-restart", "", FAMILY_MAX_, act_postgres_stop, act_postgres_start, {0, 500}, 2,
        false},
    {"postgres-backends", "", FAMILY_MAX_, act_postgres_backends, NULL, {0, 0}, 3, false},
    {"thousand-posts", "", FAMILY_MAX_, act_repeat, NULL, {0, 0}, 1, false},
    {"lost-answers", "", FAMILY_MAX_, act_hasty, act_patient, {300, 1500}, 2, false},
};
const size_t fault_kind_count = ARRAY_LEN(fault_kinds);

/* --- drawing
 * -------------------------------------------------------------------------------------*/

static bool wanted(const struct fault_kind *kind, const char *only)
{
    struct view rest = view_of(only == NULL ? "" : only);
    bool any = rest.len > 0;
    while (rest.len > 0)
        if (view_starts(view_of(kind->name), view_cut(&rest, ',')))
            return true;
    return !any;
}

static const struct fault_kind *draw_kind(uint64_t *rng, const char *only)
{
    int sum = 0;
    for (size_t i = 0; i < fault_kind_count; i++)
        sum += wanted(&fault_kinds[i], only) ? fault_kinds[i].weight : 0;
    if (sum == 0)
        fail("no fault is called %s", only);
    int at = rng_between(rng, 1, sum);
    for (size_t i = 0;; i++) {
        at -= wanted(&fault_kinds[i], only) ? fault_kinds[i].weight : 0;
        if (at <= 0)
            return &fault_kinds[i];
    }
}

void schedule_draw(struct schedule *schedule, uint64_t seed, const char *only)
{
    uint64_t rng = seed;
    schedule->seed = seed;
    schedule->count = (size_t)rng_between(&rng, FAULTS_MIN, FAULTS_MAX - 1);
    for (size_t i = 0; i < schedule->count; i++) {
        const struct fault_kind *kind = draw_kind(&rng, only);
        schedule->faults[i] = (struct fault){.kind = kind,
            .at_ms = rng_between(&rng, FIRST_MS, LAST_MS),
            .hold_ms = rng_between(&rng, kind->hold_ms[0], kind->hold_ms[1]),
            .rng = rng_next(&rng)};
    }
}

void schedule_print(const struct schedule *schedule, FILE *to)
{
    fprintf(to, "seed %" PRIu64 ":", schedule->seed);
    for (size_t i = 0; i < schedule->count; i++)
        fprintf(to, "%s %s at %d ms", i == 0 ? "" : ",", schedule->faults[i].kind->name,
            schedule->faults[i].at_ms);
}

/* --- running
 * -------------------------------------------------------------------------------------*/

/* Two faults of one victim come one after the other. */
static pthread_mutex_t *lock_of(const struct fault_kind *kind)
{
    static pthread_mutex_t locks[DAEMONS + 1] = {PTHREAD_MUTEX_INITIALIZER,
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
    for (size_t i = 0; i < DAEMONS; i++)
        if (strcmp(daemon_names[i], kind->victim) == 0)
            return &locks[i];
    return &locks[DAEMONS];
}

static void *run_fault(void *owner)
{
    struct fault *fault = owner;
    pthread_mutex_t *lock = lock_of(fault->kind);
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
