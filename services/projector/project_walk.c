#include "projector/project_table.h"

#include <string.h>

/* A field's path, resolved: the walker never looks at a name. */
enum { PATH_MAX_STEPS = 4 };
struct step {
    uint16_t offset;
    int8_t has_bit;
};
struct path {
    struct step steps[PATH_MAX_STEPS];
    size_t count;
    enum kind kind;
    const struct field_desc *last; /* NULL: the item itself */
};
struct compiled_column {
    struct path path;
    const struct view *symbols; /* of an enum, with dashes */
};
struct compiled_walk {
    struct path path;
    bool last; /* of an array */
};
struct compiled_table {
    const struct table *table;
    struct compiled_walk walk[WALK_MAX];
    size_t walk_count;
    struct compiled_column columns[TABLE_COLUMNS_MAX];
};
struct projection {
    size_t count;
    struct compiled_table *tables;
};

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
    for (size_t i = 0; i < table->column_count; i++)
        if (!column_compile(&table->columns[i], levels, arena, &ret->columns[i]))
            return false;
    return true;
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

res_t row_set_new(const struct projection *projection, struct arena *arena, struct row_set *ret)
{
    ret->of = arena_array(arena, projection->count, sizeof *ret->of);
    return ret->of == NULL ? FATAL("a batch does not fit into its memory") : RES_DONE;
}

/* NULL: something on the way is absent. */
static const void *path_follow(const struct path *path, const void *item)
{
    for (size_t i = 0; i < path->count; i++) {
        if (!has_bit(item, path->steps[i].has_bit))
            return NULL;
        item = (const char *)item + path->steps[i].offset;
    }
    return item;
}

static struct cell cell_of(const struct compiled_column *column, const void *item)
{
    const void *at = path_follow(&column->path, item);
    if (at == NULL)
        return (struct cell){.null = true};
    switch (column->path.kind) {
    case KIND_BOOL:
        return cell_bool(*(const bool *)at);
    case KIND_INT:
    case KIND_DATE:
        return cell_number(*(const int32_t *)at);
    case KIND_ENUM:
        return cell_view(column->symbols[*(const int32_t *)at]);
    case KIND_LONG:
    case KIND_TIME:
        return cell_number(*(const int64_t *)at);
    case KIND_UUID:
        return (struct cell){.id = *(const struct uuid *)at};
    case KIND_DIGEST:
        return cell_view((struct view){at, sizeof(struct digest)});
    case KIND_TEXT:
    case KIND_BYTES:
        return cell_view(*(const struct view *)at);
    case KIND_RECORD:
    case KIND_ARRAY:
    case KIND_MAX_:
        break;
    }
    WRONG("a column of a kind that no cell has");
}

static bool list_add(struct row_list *list, struct cell *row, struct arena *arena)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 4 : list->room * 2;
        struct cell **items = arena_array(arena, room, sizeof *items);
        if (items == NULL)
            return false;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = row;
    return true;
}

struct cell *made_add(struct made *made, struct arena *arena)
{
    if (made->count == made->room) {
        size_t room = made->room == 0 ? 1 : made->room * 2;
        struct cell *slots = arena_array(arena, room, SLOTS_MAX * sizeof *slots);
        if (slots == NULL)
            return NULL;
        if (made->count > 0)
            memcpy(slots, made->slots, made->count * SLOTS_MAX * sizeof *slots);
        made->slots = slots;
        made->room = room;
    }
    struct cell *slots = &made->slots[made->count++ * SLOTS_MAX];
    for (size_t i = 0; i < SLOTS_MAX; i++)
        slots[i] = (struct cell){.null = true};
    return slots;
}

static struct cell *row_new(const struct compiled_table *compiled, const struct row_source *source,
    const struct cell *slots)
{
    const struct table *table = compiled->table;
    struct cell *row = arena_array(source->arena, table->column_count, sizeof *row);
    for (size_t i = 0; row != NULL && i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (column->field != NULL)
            row[i] = cell_of(&compiled->columns[i], source->item[column->level]);
        else if (column->place)
            row[i] = cell_number((int64_t)source->place[column->level]);
        else
            row[i] = slots[column->slot];
    }
    return row;
}

static res_t rows_of_source(
    const struct compiled_table *compiled, const struct row_source *source, struct row_list *into)
{
    struct made made = {.count = 1};
    if (compiled->table->make != NULL) {
        made.count = 0;
        TRY(compiled->table->make(source, &made));
    }
    for (size_t i = 0; i < made.count; i++) {
        const struct cell *slots = made.slots == NULL ? NULL : &made.slots[i * SLOTS_MAX];
        struct cell *row = row_new(compiled, source, slots);
        if (row == NULL || !list_add(into, row, source->arena))
            return FATAL("a batch does not fit into its memory");
    }
    return RES_DONE;
}

static res_t rows_walk(const struct compiled_table *compiled, size_t level,
    struct row_source *source, struct row_list *into)
{
    if (level == compiled->walk_count)
        return rows_of_source(compiled, source, into);
    const struct compiled_walk *walk = &compiled->walk[level];
    const void *at = path_follow(&walk->path, source->item[level]);
    if (at == NULL)
        return RES_DONE;
    if (walk->path.kind == KIND_RECORD) {
        source->item[level + 1] = at;
        source->place[level + 1] = 0;
        return rows_walk(compiled, level + 1, source, into);
    }
    const struct array_any *array = at;
    for (size_t i = walk->last && array->len > 0 ? array->len - 1 : 0; i < array->len; i++) {
        source->item[level + 1] = (const char *)array->items + i * walk->path.last->item_size;
        source->place[level + 1] = i;
        TRY(rows_walk(compiled, level + 1, source, into));
    }
    return RES_DONE;
}

res_t project_state(const struct projection *projection, const struct project_dossier *of,
    struct arena *arena, struct row_set *into)
{
    for (size_t i = 0; i < projection->count; i++) {
        const struct compiled_table *compiled = &projection->tables[i];
        if (table_is_log(compiled->table))
            continue;
        struct row_source source = {.dossier = of, .item = {of->dossier}, .arena = arena};
        struct row_list rows = {0};
        TRY(rows_walk(compiled, 0, &source, &rows));
        rows_sort(compiled->table, &rows);
        for (size_t r = 0; r < rows.count; r++)
            if (!list_add(&into->of[i], rows.items[r], arena))
                return FATAL("a batch does not fit into its memory");
    }
    return RES_DONE;
}

res_t project_log(const struct projection *projection, const struct project_record *of,
    struct arena *arena, struct row_set *into)
{
    for (size_t i = 0; i < projection->count; i++) {
        const struct compiled_table *compiled = &projection->tables[i];
        const struct table *table = compiled->table;
        if (!table_is_log(table) || (table->root == ROOT_BODY && table->only != of->event->type))
            continue;
        const void *item = table->root == ROOT_BODY ? of->event->body : event_meta(of->event);
        struct row_source source = {.record = of, .item = {item}, .arena = arena};
        TRY(rows_walk(compiled, 0, &source, &into->of[i]));
    }
    return RES_DONE;
}

static res_t keep(struct row_list *list, struct cell *row, struct arena *arena)
{
    return list_add(list, row, arena) ? RES_DONE : FATAL("a batch does not fit into its memory");
}

res_t rows_diff(const struct projection *projection, const struct row_set *before,
    const struct row_set *after, struct arena *arena, struct row_changes *into)
{
    for (size_t t = 0; t < projection->count; t++) {
        const struct table *table = projection->tables[t].table;
        const struct row_list *old = &before->of[t];
        const struct row_list *new = &after->of[t];
        size_t o = 0, n = 0;
        while (o < old->count || n < new->count) {
            int order = o == old->count   ? 1
                        : n == new->count ? -1
                                          : row_key_cmp(table, old->items[o], new->items[n]);
            if (order < 0)
                TRY(keep(&into->gone.of[t], old->items[o], arena));
            else if (order > 0 || row_differs(table, old->items[o], new->items[n]) >= 0)
                TRY(keep(&into->put.of[t], new->items[n], arena));
            o += order <= 0;
            n += order >= 0;
        }
    }
    return RES_DONE;
}
