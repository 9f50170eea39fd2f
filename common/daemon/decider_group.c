/* Which partitions are ours: taken on, given back, their command offsets committed. */
#include "daemon/decider_impl.h"

#include "obs/crash.h"
#include "obs/log.h"

enum { AWAY_US = 100000 };

static const char EVENTS[] = "referral.events";

/* Where to read the stream on, and up to where it must be read before deciding. RETRY: the broker
 * did not say. */
static res_t look_at_stream(struct decider *decider, int32_t partition)
{
    struct part *part = &decider->parts[partition];
    struct port_bounds bounds;
    int64_t next = 0;
    bool found = false;
    TRY(decider->ports.events.bounds(decider->ports.events.self, partition, &bounds));
    TRY(decider->ports.store.position(decider->ports.store.self, partition, &next, &found));
    if (!found)
        next = bounds.low;
    if (next > bounds.high || next < bounds.low)
        return halt_now(
            &decider->halt, &(struct halt){.why = HALT_POSITION,
                                .topic = EVENTS,
                                .partition = partition,
                                .offset = next,
                                .expected = next > bounds.high ? bounds.high : bounds.low,
                                .found = next});
    part->events_next = next;
    part->events_end = bounds.high;
    part->state = PART_CATCHING_UP;
    return RES_DONE;
}

static res_t start_stream(struct decider *decider)
{
    struct port_position at[PORT_PARTITIONS_MAX];
    size_t count = 0;
    for (int32_t i = 0; i < decider->conf.partitions; i++)
        if (decider->parts[i].state != PART_NOT_OURS)
            at[count++] = (struct port_position){i, decider->parts[i].events_next};
    return decider->ports.events.assign(decider->ports.events.self, at, count);
}

/* Commands of the new partitions stay paused until the stream has been read to its end. */
res_t decider_accept(struct decider *decider)
{
    for (size_t i = 0; i < decider->coming_count; i++) {
        struct port_position *coming = &decider->coming[i];
        struct part *part = &decider->parts[coming->partition];
        if (part->state != PART_NOT_OURS)
            continue;
        res_t res = look_at_stream(decider, coming->partition);
        if (res.act == RES_RETRY) {
            decider->retry_at = decider->now + AWAY_US;
            return RES_DONE;
        }
        TRY(res);
        part->committed = coming->offset;
        part->commands_next = -1;
    }
    struct group_port *group = &decider->ports.commands;
    TRY(group->accept(group->self));
    for (size_t i = 0; i < decider->coming_count; i++)
        decider->parts[decider->coming[i].partition].paused = true;
    log_line(LEVEL_INFO, "decider.assigned", LOG_INT("partitions", decider->coming_count));
    decider->coming_count = 0;
    return start_stream(decider);
}

static size_t committable(const struct decider *decider, struct port_position *ret)
{
    size_t count = 0;
    for (int32_t i = 0; i < decider->conf.partitions; i++) {
        const struct part *part = &decider->parts[i];
        if (part->state == PART_NOT_OURS)
            continue;
        int64_t next = part_answered(part);
        if (next > part->committed)
            ret[count++] = (struct port_position){i, next};
    }
    return count;
}

bool decider_has_to_commit(const struct decider *decider)
{
    struct port_position next[PORT_PARTITIONS_MAX];
    return committable(decider, next) > 0;
}

res_t decider_commit(struct decider *decider)
{
    struct port_position next[PORT_PARTITIONS_MAX];
    if (decider->committing || decider->now < decider->commit_at)
        return RES_DONE;
    size_t count = committable(decider, next);
    if (count == 0)
        return RES_DONE;
    decider->commit_at = decider->now + decider->conf.commit_us;
    CRASH_POINT("before-offset-commit");
    res_t res = decider->ports.commands.commit_start(decider->ports.commands.self, next, count);
    if (res.act == RES_RETRY)
        return RES_DONE;
    TRY(res);
    decider->committing = true;
    return RES_DONE;
}

static void take_committed(
    struct decider *decider, enum port_commit commit, const struct port_position *at, size_t count)
{
    decider->stats.commits++;
    CRASH_POINT("after-offset-commit");
    if (commit != PORT_COMMIT_OK) {
        decider->stats.commits_refused++;
        log_line(LEVEL_WARN, "decider.commit-refused",
            LOG_INT("not_ours", commit == PORT_COMMIT_NOT_OURS));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct part *part = &decider->parts[at[i].partition];
        if (part->state != PART_NOT_OURS && part->committed < at[i].offset)
            part->committed = at[i].offset;
    }
}

/* The last chance under this generation: what is not committed is read again by the next owner and
 * found answered. */
void decider_commit_now(struct decider *decider)
{
    struct port_position next[PORT_PARTITIONS_MAX];
    size_t count = committable(decider, next);
    enum port_commit commit = PORT_COMMIT_FAILED;
    if (count == 0)
        return;
    res_t res = decider->ports.commands.commit(decider->ports.commands.self, next, count, &commit);
    take_committed(decider, res.act == RES_OK ? commit : PORT_COMMIT_FAILED, next, count);
}

void decider_let_go(struct decider *decider, const struct port_position *of, size_t count)
{
    for (size_t i = 0; i < count; i++)
        part_drop(decider, of[i].partition);
    decider->coming_count = 0;
}

static res_t give_back(struct decider *decider, const struct port_event *event)
{
    struct port_position gone[PORT_PARTITIONS_MAX];
    size_t count = event->position_count;
    MUST(count <= PORT_PARTITIONS_MAX);
    for (size_t i = 0; i < count; i++)
        gone[i] = event->positions[i];
    if (event->kind == PORT_REVOKED)
        decider_commit_now(decider);
    decider_let_go(decider, gone, count);
    log_line(LEVEL_INFO, "decider.released", LOG_INT("partitions", count),
        LOG_INT("lost", event->kind == PORT_LOST));
    TRY(decider->ports.commands.release(decider->ports.commands.self));
    return start_stream(decider);
}

static res_t take_command(struct decider *decider, struct port_record *record)
{
    struct part *part = &decider->parts[record->partition];
    struct intake_limits limits = {
        decider->conf.family, decider->conf.partitions, decider->conf.command_bytes_max};
    struct command command;
    if (part->state == PART_NOT_OURS || record->offset < part->commands_next)
        return RES_DONE;
    decider->stats.commands++;
    part->commands_next = record->offset + 1;
    arena_clear(decider->arena);
    const char *reason =
        intake_command(decider->registry, &limits, record, decider->arena, &command);
    struct pending *pending = pending_add(decider, record);
    if (reason != NULL) {
        log_line(LEVEL_WARN, "decider.parked",
            LOG_AT(decider->conf.commands_topic, record->partition, record->offset),
            LOG_TRACE(&pending->trace), LOG_WORD("reason", reason));
        TRY(decider_park(decider, pending, record->partition, reason));
    } else {
        CRASH_POINT("mid-batch");
        pending->id = command_meta(&command)->id;
        struct desk *desk = desk_open(decider, command_meta(&command)->person, record->partition);
        pending_queue(desk, pending);
        desk_ready(decider, desk);
    }
    if (part->pending_count >= decider->conf.pending_max && !part->paused) {
        part->paused = true;
        return decider->ports.commands.pause(decider->ports.commands.self, record->partition);
    }
    return RES_DONE;
}

static res_t take(struct decider *decider, struct port_event *event)
{
    switch (event->kind) {
    case PORT_RECORD: {
        res_t res = take_command(decider, &event->record);
        decider->ports.commands.record_done(decider->ports.commands.self, &event->record);
        return res;
    }
    case PORT_ASSIGNED:
        MUST(event->position_count <= PORT_PARTITIONS_MAX);
        decider->coming_count = event->position_count;
        for (size_t i = 0; i < event->position_count; i++) {
            MUST(event->positions[i].partition < decider->conf.partitions);
            decider->coming[i] = event->positions[i];
        }
        return decider_accept(decider);
    case PORT_REVOKED:
    case PORT_LOST:
        return give_back(decider, event);
    case PORT_COMMITTED:
        decider->committing = false;
        take_committed(decider, event->commit, event->positions, event->position_count);
        return RES_DONE;
    case PORT_GAP:
        return halt_now(&decider->halt, &(struct halt){.why = HALT_COMMANDS_GONE,
                                            .topic = decider->conf.commands_topic,
                                            .partition = event->positions[0].partition,
                                            .offset = event->positions[0].offset,
                                            .expected = event->positions[0].offset,
                                            .found = -1});
    case PORT_NOTHING:
    default:
        return RES_DONE;
    }
}

res_t decider_take_commands(struct decider *decider, bool *ret_more)
{
    struct port_event event = {.kind = PORT_RECORD};
    for (int i = 0; i < ROUND_MAX && event.kind != PORT_NOTHING; i++) {
        if (decider->coming_count > 0)
            return RES_DONE; /* nothing may be polled before it is accepted */
        res_t res = decider->ports.commands.poll(decider->ports.commands.self, &event);
        if (res.act == RES_RETRY) {
            log_res(res);
            decider->retry_at = decider->now + AWAY_US;
            return RES_DONE;
        }
        TRY(res);
        TRY(take(decider, &event));
    }
    *ret_more |= event.kind != PORT_NOTHING;
    return RES_DONE;
}
