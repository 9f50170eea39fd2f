#include "gateway/tsv.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 4 * 1024 * 1024 };

res_t table_read(const char *path, struct arena *arena, struct tsv *ret)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return FATAL("catalogue: a table cannot be opened");
    char *bytes = malloc(FILE_MAX);
    size_t len = bytes == NULL ? 0 : fread(bytes, 1, FILE_MAX, file);
    bool whole = bytes != NULL && ferror(file) == 0 && len < FILE_MAX;
    fclose(file);
    struct view text = whole ? arena_copy(arena, (struct view){bytes, len}) : VIEW_NONE;
    free(bytes);
    if (text.ptr == NULL)
        return FATAL("catalogue: a table cannot be read, or is over 4 MiB");
    return table_parse(text, arena, ret);
}

static size_t count_lines(struct view text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n';
    return count + 1;
}

res_t table_parse(struct view text, struct arena *arena, struct tsv *ret)
{
    if (!utf8_valid(text) || !view_starts(text, VIEW("# ")))
        return FATAL("catalogue: a table does not start with its column names");
    struct tsv tsv = {0};
    struct view rest = view_from(text, 2);
    struct view head = view_cut(&rest, '\n');
    while (head.ptr != NULL) {
        if (tsv.column_count == TSV_COLUMNS_MAX)
            return FATAL("catalogue: a table has too many columns");
        tsv.columns[tsv.column_count++] = view_cut(&head, '\t');
    }
    struct view *cells = arena_array(arena, count_lines(text), tsv.column_count * sizeof(*cells));
    if (cells == NULL)
        return FATAL("catalogue: too large");
    while (rest.ptr != NULL && rest.len > 0) {
        struct view line = view_cut(&rest, '\n');
        if (line.len == 0)
            continue;
        size_t count = 0;
        while (line.ptr != NULL && count < tsv.column_count)
            cells[tsv.row_count * tsv.column_count + count++] = view_cut(&line, '\t');
        if (count != tsv.column_count || line.ptr != NULL)
            return FATAL("catalogue: a row of a table has another number of cells than its header");
        tsv.row_count++;
    }
    tsv.cells = cells;
    *ret = tsv;
    return RES_DONE;
}

struct view table_cell(const struct tsv *tsv, size_t row, const char *column)
{
    for (size_t i = 0; i < tsv->column_count; i++)
        if (view_eq_text(tsv->columns[i], column))
            return tsv->cells[row * tsv->column_count + i];
    return VIEW("");
}
