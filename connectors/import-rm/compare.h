/* The comparison that ends an import: every non-null cell of the source against the fact it became,
 * as the read model holds it, sealed texts opened. Differences are named by table, row and column,
 * never by value. */
#ifndef IMPORT_RM_COMPARE_H
#define IMPORT_RM_COMPARE_H

#include "codec/framing.h"
#include "edge/edge.h"
#include "import-rm/source.h"

#include <stdio.h>

/* What became of the cells of one table of the source. */
struct compare_table {
    struct view name; /* of sql/compare.sql: lives for ever */
    size_t equal;
    size_t not_stated; /* columns that are not stated, for a reason (compare_rows.h) */
    size_t different;
};
enum { COMPARE_TABLES_MAX = 40 };

struct compare {
    struct pg *source;
    struct pg *target; /* reads schema read */
    struct edge *edge;
    const struct codec_registry *registry;
    struct uuid space; /* of command ids */
    FILE *out;         /* differences, one a line */
    struct compare_table tables[COMPARE_TABLES_MAX];
    size_t table_count;
    size_t differences;
};

/* Compares all rows of these people. `arena` is cleared before it returns. */
res_t compare_people(
    struct compare *compare, const struct rm_rows *crns, struct arena *arena) MUST_USE;

/* One cell against a flattened record; for tests. `item`: the part's id, or absent. */
struct flat;
enum compare_ruling { COMPARE_EQUAL, COMPARE_DIFFERENT, COMPARE_NOT_STATED, COMPARE_NO_ROW };
struct compare_cell {
    struct view table, item, column, value;
};
enum compare_ruling compare_cell(
    const struct flat *flat, const struct compare_cell *cell, struct arena *arena);

#endif
