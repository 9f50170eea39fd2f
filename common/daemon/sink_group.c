/* Which partitions are ours: the group says so, the claim in the database makes it so. */
#include "daemon/sink_impl.h"

#include "obs/crash.h"
#include "obs/log.h"

enum { AWAY_US = 100000 };

static const char EVENTS[] = "referral.events";

static void want(struct sink *sink, const struct port_position *at, size_t count)
{
    MUST(count <= PORT_PARTITIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        MUST(at[i].partition >= 0 && at[i].partition < sink->conf.partitions);
        sink->coming[i] = at[i].partition;
    }
    sink->coming_count = count;
    sink->accept_due = true;
}

static void not_coming(struct sink *sink, int32_t partition)
{
    for (size_t i = 0; i < sink->coming_count; i++)
        if (sink->coming[i] == partition)
            sink->coming[i] = sink->coming[--sink->coming_count];
}

/* Whatever was read but not committed is dropped: who owns the partitions next reads it. */
static res_t give_back(struct sink *sink, const struct port_event *event)
{
    bool fine;
    TRY(sink_settle(sink, &fine));
    sink_drop_batch(sink);
    for (size_t i = 0; i < event->position_count; i++) {
        sink->parts[event->positions[i].partition] = (struct sink_part){0};
        not_coming(sink, event->positions[i].partition);
    }
    log_line(LEVEL_INFO, "sink.released", LOG_INT("partitions", event->position_count),
        LOG_INT("lost", event->kind == PORT_LOST));
    TRY(sink->ports.members.release(sink->ports.members.self));
    struct port_position at[PORT_PARTITIONS_MAX];
    size_t count = 0;
    for (int32_t i = 0; i < sink->conf.partitions; i++)
        if (sink->parts[i].ours) {
            sink->parts[i].read = sink->parts[i].stored;
            at[count++] = (struct port_position){i, sink->parts[i].stored};
        }
    return sink->ports.events.assign(sink->ports.events.self, at, count);
}

res_t sink_members(struct sink *sink)
{
    struct port_event event = {.kind = PORT_RECORD};
    sink->ask_at = INT64_MAX;
    while (event.kind != PORT_NOTHING && !sink->accept_due) {
        res_t res = sink->ports.members.poll(sink->ports.members.self, &event);
        if (res.act == RES_RETRY) {
            log_res(res);
            sink->ask_at = sink->now + AWAY_US;
            return RES_DONE;
        }
        TRY(res);
        if (event.kind == PORT_ASSIGNED)
            want(sink, event.positions, event.position_count);
        else if (event.kind == PORT_REVOKED || event.kind == PORT_LOST)
            TRY(give_back(sink, &event));
        else if (event.kind == PORT_RECORD)
            sink->ports.members.record_done(sink->ports.members.self, &event.record);
    }
    return RES_DONE;
}

void sink_claim_again(struct sink *sink, int64_t after_us)
{
    struct port_position none;
    sink_drop_batch(sink);
    for (int32_t i = 0; i < sink->conf.partitions; i++) {
        if (!sink->parts[i].ours)
            continue;
        not_coming(sink, i);
        sink->coming[sink->coming_count++] = i;
        sink->parts[i].ours = false;
    }
    sink->retry_at = sink->now + after_us;
    /* Until claimed again nothing is read; a failure here shows at the next assign. */
    (void)!sink->ports.events.assign(sink->ports.events.self, &none, 0).act;
}

static res_t look_at_end(struct sink *sink, const struct database_position *position)
{
    struct port_bounds bounds;
    int64_t next = position->next;
    TRY(sink->ports.events.bounds(sink->ports.events.self, position->partition, &bounds));
    if (next > bounds.high || next < bounds.low)
        return halt_now(&sink->halt, &(struct halt){.why = HALT_POSITION,
                                         .topic = EVENTS,
                                         .partition = position->partition,
                                         .offset = next,
                                         .expected = next > bounds.high ? bounds.high : bounds.low,
                                         .found = next});
    sink->parts[position->partition] = (struct sink_part){.ours = true,
        .epoch = position->epoch,
        .stored = next,
        .sent = next,
        .read = next,
        .end = bounds.high};
    return RES_DONE;
}

static res_t claim(struct sink *sink)
{
    struct database_position claimed[PORT_PARTITIONS_MAX];
    struct port_position at[PORT_PARTITIONS_MAX];
    CRASH_POINT("before-claim");
    TRY(sink->ports.database.claim(
        sink->ports.database.self, sink->coming, sink->coming_count, claimed));
    CRASH_POINT("after-claim");
    for (size_t i = 0; i < sink->coming_count; i++) {
        TRY(look_at_end(sink, &claimed[i]));
        at[i] = (struct port_position){claimed[i].partition, claimed[i].next};
    }
    if (sink->accept_due)
        TRY(sink->ports.members.accept(sink->ports.members.self));
    sink->accept_due = false;
    return sink->ports.events.assign(sink->ports.events.self, at, sink->coming_count);
}

res_t sink_claim(struct sink *sink)
{
    if (sink->coming_count == 0) {
        /* An assignment of nothing has to be accepted, too. */
        bool due = sink->accept_due;
        sink->accept_due = false;
        return due ? sink->ports.members.accept(sink->ports.members.self) : RES_DONE;
    }
    if (sink->retry_at > sink->now)
        return RES_DONE;
    bool fine;
    TRY(sink_settle(sink, &fine));
    res_t res = claim(sink);
    if (res.act == RES_RETRY) {
        log_res(res);
        sink->stats.retries++;
        sink->retry_at = sink->now + AWAY_US;
        return RES_DONE;
    }
    TRY(res);
    log_line(LEVEL_INFO, "sink.claimed", LOG_INT("partitions", sink->coming_count));
    sink->coming_count = 0;
    return RES_DONE;
}
