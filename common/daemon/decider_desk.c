#include "daemon/decider_impl.h"

#include "base/weak.h"

#include <stdlib.h>
#include <string.h>

static void *get_memory(size_t bytes)
{
    void *got = calloc(1, bytes);
    MUST(got != NULL);
    return got;
}

/* Person ids are HMACs: any of their bytes spread evenly. */
static size_t bucket_of(struct uuid person)
{
    return ((size_t)person.b[0] << 8 | person.b[1]) % DESKS_BUCKETS;
}

struct desk *desk_find(struct decider *decider, struct uuid person)
{
    struct desk *desk = decider->buckets[bucket_of(person)];
    while (desk != NULL && !uuid_eq(desk->person, person))
        desk = desk->next_in_bucket;
    return desk;
}

struct desk *desk_open(struct decider *decider, struct uuid person, int32_t partition)
{
    struct desk *desk = desk_find(decider, person);
    if (desk != NULL)
        return desk;
    desk = get_memory(sizeof(*desk));
    desk->person = person;
    desk->partition = partition;
    struct desk **bucket = &decider->buckets[bucket_of(person)];
    desk->next_in_bucket = *bucket;
    *bucket = desk;
    return desk;
}

static void desk_close(struct decider *decider, struct desk *desk)
{
    struct desk **at = &decider->buckets[bucket_of(desk->person)];
    while (*at != desk)
        at = &(*at)->next_in_bucket;
    *at = desk->next_in_bucket;
    free(desk);
}

void desk_close_if_empty(struct decider *decider, struct desk *desk)
{
    if (desk->first == NULL && desk->sends == NULL && !desk->ready)
        desk_close(decider, desk);
}

void desk_ready(struct decider *decider, struct desk *desk)
{
    if (desk->ready || desk->current != NULL || desk->first == NULL)
        return;
    desk->ready = true;
    desk->next_ready = NULL;
    if (decider->ready_first == NULL)
        decider->ready_first = desk;
    else
        decider->ready_last->next_ready = desk;
    decider->ready_last = desk;
}

struct desk *desk_next_ready(struct decider *decider)
{
    struct desk *desk = decider->ready_first;
    if (desk != NULL) {
        decider->ready_first = desk->next_ready;
        desk->ready = false;
    }
    return desk;
}

struct pending *pending_add(struct decider *decider, const struct port_record *record)
{
    struct part *part = &decider->parts[record->partition];
    struct pending *pending = get_memory(sizeof(*pending));
    pending->bytes = get_memory(record->key.len + record->value.len + 1);
    if (record->key.len > 0)
        memcpy(pending->bytes, record->key.ptr, record->key.len);
    if (record->value.len > 0)
        memcpy(pending->bytes + record->key.len, record->value.ptr, record->value.len);
    pending->key = (struct view){pending->bytes, record->key.len};
    pending->value = (struct view){pending->bytes + record->key.len, record->value.len};
    pending->offset = record->offset;
    pending->at_us = record->at_us;
    pending->trace = envelope_trace(record);
    pending->read_us = decider->now;
    if (part->first == NULL)
        part->first = pending;
    else
        part->last->next_read = pending;
    part->last = pending;
    part->pending_count++;
    return pending;
}

void pending_queue(struct desk *desk, struct pending *pending)
{
    pending->desk = desk;
    if (desk->first == NULL)
        desk->first = pending;
    else
        desk->last->next_queued = pending;
    desk->last = pending;
}

static void pending_free(struct pending *pending)
{
    free(pending->bytes);
    free(pending);
}

/* The low watermark moves over whatever is done at the front. */
static void part_move_on(struct part *part)
{
    while (part->first != NULL && part->first->done) {
        struct pending *gone = part->first;
        part->first = gone->next_read;
        part->pending_count--;
        pending_free(gone);
    }
}

void pending_done(struct decider *decider, struct pending *pending)
{
    struct desk *desk = pending->desk;
    int32_t partition;
    if (desk != NULL) {
        MUST(desk->first == pending);
        desk->first = pending->next_queued;
        partition = desk->partition;
    } else {
        partition = pending->park->partition;
        pending->park = NULL;
    }
    pending->done = true;
    pending->desk = NULL;
    free(pending->bytes);
    pending->bytes = NULL;
    part_move_on(&decider->parts[partition]);
}

static bool is_sent(const struct pending *pending)
{
    const struct desk *desk = pending->desk;
    return pending->done || (desk != NULL && desk->first == pending && desk->current != NULL);
}

int64_t part_answered(const struct part *part)
{
    const struct pending *open = part->first;
    while (WEAK(COMMIT_ON_PRODUCE) && open != NULL && is_sent(open))
        open = open->next_read;
    for (struct pending *at = part->first; WEAK(COMMIT_HIGHEST) && at != NULL; at = at->next_read)
        open = at->done ? at->next_read : open;
    return open != NULL ? open->offset : part->commands_next;
}

struct send *send_new(struct decider *decider, struct pending *pending, struct view value)
{
    struct send *send = get_memory(sizeof(*send));
    send->bytes = get_memory(pending->key.len + value.len + 1);
    memcpy(send->bytes, pending->key.ptr, pending->key.len);
    if (value.len > 0)
        memcpy(send->bytes + pending->key.len, value.ptr, value.len);
    send->key = (struct view){send->bytes, pending->key.len};
    send->value = (struct view){send->bytes + pending->key.len, value.len};
    send->pending = pending;
    send->acknowledged = -1;
    send->next = decider->sends;
    if (send->next != NULL)
        send->next->prev = send;
    decider->sends = send;
    decider->flying++;
    return send;
}

static void waiting_remove(struct decider *decider, struct send *send)
{
    struct send **at = &decider->waiting;
    while (*at != send)
        at = &(*at)->next_waiting;
    *at = send->next_waiting;
    send->waiting = false;
}

void send_wait(struct decider *decider, struct send *send)
{
    MUST(!send->waiting && !send->outstanding);
    send->waiting = true;
    send->next_waiting = decider->waiting;
    decider->waiting = send;
}

void send_let_go(struct decider *decider, struct send *send)
{
    if (send->pending == NULL)
        return;
    if (send->desk != NULL && send->desk->current == send)
        send->desk->current = NULL;
    send->pending = NULL;
    decider->flying--;
    if (send->waiting)
        waiting_remove(decider, send);
}

static void send_free(struct decider *decider, struct send *send)
{
    if (send->next != NULL)
        send->next->prev = send->prev;
    if (send->prev != NULL)
        send->prev->next = send->next;
    else
        decider->sends = send->next;
    free(send->bytes);
    free(send);
}

void send_over(struct decider *decider, struct send *send)
{
    struct desk *desk = send->desk;
    if (send->pending != NULL || send->outstanding || send->watched)
        return;
    if (desk != NULL) {
        struct send **at = &desk->sends;
        while (*at != send)
            at = &(*at)->next_of_desk;
        *at = send->next_of_desk;
        desk_close_if_empty(decider, desk);
    }
    send_free(decider, send);
}

void sends_free(struct decider *decider)
{
    while (decider->sends != NULL)
        send_free(decider, decider->sends);
}

static void desk_drop(struct decider *decider, struct desk *desk)
{
    while (desk->sends != NULL) {
        struct send *send = desk->sends;
        desk->sends = send->next_of_desk;
        send_let_go(decider, send);
        send->desk = NULL;
        send->watched = false;
        send_over(decider, send);
    }
    desk->current = NULL;
    desk->first = NULL;
}

/* A desk in the ready list is taken out of it by building the list anew. */
static void ready_without(struct decider *decider, int32_t partition)
{
    struct desk *desk = decider->ready_first;
    decider->ready_first = NULL;
    while (desk != NULL) {
        struct desk *next = desk->next_ready;
        desk->ready = false;
        if (desk->partition != partition)
            desk_ready(decider, desk);
        desk = next;
    }
}

void part_drop(struct decider *decider, int32_t partition)
{
    struct part *part = &decider->parts[partition];
    ready_without(decider, partition);
    for (size_t i = 0; i < DESKS_BUCKETS; i++)
        for (struct desk *desk = decider->buckets[i], *next; desk != NULL; desk = next) {
            next = desk->next_in_bucket;
            if (desk->partition != partition)
                continue;
            desk_drop(decider, desk);
            desk_close(decider, desk);
        }
    while (part->first != NULL) {
        struct pending *pending = part->first;
        part->first = pending->next_read;
        if (pending->park != NULL) {
            send_let_go(decider, pending->park);
            send_over(decider, pending->park);
        }
        pending_free(pending);
    }
    *part = (struct part){.state = PART_NOT_OURS, .commands_next = -1, .committed = -1};
}
