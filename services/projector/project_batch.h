/* What a batch of the sink driver changes in the read model: rows before and after of each dossier
 * that it touched, and the rows of its records. Pure. */
#ifndef PROJECTOR_PROJECT_BATCH_H
#define PROJECTOR_PROJECT_BATCH_H

#include "daemon/sink.h"
#include "projector/project.h"

/* No changes. FATAL: the arena is full. */
res_t MUST_USE row_changes_new(
    const struct projection *projection, struct arena *arena, struct row_changes *ret);
/* Appends; people must come in order of their ids, also from call to call. Rows live in the batch's
 * arena. FATAL: it is full. */
res_t MUST_USE project_batch(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *into);

#endif
