/* Writes what the model says as C. Each function appends one file's text to `out`. */
#ifndef SCHEMAC_EMIT_H
#define SCHEMAC_EMIT_H

#include "base/buf.h"
#include "codec/schemac/ids.h"
#include "codec/schemac/model.h"

void emit_header(struct model *model, struct buf *out);       /* event.h */
void emit_tables(const struct model *model, struct buf *out); /* event_tables.c: descriptors */
/* event_rows.c: the tables of events, commands and schemas. */
void emit_rows(const struct model *model, const struct ids *ids, struct buf *out);
/* Within it: how to write each older schema by today's tables. `command`: as the record's command.
 * False where that cannot be done; `*ret_why` says why. */
bool emit_edition(const struct model *model, const struct id_row *row, const struct record *record,
    bool command, struct buf *out, const char **ret_why);
/* openapi.json; `queries` is the gateway's own fragment or NULL. */
void emit_openapi(const struct model *model, const json_t *queries, struct buf *out);
/* asyncapi.json; `rows` is the text of topics.tsv. */
void emit_asyncapi(
    const struct model *model, const struct ids *ids, struct view rows, struct buf *out);
/* openapi.c: openapi.json as a C array. */
void emit_embedded(struct view text, struct buf *out);

/* Events in their order: families, then names; the stream's own records last. */
size_t emit_events(const struct model *model, const struct record **ret);
/* A C string literal, quotes included. NULL gives NULL. */
void emit_string(struct buf *out, const char *text);

#endif
