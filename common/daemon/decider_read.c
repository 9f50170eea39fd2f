/* Reading the stream: every record is ruled, what counts is remembered, and what it says of our own
 * records on their way is noted. */
#include "daemon/decider_impl.h"

#include "base/weak.h"
#include "daemon/fold.h"
#include "obs/crash.h"
#include "obs/log.h"

#include <string.h>

static const char EVENTS[] = "referral.events";

static bool is_of(const struct send *send, const struct port_record *record)
{
    return send->value.len == record->value.len &&
           memcmp(send->value.ptr, record->value.ptr, record->value.len) == 0;
}

res_t decider_tail_lost(struct decider *decider, const struct send *send, int64_t read)
{
    struct uuid person = {{0}};
    memcpy(person.b, send->key.ptr, sizeof(person.b));
    return halt_now(&decider->halt, &(struct halt){.why = HALT_TAIL,
                                        .topic = EVENTS,
                                        .partition = send->partition,
                                        .offset = send->acknowledged,
                                        .person = person,
                                        .expected = send->acknowledged,
                                        .found = read});
}

/* Records acknowledged at or before this offset must have been met by now. */
static res_t check_watched(
    struct decider *decider, struct part *part, const struct port_record *record)
{
    while (part->watch_first != NULL && part->watch_first->acknowledged <= record->offset) {
        struct send *send = part->watch_first;
        if (send->acknowledged < record->offset || !is_of(send, record))
            return decider_tail_lost(decider, send, record->offset);
        part->watch_first = send->next_watched;
        send->watched = false;
        send_over(decider, send);
    }
    return RES_DONE;
}

static void note_met(struct desk *desk, const struct port_record *record)
{
    for (struct send *send = desk->sends; send != NULL; send = send->next_of_desk)
        if (send->outstanding && is_of(send, record) && send->met_count < MET_MAX)
            send->met[send->met_count++] = record->offset;
}

static void answered(struct decider *decider, struct pending *pending, bool refused)
{
    if (refused)
        decider->stats.refused++;
    else
        decider->stats.accepted++;
    log_line(LEVEL_DEBUG, "decider.answered",
        LOG_AT(decider->conf.commands_topic, pending->desk->partition, pending->offset),
        LOG_RECORD(pending->id), LOG_TRACE(&pending->trace), LOG_INT("refused", refused));
    if (decider->conf.answered != NULL)
        decider->conf.answered(decider->conf.owner, decider->now - pending->read_us, refused);
}

/* The command whose record is on its way at this desk: answered, lost, or still waiting. */
static void rule_ours(struct decider *decider, struct desk *desk, const struct port_record *record,
    const struct folded *folded, const struct event *event)
{
    struct send *send = desk->current;
    if (send == NULL)
        return;
    struct pending *pending = send->pending;
    bool same_id = uuid_eq(pending->id, event_meta(event)->id);
    bool ours = is_of(send, record);
    bool lost = folded->ruling == RULING_LOST;
    if (WEAK(NO_SECOND_LOOK))
        lost |= folded->ruling == RULING_ANSWERED;
    if (same_id && !lost) {
        answered(decider, pending, event->type == EVENT_COMMAND_REFUSED);
        send_let_go(decider, send);
        pending_done(decider, pending);
    } else if (ours && lost) {
        decider->stats.lost++;
        send_let_go(decider, send);
    } else {
        return;
    }
    desk_ready(decider, desk);
    send_over(decider, send);
}

static res_t remember_id(
    struct decider *decider, const struct port_record *record, const struct meta *meta)
{
    struct store_port *store = &decider->ports.store;
    const struct uuid key[2] = {meta->person, meta->id};
    if (WEAK(STORE_WITHOUT_IDS))
        return RES_DONE;
    return store->answered_put(store->self, record->partition, key, meta->version);
}

static res_t remember(struct decider *decider, const struct port_record *record,
    const struct event *event, const struct folded *folded)
{
    struct store_port *store = &decider->ports.store;
    const struct meta *meta = event_meta(event);
    buf_clear(&decider->out);
    TRY(fold_pack(folded->after, &decider->out));
    struct port_dossier dossier = {
        folded->after->version, folded->after->history, buf_as_view(&decider->out)};
    TRY(store->dossier_put(store->self, record->partition, meta->person, &dossier));
    return remember_id(decider, record, meta);
}

static res_t stop_ruled(struct decider *decider, const struct port_record *record,
    const struct event *event, const struct folded *folded)
{
    bool gap = folded->ruling == RULING_GAP;
    return halt_now(&decider->halt, &(struct halt){.why = gap ? HALT_VERSION_GAP : HALT_FORKED,
                                        .topic = EVENTS,
                                        .partition = record->partition,
                                        .offset = record->offset,
                                        .person = event_meta(event)->person,
                                        .trace = envelope_trace_of(&decider->ports.events, record),
                                        .expected = folded->before_version + 1,
                                        .found = event_meta(event)->version});
}

static res_t rule(
    struct decider *decider, const struct port_record *record, const struct event *event)
{
    struct store_port *store = &decider->ports.store;
    const struct meta *meta = event_meta(event);
    struct port_dossier stored = {0};
    struct folded folded;
    bool found = false, is_answered = false;
    TRY(store->dossier(store->self, record->partition, meta->person, &stored, &found));
    TRY(store->answered(store->self, record->partition, meta->person, meta->id, &is_answered));
    const struct dossier *before = NULL;
    if (found)
        TRY(fold_unpack(decider->registry, stored.packed, decider->arena, &before));
    TRY(fold_record(
        before, &(struct fold_input){event, record->value, is_answered}, decider->arena, &folded));
    if (folded.ruling == RULING_GAP || folded.ruling == RULING_FORKED)
        return stop_ruled(decider, record, event, &folded);
    if (folded.ruling == RULING_COUNTS) {
        decider->stats.events++;
        TRY(remember(decider, record, event, &folded));
    }
    if (folded.ruling == RULING_LOST && WEAK(LOST_IS_ANSWERED))
        TRY(remember_id(decider, record, meta));
    struct desk *desk = desk_find(decider, meta->person);
    if (desk != NULL) {
        note_met(desk, record);
        rule_ours(decider, desk, record, &folded, event);
    }
    return RES_DONE;
}

static void ignored(struct decider *decider, const struct port_record *record)
{
    struct trace trace = envelope_trace_of(&decider->ports.events, record);
    decider->stats.corrupt++;
    log_line(LEVEL_WARN, "decider.ignored-corrupt",
        LOG_AT(EVENTS, record->partition, record->offset), LOG_TRACE(&trace));
}

static res_t read_record(struct decider *decider, const struct port_record *record)
{
    struct part *part = &decider->parts[record->partition];
    struct event event;
    if (part->state == PART_NOT_OURS || record->offset < part->events_next)
        return RES_DONE;
    arena_clear(decider->arena);
    switch (intake_event(decider->registry, record, decider->arena, &event)) {
    case INTAKE_OK:
        CRASH_POINT("before-read-back");
        TRY(rule(decider, record, &event));
        CRASH_POINT("after-read-back");
        break;
    case INTAKE_UPGRADE:
        return halt_now(
            &decider->halt, &(struct halt){.why = HALT_UPGRADE,
                                .topic = EVENTS,
                                .partition = record->partition,
                                .offset = record->offset,
                                .trace = envelope_trace_of(&decider->ports.events, record)});
    case INTAKE_NO_ROOM:
        return FATAL("no room to read a record");
    case INTAKE_CORRUPT:
    default:
        ignored(decider, record);
    }
    TRY(check_watched(decider, part, record));
    part->events_next = record->offset + 1;
    return decider->ports.store.position_put(
        decider->ports.store.self, record->partition, part->events_next);
}

static res_t open_caught_up(struct decider *decider)
{
    int opened = 0;
    for (int32_t i = 0; i < decider->conf.partitions; i++) {
        struct part *part = &decider->parts[i];
        if (part->state != PART_CATCHING_UP || part->events_next < part->events_end ||
            decider->coming_count > 0)
            continue;
        part->state = PART_OPEN;
        part->paused = decider->draining;
        if (!part->paused)
            TRY(decider->ports.commands.resume(decider->ports.commands.self, i));
        log_line(LEVEL_DEBUG, "decider.open", LOG_AT(EVENTS, i, part->events_next));
        opened++;
    }
    if (opened > 0)
        log_line(LEVEL_INFO, "decider.caught-up", LOG_INT("partitions", opened));
    return RES_DONE;
}

static res_t poll_one(struct decider *decider, struct port_event *event)
{
    struct reader_port *events = &decider->ports.events;
    res_t res = events->poll(events->self, event);
    if (res.act == RES_RETRY) {
        log_res(res);
        event->kind = PORT_NOTHING;
        return RES_DONE;
    }
    TRY(res);
    if (event->kind == PORT_GAP)
        return halt_now(&decider->halt,
            &(struct halt){.why = HALT_POSITION,
                .topic = EVENTS,
                .partition = event->positions[0].partition,
                .offset = event->positions[0].offset,
                .expected = decider->parts[event->positions[0].partition].events_next,
                .found = -1});
    return RES_DONE;
}

res_t decider_keep(struct decider *decider)
{
    if (!decider->keeping)
        return RES_DONE;
    decider->keeping = false;
    decider->kept = 0;
    CRASH_POINT("before-store-commit");
    TRY(decider->ports.store.commit(decider->ports.store.self));
    CRASH_POINT("after-store-commit");
    return RES_DONE;
}

/* The store's transaction is opened by the first record and stays open a while: writing it away
 * costs as much as reading many records, and whoever waits for the outcome would wait for it. */
static res_t keep_open(struct decider *decider)
{
    decider->kept++;
    if (decider->keeping)
        return RES_DONE;
    TRY(decider->ports.store.begin(decider->ports.store.self));
    decider->keeping = true;
    decider->keep_at = decider->now + decider->conf.keep_us;
    return RES_DONE;
}

/* All that waits, up to a bound. */
static res_t read_round(struct decider *decider, bool *ret_more)
{
    struct reader_port *events = &decider->ports.events;
    struct port_event event = {.kind = PORT_NOTHING};
    for (int n = 0; n < ROUND_MAX; n++) {
        TRY(poll_one(decider, &event));
        if (event.kind != PORT_RECORD)
            return RES_DONE;
        res_t res = keep_open(decider);
        if (res.act == RES_OK)
            res = read_record(decider, &event.record);
        events->record_done(events->self, &event.record);
        TRY(res);
    }
    *ret_more = true;
    return RES_DONE;
}

res_t decider_read(struct decider *decider, bool *ret_more)
{
    res_t res = read_round(decider, ret_more);
    if (res.act == RES_OK && (decider->now >= decider->keep_at || decider->kept >= KEPT_MAX))
        res = decider_keep(decider);
    if (res.act != RES_OK && decider->keeping) {
        decider->keeping = false;
        decider->ports.store.abort(decider->ports.store.self);
    }
    TRY(res);
    return open_caught_up(decider);
}
