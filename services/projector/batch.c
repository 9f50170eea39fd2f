#include "projector/batch.h"

#include <inttypes.h>

#include "daemon/port_pg.h"

/* "partition:next,partition:next": who listens knows what to fetch. */
static res_t notify(struct pg *pg, const struct sink_batch *batch)
{
    static const struct pg_sql sql = {"notify_read", "SELECT pg_notify('read', $1)"};
    CLEANUP(buf_done) struct buf text = {0};
    for (size_t i = 0; i < batch->move_count; i++)
        buf_printf(&text, "%s%" PRId32 ":%" PRId64, i == 0 ? "" : ",", batch->moves[i].partition,
            batch->moves[i].next);
    struct pg_params params = {0};
    pg_put_text(&params, buf_as_view(&text));
    return pg_pipe_send(pg, &sql, &params);
}

res_t batch_apply(void *owner, const struct sink_batch *batch, struct database_tx *tx)
{
    struct batch_writer *self = owner;
    struct pg *pg = port_pg_connection(tx);
    struct row_changes changes;
    TRY(project_batch(self->projection, batch, &changes));
    int64_t rows = 0;
    TRY(row_writer_send(self->rows, pg, &changes, &rows));
    if (!self->quiet)
        TRY(notify(pg, batch));
    self->rows_written += rows;
    for (size_t i = 0; i < batch->record_count; i++)
        if (batch->records[i].at_us > self->last_at_us)
            self->last_at_us = batch->records[i].at_us;
    if (self->on_batch != NULL)
        self->on_batch(self->owner, batch);
    return RES_DONE;
}
