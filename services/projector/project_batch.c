#include "projector/project_batch.h"

#include "projector/project_table.h"

#include <stdlib.h>

static res_t state_changes(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *ret)
{
    for (size_t i = 0; i < batch->dossier_count; i++) {
        const struct sink_dossier *touched = &batch->dossiers[i];
        struct project_change change = {
            {touched->before, VIEW_NONE}, {touched->after, touched->packed}};
        TRY(project_changes(projection, &change, batch->arena, ret));
    }
    return RES_DONE;
}

static int by_history(const void *a, const void *b)
{
    const struct meta *x = (*(const struct sink_record *const *)a)->meta;
    const struct meta *y = (*(const struct sink_record *const *)b)->meta;
    int order = uuid_cmp(x->person, y->person);
    return order != 0 ? order : (x->version > y->version) - (x->version < y->version);
}

/* Person by person, so that the rows come nearly sorted. */
static res_t log_changes(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *ret)
{
    const struct sink_record **records =
        arena_array(batch->arena, batch->record_count, sizeof *records);
    if (records == NULL)
        return FATAL("a batch does not fit into its memory");
    for (size_t i = 0; i < batch->record_count; i++)
        records[i] = &batch->records[i];
    if (batch->record_count > 1)
        qsort(records, batch->record_count, sizeof *records, by_history);
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct sink_record *record = records[i];
        struct project_record one = {record->partition, record->offset, record->bytes,
            &record->event, record->after->seen_version};
        TRY(project_log(projection, &one, batch->arena, &ret->put));
    }
    for (size_t t = 0; t < projection_tables(projection); t++)
        if (table_is_log(projection_table(projection, t)))
            rows_sort(projection_table(projection, t), &ret->put.of[t]);
    return RES_DONE;
}

res_t row_changes_new(
    const struct projection *projection, struct arena *arena, struct row_changes *ret)
{
    TRY(row_set_new(projection, arena, &ret->put));
    return row_set_new(projection, arena, &ret->gone);
}

res_t project_batch(
    const struct projection *projection, const struct sink_batch *batch, struct row_changes *into)
{
    TRY(state_changes(projection, batch, into));
    return log_changes(projection, batch, into);
}
