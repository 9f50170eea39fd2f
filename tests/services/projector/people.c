#include "people.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dossier/dossier.h"

/* splitmix64 */
static uint64_t dice_throw(struct dice *dice)
{
    uint64_t z = (dice->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t dice_below(struct dice *dice, uint64_t limit)
{
    return dice_throw(dice) % limit;
}

struct uuid person_id(int n)
{
    struct uuid id = {{0x70}};
    id.b[15] = (uint8_t)n;
    return id;
}

struct uuid part_id(int person, int n)
{
    struct uuid id = {{0xa0}};
    id.b[14] = (uint8_t)person;
    id.b[15] = (uint8_t)n;
    return id;
}

struct filler {
    struct dice *dice;
    struct arena *arena;
    int person;
};
static void fill_record(const struct filler *filler, const struct record_desc *desc, void *record);

static void fill_value(
    const struct filler *filler, const struct field_desc *field, enum kind kind, void *at)
{
    static const char *const words[] = {"alpha", "beta", "gamma", "delta"};
    struct dice *dice = filler->dice;
    int64_t base = INT64_C(1800000000) * TIME_US_PER_S;
    switch (kind) {
    case KIND_BOOL:
        *(bool *)at = dice_below(dice, 2) == 1;
        return;
    case KIND_INT:
        *(int32_t *)at = (int32_t)dice_below(dice, 4);
        return;
    case KIND_DATE:
        *(int32_t *)at = 20000 + (int32_t)dice_below(dice, 500);
        return;
    case KIND_LONG:
        *(int64_t *)at = (int64_t)dice_below(dice, 1000);
        return;
    case KIND_TIME:
        *(int64_t *)at = base + (int64_t)dice_below(dice, 90) * TIME_US_PER_DAY / 3;
        return;
    case KIND_UUID:
        *(struct uuid *)at = part_id(filler->person, (int)dice_below(dice, 3));
        return;
    case KIND_DIGEST:
        memset(at, (int)dice_below(dice, 256), sizeof(struct digest));
        return;
    case KIND_TEXT:
    case KIND_BYTES:
        *(struct view *)at = view_of(words[dice_below(dice, ARRAY_LEN(words))]);
        return;
    case KIND_ENUM:
        *(int32_t *)at = (int32_t)dice_below(dice, (uint64_t)field->enumeration->count);
        return;
    case KIND_RECORD:
        fill_record(filler, field->record, at);
        return;
    case KIND_ARRAY: {
        size_t len = dice_below(dice, 3);
        char *items = arena_array(filler->arena, len, field->item_size);
        for (size_t i = 0; i < len; i++)
            fill_value(filler, field, field->item_kind, items + i * field->item_size);
        *(struct array_any *)at = (struct array_any){items, len};
        return;
    }
    case KIND_MAX_:
        break;
    }
    WRONG("no such kind");
}

static void fill_record(const struct filler *filler, const struct record_desc *desc, void *record)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (field->has_bit >= 0 && dice_below(filler->dice, 8) == 0)
            continue;
        fill_value(filler, field, field->kind, (char *)record + field->offset);
        if (field->has_bit >= 0)
            *(uint64_t *)record |= UINT64_C(1) << field->has_bit;
    }
}

struct event record_random(struct dice *dice, struct recipe recipe, struct arena *arena)
{
    const struct record_desc *desc = event_table[recipe.type].desc;
    struct record_head *body = arena_alloc(arena, desc->size);
    fill_record(&(struct filler){dice, arena, recipe.person}, desc, body);
    body->meta.person = person_id(recipe.person);
    return (struct event){recipe.type, body};
}

void people_count(struct people_log *log, int person, struct event event)
{
    cr_assert_lt(log->count, LOG_MAX);
    struct record_head *head = (struct record_head *)(uintptr_t)event.body;
    const struct dossier *before = log->now[person];
    const struct dossier *from = before == NULL ? dossier_empty(log->arena) : before;
    head->meta.version = from->version + 1;
    head->meta.history = from->history;
    head->meta.id = uuid_v5(person_id(person), arena_printf(log->arena, "%" PRId64, from->version));
    struct view bytes = arena_printf(log->arena, "record %zu", log->count);
    struct dossier *after = NULL;
    res_t res = dossier_count(from, &event, bytes, log->arena, &after);
    cr_assert_eq(res.act, RES_OK);
    log->records[log->count] = (struct sink_record){.partition = person % 3,
        .offset = (int64_t)log->count,
        .bytes = bytes,
        .event = event,
        .meta = &head->meta,
        .before = before,
        .after = after};
    log->count++;
    log->now[person] = after;
}

struct view people_packed(const struct dossier *dossier, struct arena *arena)
{
    return arena_printf(arena, "packed %" PRId64, dossier->version);
}

struct sink_batch people_batch(
    const struct people_log *log, size_t from, size_t to, struct arena *arena)
{
    struct sink_dossier *touched = arena_array(arena, PEOPLE_MAX, sizeof *touched);
    size_t count = 0;
    for (int person = 0; person < PEOPLE_MAX; person++) {
        struct sink_dossier one = {.person = person_id(person)};
        for (size_t i = from; i < to; i++) {
            if (!uuid_eq(log->records[i].meta->person, one.person))
                continue;
            if (one.after == NULL)
                one.before = log->records[i].before;
            one.after = log->records[i].after;
        }
        if (one.after == NULL)
            continue;
        one.packed = people_packed(one.after, arena);
        touched[count++] = one;
    }
    return (struct sink_batch){.records = &log->records[from],
        .record_count = to - from,
        .dossiers = touched,
        .dossier_count = count,
        .arena = arena};
}

struct people_log *people_random(uint64_t seed, int people, size_t records, struct arena *arena)
{
    struct dice dice = {seed};
    struct people_log *log = ARENA_NEW(arena, struct people_log);
    log->arena = arena;
    for (size_t i = 0; i < records; i++) {
        int person = (int)dice_below(&dice, (uint64_t)people);
        enum event_type type = (enum event_type)dice_below(&dice, EVENT_MAX_);
        if (log->now[person] == NULL)
            type = EVENT_REFERRAL_SUBMITTED;
        struct recipe recipe = {person, type};
        people_count(log, person, record_random(&dice, recipe, arena));
    }
    return log;
}

void model_batch(struct model *model, const struct people_log *log, size_t from, size_t to)
{
    struct sink_batch batch = people_batch(log, from, to, model->arena);
    struct row_changes changes;
    cr_assert_eq(row_changes_new(model->projection, model->arena, &changes).act, RES_OK);
    cr_assert_eq(project_batch(model->projection, &batch, &changes).act, RES_OK);
    model_apply(model, &changes);
}
