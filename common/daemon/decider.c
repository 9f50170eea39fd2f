#include "daemon/decider_impl.h"

#include "obs/log.h"

#include <stdlib.h>

enum { RECORD_ARENA_BYTES = 64 << 20, RECORD_BYTES_MAX = 900000 };

static void set_limits(struct decider_conf *conf)
{
    if (conf->pending_max == 0)
        conf->pending_max = 2048;
    if (conf->command_bytes_max == 0)
        conf->command_bytes_max = 262144;
    if (conf->dossier_bytes_max == 0)
        conf->dossier_bytes_max = 400000; /* a command adds less than what is left */
    if (conf->resend_us == 0)
        conf->resend_us = 100000;
    if (conf->commit_us == 0)
        conf->commit_us = 200000;
}

struct decider *decider_new(const struct decider_conf *conf, const struct decider_ports *ports,
    const struct codec_registry *registry)
{
    MUST(conf->partitions > 0 && conf->partitions <= PORT_PARTITIONS_MAX);
    struct decider *decider = calloc(1, sizeof(*decider));
    MUST(decider != NULL);
    decider->conf = *conf;
    decider->ports = *ports;
    decider->registry = registry;
    decider->arena = arena_new(RECORD_ARENA_BYTES);
    decider->out.limit = RECORD_BYTES_MAX;
    set_limits(&decider->conf);
    for (int32_t i = 0; i < PORT_PARTITIONS_MAX; i++)
        decider->parts[i] = (struct part){.commands_next = -1, .committed = -1};
    return decider;
}

void decider_free(struct decider *decider)
{
    if (decider == NULL)
        return;
    for (int32_t i = 0; i < decider->conf.partitions; i++)
        part_drop(decider, i);
    sends_free(decider);
    arena_free(decider->arena);
    buf_done(&decider->out);
    free(decider);
}

/* Partitions that paused because they held too much go on when half of it is done. */
static res_t resume_where_room(struct decider *decider)
{
    for (int32_t i = 0; i < decider->conf.partitions && !decider->draining; i++) {
        struct part *part = &decider->parts[i];
        if (part->state != PART_OPEN || !part->paused ||
            part->pending_count > decider->conf.pending_max / 2)
            continue;
        part->paused = false;
        TRY(decider->ports.commands.resume(decider->ports.commands.self, i));
    }
    return RES_DONE;
}

res_t decider_step(struct decider *decider, bool *ret_more)
{
    *ret_more = false;
    decider->now = decider->ports.clock.now(decider->ports.clock.self);
    if (decider->retry_at <= decider->now)
        decider->retry_at = INT64_MAX;
    TRY(decider_reports(decider, ret_more));
    TRY(decider_read(decider, ret_more));
    if (decider->coming_count > 0)
        TRY(decider_accept(decider));
    TRY(decider_take_commands(decider, ret_more));
    TRY(decider_resend(decider));
    TRY(decider_decide(decider, ret_more));
    TRY(resume_where_room(decider));
    return decider_commit(decider);
}

int64_t decider_wake_at(const struct decider *decider)
{
    int64_t at = decider->retry_at;
    if (decider->keeping && decider->keep_at < at)
        at = decider->keep_at;
    for (const struct send *send = decider->waiting; send != NULL; send = send->next_waiting)
        if (send->again_us < at)
            at = send->again_us;
    if (!decider->committing && decider->commit_at < at && decider_has_to_commit(decider))
        at = decider->commit_at;
    return at;
}

void decider_drain(struct decider *decider)
{
    decider->draining = true;
    for (int32_t i = 0; i < decider->conf.partitions; i++) {
        struct part *part = &decider->parts[i];
        if (part->state != PART_OPEN || part->paused)
            continue;
        part->paused = true;
        res_t res = decider->ports.commands.pause(decider->ports.commands.self, i);
        if (res.act != RES_OK)
            log_res(res); /* commands that come are queued and not decided */
    }
}

bool decider_idle(const struct decider *decider)
{
    return decider->flying == 0;
}

void decider_leave(struct decider *decider)
{
    struct port_position all[PORT_PARTITIONS_MAX];
    size_t count = 0;
    for (int32_t i = 0; i < decider->conf.partitions; i++)
        if (decider->parts[i].state != PART_NOT_OURS)
            all[count++] = (struct port_position){.partition = i};
    if (count > 0 && decider->halt.why == HALT_NOT)
        decider_commit_now(decider);
    decider_let_go(decider, all, count);
    res_t res = decider_keep(decider);
    if (res.act != RES_OK)
        log_res(res); /* read again at the next start */
}

const struct halt *decider_halt(const struct decider *decider)
{
    return &decider->halt;
}

struct decider_place decider_place(const struct decider *decider, int32_t partition)
{
    const struct part *part = &decider->parts[partition];
    return (struct decider_place){
        part->state != PART_NOT_OURS, part->events_next, part->commands_next};
}

void decider_stats(const struct decider *decider, struct decider_stats *ret)
{
    *ret = decider->stats;
    for (int32_t i = 0; i < decider->conf.partitions; i++) {
        const struct part *part = &decider->parts[i];
        ret->pending += (int64_t)part->pending_count;
        ret->owned += part->state != PART_NOT_OURS;
        ret->behind += part->state == PART_CATCHING_UP;
        if (part->first != NULL && part->first->at_us > 0 &&
            (ret->oldest_at_us == 0 || part->first->at_us < ret->oldest_at_us))
            ret->oldest_at_us = part->first->at_us;
    }
}
