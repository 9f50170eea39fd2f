#include "import-rm/source.h"

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
    return pg_run(source, "SET default_transaction_read_only = on");
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

res_t source_query(
    struct pg *source, struct view sql, struct view param, struct arena *arena, struct rm_rows *ret)
{
    char *text = arena_text(arena, sql);
    if (text == NULL)
        return FATAL("the source has more of one person than fits");
    struct pg_sql statement = {NULL, text};
    struct pg_params params = {0};
    if (param.ptr != NULL)
        pg_put_text(&params, param);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(source, &statement, &params, &rows));
    size_t count = (size_t)pg_rows_count(rows), columns = (size_t)pg_rows_columns(rows);
    struct view *cells = arena_array(arena, count * columns, sizeof *cells);
    for (size_t i = 0; cells != NULL && i < count * columns; i++)
        cells[i] = arena_copy(arena, pg_text(rows, (int)(i / columns), (int)(i % columns)));
    TRY(pg_rows_ok(rows));
    if (arena_full(arena))
        return FATAL("the source has more of one person than fits");
    *ret = (struct rm_rows){count, columns, cells};
    return RES_DONE;
}

static res_t read_part(
    struct pg *source, const char *name, struct view crn, struct arena *arena, struct rm_rows *ret)
{
    return source_query(source, source_part(name), crn, arena, ret);
}

res_t source_people(struct pg *source, struct arena *arena, struct rm_rows *ret)
{
    return read_part(source, "people", VIEW_NONE, arena, ret);
}

res_t source_person(struct pg *source, struct view crn, struct arena *arena, struct rm_person *ret)
{
    struct rm_person person = {.crn = crn};
    const struct {
        const char *name;
        struct rm_rows *rows;
        size_t columns;
    } parts[] = {
        {"risks", &person.risks, RISK_COLUMNS},
        {"referrals", &person.referrals, REF_COLUMNS},
        {"categories", &person.categories, CAT_COLUMNS},
        {"sessions", &person.sessions, SES_COLUMNS},
        {"assignments", &person.assignments, ASG_COLUMNS},
        {"plans", &person.plans, PLAN_COLUMNS},
        {"activities", &person.activities, ACT_COLUMNS},
        {"appointments", &person.appointments, APT_COLUMNS},
        {"reports", &person.reports, REP_COLUMNS},
        {"report_outcomes", &person.report_outcomes, OUT_COLUMNS},
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        TRY(read_part(source, parts[i].name, crn, arena, parts[i].rows));
        MUST(parts[i].rows->columns == parts[i].columns);
    }
    *ret = person;
    return RES_DONE;
}
