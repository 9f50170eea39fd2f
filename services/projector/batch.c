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

/* Some dossiers at a time, so that the database is fed meanwhile. */
static res_t project(
    const struct batch_writer *self, const struct sink_batch *batch, struct row_changes *ret)
{
    enum { PIECE = 32 };
    TRY(row_changes_new(self->projection, batch->arena, ret));
    struct sink_batch part = *batch;
    part.record_count = 0;
    for (size_t at = 0; at < batch->dossier_count; at += PIECE) {
        size_t left = batch->dossier_count - at;
        part.dossiers = &batch->dossiers[at];
        part.dossier_count = left < PIECE ? left : PIECE;
        TRY(project_batch(self->projection, &part, ret));
        sink_batch_push(batch);
    }
    part.record_count = batch->record_count;
    part.dossier_count = 0;
    return project_batch(self->projection, &part, ret);
}

res_t batch_prepare(void *owner, const struct sink_batch *batch)
{
    struct batch_writer *self = owner;
    struct row_changes changes;
    TRY(project(self, batch, &changes));
    for (size_t t = 0; t < projection_tables(self->projection); t++) {
        row_writer_put(self->rows, t, &changes);
        sink_batch_push(batch);
    }
    self->newest_at_us = 0;
    for (size_t i = 0; i < batch->record_count; i++)
        if (batch->records[i].at_us > self->newest_at_us)
            self->newest_at_us = batch->records[i].at_us;
    return RES_DONE;
}

res_t batch_apply(void *owner, const struct sink_batch *batch, struct database_tx *tx)
{
    struct batch_writer *self = owner;
    struct pg *pg = port_pg_connection(tx);
    int64_t rows = 0;
    TRY(row_writer_send(self->rows, pg, &rows));
    if (!self->quiet)
        TRY(notify(pg, batch));
    self->rows_written += rows;
    if (self->newest_at_us > self->last_at_us)
        self->last_at_us = self->newest_at_us;
    if (self->on_batch != NULL)
        self->on_batch(self->owner, batch);
    return RES_DONE;
}
