#include "projector/project_batch.h"

static res_t state_changes(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *ret)
{
    for (size_t i = 0; i < batch->dossier_count; i++) {
        const struct sink_dossier *touched = &batch->dossiers[i];
        struct row_set before, after;
        TRY(row_set_new(projection, batch->arena, &before));
        TRY(row_set_new(projection, batch->arena, &after));
        struct project_dossier was = {touched->before, VIEW_NONE};
        struct project_dossier is = {touched->after, touched->packed};
        if (was.dossier != NULL)
            TRY(project_state(projection, &was, batch->arena, &before));
        TRY(project_state(projection, &is, batch->arena, &after));
        TRY(rows_diff(projection, &before, &after, batch->arena, ret));
    }
    return RES_DONE;
}

static res_t log_changes(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *ret)
{
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct sink_record *record = &batch->records[i];
        struct project_record one = {record->partition, record->offset, record->bytes,
            &record->event, record->after->seen_version};
        TRY(project_log(projection, &one, batch->arena, &ret->put));
    }
    for (size_t t = 0; t < projection_tables(projection); t++)
        rows_sort(projection_table(projection, t), &ret->put.of[t]);
    return RES_DONE;
}

res_t project_batch(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *ret)
{
    TRY(row_set_new(projection, batch->arena, &ret->put));
    TRY(row_set_new(projection, batch->arena, &ret->gone));
    TRY(state_changes(projection, batch, ret));
    return log_changes(projection, batch, ret);
}
