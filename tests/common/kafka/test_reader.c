#include "mock.h"

#include <poll.h>

static struct mock mock;
static struct kafka_consumer *reader;

static void start(void)
{
    mock_start(&mock, 3);
    reader = reader_open(&mock);
}

static void done(void)
{
    kafka_consumer_close(reader);
    mock_stop(&mock);
}

TestSuite(reader, .init = start, .fini = done, .timeout = 60);

static struct kafka_position at(int32_t partition, int64_t offset)
{
    return (struct kafka_position){"facts", partition, offset};
}

static void assign_one(int32_t partition, int64_t offset)
{
    const struct kafka_position position = at(partition, offset);
    OK(kafka_assign(reader, &position, 1));
}

static void expect_end(int64_t offset)
{
    struct kafka_event event = next_event(reader);
    cr_assert_eq(event.kind, KAFKA_END);
    cr_assert_eq(event.at.offset, offset);
}

Test(reader, reads_from_the_position_given_to_the_end_and_on)
{
    facts_write(&mock, 1, 0, 5);
    assign_one(1, 3);
    expect_fact(reader, 3, 3);
    expect_fact(reader, 4, 4);
    expect_end(5);
    facts_write(&mock, 1, 5, 1);
    expect_fact(reader, 5, 5);
    expect_end(6);
    cr_assert_eq(kafka_end_known(reader, "facts", 1), 6);
}

Test(reader, several_partitions_each_at_its_own_position)
{
    facts_write(&mock, 0, 0, 3);
    facts_write(&mock, 2, 0, 3);
    const struct kafka_position positions[] = {at(0, 2), at(1, 0), at(2, KAFKA_FROM_START)};
    OK(kafka_assign(reader, positions, ARRAY_LEN(positions)));
    int64_t next[] = {2, 0, 0};
    bool ended[3] = {false};
    while (!ended[0] || !ended[1] || !ended[2]) {
        struct kafka_event event = next_event(reader);
        if (event.kind == KAFKA_END) {
            ended[event.at.partition] = true;
            cr_assert_eq(event.at.offset, next[event.at.partition]);
            cr_assert_str_eq(event.at.topic, "facts");
            continue;
        }
        cr_assert_eq(event.kind, KAFKA_RECORD);
        cr_assert_eq(event.record.offset, next[event.record.partition]++);
        kafka_record_done(&event.record);
    }
    cr_assert(next[0] == 3 && next[1] == 0 && next[2] == 3);
}

Test(reader, the_end_is_no_gap_but_one_beyond_it_is)
{
    facts_write(&mock, 0, 0, 2);
    assign_one(0, 2);
    expect_end(2);
    assign_one(0, 3);
    struct kafka_event event = next_event(reader);
    cr_assert_eq(event.kind, KAFKA_GAP);
    cr_assert_eq(event.at.partition, 0);
    cr_assert_eq(event.at.offset, 3);
    assign_one(0, 1);
    expect_fact(reader, 1, 1);
}

Test(reader, an_offset_that_the_broker_has_dropped_is_a_gap)
{
    facts_write(&mock, 0, 0, 2);
    rd_kafka_mock_push_request_errors(
        mock.cluster, FETCH, 1, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
    assign_one(0, 0);
    cr_assert_eq(next_event(reader).kind, KAFKA_GAP);
}

Test(reader, seeks_back_and_forth)
{
    facts_write(&mock, 0, 0, 10);
    assign_one(0, 0);
    expect_fact(reader, 0, 0);
    expect_fact(reader, 1, 1);
    OK(kafka_seek(reader, at(0, 8), 10000));
    expect_fact(reader, 8, 8);
    OK(kafka_seek(reader, at(0, 1), 10000));
    for (int i = 1; i < 10; i++)
        expect_fact(reader, i, i);
    expect_end(10);
    OK(kafka_seek(reader, at(0, 9), 10000));
    expect_fact(reader, 9, 9);
}

Test(reader, pausing_loses_and_doubles_nothing)
{
    facts_write(&mock, 0, 0, 50);
    assign_one(0, 0);
    for (int i = 0; i < 50; i++) {
        expect_fact(reader, i, i);
        if (i % 7 != 3)
            continue;
        OK(kafka_pause(reader, "facts", 0));
        for (int polls = 0; polls < 3; polls++) {
            struct kafka_event event;
            OK(kafka_poll(reader, 20, &event));
            cr_assert_eq(event.kind, KAFKA_NOTHING);
        }
        OK(kafka_resume(reader, "facts", 0));
    }
    expect_end(50);
}

Test(reader, records_live_until_they_are_done_in_any_order)
{
    facts_write(&mock, 0, 0, 3);
    assign_one(0, 0);
    struct kafka_record held[3];
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        held[i] = next_event(reader).record;
    expect_end(3);
    cr_assert(view_eq_text(held[0].value, "0"));
    kafka_record_done(&held[1]);
    cr_assert(view_eq_text(held[2].value, "2"));
    kafka_record_done(&held[2]);
    kafka_record_done(&held[0]);
    kafka_record_done(&held[0]);
}

Test(reader, an_assignment_replaces_the_one_before)
{
    facts_write(&mock, 0, 0, 20);
    facts_write(&mock, 1, 100, 2);
    assign_one(0, 0);
    expect_fact(reader, 0, 0);
    assign_one(1, 0);
    expect_fact(reader, 100, 0);
    expect_fact(reader, 101, 1);
    OK(kafka_assign(reader, NULL, 0));
    struct kafka_event event;
    OK(kafka_poll(reader, 200, &event));
    cr_assert(event.kind == KAFKA_NOTHING || event.kind == KAFKA_END);
}

Test(reader, bounds_are_those_of_the_log)
{
    facts_write(&mock, 2, 0, 4);
    struct kafka_bounds bounds;
    OK(kafka_bounds_get(reader, at(2, 0), 10000, &bounds));
    cr_assert_eq(bounds.low, 0);
    cr_assert_eq(bounds.high, 4);
    OK(kafka_bounds_get(reader, at(0, 0), 10000, &bounds));
    cr_assert_eq(bounds.high, 0);
    cr_assert_eq(kafka_end_known(reader, "facts", 2), -1);
}

Test(reader, brokers_that_are_away_are_no_reason_to_stop)
{
    facts_write(&mock, 0, 0, 2);
    assign_one(0, 0);
    expect_fact(reader, 0, 0);
    expect_fact(reader, 1, 1);
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    bool told = false;
    for (int tries = 0; tries < 200 && !told; tries++) {
        struct kafka_event event;
        res_t res = kafka_poll(reader, 100, &event);
        cr_assert_neq(res.act, RES_FATAL, "%s", res.what);
        told = res.act == RES_RETRY;
    }
    cr_assert(told, "nobody said that no broker can be reached");
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    facts_write(&mock, 0, 2, 1);
    expect_fact(reader, 2, 2);
}

Test(reader, the_descriptor_wakes_whoever_waits_for_records)
{
    assign_one(0, 0);
    expect_end(0);
    for (int i = 0; i < 5; i++) {
        struct kafka_event event;
        do
            OK(kafka_poll(reader, 0, &event));
        while (event.kind != KAFKA_NOTHING);
        facts_write(&mock, 0, i, 1);
        do {
            struct pollfd wait = {kafka_consumer_fd(reader), POLLIN, 0};
            cr_assert_eq(poll(&wait, 1, 20000), 1, "no wake for record %d", i);
            OK(kafka_poll(reader, 0, &event));
        } while (event.kind != KAFKA_RECORD);
        cr_assert_eq(event.record.offset, i);
        kafka_record_done(&event.record);
    }
}

Test(reader, a_record_gives_its_headers_by_name)
{
    static struct reports reports;
    reports.count = 0;
    struct kafka_producer *producer = producer_open(&mock, &reports);
    const struct record_header headers[] = {
        {"reason", VIEW("first")}, {"other", VIEW("")}, {"reason", VIEW("last")}};
    const struct kafka_message message = {.topic = "facts",
        .partition = 0,
        .key = VIEW("k"),
        .value = VIEW("0"),
        .headers = headers,
        .header_count = ARRAY_LEN(headers)};
    OK(kafka_produce(producer, &message));
    OK(kafka_flush(producer, 10000));
    kafka_producer_close(producer);
    facts_write(&mock, 0, 1, 1);
    assign_one(0, 0);
    struct kafka_event event = next_event(reader);
    cr_assert_eq(event.kind, KAFKA_RECORD);
    cr_expect(view_eq_text(kafka_record_header(&event.record, "reason"), "last"));
    cr_expect_eq(kafka_record_header(&event.record, "other").len, 0);
    cr_expect_null(kafka_record_header(&event.record, "none").ptr);
    kafka_record_done(&event.record);
    event = next_event(reader);
    cr_assert_eq(event.kind, KAFKA_RECORD);
    cr_expect_null(kafka_record_header(&event.record, "reason").ptr);
    kafka_record_done(&event.record);
}
