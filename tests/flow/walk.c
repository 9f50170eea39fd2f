#include "walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void must(res_t res, const char *what)
{
    if (res.act != RES_OK)
        fail("%s: %s (%s:%d)", what, res.what, res.file, res.line);
}

struct kafka_conf flow_kafka(void)
{
    const char *brokers = getenv("RB_KAFKA_BOOTSTRAP");
    if (brokers == NULL)
        fail("RB_KAFKA_BOOTSTRAP is not set");
    return (struct kafka_conf){.brokers = brokers, .client_id = "flow"};
}

static size_t slot_of(const struct pairs *pairs, struct uuid a, struct uuid b)
{
    uint64_t x, y;
    memcpy(&x, a.b, sizeof(x));
    memcpy(&y, b.b, sizeof(y));
    uint64_t hash = (x ^ (y * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xff51afd7ed558ccd);
    size_t slot = (size_t)(hash >> 20) & (pairs->slot_count - 1);
    while (pairs->slots[slot] != 0) {
        const struct uuid *key = pairs->keys[pairs->slots[slot] - 1];
        if (uuid_eq(key[0], a) && uuid_eq(key[1], b))
            break;
        slot = (slot + 1) & (pairs->slot_count - 1);
    }
    return slot;
}

static void pairs_grow(struct pairs *pairs)
{
    pairs->room = pairs->room == 0 ? 1024 : 2 * pairs->room;
    pairs->keys = realloc(pairs->keys, pairs->room * sizeof(*pairs->keys));
    free(pairs->slots);
    pairs->slot_count = 4 * pairs->room;
    pairs->slots = calloc(pairs->slot_count, sizeof(*pairs->slots));
    MUST(pairs->keys != NULL && pairs->slots != NULL);
    for (size_t i = 0; i < pairs->count; i++)
        pairs->slots[slot_of(pairs, pairs->keys[i][0], pairs->keys[i][1])] = (uint32_t)i + 1;
}

int64_t pairs_find(const struct pairs *pairs, struct uuid a, struct uuid b)
{
    return pairs->room == 0 ? PAIR_NONE : (int64_t)pairs->slots[slot_of(pairs, a, b)] - 1;
}

int64_t pairs_add(struct pairs *pairs, struct uuid a, struct uuid b)
{
    int64_t found = pairs_find(pairs, a, b);
    if (found != PAIR_NONE)
        return found;
    if (pairs->count == pairs->room)
        pairs_grow(pairs);
    pairs->keys[pairs->count][0] = a;
    pairs->keys[pairs->count][1] = b;
    pairs->slots[slot_of(pairs, a, b)] = (uint32_t)++pairs->count;
    return (int64_t)pairs->count - 1;
}

void pairs_done(struct pairs *pairs)
{
    free(pairs->keys);
    free(pairs->slots);
}

void walk_init(struct walk *walk)
{
    *walk = (struct walk){.arena = arena_new(64 << 20)};
    must(codec_registry_new(&walk->registry), "registry");
}

void walk_done(struct walk *walk)
{
    pairs_done(&walk->persons);
    pairs_done(&walk->answers);
    free(walk->heads);
    free(walk->counted);
    codec_registry_free(walk->registry);
    arena_free(walk->arena);
}

static struct dossier_head *head_of(struct walk *walk, struct uuid person)
{
    size_t known = walk->persons.count, room = walk->persons.room;
    int64_t n = pairs_add(&walk->persons, person, person);
    if (walk->persons.room != room)
        walk->heads = realloc(walk->heads, walk->persons.room * sizeof(*walk->heads));
    if (walk->persons.count != known)
        walk->heads[n] = (struct dossier_head){0};
    return &walk->heads[n];
}

static int64_t count(
    struct walk *walk, const struct kafka_record *record, const struct event *event)
{
    size_t room = walk->answers.room;
    const struct meta *meta = event_meta(event);
    int64_t n = pairs_add(&walk->answers, meta->person, meta->id);
    if (walk->answers.room != room)
        walk->counted = realloc(walk->counted, walk->answers.room * sizeof(*walk->counted));
    walk->counted[n] =
        (struct counted){meta->version, record->offset, record->partition, event->type};
    return n;
}

bool walk_readable(const struct walk *walk, const struct kafka_record *record, struct event *ret)
{
    if (codec_read_event(walk->registry, record->value, walk->arena, ret) != FRAME_OK)
        return false;
    const struct uuid *person = &event_meta(ret)->person;
    return view_eq(record->key, (struct view){(const char *)person->b, sizeof(person->b)});
}

struct walked walk_record(struct walk *walk, const struct kafka_record *record)
{
    struct event event;
    walk->records++;
    arena_clear(walk->arena);
    if (!walk_readable(walk, record, &event)) {
        walk->unreadable++;
        return (struct walked){RULING_LOST, PAIR_NONE};
    }
    const struct meta *meta = event_meta(&event);
    struct dossier_head *head = head_of(walk, meta->person);
    int64_t answer = pairs_find(&walk->answers, meta->person, meta->id);
    struct referee_input place = {meta->version, meta->history};
    enum ruling ruling = referee_rule(head, &place, answer != PAIR_NONE);
    if (ruling_stops(ruling))
        fail("the log is broken: partition %d offset %lld person %s expected version %lld found "
             "%lld (%s)",
            record->partition, (long long)record->offset, uuid_text(meta->person).text,
            (long long)head->version + 1, (long long)meta->version, ruling_text(ruling));
    walk->lost += ruling == RULING_LOST;
    walk->repeated += ruling == RULING_ANSWERED;
    if (ruling == RULING_COUNTS) {
        head->version++;
        head->history = history_next(head->history, record->value);
        answer = count(walk, record, &event);
    }
    return (struct walked){ruling, answer};
}
