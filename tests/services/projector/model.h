/* A read model in memory: what Postgres must hold after the same changes. A log row written twice,
 * a row written without a change, or one taken away that is not there fails the test. */
#ifndef TESTS_PROJECTOR_MODEL_H
#define TESTS_PROJECTOR_MODEL_H

#include "people.h"
#include "projector/project_batch.h"

struct model {
    const struct projection *projection;
    struct arena *arena;
    struct row_set rows;
};
struct model model_new(const struct projection *projection, struct arena *arena);
void model_apply(struct model *model, const struct row_changes *changes);
/* Records [from, to) of the log as one batch. */
void model_batch(struct model *model, const struct people_log *log, size_t from, size_t to);
void model_expect_equal(const struct model *a, const struct model *b, const char *when);

const struct row_list *model_rows(const struct model *model, const char *name);
const struct cell *model_cell(
    const struct model *model, const char *name, size_t row, const char *column);
/* Of the first row. */
void model_expect_text(
    const struct model *model, const char *name, const char *column, const char *text);

#endif
