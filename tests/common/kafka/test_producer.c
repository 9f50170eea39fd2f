#include "kafka/producer.h"

#include "base/id.h"
#include "mock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mock mock;
static struct reports reports;

static void start(void)
{
    mock_start(&mock, 12);
}

static void done(void)
{
    mock_stop(&mock);
}

TestSuite(producer, .init = start, .fini = done, .timeout = 60);

static struct kafka_message message_of(uint64_t tag)
{
    return (struct kafka_message){.topic = "facts",
        .partition = KAFKA_BY_KEY,
        .key = VIEW("k"),
        .value = VIEW("v"),
        .tag = tag};
}

static void produce_one(struct kafka_producer *producer, uint64_t tag)
{
    const struct kafka_message message = message_of(tag);
    OK(kafka_produce(producer, &message));
}

static struct kafka_producer *producer_open_brief(int64_t give_up_ms)
{
    struct kafka_producer *producer = NULL;
    const struct kafka_producer_conf conf = {.kafka = mock.conf,
        .give_up_ms = give_up_ms,
        .record_bytes_max = 2000,
        .queue_max = 5,
        .on_report = reports_take,
        .owner = &reports};
    OK(kafka_producer_open(&conf, &producer));
    return producer;
}

Test(producer, a_key_decides_the_partition_as_java_does)
{
    struct kafka_producer *producer = producer_open(&mock, &reports);
    char keys[100][8];
    for (uint64_t i = 0; i < ARRAY_LEN(keys); i++) {
        snprintf(keys[i], sizeof keys[i], "%03u", (unsigned)i);
        struct kafka_message message = message_of(i);
        message.key = view_of(keys[i]);
        OK(kafka_produce(producer, &message));
    }
    OK(kafka_flush(producer, 10000));
    cr_assert_eq(reports.count, ARRAY_LEN(keys));
    for (size_t i = 0; i < reports.count; i++) {
        cr_assert_eq(reports.items[i].outcome, KAFKA_WRITTEN);
        cr_assert_eq(
            reports.items[i].partition, partition_of(view_of(keys[reports.items[i].tag]), 12));
    }
    kafka_producer_close(producer);
}

Test(producer, every_byte_of_a_tag_comes_back_with_the_offset)
{
    struct kafka_producer *producer = producer_open(&mock, &reports);
    for (uint64_t i = 0; i < 3; i++) {
        struct kafka_message message = message_of(UINT64_MAX - i);
        message.partition = 7;
        OK(kafka_produce(producer, &message));
    }
    cr_assert_eq(kafka_producer_pending(producer), 3);
    OK(kafka_flush(producer, 10000));
    cr_assert_eq(kafka_producer_pending(producer), 0);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(reports.items[i].tag, UINT64_MAX - i);
        cr_assert_eq(reports.items[i].partition, 7);
        cr_assert_eq(reports.items[i].offset, (int64_t)i);
    }
    kafka_producer_close(producer);
}

Test(producer, what_was_given_is_copied_with_its_headers)
{
    struct kafka_producer *producer = producer_open(&mock, &reports);
    char key[] = "key", value[] = "value";
    struct record_header header = {"ce_id", VIEW("1")};
    struct kafka_message message = {.topic = "facts",
        .partition = 0,
        .key = view_of(key),
        .value = view_of(value),
        .headers = &header,
        .header_count = 1};
    OK(kafka_produce(producer, &message));
    memset(key, 'x', 3);
    memset(value, 'x', 5);
    OK(kafka_flush(producer, 10000));
    kafka_producer_close(producer);

    struct kafka_consumer *reader = reader_open(&mock);
    OK(kafka_assign(reader, &(struct kafka_position){"facts", 0, 0}, 1));
    struct kafka_event event = next_event(reader);
    cr_assert_eq(event.kind, KAFKA_RECORD);
    cr_assert(view_eq_text(event.record.key, "key"));
    cr_assert(view_eq_text(event.record.value, "value"));
    cr_assert_gt(event.record.at_us, 0);
    rd_kafka_headers_t *headers;
    const char *name;
    const void *bytes;
    size_t len;
    cr_assert_eq(rd_kafka_message_headers(event.record.handle, &headers), 0);
    cr_assert_eq(rd_kafka_header_get_all(headers, 0, &name, &bytes, &len), 0);
    cr_assert_str_eq(name, "ce_id");
    cr_assert(view_eq_text((struct view){bytes, len}, "1"));
    cr_assert(view_eq_text(kafka_record_header(&event.record, "ce_id"), "1"));
    cr_assert_null(kafka_record_header(&event.record, "traceparent").ptr);
    kafka_record_done(&event.record);
    kafka_consumer_close(reader);
}

Test(producer, what_can_never_be_written_is_refused_at_once_and_gets_no_report)
{
    struct kafka_producer *producer = producer_open_brief(5000);
    static char large[4000];
    struct record_header many[KAFKA_HEADERS_MAX + 1];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = (struct record_header){"name", VIEW("value")};
    struct kafka_message empty_key = message_of(1), too_large = message_of(2),
                         headers = message_of(3);
    empty_key.key = VIEW("");
    too_large.value = (struct view){large, sizeof large};
    headers.headers = many;
    headers.header_count = ARRAY_LEN(many);
    cr_assert_eq(kafka_produce(producer, &empty_key).act, RES_REJECT);
    cr_assert_eq(kafka_produce(producer, &too_large).act, RES_REJECT);
    cr_assert_eq(kafka_produce(producer, &headers).act, RES_REJECT);
    OK(kafka_flush(producer, 5000));
    cr_assert_eq(reports.count, 0);
    kafka_producer_close(producer);
}

Test(producer, a_full_queue_says_try_again)
{
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    struct kafka_producer *producer = producer_open_brief(60000);
    for (uint64_t i = 0; i < 5; i++)
        produce_one(producer, i);
    const struct kafka_message message = message_of(5);
    cr_assert_eq(kafka_produce(producer, &message).act, RES_RETRY);
    cr_assert_eq(kafka_flush(producer, 10).act, RES_RETRY);
    cr_assert_eq(kafka_producer_pending(producer), 5);
    kafka_producer_close(producer);
    cr_assert_eq(reports.count, 0);
}

Test(producer, a_record_that_never_left_is_certainly_not_written)
{
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    struct kafka_producer *producer = producer_open_brief(1000);
    produce_one(producer, 9);
    OK(kafka_flush(producer, 30000));
    cr_assert_eq(reports.count, 1);
    cr_assert_eq(reports.items[0].tag, 9);
    cr_assert_eq(reports.items[0].outcome, KAFKA_NOT_WRITTEN);
    cr_assert_eq(reports.items[0].why.act, RES_RETRY);
    cr_assert_eq(reports.items[0].offset, -1);
    kafka_producer_close(producer);
}

Test(producer, a_record_without_an_answer_is_unknown)
{
    struct kafka_producer *producer = producer_open_brief(1500);
    produce_one(producer, 1);
    OK(kafka_flush(producer, 10000));
    cr_assert_eq(reports.items[0].outcome, KAFKA_WRITTEN);
    /* The broker takes it, but its answer comes after we gave up. */
    rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 4000);
    produce_one(producer, 2);
    OK(kafka_flush(producer, 30000));
    cr_assert_eq(reports.count, 2);
    cr_assert_eq(reports.items[1].tag, 2);
    cr_assert_eq(reports.items[1].outcome, KAFKA_UNKNOWN);
    cr_assert_eq(reports.items[1].why.act, RES_RETRY);
    kafka_producer_close(producer);
}

Test(producer, a_record_too_large_for_the_broker_is_not_written_and_never_will_be)
{
    rd_kafka_mock_push_request_errors(
        mock.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    struct kafka_producer *producer = producer_open_brief(10000);
    produce_one(producer, 1);
    OK(kafka_flush(producer, 30000));
    cr_assert_eq(reports.items[0].outcome, KAFKA_NOT_WRITTEN);
    cr_assert_eq(reports.items[0].why.act, RES_REJECT);
    kafka_producer_close(producer);
}

Test(producer, a_missing_right_is_not_written_and_fatal)
{
    rd_kafka_mock_push_request_errors(
        mock.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    struct kafka_producer *producer = producer_open_brief(10000);
    produce_one(producer, 1);
    (void)!kafka_flush(producer, 30000).act;
    cr_assert_eq(reports.items[0].outcome, KAFKA_NOT_WRITTEN);
    cr_assert_eq(reports.items[0].why.act, RES_FATAL);
    kafka_producer_close(producer);
}

Test(producer, passing_trouble_leaves_one_record)
{
    rd_kafka_mock_push_request_errors(mock.cluster, PRODUCE, 3,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    struct kafka_producer *producer = producer_open(&mock, &reports);
    struct kafka_message message = message_of(4);
    message.partition = 2;
    OK(kafka_produce(producer, &message));
    OK(kafka_flush(producer, 30000));
    cr_assert_eq(reports.count, 1);
    cr_assert_eq(reports.items[0].outcome, KAFKA_WRITTEN);
    kafka_producer_close(producer);

    struct kafka_consumer *reader = reader_open(&mock);
    struct kafka_bounds bounds;
    OK(kafka_bounds_get(reader, (struct kafka_position){"facts", 2, 0}, 10000, &bounds));
    cr_assert_eq(bounds.high, 1);
    kafka_consumer_close(reader);
}

Test(producer, a_client_that_failed_for_good_still_reports_every_record)
{
    rd_kafka_mock_push_request_errors(
        mock.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    struct kafka_producer *producer = producer_open(&mock, &reports);
    produce_one(producer, 1);
    res_t res = kafka_flush(producer, 30000);
    cr_assert_eq(res.act, RES_FATAL, "%s", res.what);
    cr_assert_eq(reports.count, 1);
    cr_assert_neq(reports.items[0].outcome, KAFKA_WRITTEN);
    const struct kafka_message message = message_of(2);
    cr_assert_eq(kafka_produce(producer, &message).act, RES_FATAL);
    cr_assert_eq(kafka_producer_poll(producer, 0).act, RES_FATAL);
    kafka_producer_close(producer);
}

Test(producer, the_descriptor_wakes_whoever_waits_for_reports)
{
    struct kafka_producer *producer = producer_open(&mock, &reports);
    for (uint64_t i = 0; i < 20; i++) {
        produce_one(producer, i);
        while (kafka_producer_pending(producer) > 0) {
            struct pollfd wait = {kafka_producer_fd(producer), POLLIN, 0};
            cr_assert_eq(poll(&wait, 1, 20000), 1, "no wake for report %d", (int)i);
            OK(kafka_producer_poll(producer, 0));
        }
    }
    cr_assert_eq(reports.count, 20);
    kafka_producer_close(producer);
}

static void produce_again(void *owner, const struct kafka_report *report)
{
    if (report->tag < 10)
        produce_one(*(struct kafka_producer **)owner, report->tag + 1);
    reports_take(&reports, report);
}

Test(producer, a_report_may_produce_the_next_record)
{
    static struct kafka_producer *producer;
    const struct kafka_producer_conf conf = {
        .kafka = mock.conf, .on_report = produce_again, .owner = &producer};
    OK(kafka_producer_open(&conf, &producer));
    produce_one(producer, 1);
    OK(kafka_flush(producer, 20000));
    cr_assert_eq(reports.count, 10);
    kafka_producer_close(producer);
}

Test(producer, a_setting_that_the_client_does_not_take_is_fatal)
{
    const struct kafka_property extra[] = {{"linger.ms", "never"}, {NULL, NULL}};
    struct kafka_producer *producer = NULL;
    struct kafka_producer_conf conf = {
        .kafka = mock.conf, .on_report = reports_take, .owner = &reports};
    conf.kafka.extra = extra;
    cr_assert_eq(kafka_producer_open(&conf, &producer).act, RES_FATAL);
    cr_assert_null(producer);
}
