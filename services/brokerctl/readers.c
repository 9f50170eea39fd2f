#include "brokerctl/readers.h"

enum { ASK_MS = 10000 };

const struct reader readers[READERS_COUNT] = {
    [FAMILY_REFERRAL] = {"referrals", "referral.commands", .group = "referrals"},
    [FAMILY_SESSION] = {"sessions", "session.commands", .group = "sessions"},
    [FAMILY_RISK] = {"risk", "risk.commands", .group = "risk"},
    [READER_PROJECTOR] = {"projector", "referral.events",
        .sql = "SELECT partition, next_offset FROM read.position"},
};

static res_t ask_group(
    const struct readers_ask *ask, const struct reader *reader, struct lag_reader *ret)
{
    int64_t next[STREAM_PARTITIONS_MAX];
    struct kafka_committed committed = {reader->group, reader->topic, ret->partitions, next};
    TRY(kafka_group_offsets(ask->admin, &committed, ASK_MS));
    for (int32_t i = 0; i < ret->partitions; i++)
        ret->parts[i].next = next[i];
    return RES_DONE;
}

static res_t ask_postgres(
    const struct readers_ask *ask, const struct reader *reader, struct lag_reader *ret)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    const struct pg_sql sql = {NULL, reader->sql};
    if (*ask->pg == NULL)
        TRY(ctl_pg_open(ask->ctl, ask->pg));
    TRY(pg_exec(*ask->pg, &sql, NULL, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++) {
        int64_t partition = pg_int(rows, i, 0);
        if (partition < 0 || partition >= ret->partitions)
            return FATAL("a position is of a partition that the topic does not have");
        ret->parts[partition].next = pg_int(rows, i, 1);
    }
    return pg_rows_ok(rows);
}

/* --- since when it waits -----------------------------------------------------------------------*/

static res_t take_time(void *owner, const struct kafka_record *record)
{
    struct lag_reader *reader = owner;
    reader->parts[record->partition].waiting_since = record->at_us;
    return RES_DONE;
}

/* The first record that waits in each partition is read for its time, no further one. */
static res_t ask_times(struct stream *stream, struct lag_reader *ret)
{
    struct stream_reading reading = {.each = take_time, .owner = ret};
    for (int32_t i = 0; i < ret->partitions; i++) {
        const struct lag_part *part = &ret->parts[i];
        if (lag_records(part) == 0)
            continue;
        int64_t from = part->next < part->low ? part->low : part->next;
        stream->high[i] = from + 1;
        reading.from[reading.count++] = (struct stream_start){i, from};
    }
    return stream_read(stream, &reading);
}

res_t readers_ask(
    const struct readers_ask *ask, const struct reader *reader, struct lag_reader *ret)
{
    CLEANUP(stream_close) struct stream stream = {0};
    TRY(stream_open(ask->ctl, reader->topic, &stream));
    *ret = (struct lag_reader){
        .name = reader->name, .topic = reader->topic, .partitions = stream.partitions};
    for (int32_t i = 0; i < stream.partitions; i++)
        ret->parts[i].next = KAFKA_FROM_START;
    TRY(reader->group != NULL ? ask_group(ask, reader, ret) : ask_postgres(ask, reader, ret));
    /* The bounds after the positions: else a reader that goes on seems to be beyond the end. */
    struct kafka_offsets bounds = {reader->topic, stream.partitions, stream.low, stream.high};
    TRY(kafka_topic_offsets(ask->admin, &bounds, ASK_MS));
    for (int32_t i = 0; i < stream.partitions; i++) {
        ret->parts[i].low = stream.low[i];
        ret->parts[i].high = stream.high[i];
    }
    return ask_times(&stream, ret);
}
