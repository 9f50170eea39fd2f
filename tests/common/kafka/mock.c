#include "mock.h"

#include <stdio.h>

void mock_start(struct mock *mock, int partitions)
{
    char why[256];
    mock->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cr_assert_not_null(mock->rk, "%s", why);
    mock->cluster = rd_kafka_mock_cluster_new(mock->rk, 1);
    cr_assert_not_null(mock->cluster);
    cr_assert_eq(rd_kafka_mock_topic_create(mock->cluster, "facts", partitions, 1), 0);
    mock->conf = (struct kafka_conf){
        .brokers = rd_kafka_mock_cluster_bootstraps(mock->cluster), .client_id = "test"};
}

void mock_stop(struct mock *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->rk);
}

void reports_take(void *owner, const struct kafka_report *report)
{
    struct reports *reports = owner;
    cr_assert_lt(reports->count, ARRAY_LEN(reports->items));
    reports->items[reports->count++] = *report;
}

struct kafka_producer *producer_open(const struct mock *mock, struct reports *reports)
{
    struct kafka_producer *producer = NULL;
    const struct kafka_producer_conf conf = {
        .kafka = mock->conf, .on_report = reports_take, .owner = reports};
    OK(kafka_producer_open(&conf, &producer));
    return producer;
}

void facts_write(const struct mock *mock, int32_t partition, int from, int count)
{
    static struct reports reports;
    reports.count = 0;
    struct kafka_producer *producer = producer_open(mock, &reports);
    for (int i = from; i < from + count; i++) {
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        const struct kafka_message message = {
            .topic = "facts", .partition = partition, .key = VIEW("k"), .value = view_of(value)};
        OK(kafka_produce(producer, &message));
    }
    OK(kafka_flush(producer, 10000));
    for (size_t i = 0; i < reports.count; i++)
        cr_assert_eq(reports.items[i].outcome, KAFKA_WRITTEN);
    kafka_producer_close(producer);
}

struct kafka_consumer *reader_open(const struct mock *mock)
{
    struct kafka_consumer *reader = NULL;
    const struct kafka_reader_conf conf = {.kafka = mock->conf, .group = "reader"};
    OK(kafka_reader_open(&conf, &reader));
    return reader;
}

struct kafka_event next_event(struct kafka_consumer *consumer)
{
    struct kafka_event event = {.kind = KAFKA_NOTHING};
    for (int tries = 0; tries < 150 && event.kind == KAFKA_NOTHING; tries++) {
        res_t res = kafka_poll(consumer, 100, &event);
        cr_assert(
            res.act == RES_OK || res.act == RES_RETRY, "%s at %s:%d", res.what, res.file, res.line);
    }
    cr_assert_neq(event.kind, KAFKA_NOTHING, "nothing happened");
    return event;
}

void expect_fact(struct kafka_consumer *consumer, int number, int64_t offset)
{
    char want[16];
    snprintf(want, sizeof want, "%d", number);
    struct kafka_event event;
    do
        event = next_event(consumer);
    while (event.kind == KAFKA_END);
    cr_assert_eq(event.kind, KAFKA_RECORD, "event %d instead of a record", (int)event.kind);
    cr_assert(view_eq_text(event.record.value, want), "%.*s instead of %s",
        VIEW_ARG(event.record.value), want);
    cr_assert_eq(event.record.offset, offset);
    kafka_record_done(&event.record);
}
