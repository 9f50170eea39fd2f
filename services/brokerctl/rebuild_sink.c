#include "brokerctl/rebuild.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "daemon/port_clock.h"
#include "daemon/port_kafka.h"
#include "daemon/port_pg.h"
#include "projector/batch.h"
#include "projector/migrate.h"

enum { PROJECTION_BYTES_MAX = 4 << 20 };

/* A group of one that is never on the broker: it owns every partition from the beginning on, and
 * the live projectors' group does not notice. */
struct alone {
    struct port_position at[PORT_PARTITIONS_MAX];
    size_t count;
    bool told;
};

struct rebuild_sink {
    struct arena *arena;
    struct codec_registry *registry;
    struct batch_writer writer;
    struct port_pg *pg;
    struct alone alone;
    struct port_consumer events;
    struct sink *sink;
};

static res_t alone_poll(void *self, struct port_event *ret)
{
    struct alone *alone = self;
    *ret = (struct port_event){.kind = PORT_NOTHING};
    if (!alone->told)
        *ret = (struct port_event){
            .kind = PORT_ASSIGNED, .positions = alone->at, .position_count = alone->count};
    alone->told = true;
    return RES_DONE;
}

static res_t alone_accept(void *self)
{
    (void)self;
    return RES_DONE;
}

static struct group_port alone_port(struct alone *alone, int32_t partitions)
{
    alone->count = (size_t)partitions;
    for (int32_t i = 0; i < partitions; i++)
        alone->at[i] = (struct port_position){i, PORT_FROM_START};
    /* Nothing is ever revoked, read or committed here: a sink asks for no more than these. */
    return (struct group_port){.self = alone, .poll = alone_poll, .accept = alone_accept};
}

static res_t use_next(void *owner, struct pg *pg)
{
    TRY(projector_use(pg, SWAP_NEXT));
    return row_writer_ready(owner, pg);
}

static res_t read_next(void *owner, struct pg *pg)
{
    (void)owner;
    return projector_use(pg, SWAP_NEXT);
}

static res_t open_parts(const struct ctl *ctl, int32_t partitions, struct rebuild_sink *self)
{
    self->arena = arena_new(PROJECTION_BYTES_MAX);
    TRY(codec_registry_new(&self->registry));
    self->writer.projection = projection_new(self->arena);
    MUST(self->writer.projection != NULL);
    self->writer.rows = row_writer_new(self->writer.projection);
    self->writer.quiet = true;
    struct port_pg_conf pg = {
        .pg = {.conninfo = ctl->conf->pg, .application = "brokerctl rebuild", .by_index = true},
        .sql = projector_sql,
        .ready = use_next,
        .reading = read_next,
        .owner = self->writer.rows};
    self->pg = port_pg_new(&pg);
    struct kafka_reader_conf reader = {.kafka = stream_kafka(ctl), .group = "brokerctl"};
    self->events.topic = STREAM_TOPIC;
    TRY(kafka_reader_open(&reader, &self->events.consumer));
    struct sink_conf conf = {.service = "rebuild",
        .partitions = partitions,
        .prepare = batch_prepare,
        .apply = batch_apply,
        .owner = &self->writer};
    struct sink_ports ports = {.members = alone_port(&self->alone, partitions),
        .events = port_reader(&self->events),
        .database = port_pg(self->pg),
        .clock = port_clock()};
    self->sink = sink_new(&conf, &ports, self->registry);
    return RES_DONE;
}

res_t rebuild_sink_new(const struct ctl *ctl, int32_t partitions, struct rebuild_sink **ret)
{
    struct rebuild_sink *self = calloc(1, sizeof *self);
    MUST(self != NULL && partitions <= PORT_PARTITIONS_MAX);
    res_t res = open_parts(ctl, partitions, self);
    if (res.act == RES_OK)
        *ret = self;
    else
        rebuild_sink_free(self);
    return res;
}

void rebuild_sink_free(struct rebuild_sink *self)
{
    if (self == NULL)
        return;
    if (self->sink != NULL)
        sink_leave(self->sink);
    sink_free(self->sink);
    kafka_consumer_close(self->events.consumer);
    port_pg_free(self->pg);
    row_writer_free(self->writer.rows);
    codec_registry_free(self->registry);
    arena_free(self->arena);
    free(self);
}

res_t rebuild_sink_step(struct rebuild_sink *self, int wait_ms)
{
    bool more = false;
    TRY(sink_step(self->sink, &more));
    if (more)
        return RES_DONE;
    int64_t wait_us = sink_wake_at(self->sink) - clock_monotonic();
    if (wait_us > wait_ms * INT64_C(1000))
        wait_us = wait_ms * INT64_C(1000);
    struct pollfd readable = {.fd = kafka_consumer_fd(self->events.consumer), .events = POLLIN};
    if (wait_us > 0)
        (void)poll(&readable, 1, (int)((wait_us + 999) / 1000));
    return RES_DONE;
}

bool rebuild_sink_rests(const struct rebuild_sink *self)
{
    struct sink_stats stats;
    sink_stats(self->sink, &stats);
    return !stats.under_way;
}

const struct halt *rebuild_sink_halt(const struct rebuild_sink *self)
{
    return sink_halt(self->sink);
}
