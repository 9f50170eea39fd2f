/* The batch in hand: gathered from the stream, its unreadable records copied to `parked`. */
#include "daemon/sink_impl.h"

#include "daemon/envelope.h"
#include "obs/crash.h"
#include "obs/log.h"

enum { AWAY_US = 100000 };

static const char EVENTS[] = "referral.events";

void sink_drop_records(struct sink *sink, struct sink_work *work)
{
    for (size_t i = 0; i < work->count; i++)
        sink->ports.events.record_done(sink->ports.events.self, &work->taken[i].record);
    work->count = 0;
    work->bytes = 0;
}

void sink_drop_batch(struct sink *sink)
{
    struct sink_work *work = sink->hand;
    sink_drop_records(sink, work);
    sink->phase = SINK_GATHERING;
    work->found.why = HALT_NOT;
    arena_clear(work->arena);
}

void sink_push(struct sink *sink)
{
    if (sink->flight != NULL)
        sink->ports.database.push(sink->ports.database.self);
}

bool sink_is_live(const struct sink *sink)
{
    for (int32_t i = 0; i < sink->conf.partitions; i++)
        if (sink->parts[i].ours && sink->parts[i].read < sink->parts[i].end)
            return false;
    return !sink->was_full;
}

static void ignored(struct sink *sink, const struct port_record *record)
{
    struct trace trace = envelope_trace_of(&sink->ports.events, record);
    sink->stats.corrupt++;
    log_line(LEVEL_WARN, "sink.ignored-corrupt", LOG_AT(EVENTS, record->partition, record->offset),
        LOG_TRACE(&trace));
}

/* Keeps the record, or ends the batch before it. */
static res_t take(struct sink *sink, struct port_record *record, bool *ret_kept)
{
    struct sink_part *part = &sink->parts[record->partition];
    struct sink_work *work = sink->hand;
    struct sink_taken *taken = &work->taken[work->count];
    *taken = (struct sink_taken){.record = *record};
    switch (intake_event(sink->registry, record, work->arena, &taken->event)) {
    case INTAKE_OK:
        break;
    case INTAKE_UPGRADE:
        work->found = (struct halt){.why = HALT_UPGRADE,
            .topic = EVENTS,
            .partition = record->partition,
            .offset = record->offset,
            .trace = envelope_trace_of(&sink->ports.events, record)};
        return RES_DONE;
    case INTAKE_NO_ROOM:
        return FATAL("no room to read a record");
    case INTAKE_CORRUPT:
    default:
        taken->corrupt = true;
        ignored(sink, record);
    }
    CRASH_POINT("mid-batch");
    if (work->count == 0)
        sink->full_at = sink->now + sink->conf.gather_us;
    work->count++;
    sink->stats.records++;
    work->bytes += record->value.len;
    part->read = record->offset + 1;
    if (part->end < part->read)
        part->end = part->read;
    *ret_kept = true;
    return RES_DONE;
}

static bool has_room(const struct sink *sink)
{
    const struct sink_work *work = sink->hand;
    return work->count < sink->room && work->bytes < sink->conf.batch_bytes_max &&
           work->found.why == HALT_NOT;
}

static res_t poll_one(struct sink *sink, bool *ret_any)
{
    struct reader_port *events = &sink->ports.events;
    struct port_event event = {.kind = PORT_NOTHING};
    *ret_any = false;
    res_t res = events->poll(events->self, &event);
    if (res.act == RES_RETRY) {
        log_res(res);
        return RES_DONE;
    }
    TRY(res);
    if (event.kind == PORT_GAP)
        return halt_now(&sink->halt, &(struct halt){.why = HALT_POSITION,
                                         .topic = EVENTS,
                                         .partition = event.positions[0].partition,
                                         .offset = event.positions[0].offset,
                                         .expected = sink->parts[event.positions[0].partition].read,
                                         .found = -1});
    if (event.kind != PORT_RECORD)
        return RES_DONE;
    *ret_any = true;
    const struct sink_part *part = &sink->parts[event.record.partition];
    bool kept = false;
    if (part->ours && event.record.offset >= part->read)
        res = take(sink, &event.record, &kept);
    if (!kept)
        events->record_done(events->self, &event.record);
    return res;
}

res_t sink_gather(struct sink *sink, bool *ret_more)
{
    struct sink_work *work = sink->hand;
    bool any = true;
    for (size_t n = 1; any && has_room(sink); n++) {
        TRY(poll_one(sink, &any));
        if (n % SINK_PIECE == 0)
            sink_push(sink);
    }
    bool full = !has_room(sink);
    if (work->count == 0 && work->found.why == HALT_NOT)
        return RES_DONE;
    if (!full && !sink_is_live(sink) && sink->now < sink->full_at)
        return RES_DONE; /* more is coming: fewer, larger transactions */
    sink->was_full = full;
    *ret_more = full;
    work->unread = arena_mark(work->arena);
    sink->phase = SINK_PARKING;
    sink->parking++;
    return RES_DONE;
}

static res_t take_reports(struct sink *sink)
{
    struct producer_port *producer = &sink->ports.producer;
    struct sink_work *work = sink->hand;
    struct port_report report;
    bool any = true;
    while (true) {
        TRY(producer->report(producer->self, &report, &any));
        if (!any)
            return RES_DONE;
        if (report.tag >> 32 != sink->parking || (report.tag & UINT32_MAX) >= work->count)
            continue; /* of a batch that was dropped */
        struct sink_taken *taken = &work->taken[report.tag & UINT32_MAX];
        taken->outstanding = false;
        taken->parked = report.outcome == PORT_WRITTEN || report.never;
        sink->stats.parked += taken->parked;
    }
}

static res_t park_one(struct sink *sink, size_t i)
{
    struct sink_taken *taken = &sink->hand->taken[i];
    struct parked parked;
    parked_headers(&parked, EVENTS, &taken->record, "unreadable");
    struct port_message message = {.partition = taken->record.partition,
        .key = taken->record.key.len > 0 ? taken->record.key : VIEW("-"),
        .value = taken->record.value,
        .headers = parked.headers,
        .header_count = PARKED_HEADERS,
        .tag = sink->parking << 32 | i};
    struct producer_port *producer = &sink->ports.producer;
    res_t res = producer->produce(producer->self, PORT_PARKED, &message);
    if (res.act == RES_RETRY)
        return RES_DONE;
    if (res.act == RES_REJECT) {
        taken->parked = true; /* it stays on the stream; the log line says where */
        return RES_DONE;
    }
    TRY(res);
    taken->outstanding = true;
    return RES_DONE;
}

/* Acknowledged before the position moves past them. At least once: a batch that is read again parks
 * again, and the headers say which record it is. */
res_t sink_park(struct sink *sink)
{
    size_t left = 0;
    if (sink->conf.parks)
        TRY(take_reports(sink));
    for (size_t i = 0; i < sink->hand->count && sink->conf.parks; i++) {
        struct sink_taken *taken = &sink->hand->taken[i];
        if (!taken->corrupt || taken->parked)
            continue;
        left++;
        if (!taken->outstanding)
            TRY(park_one(sink, i));
    }
    sink->retry_at = left == 0 ? sink->now : sink->now + AWAY_US;
    if (left == 0)
        sink->phase = SINK_WRITING;
    return RES_DONE;
}
