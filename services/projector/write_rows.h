/* Rows into Postgres: for each table one statement that puts all rows of a batch, as one array of
 * the table's own row type, and one that takes those away that are gone, by arrays of keys. The
 * statements are made from the tables' descriptions and name no schema: they go where the
 * connection looks (projector_use). Inside the caller's transaction; one thread, one writer. */
#ifndef PROJECTOR_WRITE_ROWS_H
#define PROJECTOR_WRITE_ROWS_H

#include "pg/pipe.h"
#include "projector/project.h"

struct row_writer;

/* Borrows the projection. Aborts without memory. */
struct row_writer *row_writer_new(const struct projection *projection);
void row_writer_free(struct row_writer *writer); /* NULL is fine */

/* Once on each connection, the tables being there: a row is sent in the order of the database's
 * columns, under the number that the table's type has in this database. Columns that we do not know
 * become NULL. What was written out before is forgotten: it was for the other connection's tables.
 * FATAL: a table or column of ours is missing or of another type. */
res_t row_writer_ready(struct row_writer *writer, struct pg *pg) MUST_USE;

/* Writes out what changed in one table, instead of what was written out before; the rows are not
 * needed afterwards. */
void row_writer_put(struct row_writer *writer, size_t table, const struct row_changes *changes);
/* Queues what was written out of all tables in the open pipeline; a table without changes costs
 * nothing. Can be called again. RETRY, FATAL, REJECT: as pg_pipe_send; RETRY, too, where nothing
 * was written out since row_writer_ready. *ret_rows: rows queued. */
res_t row_writer_send(struct row_writer *writer, struct pg *pg, int64_t *ret_rows) MUST_USE;

/* For comparing. Of a state table, $1 uuid[]: all rows of these people; of a log table, $1..
 * arrays: the rows with these keys. All columns, in order of the primary key (texts by byte). */
const struct pg_sql *row_writer_select(const struct row_writer *writer, size_t table);
/* Its arrays for a log table: the keys of these rows. */
void row_writer_keys(
    struct row_writer *writer, size_t table, const struct row_list *rows, struct pg_params *ret);
/* A row of that; views good until the rows are freed. NULL: arena full. */
struct cell *row_read(
    const struct table *table, struct pg_rows *rows, int row, struct arena *arena);

#endif
