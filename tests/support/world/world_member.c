#include "support/world/world.h"

#include "base/arena.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_PARTITIONS = (1 << WORLD_PARTITIONS) - 1 };

/* The test's own decide: sharing is accepted, acknowledging refused. */
res_t test_decide(const struct dossier *dossier, const struct command *command, struct arena *arena,
    struct event *ret)
{
    (void)dossier;
    if (command->type == COMMAND_SHARE_RISK) {
        struct risk_shared *shared = ARENA_NEW(arena, struct risk_shared);
        *shared = *(const struct risk_shared *)command->body;
        *ret = (struct event){EVENT_RISK_SHARED, shared};
        return RES_DONE;
    }
    struct command_refused *refused = ARENA_NEW(arena, struct command_refused);
    *refused = (struct command_refused){.meta = *command_meta(command), .code = VIEW("test")};
    SET(refused, COMMAND_REFUSED_CODE);
    *ret = (struct event){EVENT_COMMAND_REFUSED, refused};
    return RES_DONE;
}

bool member_dies(struct member *member)
{
    if (member->dies_in > 0 && --member->dies_in == 0)
        member->dead = true;
    return member->dead;
}
static void take_news(struct member *member, struct port_event *ret)
{
    uint32_t partitions = member->news[0].partitions;
    ret->kind = member->news[0].kind;
    memmove(member->news, member->news + 1, (size_t)--member->news_count * sizeof(*member->news));
    for (int i = 0; i < WORLD_PARTITIONS; i++)
        if ((partitions >> i & 1) != 0)
            member->news_at[ret->position_count++] =
                (struct port_position){i, member->world->committed[member->conf.family][i]};
    if (ret->kind == PORT_ASSIGNED)
        member->coming = partitions;
}

static res_t poll_commands(void *self, struct port_event *ret)
{
    struct member *member = self;
    MAY_DIE(member);
    *ret = (struct port_event){.kind = PORT_NOTHING, .positions = member->news_at};
    if (member->news_count > 0) {
        take_news(member, ret);
        return RES_DONE;
    }
    if (member->commit_pending && !member->commits_held) {
        member->commit_pending = false;
        *ret = (struct port_event){.kind = PORT_COMMITTED,
            .positions = member->commit_at,
            .position_count = member->commit_count,
            .commit = member->commit_result};
        return RES_DONE;
    }
    for (int32_t i = 0; i < WORLD_PARTITIONS && member->accepted; i++) {
        if (!member->assigned[i] || member->paused[i])
            continue;
        const struct world_record *record = world_at(
            member->world, (enum world_topic)member->conf.family, i, member->commands_next[i]);
        if (record == NULL)
            continue;
        member->commands_next[i] = record->offset + 1;
        ret->kind = PORT_RECORD;
        ret->record = (struct port_record){.partition = i,
            .offset = record->offset,
            .at_us = 1,
            .key = record_key(record),
            .value = record_value(record),
            .traceparent = view_of(record->headers.traceparent),
            .request = view_of(record->headers.request)};
        return RES_DONE;
    }
    return RES_DONE;
}

static void record_done(void *self, struct port_record *record)
{
    (void)self;
    (void)record;
}

static res_t accept_(void *self)
{
    struct member *member = self;
    member->accepted = true;
    member->joining = false;
    for (int i = 0; i < WORLD_PARTITIONS; i++) {
        if ((member->coming >> i & 1) == 0)
            continue;
        member->assigned[i] = member->paused[i] = true;
        int64_t committed = member->world->committed[member->conf.family][i];
        member->commands_next[i] = committed < 0 ? 0 : committed;
    }
    return RES_DONE;
}

static res_t release(void *self)
{
    struct member *member = self;
    member->accepted = false;
    memset(member->assigned, 0, sizeof(member->assigned));
    return RES_DONE;
}

static enum port_commit answer_of(const struct member *member)
{
    return member->joining ? PORT_COMMIT_NOT_OURS : member->commit_answer;
}

/* The broker takes any offset of the present generation: only the driver keeps it from turning
 * back. */
static void store_commit_of(struct member *member, const struct port_position *next, size_t count)
{
    if (answer_of(member) == PORT_COMMIT_NOT_OURS ||
        (answer_of(member) == PORT_COMMIT_FAILED && !member->fails_late))
        return;
    for (size_t i = 0; i < count; i++) {
        int64_t *committed = &member->world->committed[member->conf.family][next[i].partition];
        if (next[i].offset < *committed)
            member->world->turned_back = true;
        *committed = next[i].offset;
    }
}

static res_t commit_start(void *self, const struct port_position *next, size_t count)
{
    struct member *member = self;
    MAY_DIE(member);
    cr_assert(!member->commit_pending, "one commit at a time");
    member->commit_pending = true;
    member->commit_result = answer_of(member);
    memcpy(member->commit_at, next, count * sizeof(*next));
    member->commit_count = count;
    store_commit_of(member, next, count);
    return RES_DONE;
}

static res_t commit(
    void *self, const struct port_position *next, size_t count, enum port_commit *ret)
{
    struct member *member = self;
    MAY_DIE(member);
    store_commit_of(member, next, count);
    *ret = answer_of(member);
    return RES_DONE;
}

static res_t pause_(void *self, int32_t partition)
{
    struct member *member = self;
    member->paused[partition] = true;
    return RES_DONE;
}

static res_t resume(void *self, int32_t partition)
{
    struct member *member = self;
    member->paused[partition] = false;
    return RES_DONE;
}

static res_t poll_events(void *self, struct port_event *ret)
{
    struct member *member = self;
    MAY_DIE(member);
    *ret = (struct port_event){.kind = PORT_NOTHING, .positions = member->news_at};
    for (int32_t i = 0; i < WORLD_PARTITIONS && !member->reader_held; i++) {
        const struct world_record *record =
            world_at(member->world, WORLD_EVENTS, i, member->events_next[i]);
        if (!member->reading[i])
            continue;
        if (member->events_next[i] > member->world->logs[WORLD_EVENTS][i].next) {
            ret->kind = PORT_GAP;
            member->news_at[0] = (struct port_position){i, member->events_next[i]};
            ret->position_count = 1;
            return RES_DONE;
        }
        if (record == NULL)
            continue;
        member->events_next[i] = record->offset + 1;
        ret->kind = PORT_RECORD;
        ret->record = (struct port_record){.partition = i,
            .offset = record->offset,
            .at_us = 1,
            .key = record_key(record),
            .value = record_value(record)};
        return RES_DONE;
    }
    return RES_DONE;
}

static res_t assign(void *self, const struct port_position *at, size_t count)
{
    struct member *member = self;
    memset(member->reading, 0, sizeof(member->reading));
    for (size_t i = 0; i < count; i++) {
        member->reading[at[i].partition] = true;
        member->events_next[at[i].partition] = at[i].offset;
    }
    return RES_DONE;
}

static res_t bounds(void *self, int32_t partition, struct port_bounds *ret)
{
    struct member *member = self;
    if (member->bounds_away > 0) {
        member->bounds_away--;
        return RETRY("away");
    }
    *ret = (struct port_bounds){0, member->world->logs[WORLD_EVENTS][partition].next};
    return RES_DONE;
}

static struct port_record with_headers(void *self, const struct port_record *record)
{
    struct member *member = self;
    const struct world_record *at =
        world_at(member->world, WORLD_EVENTS, record->partition, record->offset);
    struct port_record ret = *record;
    ret.traceparent = view_of(at->headers.traceparent);
    ret.request = view_of(at->headers.request);
    return ret;
}

static void give_report(
    struct member *member, uint64_t tag, enum port_outcome outcome, int64_t offset)
{
    cr_assert_lt(member->report_count, 1024);
    member->reports[(member->report_first + member->report_count++) % 1024] =
        (struct port_report){tag, outcome, offset, false};
}

static void note(const struct port_message *message, const char *name, char *ret, size_t size)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (strcmp(message->headers[i].name, name) == 0 && message->headers[i].value.len < size)
            memcpy(ret, message->headers[i].value.ptr, message->headers[i].value.len);
}

static void hold(struct member *member, enum world_topic topic, const struct port_message *message)
{
    struct world *world = member->world;
    cr_assert_lt(world->held_count, WORLD_HELD_MAX);
    struct world_held *held = &world->held[world->held_count++];
    *held = (struct world_held){.from = member,
        .topic = topic,
        .partition = message->partition,
        .key_len = message->key.len,
        .value_len = message->value.len,
        .tag = message->tag};
    held->bytes = malloc(message->key.len + message->value.len + 1);
    memcpy(held->bytes, message->key.ptr, message->key.len);
    memcpy(held->bytes + message->key.len, message->value.ptr, message->value.len);
    note(message, "reason", held->headers.reason, sizeof(held->headers.reason));
    note(message, "ce_type", held->headers.type, sizeof(held->headers.type));
    note(message, "ce_source", held->headers.source, sizeof(held->headers.source));
    note(message, "traceparent", held->headers.traceparent, sizeof(held->headers.traceparent));
    note(message, "x-request-id", held->headers.request, sizeof(held->headers.request));
}

/* It lands, and its report says something else, or nothing. */
static void land_with(struct member *member, enum port_outcome outcome, bool silent)
{
    world_land_at(member->world, member->world->held_count - 1);
    struct port_report *last =
        &member->reports[(member->report_first + member->report_count - 1) % 1024];
    if (silent) {
        member->report_count--;
        return;
    }
    last->outcome = outcome;
    if (outcome != PORT_WRITTEN)
        last->offset = -1;
}

res_t member_produce(
    struct member *member, enum world_topic topic, const struct port_message *message)
{
    MAY_DIE(member);
    struct world *world = member->world;
    cr_assert_gt(message->key.len, 0, "the producer takes no empty key");
    enum world_fate fate = member->fate;
    if (topic == WORLD_PARKED && (fate == FATE_TOO_LARGE || fate == FATE_NEVER))
        fate = FATE_WRITTEN;
    if (fate == FATE_NO_ROOM)
        return RETRY("no room");
    if (fate == FATE_TOO_LARGE)
        return REJECT("too large");
    member->produced++;
    if (fate == FATE_HELD || fate == FATE_WRITTEN || fate == FATE_UNKNOWN_WRITTEN ||
        fate == FATE_SILENT_WRITTEN)
        hold(member, topic, message);
    switch (fate) {
    case FATE_WRITTEN:
        world_land_at(world, world->held_count - 1);
        break;
    case FATE_UNKNOWN_WRITTEN:
        land_with(member, PORT_UNKNOWN, false);
        break;
    case FATE_SILENT_WRITTEN:
        land_with(member, PORT_WRITTEN, true);
        break;
    case FATE_DROPPED:
        give_report(member, message->tag, PORT_NOT_WRITTEN, -1);
        break;
    case FATE_UNKNOWN_DROPPED:
        give_report(member, message->tag, PORT_UNKNOWN, -1);
        break;
    case FATE_NEVER:
        give_report(member, message->tag, PORT_NOT_WRITTEN, -1);
        member->reports[(member->report_first + member->report_count - 1) % 1024].never = true;
        break;
    case FATE_ACKED_LOST:
        give_report(
            member, message->tag, PORT_WRITTEN, world->logs[WORLD_EVENTS][message->partition].next);
        break;
    case FATE_HELD:
    case FATE_NO_ROOM:
    case FATE_TOO_LARGE:
    default:
        break;
    }
    return RES_DONE;
}

static res_t produce(void *self, enum port_topic topic, const struct port_message *message)
{
    return member_produce(self, topic == PORT_PARKED ? WORLD_PARKED : WORLD_EVENTS, message);
}

static res_t report(void *self, struct port_report *ret, bool *ret_any)
{
    struct member *member = self;
    MAY_DIE(member);
    *ret_any = member->report_count > 0 && !member->reports_held;
    if (!*ret_any)
        return RES_DONE;
    *ret = member->reports[member->report_first];
    member->report_first = (member->report_first + 1) % 1024;
    member->report_count--;
    return RES_DONE;
}

static int64_t now(void *self)
{
    struct member *member = self;
    return member->world->now;
}

struct decider_ports member_ports(struct member *member)
{
    return (struct decider_ports){
        .commands = {member, poll_commands, record_done, accept_, release, commit_start, commit,
            pause_, resume},
        .events = {member, poll_events, record_done, assign, bounds, with_headers},
        .producer = {member, produce, report},
        .store = world_store_port(member),
        .clock = {member, now},
    };
}

struct member *member_new_bare(struct world *world)
{
    struct member *member = calloc(1, sizeof(*member));
    member->world = world;
    member->conf.family = FAMILY_RISK;
    return member;
}

struct member *member_new_of(struct world *world, const struct decider_conf *conf)
{
    struct member *member = member_new_bare(world);
    member->conf = *conf;
    struct decider_ports ports = member_ports(member);
    member->decider = decider_new(&member->conf, &ports, world->registry);
    return member;
}

struct member *member_new(struct world *world)
{
    struct decider_conf conf = {.service = "risk",
        .commands_topic = "risk.commands",
        .family = FAMILY_RISK,
        .decide = test_decide,
        .partitions = WORLD_PARTITIONS,
        .commit_us = 1,
        .keep_us = 5};
    return member_new_of(world, &conf);
}

static void add_news(struct member *member, enum port_kind kind, uint32_t partitions)
{
    cr_assert_lt(member->news_count, 256);
    member->news[member->news_count].kind = kind;
    member->news[member->news_count++].partitions = partitions;
}

void member_assign_some(struct member *member, uint32_t partitions)
{
    add_news(member, PORT_ASSIGNED, partitions);
}

void member_assign(struct member *member)
{
    member_assign_some(member, ALL_PARTITIONS);
}

void member_revoke(struct member *member, bool lost)
{
    add_news(member, lost ? PORT_LOST : PORT_REVOKED, ALL_PARTITIONS);
}

struct member *member_start(struct world *world)
{
    struct member *member = member_new(world);
    member_assign(member);
    return member;
}

void member_free(struct member *member)
{
    struct world *world = member->world;
    for (size_t i = 0; i < world->held_count; i++)
        if (world->held[i].from == member)
            world->held[i].from = NULL;
    decider_free(member->decider);
    store_drop(&member->store);
    free(member);
}

res_t member_step(struct member *member)
{
    bool more;
    member->world->now++;
    return decider_step(member->decider, &more);
}

void member_run(struct member *member)
{
    for (int i = 0; i < 40; i++) {
        res_t res = member_step(member);
        cr_assert(res.act == RES_OK, "%s", res.what);
    }
}

void member_restart(struct member **member, bool keep_store)
{
    struct member *old = *member;
    struct member *new = member_new_of(old->world, &old->conf);
    member_assign(new);
    if (keep_store) { /* what was not committed is gone with the process */
        store_undo(&old->store);
        new->store = old->store;
        old->store = (struct world_store){0};
    }
    member_free(old);
    *member = new;
}

struct decider_stats member_stats(const struct member *member)
{
    struct decider_stats stats;
    decider_stats(member->decider, &stats);
    return stats;
}
