#include "brokerctl/stream.h"

#include <string.h>

#include "kafka/admin.h"

const char STREAM_TOPIC[] = "referral.events";

enum { ASK_MS = 10000, LIST_BYTES_MAX = 1 << 20 };

static res_t partitions_of(const struct kafka_topics *topics, int32_t *ret)
{
    for (size_t i = 0; i < topics->count; i++) {
        if (strcmp(topics->items[i].name, STREAM_TOPIC) != 0)
            continue;
        if (topics->items[i].partitions > STREAM_PARTITIONS_MAX)
            return FATAL("the stream has more partitions than we can read");
        *ret = topics->items[i].partitions;
        return RES_DONE;
    }
    return FATAL("there is no topic referral.events: brokerctl topics --create");
}

static res_t ask_bounds(const struct kafka_conf *conf, struct stream *stream)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new(LIST_BYTES_MAX);
    struct kafka_topics topics;
    TRY(kafka_admin_open(conf, &admin));
    TRY(kafka_topics_list(admin, arena, ASK_MS, &topics));
    TRY(partitions_of(&topics, &stream->partitions));
    struct kafka_offsets ask = {STREAM_TOPIC, stream->partitions, stream->low, stream->high};
    return kafka_topic_offsets(admin, &ask, ASK_MS);
}

res_t stream_open(const struct ctl *ctl, struct stream *ret)
{
    struct kafka_conf conf = {.brokers = ctl->conf->kafka_bootstrap, .client_id = "brokerctl"};
    struct kafka_reader_conf reader = {.kafka = conf, .group = "brokerctl"};
    *ret = (struct stream){0};
    TRY(ask_bounds(&conf, ret));
    return kafka_reader_open(&reader, &ret->consumer);
}

void stream_close(struct stream *stream)
{
    kafka_consumer_close(stream->consumer);
    stream->consumer = NULL;
}

res_t stream_start(struct stream *stream, const struct stream_start *from, size_t count)
{
    struct kafka_position at[STREAM_PARTITIONS_MAX];
    MUST(count <= STREAM_PARTITIONS_MAX);
    for (size_t i = 0; i < count; i++)
        at[i] = (struct kafka_position){STREAM_TOPIC, from[i].partition, from[i].offset};
    return kafka_assign(stream->consumer, at, count);
}

res_t stream_next(struct stream *stream, int wait_ms, struct kafka_record *ret, bool *ret_any)
{
    struct kafka_event event;
    *ret_any = false;
    for (;;) {
        TRY(kafka_poll(stream->consumer, wait_ms, &event));
        switch (event.kind) {
        case KAFKA_RECORD:
            *ret = event.record;
            *ret_any = true;
            return RES_DONE;
        case KAFKA_GAP:
            return FATAL("the log does not hold the offset that was asked for");
        case KAFKA_NOTHING:
            return RES_DONE;
        case KAFKA_END:
        case KAFKA_ASSIGNED:
        case KAFKA_REVOKED:
        case KAFKA_LOST:
        case KAFKA_COMMITTED:
            break;
        }
    }
}
