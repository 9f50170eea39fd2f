/* A batch of the sink driver into the read model: rows before and after, what changed between them,
 * log rows, one notification. All in the driver's transaction. */
#ifndef PROJECTOR_BATCH_H
#define PROJECTOR_BATCH_H

#include "projector/project_batch.h"
#include "projector/write_rows.h"

struct batch_writer {
    const struct projection *projection;
    struct row_writer *rows;
    bool quiet;           /* nobody is told: it is not the read model that people read */
    int64_t rows_written; /* of batches that were sent, repeated ones included */
    int64_t newest_at_us; /* the log's time of the newest record of the batch that was prepared */
    int64_t last_at_us;   /* of those that were sent */
    void (*on_batch)(void *owner, const struct sink_batch *batch); /* NULL: nobody counts */
    void *owner;
};
/* owner: a struct batch_writer. Rows are made and written out by prepare, sent by apply. */
sink_prepare_fn batch_prepare;
sink_apply_fn batch_apply;

#endif
