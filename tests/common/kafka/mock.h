/* librdkafka's in-process mock cluster, for the tests of common/kafka. One a test. */
#ifndef TESTS_KAFKA_MOCK_H
#define TESTS_KAFKA_MOCK_H

#include "base/buf.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* The protocol's numbers of the requests that tests break. */
enum {
    PRODUCE = 0,
    FETCH = 1,
    OFFSET_COMMIT = 8,
    OFFSET_FETCH = 9,
    FIND_COORDINATOR = 10,
    JOIN_GROUP = 11,
    HEARTBEAT = 12
};

struct mock {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    struct kafka_conf conf; /* how to reach it */
};
/* One broker, topic "facts" with `partitions`. */
void mock_start(struct mock *mock, int partitions);
void mock_stop(struct mock *mock);

#define OK(expr)                                                                                   \
    do {                                                                                           \
        res_t res_ = (expr);                                                                       \
        cr_assert_eq(res_.act, RES_OK, "%s at %s:%d", res_.what, res_.file, res_.line);            \
    } while (0)

/* Collects reports. */
struct reports {
    struct kafka_report items[4096];
    size_t count;
};
void reports_take(void *reports, const struct kafka_report *report);
struct kafka_producer *producer_open(const struct mock *mock, struct reports *reports);
/* Writes `count` records "0", "1", ... with key "k" to that partition of "facts". */
void facts_write(const struct mock *mock, int32_t partition, int from, int count);

struct kafka_consumer *reader_open(const struct mock *mock);
/* Polls until something happens; fails the test when nothing does, or on an error that is not
 * RETRY. */
struct kafka_event next_event(struct kafka_consumer *consumer);
/* The same, and it must be the record with this number as value, at this offset. */
void expect_fact(struct kafka_consumer *consumer, int number, int64_t offset);

#endif
