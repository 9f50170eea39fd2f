/* The faults, one row each, and schedules of them as a seed draws them. */
#ifndef FAULTS_FAULT_H
#define FAULTS_FAULT_H

#include "scene.h"

#include <pthread.h>

enum { FAULTS_MAX = 6, FAULTS_MIN = 3 };

struct fault {
    const struct fault_kind *kind;
    struct scene *scene;
    uint64_t rng;
    char victim[16];    /* a daemon, "*" for all, or "" */
    int at_ms, hold_ms; /* after the load began; how long it stays */
    int64_t began_us, healed_us;
    bool missed;   /* it found nothing to do: it does not count */
    pid_t pids[4]; /* of processes that it started */
    pthread_t thread;
};
/* What a fault needs of the stack, beside processes. */
enum need {
    NEEDS_NOTHING = 0,
    NEEDS_CRASH_POINTS = 1,
    NEEDS_PROXY = 2,
    NEEDS_DISKS = 4,
    NEEDS_CLOCK = 8,
    NEEDS_RELEASES = 16
};
struct fault_kind {
    const char *name;
    const char *victims; /* one of these, by commas, is drawn */
    void (*begin)(struct fault *fault);
    void (*end)(struct fault *fault); /* NULL: nothing to mend, it is over at once */
    int hold_ms[2];
    int weight;    /* how often it is drawn */
    bool heavy;    /* takes many seconds: one in a schedule is enough */
    bool aborts;   /* it may be one of its own assertions that ends a daemon */
    bool restarts; /* a daemon may give up (exit 1) and be started again */
    enum need needs;
    const char *where; /* a crash point, a door of the proxy, a folder */
    int rule;          /* of the proxy */
    int value[2];      /* of the rule; drawn */
};
extern const struct fault_kind fault_kinds[];
extern const size_t fault_kind_count;

struct schedule {
    uint64_t seed;
    int number; /* on this stack, from 1 */
    struct fault faults[FAULTS_MAX];
    size_t count;
};
/* `only`: names of kinds or beginnings of them, by commas; NULL or "": all that the stack has what
 * they need for (`have`: of enum need). */
void schedule_draw(struct schedule *schedule, uint64_t seed, const char *only, unsigned have);
/* Runs them, each at its time; returns when each is mended. */
void schedule_run(struct schedule *schedule, struct scene *scene);
/* "seed 7: kill-risk at 120 ms, ..." */
void schedule_print(const struct schedule *schedule, FILE *to);

/* What the rows do. */
void act_kill(struct fault *fault);
void act_stop(struct fault *fault);
void act_freeze(struct fault *fault);
void act_thaw(struct fault *fault);
void act_replace(struct fault *fault);
void act_wake(struct fault *fault);
void act_storm(struct fault *fault);
void act_twin(struct fault *fault);
void act_broker_kill(struct fault *fault);
void act_broker_stop(struct fault *fault);
void act_broker_start(struct fault *fault);
void act_broker_freeze(struct fault *fault);
void act_broker_thaw(struct fault *fault);
void act_postgres_immediate(struct fault *fault);
void act_postgres_stop(struct fault *fault);
void act_postgres_start(struct fault *fault);
void act_postgres_backends(struct fault *fault);
void act_repeat(struct fault *fault);
void act_hasty(struct fault *fault);
void act_patient(struct fault *fault);
void act_crash(struct fault *fault);
void act_net(struct fault *fault);
void act_net_end(struct fault *fault);
void act_poison(struct fault *fault);
void act_disk_full(struct fault *fault);
void act_disk_free(struct fault *fault);
void act_clock(struct fault *fault);
void act_clock_end(struct fault *fault);
void act_shim(struct fault *fault);
void act_shim_end(struct fault *fault);
void act_descriptors(struct fault *fault);
void act_descriptors_end(struct fault *fault);
void act_clients(struct fault *fault);
void act_upgrade(struct fault *fault);
void act_downgrade(struct fault *fault);

#endif
