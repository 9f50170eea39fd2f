#include "import-rm/flatten.h"

#include "base/clock.h"
#include "codec/json.h"

#include <stdio.h>
#include <string.h>

/* No scalar is larger than a digest. */
enum { SEALED_SCALAR_MAX = sizeof(struct digest), FLAT_FIRST = 64 };

struct walk {
    const struct person_keys *keys;
    struct arena *arena;
    struct flat flat;
    size_t room;
};

static res_t walk_record(
    struct walk *walk, const struct record_desc *desc, const void *record, struct view path);

/* Most records have few fields. */
static res_t grow(struct walk *walk)
{
    size_t room = walk->room == 0 ? FLAT_FIRST : 2 * walk->room;
    if (room > FLAT_MAX)
        return FATAL("a record has more fields than a comparison takes");
    struct flat_cell *cells = arena_array(walk->arena, room, sizeof *cells);
    if (cells == NULL)
        return FATAL("a record is larger than a comparison takes");
    if (walk->room > 0)
        memcpy(cells, walk->flat.cells, walk->room * sizeof *cells);
    walk->flat.cells = cells;
    walk->room = room;
    return RES_DONE;
}

static res_t add(struct walk *walk, struct view pointer, struct view text)
{
    if (walk->flat.len == walk->room)
        TRY(grow(walk));
    walk->flat.cells[walk->flat.len++] = (struct flat_cell){pointer, text};
    return RES_DONE;
}

/* JSON spells a symbol with dashes. */
static struct view symbol_text(struct walk *walk, const struct enum_desc *desc, int32_t symbol)
{
    struct view text = arena_copy(walk->arena, view_of(desc->symbols[symbol]));
    char *bytes = arena_text(walk->arena, text);
    for (size_t i = 0; bytes != NULL && i < text.len; i++)
        if (bytes[i] == '_')
            bytes[i] = '-';
    return (struct view){bytes, text.len};
}

static struct view scalar_text(
    struct walk *walk, enum kind kind, const struct enum_desc *symbols, const void *at)
{
    char text[TIME_TEXT_MAX + DIGEST_HEX_LEN];
    switch (kind) {
    case KIND_BOOL:
        return *(const bool *)at ? VIEW("true") : VIEW("false");
    case KIND_INT:
        return arena_printf(walk->arena, "%d", *(const int32_t *)at);
    case KIND_LONG:
        return arena_printf(walk->arena, "%lld", (long long)*(const int64_t *)at);
    case KIND_DATE:
        day_print(*(const int32_t *)at, text);
        return arena_copy(walk->arena, view_of(text));
    case KIND_TIME:
        time_print(*(const int64_t *)at, text);
        return arena_copy(walk->arena, view_of(text));
    case KIND_UUID:
        return arena_copy(walk->arena, view_of(uuid_text(*(const struct uuid *)at).text));
    case KIND_DIGEST:
        digest_hex(*(const struct digest *)at, text);
        return arena_copy(walk->arena, view_of(text));
    case KIND_ENUM:
        return symbol_text(walk, symbols, *(const int32_t *)at);
    case KIND_TEXT:
    case KIND_BYTES:
        return *(const struct view *)at;
    case KIND_RECORD:
    case KIND_ARRAY:
    case KIND_MAX_:
        break;
    }
    WRONG("not a scalar");
}

static res_t walk_array(
    struct walk *walk, const struct field_desc *field, const void *at, struct view path)
{
    struct array_any array;
    memcpy(&array, at, sizeof array);
    for (size_t i = 0; i < array.len; i++) {
        const void *item = (const char *)array.items + i * field->item_size;
        struct view pointer = arena_printf(walk->arena, "%.*s/%zu", VIEW_ARG(path), i);
        if (field->item_kind == KIND_RECORD)
            TRY(walk_record(walk, field->record, item, pointer));
        else
            TRY(add(walk, pointer, scalar_text(walk, field->item_kind, field->enumeration, item)));
    }
    return RES_DONE;
}

/* What is sealed is JSON: one text, or a group whose fields then stand under the same pointer. */
static res_t walk_sealed(
    struct walk *walk, const struct field_desc *field, const void *at, struct view path)
{
    struct view sealed = *(const struct view *)at, json;
    struct seal_place place = {.what = field->sealed, .path = path};
    if (!seal_record_of(sealed, &place.record))
        return REJECT("a sealed field is too short");
    TRY(seal_open(walk->keys, place, sealed, walk->arena, &json));
    union {
        struct view text;
        char any[SEALED_SCALAR_MAX];
    } scalar;
    bool group = field->plain->kind == KIND_RECORD;
    void *value = group ? arena_alloc(walk->arena, field->plain->record->size) : &scalar;
    if (value == NULL)
        return FATAL("a record is larger than a comparison takes");
    TRY(codec_json_read_plain(field, json, walk->arena, value));
    return group ? walk_record(walk, field->plain->record, value, path)
                 : add(walk, path,
                       scalar_text(walk, field->plain->kind, field->plain->enumeration, value));
}

static res_t walk_field(
    struct walk *walk, const struct field_desc *field, const void *at, struct view path)
{
    if (field->sealed != SEALED_NO)
        return walk_sealed(walk, field, at, path);
    if (field->kind == KIND_RECORD)
        return walk_record(walk, field->record, at, path);
    if (field->kind == KIND_ARRAY)
        return walk_array(walk, field, at, path);
    return add(walk, path, scalar_text(walk, field->kind, field->enumeration, at));
}

static res_t walk_record(
    struct walk *walk, const struct record_desc *desc, const void *record, struct view path)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (!has_bit(record, field->has_bit))
            continue;
        struct view pointer = arena_printf(walk->arena, "%.*s/%s", VIEW_ARG(path), field->name);
        TRY(walk_field(walk, field, (const char *)record + field->offset, pointer));
    }
    return RES_DONE;
}

res_t flatten(const struct record_desc *desc, const void *record, const struct person_keys *keys,
    struct arena *arena, struct flat *ret)
{
    struct walk walk = {.keys = keys, .arena = arena};
    TRY(walk_record(&walk, desc, record, VIEW("")));
    if (arena_full(arena))
        return FATAL("a record is larger than a comparison takes");
    *ret = walk.flat;
    return RES_DONE;
}

const struct flat_cell *flat_find(const struct flat *flat, struct view pointer)
{
    for (size_t i = 0; i < flat->len; i++)
        if (view_eq(flat->cells[i].pointer, pointer))
            return &flat->cells[i];
    return NULL;
}
