/* Events and commands as they may stand on the topics, about one person: decided, folded, packed,
 * shown. Whatever they say (evolve is total: most of it is nonsense), the same comes out of the
 * same and nothing that was before changes; a decision can be written, read back and folded; a
 * dossier packed and unpacked is the same and decides the same; the rows that change are those that
 * differ.
 *
 * Input: records, each with its length in front. Ids are taken from a pool of few, so that records
 * are about each other's parts. */
#include "daemon/fold.h"
#include "dossier/rm.h"
#include "dossier/status.h"
#include "fuzz.h"
#include "projector/project_batch.h"
#include "referrals/decide_referrals.h"
#include "risk/decide_risk.h"
#include "sessions/decide_sessions.h"

#include <string.h>

enum { RECORDS_MAX = 40, POOL = 24, DEADLINES_ROOM = 64 };

static const struct uuid person = {{0x42}};

static void few_ids(const struct record_desc *desc, char *record);

static void few_ids_in(enum kind kind, const struct field_desc *field, char *at)
{
    struct uuid *id = (void *)at;
    unsigned sum = 0;
    for (size_t i = 0; kind == KIND_UUID && i < sizeof id->b; i++)
        sum += id->b[i];
    if (kind == KIND_UUID)
        *id = (struct uuid){{0x10, (uint8_t)(sum % POOL + 1)}};
    else if (kind == KIND_RECORD)
        few_ids(field->record, at);
}

static void few_ids(const struct record_desc *desc, char *record)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        char *at = record + field->offset;
        if (!has_bit(record, field->has_bit))
            continue;
        if (field->kind != KIND_ARRAY) {
            few_ids_in(field->kind, field, at);
            continue;
        }
        struct array_any array;
        memcpy(&array, at, sizeof array);
        for (size_t k = 0; k < array.len; k++)
            few_ids_in(
                field->item_kind, field, (char *)(uintptr_t)array.items + k * field->item_size);
    }
}

struct world {
    struct arena *arena;
    const struct projection *projection;
    const struct dossier *dossier;
    int64_t offset;
};

static struct view pack(const struct dossier *dossier, struct arena *arena)
{
    CLEANUP(buf_done) struct buf out = {0};
    MUST(fold_pack(dossier, &out).act == RES_OK);
    return arena_copy(arena, buf_as_view(&out));
}

/* Every reader of a dossier. */
static void look(const struct world *world, const struct dossier *dossier, int64_t now)
{
    (void)world;
    for (size_t i = 0; i < dossier->referrals.len; i++) {
        const struct dossier_referral *referral = &dossier->referrals.items[i];
        struct deadline deadlines[DEADLINES_ROOM];
        size_t count = deadlines_of(dossier, referral, deadlines, DEADLINES_ROOM);
        for (size_t k = 0; k < count && k < DEADLINES_ROOM; k++)
            MUST(deadline_text(deadlines[k].code)[0] != '\0');
        struct status status = status_of(dossier, referral, now);
        MUST(status.code < STATUS_MAX_ && status.action < ACTION_MAX_ && status.turn < TURN_MAX_);
        struct status_readings readings = status_readings_of(dossier, referral);
        MUST(readings.before.code < STATUS_MAX_ && readings.after.code < STATUS_MAX_);
        MUST(sessions_held(referral) >= 0 && sessions_recorded(referral) >= 0);
        MUST(rm_values_of(referral).tab != NULL);
    }
}

static size_t rows_in(const struct world *world, const struct row_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < projection_tables(world->projection); i++)
        count += set->of[i].count;
    return count;
}

/* What is written when only changed parts are looked at is what differs when all are. */
static void project(const struct world *world, const struct dossier *after, struct view packed)
{
    const struct projection *p = world->projection;
    struct project_dossier was = {world->dossier, VIEW_NONE}, is = {after, packed};
    struct row_set all_before, all_after;
    struct row_changes changes, differences;
    MUST(row_set_new(p, world->arena, &all_before).act == RES_OK &&
         row_set_new(p, world->arena, &all_after).act == RES_OK &&
         row_changes_new(p, world->arena, &changes).act == RES_OK &&
         row_changes_new(p, world->arena, &differences).act == RES_OK);
    MUST(project_state(p, &was, world->arena, &all_before).act == RES_OK);
    MUST(project_state(p, &is, world->arena, &all_after).act == RES_OK);
    MUST(rows_diff(p, &all_before, &all_after, world->arena, &differences).act == RES_OK);
    MUST(project_changes(p, &(struct project_change){was, is}, world->arena, &changes).act ==
         RES_OK);
    MUST(rows_in(world, &changes.put) == rows_in(world, &differences.put));
    MUST(rows_in(world, &changes.gone) == rows_in(world, &differences.gone));
}

static void log_rows(const struct world *world, const struct event *event, struct view bytes,
    const struct dossier *after)
{
    struct row_set rows;
    const struct project_record record = {0, world->offset, bytes, event, after->seen_version};
    MUST(row_set_new(world->projection, world->arena, &rows).act == RES_OK);
    MUST(project_log(world->projection, &record, world->arena, &rows).act == RES_OK);
    MUST(rows_in(world, &rows) > 0);
}

/* The record takes the dossier's next place, as its decider would have given it. */
static void fold(struct world *world, struct event *event)
{
    struct dossier_head head = dossier_head_of(world->dossier);
    struct meta *meta = &((struct record_head *)(uintptr_t)event->body)->meta;
    CLEANUP(buf_done) struct buf written = {0};
    struct folded once, twice;
    meta->person = person;
    meta->version = head.version + 1;
    meta->history = head.history;
    MUST(codec_write_event(event, &written).act == RES_OK);
    struct view bytes = arena_copy(world->arena, buf_as_view(&written));
    MUST(codec_read_event(fuzz_registry(), bytes, world->arena, event) == FRAME_OK);
    const struct fold_input input = {event, bytes, false};
    struct view before = pack(world->dossier, world->arena);
    MUST(fold_record(world->dossier, &input, world->arena, &once).act == RES_OK);
    MUST(fold_record(world->dossier, &input, world->arena, &twice).act == RES_OK);
    MUST(once.ruling == RULING_COUNTS && once.after->version == head.version + 1);
    struct view packed = pack(once.after, world->arena);
    MUST(view_eq(packed, pack(twice.after, world->arena)));
    MUST(view_eq(before, pack(world->dossier, world->arena)));
    const struct dossier *unpacked;
    MUST(fold_unpack(fuzz_registry(), packed, world->arena, &unpacked).act == RES_OK);
    MUST(view_eq(packed, pack(unpacked, world->arena)));
    look(world, once.after, meta->recorded_at);
    project(world, once.after, packed);
    log_rows(world, event, bytes, once.after);
    world->dossier = unpacked;
    world->offset++;
}

typedef res_t decide_fn(
    const struct dossier *, const struct command *, struct arena *, struct event *);

/* Decided on the dossier as it was folded, and as it was packed and read again. */
static void decide_it(struct world *world, const struct command *command)
{
    static decide_fn *const deciders[] = {[FAMILY_REFERRAL] = decide_referrals,
        [FAMILY_SESSION] = decide_sessions,
        [FAMILY_RISK] = decide_risk};
    decide_fn *decide_one = deciders[command_table[command->type].family];
    struct event event, again;
    const struct dossier *unpacked;
    MUST(fold_unpack(fuzz_registry(), pack(world->dossier, world->arena), world->arena, &unpacked)
             .act == RES_OK);
    MUST(decide_one(world->dossier, command, world->arena, &event).act == RES_OK);
    MUST(decide_one(unpacked, command, world->arena, &again).act == RES_OK);
    CLEANUP(buf_done) struct buf once = {0}, twice = {0};
    MUST(codec_write_event(&event, &once).act == RES_OK);
    MUST(codec_write_event(&again, &twice).act == RES_OK);
    MUST(view_eq(buf_as_view(&once), buf_as_view(&twice)));
    MUST(uuid_eq(event_meta(&event)->id, command_meta(command)->id));
    fold(world, &event);
}

static void take(struct world *world, struct view bytes)
{
    struct event event;
    struct command command;
    if (codec_read_event(fuzz_registry(), bytes, world->arena, &event) == FRAME_OK) {
        few_ids(event_table[event.type].desc, (char *)(uintptr_t)event.body);
        fold(world, &event);
    } else if (codec_read_command(fuzz_registry(), bytes, world->arena, &command) == FRAME_OK) {
        few_ids(command_table[command.type].desc, (char *)(uintptr_t)command.body);
        ((struct record_head *)(uintptr_t)command.body)->meta.person = person;
        decide_it(world, &command);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *of_process;
    static const struct projection *projection;
    if (projection == NULL) {
        of_process = arena_new((size_t)16 << 20);
        projection = projection_new(of_process);
    }
    struct view rest = {(const char *)data, size};
    struct world world = {.arena = fuzz_arena(), .projection = projection};
    world.dossier = dossier_empty(world.arena);
    for (size_t i = 0; i < RECORDS_MAX && rest.len > 0; i++)
        take(&world, fuzz_piece(&rest));
    return 0;
}
