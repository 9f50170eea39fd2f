/* Deciding, producing, and what becomes of what was produced. */
#include "daemon/decider_impl.h"

#include "base/weak.h"
#include "daemon/fold.h"
#include "dossier/decision.h"
#include "obs/crash.h"
#include "obs/log.h"

#include <string.h>

enum { DECIDE_ROUND_MAX = 2000, REPORTS_ROUND_MAX = 2000, NO_ROOM_US = 5000 };
#define WAIT_MAX_US INT64_C(30000000)

static res_t produce(struct decider *decider, struct send *send)
{
    struct parked parked;
    struct port_message message = {.partition = send->partition,
        .key = send->key,
        .value = send->value,
        .tag = (uint64_t)(uintptr_t)send};
    if (send->topic == PORT_PARKED) {
        struct port_record from = {.partition = send->partition, .offset = send->pending->offset};
        parked_headers(&parked, decider->conf.commands_topic, &from, send->reason);
        message.headers = parked.headers;
        message.header_count = PARKED_HEADERS;
    } else {
        message.headers = send->envelope.headers;
        message.header_count = send->envelope.count;
    }
    CRASH_POINT("before-produce");
    TRY(decider->ports.producer.produce(decider->ports.producer.self, send->topic, &message));
    CRASH_POINT("after-produce");
    send->outstanding = true;
    return RES_DONE;
}

/* Not on the log as far as we know: the same bytes again, later and later, for ever. */
static void again_later(struct decider *decider, struct send *send)
{
    if (WEAK(NO_RESEND))
        return;
    send->wait_us = send->wait_us == 0 ? decider->conf.resend_us : 2 * send->wait_us;
    if (send->wait_us > WAIT_MAX_US)
        send->wait_us = WAIT_MAX_US;
    send->again_us = decider->now + send->wait_us;
    send_wait(decider, send);
    log_line(LEVEL_WARN, "decider.not-written",
        LOG_AT(decider->conf.commands_topic, send->partition, send->pending->offset),
        LOG_RECORD(send->pending->id), LOG_TRACE(&send->pending->trace),
        LOG_INT("again_in_us", send->wait_us));
}

/* Produces for the first time; where there is no room it waits its turn like one to be sent again.
 */
static res_t produce_or_wait(struct decider *decider, struct send *send)
{
    res_t res = produce(decider, send);
    if (res.act != RES_RETRY)
        return res;
    send->again_us = decider->now + NO_ROOM_US;
    send_wait(decider, send);
    return RES_DONE;
}

/* Even the parked topic does not take it: where it was and why is kept, its bytes are not. */
static res_t park_bare(struct decider *decider, struct send *send)
{
    send->key = VIEW("-");
    send->value = VIEW("");
    res_t res = produce_or_wait(decider, send);
    return res.act == RES_REJECT ? FATAL("the parked topic refuses an empty record") : res;
}

res_t decider_park(
    struct decider *decider, struct pending *pending, int32_t partition, const char *reason)
{
    struct send *send = send_new(decider, pending, pending->value);
    send->topic = PORT_PARKED;
    send->partition = partition;
    send->reason = reason;
    pending->desk = NULL;
    pending->park = send;
    if (send->key.len == 0)
        send->key = VIEW("-"); /* the producer takes no empty key */
    res_t res = produce_or_wait(decider, send);
    return res.act == RES_REJECT ? park_bare(decider, send) : res;
}

/* The command at the head of the desk leaves its queue and is parked. */
static res_t park_head(struct decider *decider, struct desk *desk, const char *reason)
{
    struct pending *pending = desk->first;
    desk->first = pending->next_queued;
    TRY(decider_park(decider, pending, desk->partition, reason));
    desk_ready(decider, desk);
    desk_close_if_empty(decider, desk);
    return RES_DONE;
}

struct loaded {
    const struct dossier *dossier;
    bool full; /* it takes no more */
};

static res_t load(struct decider *decider, const struct desk *desk, struct loaded *ret)
{
    struct port_dossier stored = {0};
    bool found = false;
    TRY(decider->ports.store.dossier(
        decider->ports.store.self, desk->partition, desk->person, &stored, &found));
    ret->full = stored.packed.len > decider->conf.dossier_bytes_max;
    if (found)
        return fold_unpack(decider->registry, stored.packed, decider->arena, &ret->dossier);
    ret->dossier = dossier_empty(decider->arena);
    return ret->dossier == NULL ? FATAL("no room for a dossier") : RES_DONE;
}

/* The record that answers the command on this dossier: in the arena, and as bytes in decider->out.
 * Every reader of the stream would stop, for all people, at the record that makes a dossier larger
 * than can be kept: so long before it all that follows is refused, which adds nothing. */
static res_t decide_on(struct decider *decider, const struct loaded *loaded,
    const struct pending *pending, struct event *ret)
{
    const struct dossier *dossier = loaded->dossier;
    struct command command;
    struct event event = {.type = EVENT_MAX_};
    MUST(dossier != NULL);
    if (codec_read_command(decider->registry, pending->value, decider->arena, &command) != FRAME_OK)
        WRONG("a command that was readable is not any more");
    TRY(loaded->full ? decide_refusal(&command, REFUSAL_DOSSIER_FULL, decider->arena, &event)
                     : decider->conf.decide(dossier, &command, decider->arena, &event));
    MUST(event.type < EVENT_MAX_);
    /* The arena's: decide made it for us. */
    struct record_head *head = (struct record_head *)(uintptr_t)event.body;
    MUST(uuid_eq(head->meta.id, pending->id));
    head->meta.version = dossier->version + 1;
    head->meta.history = dossier->history;
    *ret = event;
    buf_clear(&decider->out);
    return codec_write_event(&event, &decider->out);
}

static res_t send_decision(struct decider *decider, struct desk *desk, const struct event *event)
{
    struct send *send = send_new(decider, desk->first, buf_as_view(&decider->out));
    const struct meta *meta = event_meta(event);
    envelope_make(&send->envelope, &(struct envelope_of){event_table[event->type].name, meta,
                                       decider->conf.service, &desk->first->trace});
    send->topic = PORT_EVENTS;
    send->partition = desk->partition;
    send->version = meta->version;
    send->desk = desk;
    send->next_of_desk = desk->sends;
    desk->sends = desk->current = send;
    res_t res = produce_or_wait(decider, send);
    if (res.act != RES_REJECT) {
        decider->stats.decided++;
        return res;
    }
    send_let_go(decider, send);
    send_over(decider, send);
    return park_head(decider, desk, "record-too-large");
}

/* Of the simulation alone: the next command of the desk, decided on the same dossier and sent
 * without waiting for the one before. */
static res_t send_ahead(struct decider *decider, struct desk *desk, const struct loaded *loaded)
{
    struct pending *second = desk->first != NULL ? desk->first->next_queued : NULL;
    struct event event;
    if (second == NULL)
        return RES_DONE;
    TRY(decide_on(decider, loaded, second, &event));
    struct send *send = send_new(decider, second, buf_as_view(&decider->out));
    envelope_make(&send->envelope, &(struct envelope_of){event_table[event.type].name,
                                       event_meta(&event), decider->conf.service, &second->trace});
    send->topic = PORT_EVENTS;
    send->partition = desk->partition;
    res_t res = produce(decider, send);
    send_let_go(decider, send);
    send_over(decider, send);
    return res.act == RES_FATAL ? res : RES_DONE;
}

/* Commands of the desk whose ids are answered are done; the first other one is decided on what the
 * log has confirmed. */
static res_t work(struct decider *decider, struct desk *desk)
{
    struct store_port *store = &decider->ports.store;
    struct loaded loaded;
    bool answered = true;
    while (desk->first != NULL) {
        TRY(store->answered(
            store->self, desk->partition, desk->person, desk->first->id, &answered));
        if (!answered || WEAK(NO_SECOND_LOOK))
            break;
        decider->stats.repeated++;
        pending_done(decider, desk->first);
    }
    if (desk->first == NULL) {
        desk_close_if_empty(decider, desk);
        return RES_DONE;
    }
    arena_clear(decider->arena);
    TRY(load(decider, desk, &loaded));
    struct event event;
    res_t res = decide_on(decider, &loaded, desk->first, &event);
    if (res.act == RES_REJECT || (res.act == RES_OK && decider->out.failed))
        return park_head(decider, desk, "record-too-large");
    TRY(res);
    TRY(send_decision(decider, desk, &event));
    return WEAK(TWO_IN_FLIGHT) ? send_ahead(decider, desk, &loaded) : RES_DONE;
}

res_t decider_decide(struct decider *decider, bool *ret_more)
{
    for (int i = 0; i < DECIDE_ROUND_MAX && !decider->draining; i++) {
        struct desk *desk = desk_next_ready(decider);
        if (desk == NULL)
            break;
        TRY(work(decider, desk));
    }
    *ret_more |= decider->ready_first != NULL && !decider->draining;
    decider->ports.store.rest(decider->ports.store.self);
    return RES_DONE;
}

/* Has the dossier passed the number that this record has? Then it can only lose. */
static res_t has_lost(struct decider *decider, const struct send *send, bool *ret)
{
    struct port_dossier stored = {0};
    bool found = false;
    TRY(decider->ports.store.dossier(
        decider->ports.store.self, send->partition, send->desk->person, &stored, &found));
    *ret = found && stored.version >= send->version;
    return RES_DONE;
}

static res_t send_again(struct decider *decider, struct send *send)
{
    bool lost = false;
    if (send->desk != NULL)
        TRY(has_lost(decider, send, &lost));
    if (lost) {
        struct desk *desk = send->desk;
        decider->stats.lost++;
        send_let_go(decider, send);
        desk_ready(decider, desk);
        send_over(decider, send);
        return RES_DONE;
    }
    decider->stats.resent++;
    res_t res = produce_or_wait(decider, send);
    MUST(res.act != RES_REJECT); /* the same bytes were taken before */
    return res;
}

/* After a failure, too, every send that waits stands in the list: it is let go of at the end. */
res_t decider_resend(struct decider *decider)
{
    struct send *send = decider->waiting;
    res_t res = RES_DONE;
    decider->waiting = NULL;
    while (send != NULL) {
        struct send *next = send->next_waiting;
        send->waiting = false;
        if (res.act != RES_OK || send->again_us > decider->now)
            send_wait(decider, send);
        else
            res = send_again(decider, send);
        send = next;
    }
    return res;
}

/* Acknowledged before it was read: kept until the reader comes by. Reports of one partition come in
 * order of offset, so this is nearly always the end of the list. */
static void watch(struct part *part, struct send *send)
{
    struct send **at = &part->watch_first;
    if (part->watch_first != NULL && part->watch_last->acknowledged < send->acknowledged)
        at = &part->watch_last->next_watched;
    while (*at != NULL && (*at)->acknowledged < send->acknowledged)
        at = &(*at)->next_watched;
    send->next_watched = *at;
    *at = send;
    if (send->next_watched == NULL)
        part->watch_last = send;
    send->watched = true;
}

static res_t written(struct decider *decider, struct send *send, int64_t offset)
{
    struct part *part = &decider->parts[send->partition];
    send->acknowledged = offset;
    if (send->topic == PORT_PARKED) {
        struct pending *pending = send->pending;
        decider->stats.parked++;
        if (pending != NULL) {
            pending_done(decider, pending);
            send_let_go(decider, send);
        }
    } else if (send->desk == NULL) {
        /* Of a time when the partition was ours: whoever owns it now reads it. */
    } else if (offset >= part->events_next) {
        watch(part, send);
    } else {
        bool met = send->met_count == MET_MAX; /* more copies than we keep count of */
        for (int i = 0; i < send->met_count; i++)
            met |= send->met[i] == offset;
        if (!met)
            return decider_tail_lost(decider, send, part->events_next - 1);
    }
    return RES_DONE;
}

static res_t not_written(struct decider *decider, struct send *send, bool never)
{
    if (send->pending == NULL)
        return RES_DONE;
    if (!never) {
        again_later(decider, send);
        return RES_DONE;
    }
    if (send->topic == PORT_PARKED)
        return park_bare(decider, send);
    struct desk *desk = send->desk;
    send_let_go(decider, send);
    return park_head(decider, desk, "record-too-large");
}

res_t decider_reports(struct decider *decider, bool *ret_more)
{
    for (int i = 0; i < REPORTS_ROUND_MAX; i++) {
        struct port_report report;
        bool any = false;
        TRY(decider->ports.producer.report(decider->ports.producer.self, &report, &any));
        if (!any)
            return RES_DONE;
        struct send *send = (struct send *)(uintptr_t)report.tag;
        MUST(send->outstanding);
        send->outstanding = false;
        TRY(report.outcome == PORT_WRITTEN ? written(decider, send, report.offset)
                                           : not_written(decider, send, report.never));
        send_over(decider, send);
    }
    *ret_more = true;
    return RES_DONE;
}
