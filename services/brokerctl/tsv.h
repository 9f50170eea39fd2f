/* Tab-separated tables of schemas/: lines of cells, "#" begins a comment; the first comment that
 * names columns ("# id<TAB>code...") may be asked for. */
#ifndef BROKERCTL_TSV_H
#define BROKERCTL_TSV_H

#include "base/arena.h"

enum { TSV_COLUMNS_MAX = 32, TSV_ROWS_MAX = 1024 };
struct tsv {
    struct view header[TSV_COLUMNS_MAX];
    size_t columns;
    struct view (*rows)[TSV_COLUMNS_MAX];
    int lines[TSV_ROWS_MAX]; /* of the file */
    size_t count;
};
/* REJECT: the file cannot be read, or is larger than a megabyte; a row has too many cells. */
res_t tsv_read(const char *path, struct arena *arena, struct tsv *ret) MUST_USE;
/* Absent where there is no such column. */
struct view tsv_cell(const struct tsv *tsv, size_t row, const char *column);
/* "a,b" holds b. */
bool tsv_list_has(struct view list, struct view item);

#endif
