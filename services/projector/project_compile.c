/* The tables' descriptions, compiled once: names become offsets, and of each table it is known
 * which parts of a dossier its rows are made from. */
#include "projector/project_compiled.h"

#include <string.h>

/* Below what a path is looked up: a record, or a plain item. */
struct below {
    const struct record_desc *record;
    enum kind kind; /* where record is NULL */
    const struct enum_desc *enumeration;
};

static struct path path_compile(const struct below *below, struct view text)
{
    struct path path = {.kind = below->kind};
    const struct record_desc *record = below->record;
    while (text.len > 0) {
        struct view name = view_cut(&text, '.');
        const struct field_desc *field = record == NULL ? NULL : desc_field(record, name);
        MUST(field != NULL && path.count < PATH_MAX_STEPS);
        path.steps[path.count++] = (struct step){field->offset, field->has_bit};
        path.kind = field->kind;
        path.last = field;
        record = field->record;
    }
    return path;
}

static const struct view *symbols_of(const struct enum_desc *desc, struct arena *arena)
{
    struct view *symbols = arena_array(arena, (size_t)desc->count, sizeof *symbols);
    for (int32_t i = 0; symbols != NULL && i < desc->count; i++) {
        char *text = arena_text(arena, view_of(desc->symbols[i]));
        if (text == NULL)
            return NULL;
        for (char *c = text; *c != '\0'; c++)
            if (*c == '_')
                *c = '-';
        symbols[i] = view_of(text);
    }
    return symbols;
}

static bool kind_fits(enum kind kind, enum col_type type)
{
    static const enum col_type fits[KIND_MAX_] = {
        [KIND_BOOL] = COL_BOOL,
        [KIND_INT] = COL_INT,
        [KIND_LONG] = COL_LONG,
        [KIND_DATE] = COL_DATE,
        [KIND_TIME] = COL_TIME,
        [KIND_UUID] = COL_UUID,
        [KIND_DIGEST] = COL_BYTES,
        [KIND_TEXT] = COL_TEXT,
        [KIND_BYTES] = COL_BYTES,
        [KIND_ENUM] = COL_TEXT,
        [KIND_RECORD] = COL_MAX_,
        [KIND_ARRAY] = COL_MAX_,
    };
    return fits[kind] == type;
}

static struct below below_item(const struct path *path)
{
    const struct field_desc *field = path->last;
    MUST(field != NULL && (path->kind == KIND_ARRAY || path->kind == KIND_RECORD));
    enum kind kind = path->kind == KIND_ARRAY ? field->item_kind : KIND_RECORD;
    return (struct below){field->record, kind, field->enumeration};
}

static struct below below_root(const struct table *table)
{
    switch (table->root) {
    case ROOT_DOSSIER:
        return (struct below){&dossier_desc, KIND_RECORD, NULL};
    case ROOT_META:
        return (struct below){&meta_desc, KIND_RECORD, NULL};
    case ROOT_BODY:
        return (struct below){event_table[table->only].desc, KIND_RECORD, NULL};
    }
    WRONG("no such root");
}

static bool column_compile(const struct column *column, const struct below *levels,
    struct arena *arena, struct compiled_column *ret)
{
    if (column->field == NULL)
        return true;
    const struct below *below = &levels[column->level];
    ret->path = path_compile(below, view_of(column->field));
    MUST(kind_fits(ret->path.kind, column->type));
    if (ret->path.kind != KIND_ENUM)
        return true;
    const struct field_desc *last = ret->path.last;
    ret->symbols = symbols_of(last == NULL ? below->enumeration : last->enumeration, arena);
    return ret->symbols != NULL;
}

/* --- what the rows are made from ---------------------------------------------------------------*/

static size_t size_of(enum kind kind, const struct record_desc *record)
{
    static const uint8_t sizes[KIND_MAX_] = {
        [KIND_BOOL] = sizeof(bool),
        [KIND_INT] = sizeof(int32_t),
        [KIND_LONG] = sizeof(int64_t),
        [KIND_DATE] = sizeof(int32_t),
        [KIND_TIME] = sizeof(int64_t),
        [KIND_UUID] = sizeof(struct uuid),
        [KIND_DIGEST] = sizeof(struct digest),
        [KIND_TEXT] = sizeof(struct view),
        [KIND_BYTES] = sizeof(struct view),
        [KIND_ENUM] = sizeof(int32_t),
        [KIND_ARRAY] = sizeof(struct array_any),
    };
    return kind == KIND_RECORD ? record->size : sizes[kind];
}

static bool part_add(struct parts *parts, struct part part, struct arena *arena)
{
    struct part *last = parts->count == 0 ? NULL : &parts->items[parts->count - 1];
    for (size_t i = 0; i < parts->count && part.mask != 0; i++)
        if (parts->items[i].mask != 0 && parts->items[i].offset == part.offset) {
            parts->items[i].mask |= part.mask;
            return true;
        }
    if (last != NULL && part.mask == 0 && last->mask == 0 &&
        last->offset + last->size == part.offset) {
        last->size = (uint16_t)(last->size + part.size);
        return true;
    }
    if (parts->count == parts->room) {
        size_t room = parts->room == 0 ? 8 : parts->room * 2;
        struct part *items = arena_array(arena, room, sizeof *items);
        if (items == NULL)
            return false;
        if (parts->count > 0)
            memcpy(items, parts->items, parts->count * sizeof *items);
        parts->items = items;
        parts->room = room;
    }
    parts->items[parts->count++] = part;
    return true;
}

/* Whether the field is there, and it. */
static bool path_parts(
    struct parts *parts, const struct path *path, size_t size, struct arena *arena)
{
    size_t base = 0;
    for (size_t i = 0; i < path->count; i++) {
        const struct step *step = &path->steps[i];
        struct part has = {.offset = (uint16_t)base};
        if (step->has_bit >= 0) {
            has.mask = UINT64_C(1) << step->has_bit;
            if (!part_add(parts, has, arena))
                return false;
        }
        base += step->offset;
    }
    MUST(base + size <= UINT16_MAX);
    return size == 0 || part_add(parts, (struct part){0, (uint16_t)base, (uint16_t)size}, arena);
}

static bool field_parts(
    struct parts *parts, const struct below *below, struct view field, struct arena *arena)
{
    struct path path = path_compile(below, field);
    const struct record_desc *record = path.last == NULL ? below->record : path.last->record;
    return path_parts(parts, &path, size_of(path.kind, record), arena);
}

/* All of a dossier but what moves with every record. */
static bool dossier_parts(struct parts *parts, struct arena *arena)
{
    static const char *const head[] = {"version", "history", "seenVersion"};
    const struct below below = {&dossier_desc, KIND_RECORD, NULL};
    for (uint32_t i = 0; i < dossier_desc.field_count; i++) {
        struct view name = view_of(dossier_desc.fields[i].name);
        bool moves = false;
        for (size_t k = 0; k < ARRAY_LEN(head); k++)
            moves |= view_eq_text(name, head[k]);
        if (!moves && !field_parts(parts, &below, name, arena))
            return false;
    }
    return true;
}

static bool parts_compile(
    struct compiled_table *compiled, const struct below *levels, struct arena *arena)
{
    const struct table *table = compiled->table;
    if (table->make != NULL && table->reads == NULL && !dossier_parts(&compiled->parts[0], arena))
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (column->field != NULL && !field_parts(&compiled->parts[column->level],
                                         &levels[column->level], view_of(column->field), arena))
            return false;
    }
    for (size_t i = 0; i < table->read_count; i++) {
        const struct reads *reads = &table->reads[i];
        if (!field_parts(&compiled->parts[reads->level], &levels[reads->level],
                view_of(reads->field), arena))
            return false;
    }
    return true;
}

/* -----------------------------------------------------------------------------------------------*/

static bool table_compile(
    const struct table *table, struct arena *arena, struct compiled_table *ret)
{
    struct below levels[WALK_MAX + 1] = {below_root(table)};
    ret->table = table;
    for (; ret->walk_count < WALK_MAX && table->walk[ret->walk_count] != NULL; ret->walk_count++) {
        struct compiled_walk *walk = &ret->walk[ret->walk_count];
        struct view rest = view_of(table->walk[ret->walk_count]);
        struct view text = view_cut(&rest, '[');
        walk->last = rest.ptr != NULL;
        walk->path = path_compile(&levels[ret->walk_count], text);
        levels[ret->walk_count + 1] = below_item(&walk->path);
    }
    MUST(table->column_count <= TABLE_COLUMNS_MAX && table->key_count <= table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (column->field == NULL && !column->place && column->slot >= ret->slots)
            ret->slots = (size_t)column->slot + 1;
        if (!column_compile(column, levels, arena, &ret->columns[i]))
            return false;
    }
    MUST(ret->slots <= SLOTS_MAX);
    return table_is_log(table) || parts_compile(ret, levels, arena);
}

const struct projection *projection_new(struct arena *arena)
{
    const struct table *const *const parts[] = {
        state_tables_person, state_tables_referral, state_tables_session, log_tables};
    struct projection *projection = ARENA_NEW(arena, struct projection);
    if (projection == NULL)
        return NULL;
    for (size_t p = 0; p < ARRAY_LEN(parts); p++)
        for (size_t i = 0; parts[p][i] != NULL; i++)
            projection->count++;
    projection->tables = arena_array(arena, projection->count, sizeof *projection->tables);
    size_t at = 0;
    for (size_t p = 0; projection->tables != NULL && p < ARRAY_LEN(parts); p++)
        for (size_t i = 0; parts[p][i] != NULL; i++)
            if (!table_compile(parts[p][i], arena, &projection->tables[at++]))
                return NULL;
    return projection->tables == NULL ? NULL : projection;
}

size_t projection_tables(const struct projection *projection)
{
    return projection->count;
}

const struct table *projection_table(const struct projection *projection, size_t table)
{
    MUST(table < projection->count);
    return projection->tables[table].table;
}
