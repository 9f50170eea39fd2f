/* A read model in memory: what Postgres must hold after the same changes. A log row written twice,
 * a row written without a change, or one taken away that is not there fails the test. */
#ifndef SUPPORT_MODEL_H
#define SUPPORT_MODEL_H

#include "projector/project_batch.h"

struct model {
    const struct projection *projection;
    struct arena *arena;
    struct row_set rows;
};
struct model model_new(const struct projection *projection, struct arena *arena);
void model_apply(struct model *model, const struct row_changes *changes);
void model_expect_equal(const struct model *a, const struct model *b, const char *when);

const struct row_list *model_rows(const struct model *model, const char *name);
const struct cell *model_cell(
    const struct model *model, const char *name, size_t row, const char *column);
/* Of the first row. */
void model_expect_text(
    const struct model *model, const char *name, const char *column, const char *text);

#endif
