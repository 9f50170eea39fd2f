/* What the files of `brokerctl rebuild` share. Private.
 * rebuild.c: the course of it. rebuild_sink.c: the projector's own path, from the log into the
 * second read model. What a second read model is, and the swap: projector/swap.h. */
#ifndef BROKERCTL_REBUILD_H
#define BROKERCTL_REBUILD_H

#include "brokerctl/stream.h"
#include "daemon/halt.h"
#include "projector/swap.h"

struct rebuild_sink;

/* Every partition of the stream, claimed in SWAP_NEXT, without joining the projector's group. The
 * connection to Postgres is its own. RETRY, FATAL: Kafka; Postgres is first needed by the step. */
res_t rebuild_sink_new(
    const struct ctl *ctl, int32_t partitions, struct rebuild_sink **ret) MUST_USE;
void rebuild_sink_free(struct rebuild_sink *sink); /* drops the batch in hand. NULL is fine */
/* At most one batch, or a wait for something to read, wait_ms at most. Not OK: the log is not what
 * it must be (rebuild_sink_halt says how), or the schema is gone. */
res_t rebuild_sink_step(struct rebuild_sink *sink, int wait_ms) MUST_USE;
/* Nothing is under way in the database: whoever else locks its tables waits for nobody here. */
bool rebuild_sink_rests(const struct rebuild_sink *sink);
const struct halt *rebuild_sink_halt(const struct rebuild_sink *sink);

/* Pure: records between `at` and `to`, partition by partition; 0: `at` has reached it. */
int64_t rebuild_behind(const struct swap_positions *at, const int64_t *to, int32_t partitions);
/* Pure: the first partition whose log does not begin at 0; -1: all do. */
int32_t rebuild_cut(const int64_t *low, int32_t partitions);

#endif
