#include "support/model.h"

#include <criterion/criterion.h>
#include <string.h>

#include "projector/project_table.h"

struct model model_new(const struct projection *projection, struct arena *arena)
{
    struct model model = {projection, arena, {0}};
    cr_assert_eq(row_set_new(projection, arena, &model.rows).act, RES_OK);
    return model;
}

static size_t model_find(const struct table *table, const struct row_list *rows, struct cell *row)
{
    size_t at = 0;
    while (at < rows->count && row_key_cmp(table, rows->items[at], row) != 0)
        at++;
    return at;
}

static void model_put(struct model *model, size_t t, struct cell *row)
{
    const struct table *table = projection_table(model->projection, t);
    struct row_list *rows = &model->rows.of[t];
    size_t at = model_find(table, rows, row);
    if (at < rows->count) {
        cr_expect_not(table_is_log(table), "%s: a log row was written twice", table->name);
        cr_expect_geq(row_differs(table, rows->items[at], row), 0, "%s: written without a change",
            table->name);
        rows->items[at] = row;
        return;
    }
    struct cell **items = arena_array(model->arena, rows->count + 1, sizeof *items);
    if (rows->count > 0)
        memcpy(items, rows->items, rows->count * sizeof *items);
    items[rows->count++] = row;
    rows->items = items;
}

void model_apply(struct model *model, const struct row_changes *changes)
{
    for (size_t t = 0; t < projection_tables(model->projection); t++) {
        const struct table *table = projection_table(model->projection, t);
        struct row_list *rows = &model->rows.of[t];
        for (size_t i = 0; i < changes->gone.of[t].count; i++) {
            size_t at = model_find(table, rows, changes->gone.of[t].items[i]);
            cr_assert_lt(at, rows->count, "%s: a row that is not there is gone", table->name);
            rows->items[at] = rows->items[--rows->count];
        }
        for (size_t i = 0; i < changes->put.of[t].count; i++)
            model_put(model, t, changes->put.of[t].items[i]);
    }
    for (size_t t = 0; t < projection_tables(model->projection); t++)
        rows_sort(projection_table(model->projection, t), &model->rows.of[t]);
}

void model_expect_equal(const struct model *a, const struct model *b, const char *when)
{
    for (size_t t = 0; t < projection_tables(a->projection); t++) {
        const struct table *table = projection_table(a->projection, t);
        const struct row_list *x = &a->rows.of[t], *y = &b->rows.of[t];
        cr_assert_eq(
            x->count, y->count, "%s, %s: %zu and %zu rows", when, table->name, x->count, y->count);
        for (size_t i = 0; i < x->count; i++) {
            int at = row_differs(table, x->items[i], y->items[i]);
            cr_assert_lt(at, 0, "%s: %s.%s differs", when, table->name,
                at < 0 ? "" : table->columns[at].name);
        }
    }
}

static size_t table_index(const struct projection *projection, const char *name)
{
    for (size_t t = 0; t < projection_tables(projection); t++)
        if (strcmp(projection_table(projection, t)->name, name) == 0)
            return t;
    cr_assert_fail("no table %s", name);
    return 0;
}

const struct row_list *model_rows(const struct model *model, const char *name)
{
    return &model->rows.of[table_index(model->projection, name)];
}

const struct cell *model_cell(
    const struct model *model, const char *name, size_t row, const char *column)
{
    size_t t = table_index(model->projection, name);
    const struct table *table = projection_table(model->projection, t);
    cr_assert_lt(row, model->rows.of[t].count, "%s has no row %zu", name, row);
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, column) == 0)
            return &model->rows.of[t].items[row][i];
    cr_assert_fail("no column %s.%s", name, column);
    return NULL;
}

void model_expect_text(
    const struct model *model, const char *name, const char *column, const char *text)
{
    const struct cell *cell = model_cell(model, name, 0, column);
    cr_expect(!cell->null && view_eq_text(cell->text, text), "%s.%s is not %s", name, column, text);
}
