#include "import-rm/defects.h"

static const char defects_sql[] =
#include "connectors/import-rm/sql/defects.sql.inc"
    ;

enum {
    DEFECT_TABLE,
    DEFECT_ID,
    DEFECT_DETAIL,
    DEFECT_COLUMNS,
    ROWS_MAX = 1000,
    ARENA_BYTES = 16 << 20
};

static void print(FILE *out, struct view code, const struct rm_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        fprintf(out, "defect %.*s %.*s %.*s%s%.*s\n", VIEW_ARG(code), VIEW_ARG(row[DEFECT_TABLE]),
            VIEW_ARG(row[DEFECT_ID]), row[DEFECT_DETAIL].len > 0 ? " " : "",
            VIEW_ARG(row[DEFECT_DETAIL]));
    }
}

/* Some rows at a time: a code may name every row of a table. */
static res_t report_code(
    struct pg *source, struct view code, struct view sql, FILE *out, size_t *count)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(ARENA_BYTES);
    struct rm_rows rows;
    TRY(source_cursor(source, sql));
    do {
        arena_clear(arena);
        TRY(source_fetch(source, ROWS_MAX, arena, &rows));
        MUST(rows.count == 0 || rows.columns == DEFECT_COLUMNS);
        print(out, code, &rows);
        *count += rows.count;
    } while (rows.count > 0);
    return RES_DONE;
}

res_t defects_report(struct pg *source, FILE *out, size_t *ret_count)
{
    struct view rest = view_of(defects_sql), code, sql;
    size_t count = 0;
    while (source_next_part(&rest, &code, &sql))
        TRY(report_code(source, code, sql, out, &count));
    *ret_count = count;
    return RES_DONE;
}
