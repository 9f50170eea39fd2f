/* Worlds in child processes, so that whatever a world does, its seed is known: a failure is a child
 * that ended badly, or did not end. */
#ifndef SIMULATION_RUN_H
#define SIMULATION_RUN_H

#include "sim.h"
#include "tally.h"

#include <stdio.h>

enum { WHAT_MAX = 400 };
struct failure {
    struct schedule schedule;
    char what[WHAT_MAX]; /* its last words */
};

/* Plays seeds, as many at a time as there are processors; false: every one went well. *ret: the
 * failure of the lowest seed. tally: what happened. */
struct seeds {
    uint64_t first, count;
    struct tally tally;
};
bool run_seeds(const struct sim_parts *parts, struct seeds *seeds, struct failure *ret);
/* Plays one schedule; false: it went well. */
bool run_schedule(
    const struct sim_parts *parts, const struct schedule *schedule, struct failure *ret);
/* Drops what the failure does not need: many actions at a time, then one at a time. */
void run_shrink(const struct sim_parts *parts, struct failure *failure);
/* The schedule as a test's skeleton. `weak`: with this rule taken away; NULL: none. */
void run_write_test(FILE *to, const struct failure *failure, const char *weak);

#endif
