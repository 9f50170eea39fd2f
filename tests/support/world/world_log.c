#include "support/world/world.h"

#include "base/arena.h"
#include "dossier/dossier.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world *world_new_with(struct codec_registry *registry)
{
    struct world *world = calloc(1, sizeof(*world));
    world->registry = registry;
    world->registry_lent = true;
    for (int f = 0; f < FAMILY_MAX_; f++)
        for (int i = 0; i < WORLD_PARTITIONS; i++)
            world->committed[f][i] = -1;
    world->now = 1000000;
    return world;
}

struct world *world_new(void)
{
    struct codec_registry *registry = NULL;
    cr_assert(codec_registry_new(&registry).act == RES_OK);
    struct world *world = world_new_with(registry);
    world->registry_lent = false;
    return world;
}

void world_free(struct world *world)
{
    for (int t = 0; t < WORLD_TOPICS; t++)
        for (int p = 0; p < WORLD_PARTITIONS; p++) {
            struct world_log *log = &world->logs[t][p];
            for (size_t i = 0; i < log->count; i++)
                free(log->records[i].bytes);
            free(log->records);
        }
    for (size_t i = 0; i < world->held_count; i++)
        free(world->held[i].bytes);
    if (!world->registry_lent)
        codec_registry_free(world->registry);
    free(world);
}

int64_t world_append(struct world *world, enum world_topic topic, int32_t partition,
    struct view key, struct view value)
{
    struct world_log *log = &world->logs[topic][partition];
    cr_assert_lt(log->count, WORLD_RECORDS_MAX);
    if (log->count == log->room) {
        log->room = log->room == 0 ? 32 : 2 * log->room;
        log->records = realloc(log->records, log->room * sizeof(*log->records));
        cr_assert(log->records != NULL);
    }
    struct world_record *record = &log->records[log->count++];
    *record = (struct world_record){.offset = log->next++};
    record->bytes = malloc(key.len + value.len + 1);
    record->key_len = key.len;
    record->value_len = value.len;
    if (key.len > 0)
        memcpy(record->bytes, key.ptr, key.len);
    if (value.len > 0)
        memcpy(record->bytes + key.len, value.ptr, value.len);
    return record->offset;
}

struct view record_key(const struct world_record *record)
{
    return (struct view){record->bytes, record->key_len};
}

struct view record_value(const struct world_record *record)
{
    return (struct view){record->bytes + record->key_len, record->value_len};
}

const struct world_record *world_at(
    const struct world *world, enum world_topic topic, int32_t partition, int64_t offset)
{
    const struct world_log *log = &world->logs[topic][partition];
    if (offset >= log->next)
        return NULL;
    for (size_t i = 0; i < log->count; i++)
        if (log->records[i].offset >= offset)
            return &log->records[i];
    return NULL;
}

void world_cut(struct world *world, enum world_topic topic, int32_t partition, int64_t from)
{
    struct world_log *log = &world->logs[topic][partition];
    while (log->count > 0 && log->records[log->count - 1].offset >= from)
        free(log->records[--log->count].bytes);
    log->next = from;
}

struct uuid person_in(int32_t partition, int n)
{
    for (int i = 0;; i++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "person %d", i);
        struct uuid person = uuid_v8_hmac(VIEW("secret"), (struct view){name, (size_t)len});
        struct view key = {(const char *)person.b, sizeof(person.b)};
        if (partition_of(key, WORLD_PARTITIONS) == partition && n-- == 0)
            return person;
    }
}

struct uuid id_of(int n)
{
    char name[32];
    int len = snprintf(name, sizeof(name), "command %d", n);
    return uuid_v8_hmac(VIEW("secret"), (struct view){name, (size_t)len});
}

static int32_t partition_in(struct uuid person)
{
    return partition_of((struct view){(const char *)person.b, sizeof(person.b)}, WORLD_PARTITIONS);
}

static struct meta meta_of(struct uuid person, int id)
{
    return (struct meta){.id = id_of(id),
        .person = person,
        .occurred_at = 1,
        .recorded_at = 1,
        .actor = {
            .kind = ACTOR_KIND_PROVIDER, .id = VIEW("someone"), .organisation = VIEW("them")}};
}

int64_t world_command(struct world *world, struct uuid person, enum command_type type, int id)
{
    struct risk_shared share = {.meta = meta_of(person, id)};
    struct risk_acknowledged acknowledge = {.meta = meta_of(person, id)};
    struct appointment_booked book = {.meta = meta_of(person, id)};
    struct command command = {type, type == COMMAND_SHARE_RISK         ? (void *)&share
                                    : type == COMMAND_ACKNOWLEDGE_RISK ? (void *)&acknowledge
                                                                       : (void *)&book};
    struct buf out = {0};
    cr_assert(codec_write_command(&command, &out).act == RES_OK);
    int64_t offset = world_append(world, WORLD_COMMANDS, partition_in(person),
        (struct view){(const char *)person.b, sizeof(person.b)}, buf_as_view(&out));
    buf_done(&out);
    return offset;
}

int64_t world_rival(struct world *world, struct uuid person, int id, struct referee_input place)
{
    struct risk_shared share = {.meta = meta_of(person, id)};
    share.meta.version = place.version;
    share.meta.history = place.history;
    share.meta.occurred_at = 2; /* not the bytes that a decider of the test makes */
    struct event event = {EVENT_RISK_SHARED, &share};
    struct buf out = {0};
    cr_assert(codec_write_event(&event, &out).act == RES_OK);
    int64_t offset = world_append(world, WORLD_EVENTS, partition_in(person),
        (struct view){(const char *)person.b, sizeof(person.b)}, buf_as_view(&out));
    buf_done(&out);
    return offset;
}

struct event world_event(
    const struct world *world, int32_t partition, int64_t offset, struct arena *arena)
{
    struct event event = {.type = EVENT_MAX_};
    const struct world_record *record = world_at(world, WORLD_EVENTS, partition, offset);
    cr_assert(record != NULL);
    cr_assert(codec_read_event(world->registry, record_value(record), arena, &event) == FRAME_OK);
    return event;
}

/* The law, once more and by itself: no driver code. */
static struct referee_input walk(
    struct world *world, struct uuid person, const struct uuid *id, struct world_count *ret)
{
    struct dossier_head head = {0};
    struct arena *arena = arena_new(64 << 20);
    const struct world_log *log = &world->logs[WORLD_EVENTS][partition_in(person)];
    struct uuid *seen = calloc(log->count + 1, sizeof(*seen));
    size_t seen_count = 0;
    for (size_t i = 0; i < log->count; i++) {
        struct event event;
        arena_clear(arena);
        if (codec_read_event(world->registry, record_value(&log->records[i]), arena, &event) !=
            FRAME_OK)
            continue;
        const struct meta *meta = event_meta(&event);
        if (!uuid_eq(meta->person, person))
            continue;
        bool answered = false;
        for (size_t s = 0; s < seen_count; s++)
            answered |= uuid_eq(seen[s], meta->id);
        bool counts = meta->version == head.version + 1 && digest_eq(meta->history, head.history) &&
                      !answered;
        if (counts) {
            head.version++;
            head.history = history_next(head.history, record_value(&log->records[i]));
            seen[seen_count++] = meta->id;
        }
        if (id != NULL && uuid_eq(meta->id, *id)) {
            ret->any++;
            ret->counted += counts;
            ret->type = counts ? event.type : ret->type;
        }
    }
    free(seen);
    arena_free(arena);
    return (struct referee_input){head.version + 1, head.history};
}

struct referee_input world_next(struct world *world, struct uuid person)
{
    return walk(world, person, NULL, NULL);
}

struct world_count world_answers(struct world *world, struct uuid person, int id)
{
    struct world_count count = {.type = EVENT_MAX_};
    struct uuid of = id_of(id);
    walk(world, person, &of, &count);
    return count;
}

static void give_report(
    struct member *member, uint64_t tag, enum port_outcome outcome, int64_t offset)
{
    cr_assert_lt(member->report_count, 1024);
    member->reports[(member->report_first + member->report_count++) % 1024] =
        (struct port_report){tag, outcome, offset, false};
}

static struct world_held take_held(struct world *world, size_t n)
{
    struct world_held held = world->held[n];
    world->held_count--;
    memmove(world->held + n, world->held + n + 1, (world->held_count - n) * sizeof(held));
    return held;
}

bool world_land(struct world *world)
{
    return world_land_at(world, 0);
}

bool world_land_at(struct world *world, size_t n)
{
    if (n >= world->held_count)
        return false;
    struct world_held held = take_held(world, n);
    int64_t offset =
        world_append(world, held.topic, held.partition, (struct view){held.bytes, held.key_len},
            (struct view){held.bytes + held.key_len, held.value_len});
    struct world_log *log = &world->logs[held.topic][held.partition];
    log->records[log->count - 1].headers = held.headers;
    if (held.from != NULL)
        give_report(held.from, held.tag, PORT_WRITTEN, offset);
    free(held.bytes);
    return true;
}

void world_double(struct world *world, size_t n)
{
    cr_assert_lt(world->held_count, WORLD_HELD_MAX);
    struct world_held *copy = &world->held[world->held_count++];
    *copy = world->held[n];
    copy->from = NULL;
    world->held[n].doubled = true;
    copy->bytes = malloc(copy->key_len + copy->value_len + 1);
    memcpy(copy->bytes, world->held[n].bytes, copy->key_len + copy->value_len);
}

void world_drop(struct world *world)
{
    cr_assert_gt(world->held_count, 0);
    struct world_held held = take_held(world, 0);
    if (held.from != NULL)
        give_report(held.from, held.tag, held.doubled ? PORT_UNKNOWN : PORT_NOT_WRITTEN, -1);
    free(held.bytes);
}
