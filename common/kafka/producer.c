#include "kafka/producer.h"

#include "base/clock.h"
#include "kafka/client.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(sizeof(void *) == sizeof(uint64_t), "a tag travels as the client's pointer");

enum { KAFKA_PRODUCER_TOPICS_MAX = 16 };

struct kafka_producer {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    int wake;
    atomic_size_t pending;
    kafka_report_fn *on_report;
    void *owner;
    rd_kafka_topic_t
        *topics[KAFKA_PRODUCER_TOPICS_MAX]; /* kept open: their metadata is kept, too */
    size_t topic_count;
};

/* Asks for their metadata in the background. */
static res_t topics_open(const struct kafka_producer_conf *conf, struct kafka_producer *producer)
{
    for (const char *const *topic = conf->topics; topic != NULL && *topic != NULL; topic++) {
        MUST(producer->topic_count < KAFKA_PRODUCER_TOPICS_MAX);
        rd_kafka_topic_t *open = rd_kafka_topic_new(producer->rk, *topic, NULL);
        if (open == NULL)
            return FATAL("the producer does not take a topic's name");
        producer->topics[producer->topic_count++] = open;
    }
    return RES_DONE;
}

static res_t producer_start(const struct kafka_producer_conf *conf, struct kafka_producer *producer)
{
    int64_t give_up_ms = conf->give_up_ms == 0 ? 30000 : conf->give_up_ms;
    const struct kafka_property texts[] = {{"enable.idempotence", "true"}, {"acks", "all"},
        {"partitioner", "murmur2_random"}, {"linger.ms", "0"}, {"compression.type", "none"},
        {NULL, NULL}};
    const struct kafka_number numbers[] = {{"message.timeout.ms", give_up_ms},
        {"request.timeout.ms", give_up_ms < 10000 ? give_up_ms : 10000},
        {"message.max.bytes",
            conf->record_bytes_max == 0 ? 1000000 : (int64_t)conf->record_bytes_max},
        {"queue.buffering.max.messages", conf->queue_max == 0 ? 100000 : (int64_t)conf->queue_max},
        {"queue.buffering.max.kbytes", 262144}, {NULL, 0}};
    CLEANUP(kafka_client_conf_free_p) rd_kafka_conf_t *client = NULL;
    TRY(kafka_client_conf(&conf->kafka, &(struct kafka_settings){texts, numbers}, &client));
    rd_kafka_conf_set_events(client, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    TRY(kafka_client_new(RD_KAFKA_PRODUCER, TAKE(client), &producer->rk));
    producer->queue = rd_kafka_queue_get_main(producer->rk);
    TRY(kafka_wake_new(&producer->wake));
    kafka_wake_on(producer->queue, producer->wake);
    return topics_open(conf, producer);
}

res_t kafka_producer_open(const struct kafka_producer_conf *conf, struct kafka_producer **ret)
{
    MUST(conf->on_report != NULL);
    CLEANUP(kafka_producer_close_p) struct kafka_producer *producer = calloc(1, sizeof *producer);
    MUST(producer != NULL);
    producer->wake = -1;
    producer->on_report = conf->on_report;
    producer->owner = conf->owner;
    TRY(producer_start(conf, producer));
    *ret = TAKE(producer);
    return RES_DONE;
}

void kafka_producer_close(struct kafka_producer *producer)
{
    if (producer == NULL)
        return;
    if (producer->queue != NULL) {
        rd_kafka_queue_io_event_enable(producer->queue, -1, NULL, 0);
        rd_kafka_queue_destroy(producer->queue);
    }
    for (size_t i = 0; i < producer->topic_count; i++)
        rd_kafka_topic_destroy(producer->topics[i]);
    if (producer->rk != NULL) {
        /* Otherwise destroy waits for what is still on its way. */
        rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(producer->rk);
    }
    if (producer->wake >= 0)
        close(producer->wake);
    free(producer);
}

void kafka_producer_close_p(struct kafka_producer **producer)
{
    kafka_producer_close(*producer);
    *producer = NULL;
}

static void headers_free_p(rd_kafka_headers_t **headers)
{
    if (*headers != NULL)
        rd_kafka_headers_destroy(*headers);
}

static res_t headers_make(const struct kafka_message *message, rd_kafka_headers_t **ret)
{
    if (message->header_count > KAFKA_HEADERS_MAX)
        return REJECT("kafka: too many headers");
    if (message->header_count == 0)
        return RES_DONE;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(message->header_count);
    for (size_t i = 0; i < message->header_count; i++) {
        const struct record_header *h = &message->headers[i];
        rd_kafka_resp_err_t err =
            rd_kafka_header_add(headers, h->name, -1, h->value.ptr, (ssize_t)h->value.len);
        MUST(err == RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    *ret = headers;
    return RES_DONE;
}

/* The client's type for memory is not const, but it copies. */
static __typeof__(((rd_kafka_vu_t *)NULL)->u.mem) bytes_of(struct view bytes)
{
    __typeof__(bytes_of(bytes)) mem = {(void *)(uintptr_t)bytes.ptr, bytes.len};
    return mem;
}

res_t kafka_produce(struct kafka_producer *producer, const struct kafka_message *message)
{
    if (message->key.len == 0)
        return REJECT("kafka: a record without a key");
    CLEANUP(headers_free_p) rd_kafka_headers_t *headers = NULL;
    TRY(headers_make(message, &headers));
    atomic_fetch_add(&producer->pending, 1);
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = message->topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION,
            .u.i32 =
                message->partition == KAFKA_BY_KEY ? RD_KAFKA_PARTITION_UA : message->partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = bytes_of(message->key)},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = bytes_of(message->value)},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)message->tag},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *error = rd_kafka_produceva(producer->rk, parts, ARRAY_LEN(parts));
    rd_kafka_resp_err_t err = rd_kafka_error_code(error);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
        headers = NULL; /* now the client's */
    else
        atomic_fetch_sub(&producer->pending, 1);
    return KAFKA_RES(err);
}

static void report(struct kafka_producer *producer, const rd_kafka_message_t *message)
{
    struct kafka_report report = {
        .tag = (uint64_t)(uintptr_t)message->_private,
        .partition = message->partition < 0 ? -1 : message->partition,
        .offset = -1,
        .why = KAFKA_RES(message->err),
    };
    switch (rd_kafka_message_status(message)) {
    case RD_KAFKA_MSG_STATUS_PERSISTED:
        report.outcome = KAFKA_WRITTEN;
        report.offset = message->offset < 0 ? -1 : message->offset;
        report.why = RES_DONE;
        break;
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED:
        report.outcome = KAFKA_NOT_WRITTEN;
        break;
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
    default:
        report.outcome = KAFKA_UNKNOWN;
        break;
    }
    atomic_fetch_sub(&producer->pending, 1);
    producer->on_report(producer->owner, &report);
}

/* False: nothing was there. */
static bool serve_one(struct kafka_producer *producer)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(producer->queue, 0);
    if (event == NULL)
        return false;
    const rd_kafka_message_t *message;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR)
        while ((message = rd_kafka_event_message_next(event)) != NULL)
            report(producer, message);
    rd_kafka_event_destroy(event);
    return true;
}

static bool serve_all(struct kafka_producer *producer)
{
    bool any = false;
    while (serve_one(producer))
        any = true;
    kafka_wake_clear(producer->wake);
    /* What came between the last look and the clearing has no wake of its own. */
    while (serve_one(producer))
        any = true;
    return any;
}

static res_t for_good(const struct kafka_producer *producer)
{
    char why[8];
    rd_kafka_resp_err_t err = rd_kafka_fatal_error(producer->rk, why, sizeof why);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return RES_DONE;
    return FATAL("kafka: the producer has failed for good");
}

static void serve_for(struct kafka_producer *producer, int wait_ms)
{
    if (serve_all(producer) || wait_ms <= 0)
        return;
    struct pollfd wait = {producer->wake, POLLIN, 0};
    poll(&wait, 1, wait_ms);
    serve_all(producer);
}

res_t kafka_producer_poll(struct kafka_producer *producer, int wait_ms)
{
    serve_for(producer, wait_ms);
    return for_good(producer);
}

res_t kafka_flush(struct kafka_producer *producer, int wait_ms)
{
    int64_t until = clock_monotonic() + (int64_t)wait_ms * 1000;
    while (kafka_producer_pending(producer) > 0) {
        int64_t left_ms = (until - clock_monotonic()) / 1000;
        if (left_ms <= 0)
            return RETRY("kafka: records are still on their way");
        serve_for(producer, left_ms < 100 ? (int)left_ms : 100);
    }
    return for_good(producer);
}

int kafka_producer_fd(const struct kafka_producer *producer)
{
    return producer->wake;
}

size_t kafka_producer_pending(const struct kafka_producer *producer)
{
    return atomic_load(&producer->pending);
}
