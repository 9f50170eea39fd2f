/* The deciders' metrics. */
#ifndef DAEMON_DECIDER_MEASURE_H
#define DAEMON_DECIDER_MEASURE_H

#include "daemon/decider.h"

/* What was counted so far: counters only grow by the difference. */
struct decider_measure {
    struct decider_stats last;
};
enum { DECIDER_PARTITIONS = 12 }; /* of every topic, for ever: keys depend on it */
enum decider_lag { DECIDER_LAG_COMMANDS, DECIDER_LAG_EVENTS, DECIDER_LAG_MAX_ };

void decider_measure_register(void);
void decider_measure_answered(
    void *owner, int64_t took_us, bool refused); /* a decider_answered_fn */
void decider_measure_stats(struct decider_measure *measure, const struct decider_stats *stats);
/* `end` -1: not known; `next` -1: nothing read yet. */
void decider_measure_lag(enum decider_lag of, int32_t partition, int64_t end, int64_t next);

#endif
