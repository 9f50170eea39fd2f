#include "import-rm/map_build.h"

#include "base/clock.h"
#include "codec/json.h"

#include <string.h>

struct uuid map_command_id(struct uuid space, const char *table, struct view key)
{
    CLEANUP(buf_done) struct buf name = {0};
    buf_printf(&name, "%s:%.*s", table, VIEW_ARG(key));
    return uuid_v5(space, buf_as_view(&name));
}

void *build_start(struct build *build, enum command_type type, size_t size)
{
    build->unknown_count = build->kept_count = 0;
    void *body = arena_alloc(build->context->arena, size);
    if (body == NULL || build->list.len == build->room) {
        build->failed = true;
        build->what = "one person has more than an import takes at once";
        return NULL;
    }
    const struct record_desc *desc = command_table[type].desc;
    build->list.items[build->list.len] = (struct stated){{type, body}, body, desc};
    return body;
}

static void *copy_array(struct build *build, const void *items, size_t bytes)
{
    void *copy = arena_alloc(build->context->arena, bytes);
    if (copy != NULL && bytes > 0)
        memcpy(copy, items, bytes);
    return copy;
}

void build_end(struct build *build, const struct build_meta *from)
{
    struct stated *stated = &build->list.items[build->list.len];
    struct meta *meta = &stated->head->meta;
    meta->id = map_command_id(build->context->space, from->table, from->key);
    meta->person = build->context->person;
    put_uuid(build, meta, META_REFERRAL, &meta->referral, from->referral);
    meta->recorded_at = meta->occurred_at = build->context->now;
    if (from->occurred_at.ptr == NULL)
        build_unknown(build, "/meta/occurredAt");
    else if (!time_parse(from->occurred_at, &meta->occurred_at))
        build->failed = true;
    meta->actor.kind = ACTOR_KIND_IMPORT;
    meta->actor.id = from->actor.ptr == NULL ? VIEW("unknown") : from->actor;
    if (from->actor.ptr == NULL)
        build_unknown(build, "/meta/actor/id");
    if (build->unknown_count > 0) {
        meta->unknown = (struct view_array){
            copy_array(build, build->unknown, build->unknown_count * sizeof build->unknown[0]),
            build->unknown_count};
        SET(meta, META_UNKNOWN);
    }
    if (build->kept_count > 0) {
        meta->kept = (struct kept_array){
            copy_array(build, build->kept, build->kept_count * sizeof build->kept[0]),
            build->kept_count};
        SET(meta, META_KEPT);
    }
    build->list.len++;
}

void build_unknown(struct build *build, const char *pointer)
{
    MUST(build->unknown_count < UNKNOWN_MAX);
    build->unknown[build->unknown_count++] = view_of(pointer);
}

void build_kept(struct build *build, const char *column, struct view value)
{
    if (value.ptr == NULL)
        return;
    MUST(build->kept_count < KEPT_MAX);
    struct kept *kept = &build->kept[build->kept_count++];
    *kept = (struct kept){.column = view_of(column), .value = value};
    SET(kept, KEPT_COLUMN);
    SET(kept, KEPT_VALUE);
}

static void set_bit(void *record, int bit)
{
    *(uint64_t *)record |= UINT64_C(1) << bit;
}

bool cell_is(struct view cell, const char *text)
{
    return cell.ptr != NULL && view_eq_text(cell, text);
}

bool put_text(void *record, int bit, struct view *field, struct view cell)
{
    if (cell.ptr == NULL)
        return false;
    *field = cell;
    set_bit(record, bit);
    return true;
}

static bool put_parsed(struct build *build, void *record, int bit, bool parsed, const char *what)
{
    if (parsed)
        set_bit(record, bit);
    else {
        build->failed = true;
        build->what = what;
    }
    return parsed;
}

bool put_uuid(struct build *build, void *record, int bit, struct uuid *field, struct view cell)
{
    return cell.ptr != NULL &&
           put_parsed(build, record, bit, uuid_parse(cell, field), "an id cannot be read");
}

bool put_time(struct build *build, void *record, int bit, int64_t *field, struct view cell)
{
    return cell.ptr != NULL &&
           put_parsed(build, record, bit, time_parse(cell, field), "a time cannot be read");
}

bool put_day(struct build *build, void *record, int bit, int32_t *field, struct view cell)
{
    return cell.ptr != NULL &&
           put_parsed(build, record, bit, day_parse(cell, field), "a date cannot be read");
}

bool put_int(struct build *build, void *record, int bit, int32_t *field, struct view cell)
{
    int64_t value = 0;
    if (cell.ptr == NULL)
        return false;
    bool parsed = view_to_i64(cell, &value) && value >= INT32_MIN && value <= INT32_MAX;
    *field = (int32_t)value;
    return put_parsed(build, record, bit, parsed, "a number cannot be read");
}

bool put_bool(struct build *build, void *record, int bit, bool *field, struct view cell)
{
    if (cell.ptr == NULL)
        return false;
    *field = cell_is(cell, "true");
    return put_parsed(
        build, record, bit, *field || cell_is(cell, "false"), "a yes or no cannot be read");
}

bool put_sealed(struct build *build, void *record, int bit, struct view *field, struct view cell)
{
    if (cell.ptr == NULL)
        return false;
    CLEANUP(buf_done) struct buf json = {0};
    codec_json_text(cell, &json);
    *field = arena_copy(build->context->arena, buf_as_view(&json));
    set_bit(record, bit);
    return true;
}

void put_sealed_group(struct build *build, void *record, int bit, struct view *field,
    const struct record_desc *desc, const void *group)
{
    CLEANUP(buf_done) struct buf json = {0};
    codec_json_write(desc, group, NULL, &json);
    build->failed |= json.failed;
    *field = arena_copy(build->context->arena, buf_as_view(&json));
    set_bit(record, bit);
}

static size_t list_count(struct view cell)
{
    size_t count = cell.len > 0;
    for (size_t i = 0; i < cell.len; i++)
        count += cell.ptr[i] == SOURCE_SEPARATOR;
    return count;
}

struct view_array put_list(struct build *build, struct view cell)
{
    size_t count = list_count(cell);
    struct view *items = arena_array(build->context->arena, count, sizeof *items);
    for (size_t i = 0; items != NULL && i < count; i++)
        items[i] = view_cut(&cell, SOURCE_SEPARATOR);
    return (struct view_array){items, items == NULL ? 0 : count};
}

struct uuid_array put_uuids(struct build *build, struct view cell)
{
    struct view_array texts = put_list(build, cell);
    struct uuid *items = arena_array(build->context->arena, texts.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < texts.len; i++)
        build->failed |= !uuid_parse(texts.items[i], &items[i]);
    return (struct uuid_array){items, items == NULL ? 0 : texts.len};
}
