#include "import-rm/compare.h"

#include "base/clock.h"
#include "import-rm/flatten.h"
#include "import-rm/map.h"

#include <string.h>

static const char compare_sql[] =
#include "connectors/import-rm/sql/compare.sql.inc"
    ;

enum how { SAME, PART, MAP, ITEM, LIST, ALL, KEPT, NONE };

static const struct compare_row {
    const char *table, *column;
    enum how how;
    const char *where;
} compare_rows[] = {
#define X(table, column, how, where) {table, column, how, where},
#include "import-rm/compare_rows.h"
#undef X
};

static const struct compare_row *find_row(struct view table, struct view column)
{
    for (size_t i = 0; i < ARRAY_LEN(compare_rows); i++)
        if (view_eq_text(table, compare_rows[i].table) &&
            view_eq_text(column, compare_rows[i].column))
            return &compare_rows[i];
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

static bool in_kept(const struct flat *flat, const struct compare_cell *cell, struct arena *arena)
{
    struct view name =
        arena_printf(arena, "%.*s.%.*s", VIEW_ARG(cell->table), VIEW_ARG(cell->column));
    for (size_t i = 0; i < FLAT_MAX; i++) {
        const struct flat_cell *column =
            flat_find(flat, arena_printf(arena, "/meta/kept/%zu/column", i));
        if (column == NULL)
            return false;
        const struct flat_cell *value =
            flat_find(flat, arena_printf(arena, "/meta/kept/%zu/value", i));
        if (view_eq(column->text, name) && value != NULL && same(cell->value, value->text))
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

/* "value=field;value=field": what the value stands for; absent where the table has no row for it.
 */
static struct view mapped(struct view pairs, struct view value)
{
    while (pairs.len > 0) {
        struct view field = view_cut(&pairs, ';');
        struct view name = view_cut(&field, '=');
        if (view_eq(name, value))
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
        return in_kept(flat, cell, arena);
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
    bool equal = holds(flat, row, cell, arena) || in_kept(flat, cell, arena);
    arena_rollback(arena, mark);
    return equal ? COMPARE_EQUAL : COMPARE_DIFFERENT;
}

struct fact {
    struct uuid id;
    struct flat flat;
};
struct facts {
    struct fact *items;
    size_t len;
};

static res_t flatten_fact(struct compare *compare, struct view body, const struct person_keys *keys,
    struct arena *arena, struct flat *ret)
{
    struct event event;
    if (codec_read_event(compare->registry, body, arena, &event) != FRAME_OK)
        return FATAL("a fact of the read model cannot be decoded");
    return flatten(event_table[event.type].desc, event.body, keys, arena, ret);
}

static res_t load_facts(
    struct compare *compare, struct uuid person, struct arena *arena, struct facts *ret)
{
    static const struct pg_sql sql = {
        "compare_facts", "SELECT id, body FROM read.fact WHERE person = $1 ORDER BY version"};
    struct person_keys keys;
    TRY(edge_person_keys(compare->edge, person, &keys));
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(compare->target, &sql, &params, &rows));
    size_t count = (size_t)pg_rows_count(rows);
    struct fact *facts = arena_array(arena, count, sizeof *facts);
    if (facts == NULL)
        return FATAL("one person has more facts than a comparison takes");
    for (size_t i = 0; i < count; i++) {
        facts[i].id = pg_uuid(rows, (int)i, 0);
        struct view body = arena_copy(arena, pg_bytes(rows, (int)i, 1));
        TRY(flatten_fact(compare, body, &keys, arena, &facts[i].flat));
    }
    person_keys_clear(&keys);
    TRY(pg_rows_ok(rows));
    *ret = (struct facts){facts, count};
    return RES_DONE;
}

static const struct fact *find_fact(const struct facts *facts, struct uuid id)
{
    for (size_t i = 0; i < facts->len; i++)
        if (uuid_eq(facts->items[i].id, id))
            return &facts->items[i];
    return NULL;
}

static struct compare_table *table_of(struct compare *compare, struct view name)
{
    for (size_t i = 0; i < compare->table_count; i++)
        if (view_eq(compare->tables[i].name, name))
            return &compare->tables[i];
    MUST(compare->table_count < COMPARE_TABLES_MAX);
    struct compare_table *table = &compare->tables[compare->table_count++];
    *table = (struct compare_table){.name = name};
    return table;
}

static void report(
    struct compare *compare, const struct compare_cell *cell, struct view key, const char *what)
{
    compare->differences++;
    fprintf(compare->out, "difference %.*s %.*s %.*s: %s\n", VIEW_ARG(cell->table), VIEW_ARG(key),
        VIEW_ARG(cell->column), what);
}

enum { CELL_TABLE, CELL_KEY, CELL_ITEM, CELL_COLUMN, CELL_VALUE, CELL_COLUMNS };

static void compare_rows_of(struct compare *compare, const struct facts *facts, struct view table,
    const struct rm_rows *rows, struct arena *arena)
{
    struct compare_table *counts = table_of(compare, table);
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        struct compare_cell cell = {table, row[CELL_ITEM], row[CELL_COLUMN], row[CELL_VALUE]};
        char *record_table = arena_text(arena, row[CELL_TABLE]);
        MUST(record_table != NULL);
        const struct fact *fact =
            find_fact(facts, map_command_id(compare->space, record_table, row[CELL_KEY]));
        enum compare_ruling ruling =
            fact == NULL ? COMPARE_DIFFERENT : compare_cell(&fact->flat, &cell, arena);
        counts->equal += ruling == COMPARE_EQUAL;
        counts->not_stated += ruling == COMPARE_NOT_STATED;
        counts->different += ruling == COMPARE_DIFFERENT || ruling == COMPARE_NO_ROW;
        if (fact == NULL)
            report(compare, &cell, row[CELL_KEY], "the row is not on the stream");
        else if (ruling == COMPARE_NO_ROW)
            report(compare, &cell, row[CELL_KEY], "the import does not know this column");
        else if (ruling == COMPARE_DIFFERENT)
            report(compare, &cell, row[CELL_KEY], "the fact has another value");
    }
}

res_t compare_person(
    struct compare *compare, struct view crn, struct uuid person, struct arena *arena)
{
    struct facts facts;
    TRY(load_facts(compare, person, arena, &facts));
    struct view rest = view_of(compare_sql), table, sql;
    while (source_next_part(&rest, &table, &sql)) {
        struct arena_mark mark = arena_mark(arena);
        struct rm_rows rows;
        TRY(source_query(compare->source, sql, crn, arena, &rows));
        MUST(rows.count == 0 || rows.columns == CELL_COLUMNS);
        compare_rows_of(compare, &facts, table, &rows, arena);
        arena_rollback(arena, mark);
    }
    arena_clear(arena);
    return RES_DONE;
}
