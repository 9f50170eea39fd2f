#include "brokerctl/tsv.h"

#include <stdio.h>

enum { FILE_BYTES_MAX = 1 << 20 };

static bool cut_cells(struct view line, struct view ret[static TSV_COLUMNS_MAX], size_t *ret_count)
{
    size_t count = 0;
    while (line.ptr != NULL && count < TSV_COLUMNS_MAX)
        ret[count++] = view_cut(&line, '\t');
    *ret_count = count;
    return line.ptr == NULL;
}

static res_t take_line(struct tsv *tsv, struct view line, int number)
{
    size_t count = 0;
    if (line.len == 0)
        return RES_DONE;
    if (line.ptr[0] == '#') {
        struct view names = view_trim(view_from(line, 1));
        if (tsv->columns == 0 && view_find(names, '\t') < names.len)
            (void)cut_cells(names, tsv->header, &tsv->columns);
        return RES_DONE;
    }
    if (tsv->count == TSV_ROWS_MAX || !cut_cells(line, tsv->rows[tsv->count], &count))
        return REJECT("a table has more rows or cells than can be");
    tsv->lines[tsv->count++] = number;
    return RES_DONE;
}

res_t tsv_read(const char *path, struct arena *arena, struct tsv *ret)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return REJECT("a table of the schemas folder (RB_SCHEMAS) cannot be read");
    char *text = arena_alloc(arena, FILE_BYTES_MAX);
    size_t len = text == NULL ? 0 : fread(text, 1, FILE_BYTES_MAX, file);
    (void)fclose(file);
    *ret = (struct tsv){.rows = arena_array(arena, TSV_ROWS_MAX, sizeof *ret->rows)};
    if (text == NULL || ret->rows == NULL || len == FILE_BYTES_MAX)
        return REJECT("a table of the schemas folder is larger than can be");
    struct view rest = {text, len};
    for (int number = 1; rest.ptr != NULL; number++)
        TRY(take_line(ret, view_cut(&rest, '\n'), number));
    return RES_DONE;
}

struct view tsv_cell(const struct tsv *tsv, size_t row, const char *column)
{
    for (size_t i = 0; i < tsv->columns; i++)
        if (view_eq_text(tsv->header[i], column))
            return tsv->rows[row][i];
    return VIEW_NONE;
}

bool tsv_list_has(struct view list, struct view item)
{
    while (list.ptr != NULL)
        if (view_eq(view_cut(&list, ','), item))
            return true;
    return false;
}
