#include "daemon/port_kafka.h"

#include "daemon/envelope.h"

#include <stdlib.h>

enum { BOUNDS_WAIT_MS = 2000 };

static void take_positions(
    struct port_consumer *self, const struct kafka_position *from, size_t count)
{
    MUST(count <= PORT_PARTITIONS_MAX);
    for (size_t i = 0; i < count; i++)
        self->positions[i] = (struct port_position){from[i].partition, from[i].offset};
}

static enum port_kind kind_of(enum kafka_event_kind kind)
{
    static const enum port_kind kinds[] = {
        [KAFKA_NOTHING] = PORT_NOTHING,
        [KAFKA_RECORD] = PORT_RECORD,
        [KAFKA_END] = PORT_NOTHING, /* skipped by poll */
        [KAFKA_GAP] = PORT_GAP,
        [KAFKA_ASSIGNED] = PORT_ASSIGNED,
        [KAFKA_REVOKED] = PORT_REVOKED,
        [KAFKA_LOST] = PORT_LOST,
        [KAFKA_COMMITTED] = PORT_COMMITTED,
    };
    return kinds[kind];
}

static enum port_commit commit_of(enum kafka_commit commit)
{
    static const enum port_commit commits[] = {
        [KAFKA_COMMIT_OK] = PORT_COMMIT_OK,
        [KAFKA_COMMIT_NOT_OURS] = PORT_COMMIT_NOT_OURS,
        [KAFKA_COMMIT_FAILED] = PORT_COMMIT_FAILED,
    };
    return commits[commit];
}

static res_t poll(void *owner, struct port_event *ret)
{
    struct port_consumer *self = owner;
    struct kafka_event event;
    do {
        TRY(kafka_poll(self->consumer, 0, &event));
    } while (event.kind == KAFKA_END); /* the end is known by bounds */
    *ret = (struct port_event){.kind = kind_of(event.kind)};
    if (event.kind == KAFKA_RECORD) {
        ret->record = (struct port_record){
            .partition = event.record.partition,
            .offset = event.record.offset,
            .at_us = event.record.at_us,
            .key = event.record.key,
            .value = event.record.value,
            .handle = event.record.handle,
        };
        return RES_DONE;
    }
    ret->positions = self->positions;
    if (event.kind == KAFKA_GAP) {
        take_positions(self, &event.at, 1);
        ret->position_count = 1;
    } else if (event.kind != KAFKA_NOTHING) {
        take_positions(self, event.positions, event.position_count);
        ret->position_count = event.position_count;
        ret->commit = event.kind == KAFKA_COMMITTED ? commit_of(event.commit) : PORT_COMMIT_OK;
    }
    return RES_DONE;
}

static struct port_record with_headers(void *owner, const struct port_record *record)
{
    (void)owner;
    const struct kafka_record of = {.handle = record->handle};
    struct port_record ret = *record;
    ret.traceparent = kafka_record_header(&of, ENVELOPE_TRACE);
    ret.request = kafka_record_header(&of, ENVELOPE_REQUEST);
    return ret;
}

/* Who reads commands answers them, and says of which request the answer is. */
static res_t poll_group(void *owner, struct port_event *ret)
{
    TRY(poll(owner, ret));
    if (ret->kind == PORT_RECORD)
        ret->record = with_headers(owner, &ret->record);
    return RES_DONE;
}

static void record_done(void *owner, struct port_record *record)
{
    (void)owner;
    struct kafka_record done = {.handle = record->handle};
    kafka_record_done(&done);
    record->handle = NULL;
}

/* What only changes the client itself has no reason to fail for a while. */
static res_t local(res_t res)
{
    return res.act == RES_RETRY ? FATAL(res.what) : res;
}

static res_t accept(void *owner)
{
    struct port_consumer *self = owner;
    return local(kafka_group_accept(self->consumer, true));
}

static res_t release(void *owner)
{
    struct port_consumer *self = owner;
    return local(kafka_group_release(self->consumer));
}

static size_t to_kafka(const struct port_consumer *self, const struct port_position *from,
    size_t count, struct kafka_position ret[PORT_PARTITIONS_MAX])
{
    MUST(count <= PORT_PARTITIONS_MAX);
    for (size_t i = 0; i < count; i++)
        ret[i] = (struct kafka_position){self->topic, from[i].partition,
            from[i].offset == PORT_FROM_START ? KAFKA_FROM_START : from[i].offset};
    return count;
}

static res_t commit_start(void *owner, const struct port_position *next, size_t count)
{
    struct port_consumer *self = owner;
    struct kafka_position at[PORT_PARTITIONS_MAX];
    count = to_kafka(self, next, count, at);
    return kafka_commit_start(self->consumer, at, count);
}

static res_t commit(
    void *owner, const struct port_position *next, size_t count, enum port_commit *ret)
{
    struct port_consumer *self = owner;
    struct kafka_position at[PORT_PARTITIONS_MAX];
    enum kafka_commit answer = KAFKA_COMMIT_FAILED;
    count = to_kafka(self, next, count, at);
    TRY(kafka_commit(self->consumer, at, count, &answer));
    *ret = commit_of(answer);
    return RES_DONE;
}

static res_t pause_(void *owner, int32_t partition)
{
    struct port_consumer *self = owner;
    return local(kafka_pause(self->consumer, self->topic, partition));
}

static res_t resume(void *owner, int32_t partition)
{
    struct port_consumer *self = owner;
    return local(kafka_resume(self->consumer, self->topic, partition));
}

static res_t assign(void *owner, const struct port_position *at, size_t count)
{
    struct port_consumer *self = owner;
    struct kafka_position to[PORT_PARTITIONS_MAX];
    count = to_kafka(self, at, count, to);
    return local(kafka_assign(self->consumer, to, count));
}

static res_t bounds(void *owner, int32_t partition, struct port_bounds *ret)
{
    struct port_consumer *self = owner;
    struct kafka_position of = {self->topic, partition, 0};
    struct kafka_bounds got;
    TRY(kafka_bounds_get(self->consumer, of, BOUNDS_WAIT_MS, &got));
    *ret = (struct port_bounds){got.low, got.high};
    return RES_DONE;
}

struct group_port port_group(struct port_consumer *self)
{
    return (struct group_port){
        .self = self,
        .poll = poll_group,
        .record_done = record_done,
        .accept = accept,
        .release = release,
        .commit_start = commit_start,
        .commit = commit,
        .pause = pause_,
        .resume = resume,
    };
}

struct reader_port port_reader(struct port_consumer *self)
{
    return (struct reader_port){
        .self = self,
        .poll = poll,
        .record_done = record_done,
        .assign = assign,
        .bounds = bounds,
        .with_headers = with_headers,
    };
}

static void ring_grow(struct port_producer *self)
{
    size_t room = self->room == 0 ? 1024 : 2 * self->room;
    struct port_report *reports = calloc(room, sizeof(*reports));
    MUST(reports != NULL);
    for (size_t i = 0; i < self->count; i++)
        reports[i] = self->reports[(self->first + i) % self->room];
    free(self->reports);
    self->reports = reports;
    self->room = room;
    self->first = 0;
}

/* Bounded by the producer's queue: a record has one report. */
void port_producer_report(void *owner, const struct kafka_report *report)
{
    struct port_producer *self = owner;
    static const enum port_outcome outcomes[] = {
        [KAFKA_WRITTEN] = PORT_WRITTEN,
        [KAFKA_NOT_WRITTEN] = PORT_NOT_WRITTEN,
        [KAFKA_UNKNOWN] = PORT_UNKNOWN,
    };
    if (self->count == self->room)
        ring_grow(self);
    self->reports[(self->first + self->count++) % self->room] = (struct port_report){
        .tag = report->tag,
        .outcome = outcomes[report->outcome],
        .offset = report->offset,
        .never = report->outcome == KAFKA_NOT_WRITTEN && report->why.act == RES_REJECT,
    };
}

void port_producer_done(struct port_producer *self)
{
    free(self->reports);
    *self = (struct port_producer){0};
}

static res_t produce(void *owner, enum port_topic topic, const struct port_message *message)
{
    struct port_producer *self = owner;
    struct kafka_message out = {
        .topic = self->topics[topic],
        .partition = message->partition,
        .key = message->key,
        .value = message->value,
        .headers = message->headers,
        .header_count = message->header_count,
        .tag = message->tag,
    };
    return kafka_produce(self->producer, &out);
}

static res_t report(void *owner, struct port_report *ret, bool *ret_any)
{
    struct port_producer *self = owner;
    *ret_any = false;
    if (self->count == 0)
        TRY(kafka_producer_poll(self->producer, 0));
    if (self->count == 0)
        return RES_DONE;
    *ret = self->reports[self->first];
    self->first = (self->first + 1) % self->room;
    self->count--;
    *ret_any = true;
    return RES_DONE;
}

struct producer_port port_producer(struct port_producer *self)
{
    return (struct producer_port){.self = self, .produce = produce, .report = report};
}
