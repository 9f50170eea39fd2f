#include "import-rm/compare.h"

#include "base/clock.h"
#include "import-rm/flatten.h"
#include "import-rm/map.h"

#include <string.h>

enum how { SAME, PART, MAP, ITEM, LIST, ALL, KEPT, NONE };

static const struct compare_row {
    const char *table, *column;
    size_t table_len, column_len;
    enum how how;
    const char *where;
} compare_rows[] = {
#define X(table, column, how, where)                                                               \
    {table, column, sizeof(table) - 1, sizeof(column) - 1, how, where},
#include "import-rm/compare_rows.h"
#undef X
};

/* Asked for every cell of the source: lengths tell most of them apart. */
static const struct compare_row *find_row(struct view table, struct view column)
{
    for (size_t i = 0; i < ARRAY_LEN(compare_rows); i++) {
        const struct compare_row *row = &compare_rows[i];
        if (row->column_len == column.len && row->table_len == table.len &&
            memcmp(row->column, column.ptr, column.len) == 0 &&
            memcmp(row->table, table.ptr, table.len) == 0)
            return row;
    }
    return NULL;
}

/* Equal as text, or as instants: two systems print the same time in different ways. */
static bool same(struct view value, struct view found)
{
    int64_t a, b;
    return view_eq(value, found) || (time_parse(value, &a) && time_parse(found, &b) && a == b);
}

static bool contains(struct view text, struct view part)
{
    return part.len == 0 ||
           (text.len > 0 && memmem(text.ptr, text.len, part.ptr, part.len) != NULL);
}

/* Replaces # by the index of the part whose /id is `item`; absent when there is none. */
static struct view with_index(
    const struct flat *flat, struct view where, struct view item, struct arena *arena)
{
    size_t at = view_find(where, '#');
    if (at == where.len)
        return where;
    struct view head = {where.ptr, at}, tail = view_from(where, at + 1);
    for (size_t i = 0; i < FLAT_MAX; i++) {
        const struct flat_cell *id =
            flat_find(flat, arena_printf(arena, "%.*s%zu/id", VIEW_ARG(head), i));
        if (id == NULL)
            return VIEW_NONE;
        if (view_eq(id->text, item))
            return arena_printf(arena, "%.*s%zu%.*s", VIEW_ARG(head), i, VIEW_ARG(tail));
    }
    return VIEW_NONE;
}

/* A column of meta.kept is followed by its value. */
static bool in_kept(const struct flat *flat, const struct compare_cell *cell)
{
    struct view column = cell->column, table = cell->table;
    for (size_t i = 0; i + 1 < flat->len; i++) {
        const struct flat_cell *at = &flat->cells[i];
        struct view name = at->text;
        if (!view_starts(at->pointer, VIEW("/meta/kept/")) ||
            name.len != table.len + 1 + column.len)
            continue;
        if (view_starts(name, table) && view_eq(view_from(name, table.len + 1), column) &&
            same(cell->value, at[1].text))
            return true;
    }
    return false;
}

static bool in_list(
    const struct flat *flat, struct view where, struct view value, struct arena *arena)
{
    for (size_t i = 0; i < FLAT_MAX; i++) {
        const struct flat_cell *found =
            flat_find(flat, arena_printf(arena, "%.*s/%zu", VIEW_ARG(where), i));
        if (found == NULL)
            return false;
        if (same(value, found->text))
            return true;
    }
    return false;
}

static bool is_list(
    const struct flat *flat, struct view where, struct view values, struct arena *arena)
{
    size_t i = 0;
    for (; values.len > 0; i++) {
        struct view value = view_cut(&values, SOURCE_SEPARATOR);
        const struct flat_cell *found =
            flat_find(flat, arena_printf(arena, "%.*s/%zu", VIEW_ARG(where), i));
        if (found == NULL || !same(value, found->text))
            return false;
    }
    return flat_find(flat, arena_printf(arena, "%.*s/%zu", VIEW_ARG(where), i)) == NULL;
}

/* "value=field;*=field": what the value stands for; absent where the table has no row for it. */
static struct view mapped(struct view pairs, struct view value)
{
    while (pairs.len > 0) {
        struct view field = view_cut(&pairs, ';');
        struct view name = view_cut(&field, '=');
        if (view_eq(name, value) || view_eq_text(name, "*"))
            return field;
    }
    return VIEW_NONE;
}

static bool in_parts(const struct flat *flat, struct view wheres, struct view value)
{
    while (wheres.len > 0) {
        const struct flat_cell *found = flat_find(flat, view_cut(&wheres, '|'));
        if (found != NULL && contains(found->text, value))
            return true;
    }
    return false;
}

static bool holds(const struct flat *flat, const struct compare_row *row,
    const struct compare_cell *cell, struct arena *arena)
{
    struct view rest = view_of(row->where);
    struct view pointer = view_cut(&rest, ' ');
    if (row->how == KEPT)
        return in_kept(flat, cell);
    if (row->how == PART)
        return in_parts(flat, pointer, cell->value);
    pointer = with_index(flat, pointer, cell->item, arena);
    if (pointer.ptr == NULL)
        return false;
    if (row->how == LIST)
        return in_list(flat, pointer, cell->value, arena);
    if (row->how == ALL)
        return is_list(flat, pointer, cell->value, arena);
    const struct flat_cell *found = flat_find(flat, pointer);
    struct view value = row->how == MAP ? mapped(rest, cell->value) : cell->value;
    return found != NULL && value.ptr != NULL && same(value, found->text);
}

enum compare_ruling compare_cell(
    const struct flat *flat, const struct compare_cell *cell, struct arena *arena)
{
    const struct compare_row *row = find_row(cell->table, cell->column);
    if (row == NULL)
        return COMPARE_NO_ROW;
    if (row->how == NONE)
        return COMPARE_NOT_STATED;
    struct arena_mark mark = arena_mark(arena);
    bool equal = holds(flat, row, cell, arena) || in_kept(flat, cell);
    arena_rollback(arena, mark);
    return equal ? COMPARE_EQUAL : COMPARE_DIFFERENT;
}
