/* How far each reader of a topic is behind its end: the arithmetic and the printing. Pure; who asks
 * Kafka and Postgres is lag.c. */
#ifndef BROKERCTL_LAG_H
#define BROKERCTL_LAG_H

#include "base/buf.h"
#include "brokerctl/stream.h"

/* One partition of one reader. Times are µs UTC. */
struct lag_part {
    int64_t low, high;     /* of the log */
    int64_t next;          /* what it reads next; -1: nothing is stored, so from the start */
    int64_t waiting_since; /* the log's time of that record; 0: none waits, or not known */
};
struct lag_reader {
    const char *name;
    const char *topic;
    int32_t partitions;
    struct lag_part parts[STREAM_PARTITIONS_MAX];
};

int64_t lag_records(const struct lag_part *part);
/* Its position is not on the log: records that it would have read are gone, or the end was lost. */
bool lag_is_outside(const struct lag_part *part);
/* 0: nothing waits. */
int64_t lag_us(const struct lag_part *part, int64_t now);

struct lag_sum {
    int64_t records;
    int64_t us; /* of the partition that waits longest */
    bool outside;
};
struct lag_sum lag_sum(const struct lag_reader *reader, int64_t now);

/* Lines: the reader, then its partitions that are behind (`all`: each). */
void lag_put_text(const struct lag_reader *reader, int64_t now, bool all, struct buf *out);
/* A JSON object a partition and line. */
void lag_put_json(const struct lag_reader *reader, int64_t now, struct buf *out);

#endif
