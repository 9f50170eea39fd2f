#include "import-rm/compare.h"

#include "import-rm/flatten.h"
#include "import-rm/map.h"

#include <string.h>

static const char compare_sql[] =
#include "connectors/import-rm/sql/compare.sql.inc"
    ;

struct fact {
    struct uuid id;
    struct flat flat;
};

/* All facts of some people, found by id: at its place in the table or behind it. */
struct facts {
    struct fact *items;
    size_t len;
    struct fact **table;
    size_t mask; /* of the table's size, a power of two */
};

static size_t place_of(const struct facts *facts, struct uuid id)
{
    size_t at;
    memcpy(&at, id.b, sizeof at);
    return at & facts->mask;
}

static bool index_facts(struct facts *facts, struct arena *arena)
{
    size_t size = 16;
    while (size < 2 * facts->len)
        size *= 2;
    facts->mask = size - 1;
    facts->table = arena_array(arena, size, sizeof *facts->table);
    for (size_t i = 0; facts->table != NULL && i < facts->len; i++) {
        size_t at = place_of(facts, facts->items[i].id);
        while (facts->table[at] != NULL)
            at = (at + 1) & facts->mask;
        facts->table[at] = &facts->items[i];
    }
    return facts->table != NULL;
}

static const struct fact *find_fact(const struct facts *facts, struct uuid id)
{
    size_t at = place_of(facts, id);
    while (facts->table[at] != NULL && !uuid_eq(facts->table[at]->id, id))
        at = (at + 1) & facts->mask;
    return facts->table[at];
}

static res_t flatten_fact(const struct compare *compare, struct view body,
    const struct person_keys *keys, struct arena *arena, struct flat *ret)
{
    struct event event;
    if (codec_read_event(compare->registry, body, arena, &event) != FRAME_OK)
        return FATAL("a fact of the read model cannot be decoded");
    return flatten(event_table[event.type].desc, event.body, keys, arena, ret);
}

enum { FACT_PERSON, FACT_ID, FACT_BODY };

/* Rows come person by person: whose keys they are changes seldom. */
static res_t flatten_all(
    const struct compare *compare, struct pg_rows *rows, struct arena *arena, struct facts *facts)
{
    struct person_keys keys = {0};
    res_t done = RES_DONE;
    for (int i = 0; done.act == RES_OK && i < pg_rows_count(rows); i++) {
        struct uuid person = pg_uuid(rows, i, FACT_PERSON);
        struct fact *fact = &facts->items[facts->len++];
        fact->id = pg_uuid(rows, i, FACT_ID);
        if (!uuid_eq(person, keys.person))
            done = edge_person_keys(compare->edge, person, &keys);
        if (done.act == RES_OK)
            done = flatten_fact(compare, arena_copy(arena, pg_bytes(rows, i, FACT_BODY)), &keys,
                arena, &fact->flat);
    }
    person_keys_clear(&keys);
    return done;
}

static res_t load_facts(
    struct compare *compare, const struct pg_array *people, struct arena *arena, struct facts *ret)
{
    static const struct pg_sql sql = {"compare_facts",
        "SELECT person, id, body FROM read.fact WHERE person = ANY ($1) ORDER BY person, version"};
    struct pg_params params = {0};
    pg_put_array(&params, people);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(compare->target, &sql, &params, &rows));
    struct facts facts = {
        .items = arena_array(arena, (size_t)pg_rows_count(rows), sizeof *facts.items)};
    if (facts.items == NULL)
        return FATAL("some people have more facts than a comparison takes");
    TRY(flatten_all(compare, rows, arena, &facts));
    TRY(pg_rows_ok(rows));
    if (!index_facts(&facts, arena))
        return FATAL("some people have more facts than a comparison takes");
    *ret = facts;
    return RES_DONE;
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

static const struct fact *fact_of(const struct compare *compare, const struct facts *facts,
    const struct view *row, struct arena *arena)
{
    char *table = arena_text(arena, row[CELL_TABLE]);
    MUST(table != NULL);
    return find_fact(facts, map_command_id(compare->space, table, row[CELL_KEY]));
}

static void compare_one(struct compare *compare, const struct fact *fact,
    const struct compare_cell *cell, const struct view *row, struct arena *arena)
{
    enum compare_ruling ruling =
        fact == NULL ? COMPARE_DIFFERENT : compare_cell(&fact->flat, cell, arena);
    struct compare_table *counts = table_of(compare, cell->table);
    counts->equal += ruling == COMPARE_EQUAL;
    counts->not_stated += ruling == COMPARE_NOT_STATED;
    counts->different += ruling == COMPARE_DIFFERENT || ruling == COMPARE_NO_ROW;
    if (fact == NULL)
        report(compare, cell, row[CELL_KEY], "the row is not on the stream");
    else if (ruling == COMPARE_NO_ROW)
        report(compare, cell, row[CELL_KEY], "the import does not know this column");
    else if (ruling == COMPARE_DIFFERENT)
        report(compare, cell, row[CELL_KEY], "the fact has another value");
}

/* The cells of one row of the source come one after the other: its fact is looked for once. */
static void compare_cells(struct compare *compare, const struct facts *facts, struct view table,
    const struct rm_rows *rows, struct arena *arena)
{
    const struct view *before = NULL;
    const struct fact *fact = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        struct compare_cell cell = {table, row[CELL_ITEM], row[CELL_COLUMN], row[CELL_VALUE]};
        if (before == NULL || !view_eq(before[CELL_KEY], row[CELL_KEY]) ||
            !view_eq(before[CELL_TABLE], row[CELL_TABLE]))
            fact = fact_of(compare, facts, row, arena);
        compare_one(compare, fact, &cell, row, arena);
        before = row;
    }
}

static res_t find_people(struct compare *compare, const struct rm_rows *crns, struct arena *arena,
    struct pg_array *people)
{
    for (size_t i = 0; i < crns->count; i++) {
        struct view normal;
        struct uuid person;
        bool is_new;
        TRY(edge_crn_normalise(rm_row(crns, i)[PERSON_CRN], arena, &normal));
        TRY(edge_person_register(compare->edge, normal, &person, &is_new));
        pg_array_uuid(people, person);
    }
    return RES_DONE;
}

res_t compare_people(struct compare *compare, const struct rm_rows *crns, struct arena *arena)
{
    CLEANUP(pg_array_done) struct pg_array people;
    struct facts facts;
    pg_array_init(&people, PG_UUID, 0);
    TRY(find_people(compare, crns, arena, &people));
    TRY(load_facts(compare, &people, arena, &facts));
    struct view rest = view_of(compare_sql), table, sql;
    while (source_next_part(&rest, &table, &sql)) {
        struct arena_mark mark = arena_mark(arena);
        struct rm_rows rows;
        TRY(source_query(compare->source, sql, crns, arena, &rows));
        MUST(rows.count == 0 || rows.columns == CELL_COLUMNS);
        compare_cells(compare, &facts, table, &rows, arena);
        arena_rollback(arena, mark);
    }
    arena_clear(arena);
    return RES_DONE;
}
