/* Producing: idempotent, acks=all, partitioner murmur2_random, no linger.
 * Queued is not written: the outcome of each record is its report. */
#ifndef KAFKA_PRODUCER_H
#define KAFKA_PRODUCER_H

#include "kafka/kafka.h"

struct kafka_producer;

enum kafka_outcome {
    KAFKA_WRITTEN,     /* on the log, at report.offset where that is known */
    KAFKA_NOT_WRITTEN, /* certainly not on the log: timed out in the queue, purged, too large */
    KAFKA_UNKNOWN,     /* no answer: it may or may not be on the log, now or in a moment */
};

struct kafka_report {
    uint64_t tag;
    enum kafka_outcome outcome;
    int32_t partition; /* -1 where it never got one */
    int64_t offset; /* KAFKA_WRITTEN, else -1; -1 also where a repeated request found it written */
    res_t why;      /* not written or unknown: REJECT = never with these bytes, RETRY, FATAL */
};
/* Called by kafka_producer_poll and kafka_flush alone, in their thread. May call kafka_produce;
 * must not close the producer. */
typedef void kafka_report_fn(void *owner, const struct kafka_report *report);

struct kafka_producer_conf {
    struct kafka_conf kafka;
    int64_t give_up_ms;        /* from kafka_produce to the report at the latest; 0: 30,000 */
    size_t record_bytes_max;   /* 0: 1,000,000 */
    const char *const *topics; /* that will be written to; ends with NULL. Named here, the first
                                  record of each need not wait for its metadata (up to a second) */
    size_t queue_max;          /* records waiting; 0: 100,000 */
    kafka_report_fn *on_report;
    void *owner;
};
/* Does not wait for a broker. FATAL on a setting that the client does not take. */
res_t kafka_producer_open(
    const struct kafka_producer_conf *conf, struct kafka_producer **ret) MUST_USE;
/* Drops what still waits, without reports: flush first. NULL is fine. Not from a report. */
void kafka_producer_close(struct kafka_producer *producer);
void kafka_producer_close_p(struct kafka_producer **producer);

enum { KAFKA_BY_KEY = -1, KAFKA_HEADERS_MAX = 16 };
struct kafka_message {
    const char *topic;
    int32_t partition; /* or KAFKA_BY_KEY */
    struct view key;   /* never empty */
    struct view value;
    const struct record_header *headers; /* header_count of them, at most KAFKA_HEADERS_MAX */
    size_t header_count;
    uint64_t tag; /* comes back in the report */
};
/* Copies everything; never blocks; any thread. OK: queued, exactly one report will follow (unless
 * closed before). Otherwise none follows, and it is certainly not on the log:
 * RETRY: the queue is full, poll first. REJECT: empty key, too large, too many headers.
 * FATAL: the producer is fenced or broken. */
res_t kafka_produce(struct kafka_producer *producer, const struct kafka_message *message) MUST_USE;

/* Readable when reports wait: then poll with wait 0. One owner thread for fd, poll, flush, close.
 */
int kafka_producer_fd(const struct kafka_producer *producer);
/* Delivers all waiting reports; waits up to wait_ms for the first. FATAL: the client gave up for
 * good (each record still gets its report): exit. */
res_t kafka_producer_poll(struct kafka_producer *producer, int wait_ms) MUST_USE;
/* Polls until every record has its report. RETRY: wait_ms passed first. */
res_t kafka_flush(struct kafka_producer *producer, int wait_ms) MUST_USE;
/* Records without a report so far. */
size_t kafka_producer_pending(const struct kafka_producer *producer);

#endif
