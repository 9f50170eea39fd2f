/* A sink's database in common/pg: one connection that writes, one that reads what the next batch
 * needs. The SQL is the sink's own; this file only says what each statement is given and gives
 * back. Connects by itself, and again after a failure. */
#ifndef DAEMON_PORT_PG_H
#define DAEMON_PORT_PG_H

#include "daemon/ports.h"
#include "pg/pg.h"

/* division_by_zero (postgresql.org, Appendix A): what plain SQL can fail with on a condition. */
#define PORT_PG_NOT_MOVED "22012"

struct port_pg_sql {
    /* $1 int4[] partitions. Each epoch + 1 (a new row: epoch 1, next 0).
     * Gives int4 partition, int8 epoch, int8 next, a row for each. */
    struct pg_sql claim;
    /* $1 uuid[] persons. Gives int4 index (from 1), int8 version, bytea history, bytea packed for
     * those that are there. */
    struct pg_sql dossiers;
    /* $1 uuid[] persons, $2 uuid[] ids. Gives int4 index (from 1) of the pairs that are answered.
     */
    struct pg_sql answers;
    /* $1 int4[] partitions, $2 int8[] epochs, $3 int8[] from, $4 int8[] next. Moves each
     * partition's position to next where its epoch and position are those, and fails with
     * PORT_PG_NOT_MOVED where one is not: COMMIT stands behind it already. */
    struct pg_sql move;
    /* Gives int8: a number that is another once the tables are others. */
    struct pg_sql identity;
};
/* After each connecting, before anything else: migrations, settings. May be NULL. */
typedef res_t port_pg_ready_fn(void *owner, struct pg *pg);

struct port_pg_conf {
    struct pg_conf pg; /* texts live as long as the port */
    struct port_pg_sql sql;
    port_pg_ready_fn *ready;
    port_pg_ready_fn *reading; /* of the connection that only reads. May be NULL */
    void *owner;
};
struct port_pg;
struct port_pg *port_pg_new(const struct port_pg_conf *conf);
void port_pg_free(struct port_pg *self); /* closes the connection. NULL is fine */
struct database_port port_pg(struct port_pg *self);

/* In apply: the connection, in a pipelined transaction (pg/pipe.h). Send statements, nothing else;
 * results that are not taken are checked by the commit. */
struct pg *port_pg_connection(struct database_tx *tx);

#endif
