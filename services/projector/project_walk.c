#include "projector/project_compiled.h"

#include <string.h>

res_t row_set_new(const struct projection *projection, struct arena *arena, struct row_set *ret)
{
    ret->of = arena_array(arena, projection->count, sizeof *ret->of);
    return ret->of == NULL ? FATAL("a batch does not fit into its memory") : RES_DONE;
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
        size_t room = made->room == 0 ? 1 : made->room * 4;
        struct cell *slots = arena_array(arena, room, made->width * sizeof *slots);
        if (slots == NULL)
            return NULL;
        if (made->count > 0)
            memcpy(slots, made->slots, made->count * made->width * sizeof *slots);
        made->slots = slots;
        made->room = room;
    }
    struct cell *slots = &made->slots[made->count++ * made->width];
    for (size_t i = 0; i < made->width; i++)
        slots[i].null = true;
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
    struct made made = {.count = 1, .width = compiled->slots};
    if (compiled->table->make != NULL) {
        made.count = 0;
        TRY(compiled->table->make(source, &made));
    }
    for (size_t i = 0; i < made.count; i++) {
        const struct cell *slots = made.slots == NULL ? NULL : &made.slots[i * made.width];
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

/* Sorted rows of one state table. */
static res_t table_state(const struct compiled_table *compiled, const struct project_dossier *of,
    struct arena *arena, struct row_list *ret)
{
    struct row_source source = {.dossier = of, .item = {of->dossier}, .arena = arena};
    TRY(rows_walk(compiled, 0, &source, ret));
    rows_sort(compiled->table, ret);
    return RES_DONE;
}

static res_t keep(struct row_list *list, struct cell *row, struct arena *arena)
{
    return list_add(list, row, arena) ? RES_DONE : FATAL("a batch does not fit into its memory");
}

res_t project_state(const struct projection *projection, const struct project_dossier *of,
    struct arena *arena, struct row_set *into)
{
    for (size_t i = 0; i < projection->count; i++) {
        struct row_list rows = {0};
        if (table_is_log(projection->tables[i].table))
            continue;
        TRY(table_state(&projection->tables[i], of, arena, &rows));
        for (size_t r = 0; r < rows.count; r++)
            TRY(keep(&into->of[i], rows.items[r], arena));
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

/* --- what changed ------------------------------------------------------------------------------*/

struct lists {
    const struct row_list *old, *new;
    struct row_list *put, *gone;
};

static res_t lists_diff(const struct table *table, const struct lists *lists, struct arena *arena)
{
    const struct row_list *old = lists->old, *new = lists->new;
    size_t o = 0, n = 0;
    while (o < old->count || n < new->count) {
        int order = o == old->count   ? 1
                    : n == new->count ? -1
                                      : row_key_cmp(table, old->items[o], new->items[n]);
        if (order < 0)
            TRY(keep(lists->gone, old->items[o], arena));
        else if (order > 0 || row_differs(table, old->items[o], new->items[n]) >= 0)
            TRY(keep(lists->put, new->items[n], arena));
        o += order <= 0;
        n += order >= 0;
    }
    return RES_DONE;
}

res_t rows_diff(const struct projection *projection, const struct row_set *before,
    const struct row_set *after, struct arena *arena, struct row_changes *into)
{
    for (size_t t = 0; t < projection->count; t++) {
        struct lists lists = {&before->of[t], &after->of[t], &into->put.of[t], &into->gone.of[t]};
        TRY(lists_diff(projection->tables[t].table, &lists, arena));
    }
    return RES_DONE;
}

static bool parts_same(const struct parts *parts, const void *a, const void *b)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->items[i];
        const char *x = (const char *)a + part->offset, *y = (const char *)b + part->offset;
        if (part->mask != 0
                ? ((*(const uint64_t *)(const void *)x ^ *(const uint64_t *)(const void *)y) &
                      part->mask) != 0
                : memcmp(x, y, part->size) != 0)
            return false;
    }
    return true;
}

/* Whether the table's rows of two items are made from the very same bytes: evolve copies what it
 * changes, the rest is shared. False says nothing: equal texts may stand in two places. */
static bool is_same(
    const struct compiled_table *compiled, size_t level, const void *a, const void *b)
{
    if (!parts_same(&compiled->parts[level], a, b))
        return false;
    if (level == compiled->walk_count)
        return true;
    const struct path *path = &compiled->walk[level].path;
    const void *x = path_follow(path, a), *y = path_follow(path, b);
    if (x == NULL || y == NULL)
        return x == y;
    if (path->kind == KIND_RECORD)
        return is_same(compiled, level + 1, x, y);
    const struct array_any *before = x, *after = y;
    if (before->len != after->len)
        return false;
    bool same = true;
    for (size_t i = 0; i < after->len && same && before->items != after->items; i++)
        same = is_same(compiled, level + 1, (const char *)before->items + i * path->last->item_size,
            (const char *)after->items + i * path->last->item_size);
    return same;
}

static res_t table_changes(const struct compiled_table *compiled,
    const struct project_change *change, struct arena *arena, struct lists *lists)
{
    struct row_list old = {0}, new = {0};
    struct lists mine = *lists;
    struct arena_mark mark = arena_mark(arena);
    size_t kept = lists->put->count + lists->gone->count;
    if (change->before.dossier != NULL)
        TRY(table_state(compiled, &change->before, arena, &old));
    TRY(table_state(compiled, &change->after, arena, &new));
    mine.old = &old;
    mine.new = &new;
    TRY(lists_diff(compiled->table, &mine, arena));
    if (lists->put->count + lists->gone->count == kept)
        arena_rollback(arena, mark);
    return RES_DONE;
}

res_t project_changes(const struct projection *projection, const struct project_change *change,
    struct arena *arena, struct row_changes *into)
{
    for (size_t t = 0; t < projection->count; t++) {
        const struct compiled_table *compiled = &projection->tables[t];
        struct lists lists = {.put = &into->put.of[t], .gone = &into->gone.of[t]};
        if (table_is_log(compiled->table) ||
            (change->before.dossier != NULL &&
                is_same(compiled, 0, change->before.dossier, change->after.dossier)))
            continue;
        TRY(table_changes(compiled, change, arena, &lists));
    }
    return RES_DONE;
}
