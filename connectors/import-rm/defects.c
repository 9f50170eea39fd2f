#include "import-rm/defects.h"

static const char defects_sql[] =
#include "connectors/import-rm/sql/defects.sql.inc"
    ;

enum { DEFECT_TABLE, DEFECT_ID, DEFECT_DETAIL, DEFECT_COLUMNS, ARENA_BYTES = 64 << 20 };

res_t defects_report(struct pg *source, FILE *out, size_t *ret_count)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(ARENA_BYTES);
    struct view rest = view_of(defects_sql), code, sql;
    size_t count = 0;
    while (source_next_part(&rest, &code, &sql)) {
        arena_clear(arena);
        struct rm_rows rows;
        TRY(source_query(source, sql, VIEW_NONE, arena, &rows));
        MUST(rows.count == 0 || rows.columns == DEFECT_COLUMNS);
        for (size_t i = 0; i < rows.count; i++) {
            const struct view *row = rm_row(&rows, i);
            fprintf(out, "defect %.*s %.*s %.*s%s%.*s\n", VIEW_ARG(code),
                VIEW_ARG(row[DEFECT_TABLE]), VIEW_ARG(row[DEFECT_ID]),
                row[DEFECT_DETAIL].len > 0 ? " " : "", VIEW_ARG(row[DEFECT_DETAIL]));
        }
        count += rows.count;
    }
    *ret_count = count;
    return RES_DONE;
}
