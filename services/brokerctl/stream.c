#include "brokerctl/stream.h"

#include <string.h>

#include "kafka/admin.h"

const char STREAM_TOPIC[] = "referral.events";

enum { ASK_MS = 10000, LIST_BYTES_MAX = 1 << 20, READ_MS = 1000, SILENT_MAX = 15 };

struct kafka_conf stream_kafka(const struct ctl *ctl)
{
    return conf_kafka(&ctl->conf->kafka, "brokerctl");
}

static res_t partitions_of(const struct kafka_topics *topics, const char *name, int32_t *ret)
{
    for (size_t i = 0; i < topics->count; i++) {
        if (strcmp(topics->items[i].name, name) != 0)
            continue;
        if (topics->items[i].partitions > STREAM_PARTITIONS_MAX)
            return FATAL("a topic has more partitions than we can read");
        *ret = topics->items[i].partitions;
        return RES_DONE;
    }
    return FATAL("a topic is not there: brokerctl topics says which, --create makes it");
}

static res_t ask_bounds(const struct kafka_conf *conf, struct stream *stream)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new(LIST_BYTES_MAX);
    struct kafka_topics topics;
    TRY(kafka_admin_open(conf, &admin));
    TRY(kafka_topics_list(admin, arena, ASK_MS, &topics));
    TRY(partitions_of(&topics, stream->topic, &stream->partitions));
    struct kafka_offsets ask = {stream->topic, stream->partitions, stream->low, stream->high};
    return kafka_topic_offsets(admin, &ask, ASK_MS);
}

res_t stream_open(const struct ctl *ctl, const char *topic, struct stream *ret)
{
    struct kafka_conf conf = stream_kafka(ctl);
    struct kafka_reader_conf reader = {.kafka = conf, .group = "brokerctl"};
    *ret = (struct stream){.topic = topic};
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
        at[i] = (struct kafka_position){stream->topic, from[i].partition, from[i].offset};
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

/* Where reading stands; a partition that is not read is at its end. */
static bool at_end(const struct stream *stream, const int64_t *next)
{
    for (int32_t i = 0; i < stream->partitions; i++)
        if (next[i] < stream->high[i])
            return false;
    return true;
}

static res_t read_one(
    struct stream *stream, const struct stream_reading *reading, int64_t *next, bool *ret_any)
{
    struct kafka_record record;
    res_t res = stream_next(stream, READ_MS, &record, ret_any);
    if (!*ret_any)
        return res.act == RES_RETRY ? RES_DONE : res;
    next[record.partition] = record.offset + 1;
    if (record.offset < stream->high[record.partition])
        res = reading->each(reading->owner, &record);
    kafka_record_done(&record);
    return res;
}

res_t stream_read(struct stream *stream, const struct stream_reading *reading)
{
    int64_t next[STREAM_PARTITIONS_MAX];
    struct stream_start from[STREAM_PARTITIONS_MAX];
    size_t count = 0;
    for (int32_t i = 0; i < stream->partitions; i++)
        next[i] = stream->high[i];
    for (size_t i = 0; i < reading->count; i++)
        if (reading->from[i].offset < stream->high[reading->from[i].partition]) {
            from[count] = reading->from[i];
            next[from[count].partition] = from[count].offset;
            count++;
        }
    if (count == 0)
        return RES_DONE;
    TRY(stream_start(stream, from, count));
    for (int silent = 0; !at_end(stream, next);) {
        bool any = false;
        TRY(read_one(stream, reading, next, &any));
        silent = any ? 0 : silent + 1;
        if (silent == SILENT_MAX)
            return RETRY("the broker gives no records");
    }
    return RES_DONE;
}
