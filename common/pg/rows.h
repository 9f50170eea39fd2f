/* A result: rows in binary format, read with checked types.
 * A getter that meets another type, a NULL where none can be, or a row or column that is not there
 * gives zero and marks the result; pg_rows_ok tells at the end, so that reading needs no check a
 * cell:
 *
 *   for (int i = 0; i < pg_rows_count(rows); i++) { id = pg_uuid(rows, i, 0); n = pg_int(rows, i,
 * 1); } TRY(pg_rows_ok(rows));
 */
#ifndef PG_ROWS_H
#define PG_ROWS_H

#include "base/id.h"
#include "base/res.h"
#include "base/view.h"

struct pg_rows;

void pg_rows_free(struct pg_rows *rows); /* NULL is fine */
void pg_rows_free_p(struct pg_rows **rows);

int pg_rows_count(const struct pg_rows *rows);
int pg_rows_columns(const struct pg_rows *rows);
int pg_rows_columns(const struct pg_rows *rows);
/* Rows that an INSERT, UPDATE or DELETE touched. */
int64_t pg_rows_affected(const struct pg_rows *rows);

bool pg_is_null(struct pg_rows *rows, int row, int column);
bool pg_bool(struct pg_rows *rows, int row, int column);
int64_t pg_int(struct pg_rows *rows, int row, int column);   /* smallint, integer, bigint */
int32_t pg_date(struct pg_rows *rows, int row, int column);  /* days since 1970-01-01 */
int64_t pg_time(struct pg_rows *rows, int row, int column);  /* timestamptz; µs since 1970 UTC */
double pg_double(struct pg_rows *rows, int row, int column); /* real, double precision */
struct uuid pg_uuid(struct pg_rows *rows, int row, int column);
/* text, varchar, name, bpchar, json, jsonb, bytea: views good until pg_rows_free. NULL gives an
 * absent view and is no mistake. */
struct view pg_text(struct pg_rows *rows, int row, int column);
struct view pg_bytes(struct pg_rows *rows, int row, int column);
/* bytea of exactly 32 bytes. */
struct digest pg_digest(struct pg_rows *rows, int row, int column);

/* A one-dimensional array of texts or bytes, read element by element:
 *   for (struct pg_items items = pg_items(rows, i, 3); pg_items_next(&items, &item);) ...
 * NULL (array or element) gives none or an absent view. */
struct pg_items {
    struct pg_rows *rows;
    struct view rest;
    uint32_t left;
};
struct pg_items pg_items(struct pg_rows *rows, int row, int column);
bool pg_items_next(struct pg_items *items, struct view *ret_item);

/* FATAL where any getter met something unexpected: the schema is not the one we were built for. */
res_t pg_rows_ok(const struct pg_rows *rows) MUST_USE;

#endif
