#include <stdlib.h>
#include <string.h>

#include "projector/project_table.h"

enum { FEW = 16 };

static int cell_cmp(enum col_type type, const struct cell *a, const struct cell *b)
{
    if (a->null || b->null)
        return (int)b->null - (int)a->null;
    switch (type) {
    case COL_BOOL:
        return (int)a->truth - (int)b->truth;
    case COL_INT:
    case COL_LONG:
    case COL_DATE:
    case COL_TIME:
        return (a->number > b->number) - (a->number < b->number);
    case COL_UUID:
        return uuid_cmp(a->id, b->id);
    case COL_TEXT:
    case COL_BYTES:
    case COL_JSON:
        return view_cmp(a->text, b->text);
    case COL_MAX_:
        break;
    }
    WRONG("no such type of column");
}

int row_key_cmp(const struct table *table, const struct cell *a, const struct cell *b)
{
    for (size_t i = 0; i < table->key_count; i++) {
        int order = cell_cmp(table->columns[i].type, &a[i], &b[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

int row_differs(const struct table *table, const struct cell *a, const struct cell *b)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (cell_cmp(table->columns[i].type, &a[i], &b[i]) != 0)
            return (int)i;
    return -1;
}

/* Equal keys in order of the rest, so that which one stays depends on nothing else. */
static int row_order(const void *a, const void *b, void *owner)
{
    const struct table *table = owner;
    const struct cell *x = *(struct cell *const *)a, *y = *(struct cell *const *)b;
    int order = row_key_cmp(table, x, y);
    int at = order == 0 ? row_differs(table, x, y) : -1;
    return at < 0 ? order : cell_cmp(table->columns[at].type, &x[at], &y[at]);
}

/* A person has few rows of a table. */
static void sort_few(const struct table *table, struct row_list *rows)
{
    void *owner = (void *)(uintptr_t)table;
    for (size_t i = 1; i < rows->count; i++) {
        struct cell *row = rows->items[i];
        size_t at = i;
        for (; at > 0 && row_order(&rows->items[at - 1], &row, owner) > 0; at--)
            rows->items[at] = rows->items[at - 1];
        rows->items[at] = row;
    }
}

static bool is_sorted(const struct table *table, const struct row_list *rows)
{
    size_t i = 1;
    while (i < rows->count && row_key_cmp(table, rows->items[i - 1], rows->items[i]) < 0)
        i++;
    return i >= rows->count;
}

void rows_sort(const struct table *table, struct row_list *rows)
{
    if (is_sorted(table, rows))
        return;
    if (rows->count <= FEW)
        sort_few(table, rows);
    else
        qsort_r(rows->items, rows->count, sizeof *rows->items, row_order, (void *)(uintptr_t)table);
    size_t kept = 1;
    for (size_t i = 1; i < rows->count; i++) {
        if (row_key_cmp(table, rows->items[kept - 1], rows->items[i]) == 0)
            kept--;
        rows->items[kept++] = rows->items[i];
    }
    rows->count = kept;
}
