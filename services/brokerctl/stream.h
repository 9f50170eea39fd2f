/* A topic, read from where one likes to its end or on and on. No group, nothing committed. */
#ifndef BROKERCTL_STREAM_H
#define BROKERCTL_STREAM_H

#include "brokerctl/ctl.h"
#include "kafka/consumer.h"

enum { STREAM_PARTITIONS_MAX = 64 };
struct stream {
    const char *topic;
    struct kafka_consumer *consumer;
    int32_t partitions;
    int64_t low[STREAM_PARTITIONS_MAX];  /* as of opening */
    int64_t high[STREAM_PARTITIONS_MAX]; /* the one after the last, as of opening */
};
extern const char STREAM_TOPIC[];

/* How every handle of ours reaches the brokers. */
struct kafka_conf stream_kafka(const struct ctl *ctl);
/* Asks for partitions and bounds of the topic, a static text. RETRY or FATAL: no broker answered,
 * no such topic. */
res_t stream_open(const struct ctl *ctl, const char *topic, struct stream *ret) MUST_USE;
void stream_close(struct stream *stream);
/* Reads the listed partitions from these offsets on. */
struct stream_start {
    int32_t partition;
    int64_t offset;
};
res_t stream_start(struct stream *stream, const struct stream_start *from, size_t count) MUST_USE;
/* The next record, which the caller ends with kafka_record_done. *ret_any false: none within
 * wait_ms. RETRY: no broker for a while; again is fine. */
res_t stream_next(
    struct stream *stream, int wait_ms, struct kafka_record *ret, bool *ret_any) MUST_USE;
/* Every record of these partitions from there up to the end as of opening, in whatever order the
 * partitions come. What `each` gives other than OK ends it. RETRY: the broker gives no more. */
typedef res_t stream_each_fn(void *owner, const struct kafka_record *record);
struct stream_reading {
    struct stream_start from[STREAM_PARTITIONS_MAX];
    size_t count;
    stream_each_fn *each;
    void *owner;
};
res_t stream_read(struct stream *stream, const struct stream_reading *reading) MUST_USE;

#endif
