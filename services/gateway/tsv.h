/* Tab-separated tables: a first line "# name<TAB>name...", then rows. Pure but for reading the
 * file. */
#ifndef GATEWAY_TSV_H
#define GATEWAY_TSV_H

#include "base/arena.h"

enum { TSV_COLUMNS_MAX = 32 };
struct tsv {
    struct view columns[TSV_COLUMNS_MAX];
    size_t column_count;
    const struct view *cells; /* row by row, column_count each */
    size_t row_count;
};
/* RES_FATAL: no such file, no header, or a row with another number of cells. */
res_t table_read(const char *path, struct arena *arena, struct tsv *ret) MUST_USE;
res_t table_parse(struct view text, struct arena *arena, struct tsv *ret) MUST_USE;
/* The cell; empty where the column is not there. */
struct view table_cell(const struct tsv *tsv, size_t row, const char *column);

#endif
