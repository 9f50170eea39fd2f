#include "kafka/consumer_own.h"

#include "base/clock.h"
#include "obs/log.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void kafka_list_free_p(kafka_list **list)
{
    if (*list != NULL)
        rd_kafka_topic_partition_list_destroy(*list);
    *list = NULL;
}

kafka_list *kafka_list_of(const struct kafka_position *positions, size_t count)
{
    kafka_list *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)
            ->offset = positions[i].offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : positions[i].offset;
    return list;
}

kafka_list *kafka_list_one(const char *topic, int32_t partition)
{
    kafka_list *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    return list;
}

const char *kafka_name_of(struct kafka_consumer *consumer, const char *topic)
{
    for (size_t i = 0; i < consumer->name_count; i++)
        if (strcmp(consumer->names[i], topic) == 0)
            return consumer->names[i];
    MUST(consumer->name_count < KAFKA_NAMES_MAX);
    char *name = strdup(topic);
    MUST(name != NULL);
    return consumer->names[consumer->name_count++] = name;
}

void kafka_positions_from(struct kafka_consumer *consumer, const kafka_list *list)
{
    consumer->position_count = 0;
    for (int i = 0; list != NULL && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *p = &list->elems[i];
        MUST(consumer->position_count < KAFKA_PARTITIONS_MAX);
        consumer->positions[consumer->position_count++] =
            (struct kafka_position){kafka_name_of(consumer, p->topic), p->partition,
                p->offset < 0 ? KAFKA_FROM_START : p->offset};
    }
}

rd_kafka_resp_err_t kafka_fatal_cause(rd_kafka_t *rk, rd_kafka_resp_err_t err)
{
    char why[8];
    if (err != RD_KAFKA_RESP_ERR__FATAL)
        return err;
    rd_kafka_resp_err_t cause = rd_kafka_fatal_error(rk, why, sizeof why);
    return cause == RD_KAFKA_RESP_ERR_NO_ERROR ? err : cause;
}

/* What goes on by itself and comes once a connection attempt is not worth a line each time. */
static void on_error(rd_kafka_t *rk, int err, const char *text, void *owner)
{
    (void)text;
    struct kafka_consumer *consumer = owner;
    if (err == RD_KAFKA_RESP_ERR__TRANSPORT || err == RD_KAFKA_RESP_ERR__RESOLVE)
        return;
    res_t res = KAFKA_RES(kafka_fatal_cause(rk, (rd_kafka_resp_err_t)err));
    if (consumer->trouble.act != RES_FATAL)
        consumer->trouble = res;
}

static const struct kafka_property texts_for_all[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"isolation.level", "read_uncommitted"}, /* nobody uses transactions: kafka.h */
    {"enable.partition.eof", "true"},
    {"partition.assignment.strategy", "range"},
    {"check.crcs", "true"},
    {"allow.auto.create.topics", "false"},
    {NULL, NULL},
};

enum { JOIN_MS = 30000 };

struct opening {
    const struct kafka_conf *kafka;
    const char *group, *instance;
    int64_t session_ms;
    bool member;
};

static res_t client_start(const struct opening *opening, struct kafka_consumer *consumer)
{
    int64_t session_ms = opening->session_ms == 0 ? 6000 : opening->session_ms;
    /* The client looks but once a second whether a full queue has room again: who reads a whole log
     * needs one that lasts a second. Commands are held back by their reader long before. */
    int64_t queue_kb = opening->member ? 4096 : 65536;
    /* Waits of a fetch are short because a seek or a new assignment waits for the one under way. */
    const struct kafka_number numbers[] = {{"queued.max.messages.kbytes", queue_kb},
        {"session.timeout.ms", session_ms}, {"heartbeat.interval.ms", session_ms / 4},
        {"max.poll.interval.ms", 300000}, {"fetch.wait.max.ms", 100},
        {"fetch.error.backoff.ms", 100}, {"topic.metadata.refresh.fast.interval.ms", 100},
        {NULL, 0}};
    CLEANUP(kafka_client_conf_free_p) rd_kafka_conf_t *client = NULL;
    TRY(kafka_client_conf(
        opening->kafka, &(struct kafka_settings){texts_for_all, numbers}, &client));
    const struct kafka_property own[] = {{"group.id", opening->group},
        {opening->instance == NULL ? NULL : "group.instance.id", opening->instance}, {NULL, NULL}};
    for (const struct kafka_property *p = own; p->name != NULL; p++)
        if (p->value == NULL ||
            rd_kafka_conf_set(client, p->name, p->value, NULL, 0) != RD_KAFKA_CONF_OK)
            return FATAL("kafka: a group or instance name is not allowed");
    rd_kafka_conf_set_opaque(client, consumer);
    rd_kafka_conf_set_error_cb(client, on_error);
    if (opening->member)
        rd_kafka_conf_set_rebalance_cb(client, kafka_on_rebalance);
    return kafka_client_new(RD_KAFKA_CONSUMER, TAKE(client), &consumer->rk);
}

static res_t open_any(const struct opening *opening, struct kafka_consumer **ret)
{
    CLEANUP(kafka_consumer_close_p) struct kafka_consumer *consumer = calloc(1, sizeof *consumer);
    MUST(consumer != NULL);
    consumer->wake = -1;
    consumer->group = opening->member;
    TRY(client_start(opening, consumer));
    rd_kafka_poll_set_consumer(consumer->rk);
    consumer->queue = rd_kafka_queue_get_consumer(consumer->rk);
    consumer->commits = rd_kafka_queue_new(consumer->rk);
    TRY(kafka_wake_new(&consumer->wake));
    kafka_wake_on(consumer->queue, consumer->wake);
    kafka_wake_on(consumer->commits, consumer->wake);
    *ret = TAKE(consumer);
    return RES_DONE;
}

res_t kafka_reader_open(const struct kafka_reader_conf *conf, struct kafka_consumer **ret)
{
    const struct opening opening = {.kafka = &conf->kafka, .group = conf->group};
    return open_any(&opening, ret);
}

res_t kafka_group_open(const struct kafka_group_conf *conf, struct kafka_consumer **ret)
{
    const struct opening opening = {
        &conf->kafka, conf->group, conf->instance, conf->session_ms, true};
    CLEANUP(kafka_consumer_close_p) struct kafka_consumer *consumer = NULL;
    TRY(open_any(&opening, &consumer));
    CLEANUP(kafka_list_free_p)
    kafka_list *topics = rd_kafka_topic_partition_list_new((int)conf->topic_count);
    for (size_t i = 0; i < conf->topic_count; i++)
        rd_kafka_topic_partition_list_add(topics, conf->topics[i], RD_KAFKA_PARTITION_UA);
    TRY(KAFKA_RES(rd_kafka_subscribe(consumer->rk, topics)));
    consumer->join_us = (conf->join_ms == 0 ? JOIN_MS : conf->join_ms) * INT64_C(1000);
    consumer->waiting_since = clock_monotonic();
    *ret = TAKE(consumer);
    return RES_DONE;
}

void kafka_consumer_close(struct kafka_consumer *consumer)
{
    if (consumer == NULL)
        return;
    consumer->closing = true;
    if (consumer->queue != NULL)
        rd_kafka_queue_io_event_enable(consumer->queue, -1, NULL, 0);
    if (consumer->commits != NULL)
        rd_kafka_queue_io_event_enable(consumer->commits, -1, NULL, 0);
    if (consumer->rk != NULL) {
        if (consumer->phase != KAFKA_PHASE_QUIET)
            rd_kafka_assign(consumer->rk, NULL); /* the client waits for an answer to its change */
        rd_kafka_consumer_close(consumer->rk);
    }
    if (consumer->commits != NULL)
        rd_kafka_queue_destroy(consumer->commits);
    if (consumer->queue != NULL)
        rd_kafka_queue_destroy(consumer->queue);
    /* The lists hold on to partitions inside the client, and destroy waits for those. */
    kafka_list_free_p(&consumer->offered);
    kafka_list_free_p(&consumer->owned);
    if (consumer->rk != NULL)
        rd_kafka_destroy(consumer->rk);
    for (size_t i = 0; i < consumer->name_count; i++)
        free(consumer->names[i]);
    if (consumer->wake >= 0)
        close(consumer->wake);
    free(consumer);
}

void kafka_consumer_close_p(struct kafka_consumer **consumer)
{
    kafka_consumer_close(*consumer);
    *consumer = NULL;
}

int kafka_consumer_fd(const struct kafka_consumer *consumer)
{
    return consumer->wake;
}

static struct kafka_position message_at(
    struct kafka_consumer *consumer, const rd_kafka_message_t *message)
{
    return (struct kafka_position){
        kafka_name_of(consumer, message->rkt == NULL ? "" : rd_kafka_topic_name(message->rkt)),
        message->partition, message->offset < 0 ? KAFKA_FROM_START : message->offset};
}

static struct kafka_record record_of(struct kafka_consumer *consumer, rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t at_ms = rd_kafka_message_timestamp(message, &type);
    return (struct kafka_record){
        .topic = kafka_name_of(consumer, rd_kafka_topic_name(message->rkt)),
        .partition = message->partition,
        .offset = message->offset,
        .at_us = at_ms < 0 ? 0 : at_ms * 1000,
        .key = {message->key, message->key_len},
        .value = {message->payload, message->len},
        .handle = message,
    };
}

/* Takes the message, or hands it out in the record. */
static res_t message_event(
    struct kafka_consumer *consumer, rd_kafka_message_t *message, struct kafka_event *ret)
{
    rd_kafka_resp_err_t err = kafka_fatal_cause(consumer->rk, message->err);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *ret = (struct kafka_event){.kind = KAFKA_RECORD, .record = record_of(consumer, message)};
        return RES_DONE;
    }
    struct kafka_event event = {.kind = KAFKA_END};
    bool gap =
        err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
    bool at = gap || err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (at)
        event.at = message_at(consumer, message);
    if (gap)
        event.kind = KAFKA_GAP;
    rd_kafka_message_destroy(message);
    if (at)
        *ret = event;
    return at ? RES_DONE : KAFKA_RES(err);
}

/* What is there now, without waiting. */
static res_t poll_once(struct kafka_consumer *consumer, struct kafka_event *ret)
{
    if (consumer->phase == KAFKA_PHASE_TOLD)
        return kafka_group_change(consumer, ret);
    if (kafka_group_committed(consumer, ret))
        return RES_DONE;
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->rk, 0);
    if (message != NULL)
        return message_event(consumer, message, ret);
    if (consumer->trouble.act != RES_OK) {
        res_t trouble = consumer->trouble;
        if (trouble.act != RES_FATAL)
            consumer->trouble = RES_DONE;
        return trouble;
    }
    if (consumer->phase == KAFKA_PHASE_TOLD) /* by a callback of this very poll */
        return kafka_group_change(consumer, ret);
    *ret = (struct kafka_event){.kind = KAFKA_NOTHING};
    return kafka_group_waits(consumer);
}

res_t kafka_poll(struct kafka_consumer *consumer, int wait_ms, struct kafka_event *ret)
{
    /* The queue wakes us only when it was empty before, so never sleep long on its word alone. */
    enum { SLICE_MS = 100 };
    MUST(consumer->phase != KAFKA_PHASE_AWAITED);
    int64_t until = clock_monotonic() + (int64_t)wait_ms * 1000;
    for (;;) {
        struct kafka_event event;
        TRY(poll_once(consumer, &event));
        if (event.kind == KAFKA_NOTHING) {
            kafka_wake_clear(consumer->wake);
            TRY(poll_once(consumer, &event));
        }
        int64_t left_ms = (until - clock_monotonic()) / 1000;
        if (event.kind != KAFKA_NOTHING || left_ms <= 0) {
            *ret = event;
            return RES_DONE;
        }
        struct pollfd wait = {consumer->wake, POLLIN, 0};
        poll(&wait, 1, left_ms < SLICE_MS ? (int)left_ms + 1 : SLICE_MS);
    }
}
