#include "import-rm/source.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char link_sql[] =
#include "connectors/import-rm/sql/link.sql.inc"
    ;
static const char source_sql[] =
#include "connectors/import-rm/sql/source.sql.inc"
    ;

res_t source_prepare(struct pg *source)
{
    TRY(pg_run(source, "SET search_path = public, pg_temp"));
    TRY(pg_run(source, link_sql));
    TRY(pg_run(source, "SET default_transaction_read_only = on"));
    return pg_run(source, "BEGIN ISOLATION LEVEL REPEATABLE READ");
}

bool source_next_part(struct view *rest, struct view *ret_name, struct view *ret_sql)
{
    const struct view mark = VIEW("--! ");
    struct view line;
    do {
        if (rest->len == 0)
            return false;
        line = view_cut(rest, '\n');
    } while (!view_starts(line, mark));
    *ret_name = view_trim(view_from(line, mark.len));
    const char *start = rest->ptr;
    size_t len = 0;
    while (rest->len > 0 && !view_starts(*rest, mark)) {
        line = view_cut(rest, '\n');
        len += line.len + (rest->ptr != NULL);
    }
    *ret_sql = view_trim((struct view){start, len});
    if (ret_sql->len > 0 && ret_sql->ptr[ret_sql->len - 1] == ';')
        ret_sql->len--;
    return true;
}

static struct view source_part(const char *name)
{
    struct view rest = view_of(source_sql), found, sql;
    while (source_next_part(&rest, &found, &sql))
        if (view_eq_text(found, name))
            return sql;
    WRONG("a query of the source is missing");
}

static res_t run(
    struct pg *source, const char *text, const struct rm_rows *crns, struct pg_rows **ret)
{
    struct pg_sql statement = {NULL, text};
    struct pg_params params = {0};
    CLEANUP(pg_array_done) struct pg_array array;
    pg_array_init(&array, PG_TEXT, 0);
    for (size_t i = 0; crns != NULL && i < crns->count; i++)
        pg_array_text(&array, rm_row(crns, i)[PERSON_CRN]);
    if (crns != NULL)
        pg_put_array(&params, &array);
    return pg_exec(source, &statement, &params, ret);
}

res_t source_query(struct pg *source, struct view sql, const struct rm_rows *crns,
    struct arena *arena, struct rm_rows *ret)
{
    char *text = arena_text(arena, sql);
    if (text == NULL)
        return FATAL("the source has more of some people than fits");
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(run(source, text, crns, &rows));
    size_t count = (size_t)pg_rows_count(rows), columns = (size_t)pg_rows_columns(rows);
    struct view *cells = arena_array(arena, count * columns, sizeof *cells);
    for (size_t i = 0; cells != NULL && i < count * columns; i++)
        cells[i] = arena_copy(arena, pg_text(rows, (int)(i / columns), (int)(i % columns)));
    TRY(pg_rows_ok(rows));
    if (arena_full(arena))
        return FATAL("the source has more of some people than fits");
    *ret = (struct rm_rows){count, columns, cells};
    return RES_DONE;
}

res_t source_count(struct pg *source, size_t *ret)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 16);
    struct rm_rows rows;
    int64_t count;
    TRY(source_query(source, source_part("people_count"), NULL, arena, &rows));
    MUST(rows.count == 1 && view_to_i64(rm_row(&rows, 0)[0], &count));
    *ret = (size_t)count;
    return RES_DONE;
}

res_t source_cursor(struct pg *source, struct view sql)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 16);
    struct view text =
        arena_printf(arena, "CLOSE ALL; DECLARE rows NO SCROLL CURSOR FOR %.*s", VIEW_ARG(sql));
    char *declare = arena_text(arena, text);
    MUST(declare != NULL);
    return pg_run(source, declare);
}

res_t source_fetch(struct pg *source, size_t max, struct arena *arena, struct rm_rows *ret)
{
    char text[48];
    snprintf(text, sizeof text, "FETCH %zu FROM rows", max);
    return source_query(source, view_of(text), NULL, arena, ret);
}

/* The cursor reads its table whole; what is asked of some people then goes by index, however old
 * the source's own statistics are. */
res_t source_people_begin(struct pg *source)
{
    TRY(source_cursor(source, source_part("people")));
    return pg_run(source, "SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0");
}

/* Bytes decide, as in the source's COLLATE "C". */
static int by_crn(const void *a, const void *b)
{
    return view_cmp(*(const struct view *)a, *(const struct view *)b);
}

res_t source_people_next(struct pg *source, struct arena *arena, struct rm_rows *ret)
{
    struct rm_rows rows;
    TRY(source_fetch(source, SOURCE_PEOPLE, arena, &rows));
    struct view *crns = arena_array(arena, rows.count, sizeof *crns);
    if (crns == NULL)
        return FATAL("the source has more of some people than fits");
    for (size_t i = 0; i < rows.count; i++)
        crns[i] = rm_row(&rows, i)[PERSON_CRN];
    if (rows.count > 0)
        qsort(crns, rows.count, sizeof *crns, by_crn);
    *ret = (struct rm_rows){rows.count, PERSON_COLUMNS, crns};
    return RES_DONE;
}

static const struct part {
    const char *name;
    size_t at; /* of struct rm_person */
    size_t columns;
} parts[] = {
    {"risks", offsetof(struct rm_person, risks), RISK_COLUMNS},
    {"referrals", offsetof(struct rm_person, referrals), REF_COLUMNS},
    {"categories", offsetof(struct rm_person, categories), CAT_COLUMNS},
    {"sessions", offsetof(struct rm_person, sessions), SES_COLUMNS},
    {"assignments", offsetof(struct rm_person, assignments), ASG_COLUMNS},
    {"plans", offsetof(struct rm_person, plans), PLAN_COLUMNS},
    {"activities", offsetof(struct rm_person, activities), ACT_COLUMNS},
    {"appointments", offsetof(struct rm_person, appointments), APT_COLUMNS},
    {"reports", offsetof(struct rm_person, reports), REP_COLUMNS},
    {"report_outcomes", offsetof(struct rm_person, report_outcomes), OUT_COLUMNS},
    {"case_notes", offsetof(struct rm_person, case_notes), NOTE_COLUMNS},
};

/* Gives each person the rows that are theirs: both sides are in the order of the CRN. */
static void deal(const struct part *part, const struct rm_rows *rows, const struct rm_rows *crns,
    struct rm_person *people)
{
    size_t at = 0;
    for (size_t i = 0; i < crns->count; i++) {
        struct rm_rows *own = (struct rm_rows *)(void *)((char *)&people[i] + part->at);
        size_t first = at;
        while (at < rows->count && view_eq(rm_row(rows, at)[part->columns], people[i].crn))
            at++;
        *own = (struct rm_rows){at - first, rows->columns, rm_row(rows, first)};
    }
    MUST(at == rows->count);
}

res_t source_read(struct pg *source, const struct rm_rows *crns, struct arena *arena,
    struct rm_person *ret_people)
{
    for (size_t i = 0; i < crns->count; i++)
        ret_people[i] = (struct rm_person){.crn = rm_row(crns, i)[PERSON_CRN]};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct rm_rows rows;
        TRY(source_query(source, source_part(parts[i].name), crns, arena, &rows));
        MUST(rows.columns == parts[i].columns + 1);
        deal(&parts[i], &rows, crns, ret_people);
    }
    return RES_DONE;
}
