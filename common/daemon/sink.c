#include "daemon/sink_impl.h"

#include <stdlib.h>

enum { BATCH_ARENA_BYTES = 1 << 30, BATCH_ARENA_KEPT = 8 << 20, DOSSIER_BYTES_MAX = 4 << 20 };

struct sink *sink_new(const struct sink_conf *conf, const struct sink_ports *ports,
    const struct codec_registry *registry)
{
    MUST(conf->partitions > 0 && conf->partitions <= PORT_PARTITIONS_MAX);
    struct sink *sink = calloc(1, sizeof(*sink));
    MUST(sink != NULL);
    sink->conf = *conf;
    sink->ports = *ports;
    sink->registry = registry;
    if (sink->conf.batch_max == 0)
        sink->conf.batch_max = 2000;
    if (sink->conf.batch_bytes_max == 0)
        sink->conf.batch_bytes_max = 8 << 20;
    if (sink->conf.dossier_bytes_max == 0)
        sink->conf.dossier_bytes_max = 16 << 20;
    sink->room = sink->conf.batch_max;
    if (sink->conf.gather_us == 0)
        sink->conf.gather_us = 20000;
    sink->out.limit = DOSSIER_BYTES_MAX;
    for (size_t i = 0; i < ARRAY_LEN(sink->works); i++) {
        struct sink_work *work = &sink->works[i];
        work->arena = arena_new(BATCH_ARENA_BYTES);
        arena_keep(work->arena, BATCH_ARENA_KEPT);
        work->taken = calloc(sink->conf.batch_max, sizeof(*work->taken));
        MUST(work->taken != NULL);
    }
    sink->hand = &sink->works[0];
    sink->ask_at = INT64_MAX;
    return sink;
}

void sink_free(struct sink *sink)
{
    if (sink == NULL)
        return;
    sink_drop_batch(sink);
    for (size_t i = 0; i < ARRAY_LEN(sink->works); i++) {
        arena_free(sink->works[i].arena);
        free(sink->works[i].taken);
    }
    buf_done(&sink->out);
    free(sink);
}

res_t sink_step(struct sink *sink, bool *ret_more)
{
    *ret_more = false;
    sink->now = sink->ports.clock.now(sink->ports.clock.self);
    TRY(sink_members(sink));
    TRY(sink_claim(sink));
    if (sink->phase == SINK_GATHERING)
        TRY(sink_gather(sink, ret_more));
    if (sink->phase == SINK_PARKING)
        TRY(sink_park(sink));
    if (sink->phase == SINK_WRITING && sink->retry_at <= sink->now)
        return sink_write(sink);
    bool fine;
    return sink_settle(sink, &fine); /* nothing else to do meanwhile */
}

int64_t sink_wake_at(const struct sink *sink)
{
    bool wants_database = sink->coming_count > 0 || sink->phase != SINK_GATHERING;
    int64_t at = sink->ask_at;
    if (wants_database && sink->retry_at < at)
        at = sink->retry_at > sink->now ? sink->retry_at : sink->now;
    if (sink->flight != NULL)
        at = sink->now;
    if (sink->phase == SINK_GATHERING && sink->hand->count > 0 && sink->full_at < at)
        at = sink->full_at;
    return at;
}

void sink_leave(struct sink *sink)
{
    bool fine;
    (void)!sink_settle(sink, &fine).act; /* its positions say what became of it */
    sink_drop_batch(sink);
    sink->ports.database.rollback(sink->ports.database.self);
}

const struct halt *sink_halt(const struct sink *sink)
{
    return &sink->halt;
}

void sink_stats(const struct sink *sink, struct sink_stats *ret)
{
    *ret = sink->stats;
    ret->under_way = sink->flight != NULL;
    for (int32_t i = 0; i < sink->conf.partitions; i++) {
        const struct sink_part *part = &sink->parts[i];
        ret->owned += part->ours;
        if (part->ours && part->end > part->stored)
            ret->behind += part->end - part->stored;
    }
}
