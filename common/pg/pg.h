/* A connection to Postgres: prepared statements with binary parameters and binary results,
 * transactions, notifications. common/pg is the only folder that includes libpq.
 * One thread owns a connection. Calls block until the server answered, bounded by the time-outs.
 * Pipelines stand in pg/pipe.h, parameters in pg/param.h, results in pg/rows.h. */
#ifndef PG_PG_H
#define PG_PG_H

#include "base/res.h"
#include "base/view.h"
#include "pg/param.h"
#include "pg/rows.h"

struct pg;

struct pg_conf {
    const char *conninfo;    /* libpq's: "host=... dbname=..." or a URI */
    const char *application; /* application_name: the daemon */
    int64_t connect_ms;      /* 0: 5,000 */
    int64_t statement_ms;    /* statement_timeout; 0: 30,000; -1: none */
    int64_t answer_ms;       /* the other side is given up after this (TCP user time-out, and our
                                wait for an answer beyond statement_ms); 0: 15,000 */
    bool by_index; /* never reads a whole table where an index can be used: for who asks for few
                      rows of tables that grow while a prepared statement keeps its first plan */
};
/* RETRY: cannot be reached, starting up, too many connections. FATAL: refused by name, password or
 * database, or a conninfo that cannot be read. */
res_t pg_open(const struct pg_conf *conf, struct pg **ret) MUST_USE;
void pg_close(struct pg *pg); /* NULL is fine; an open transaction is rolled back by the server */
void pg_close_p(struct pg **pg);
/* True once nothing can be done with it any more but pg_close. */
bool pg_broken(const struct pg *pg);

/* What the server said of the last failed call: its SQLSTATE ("" where there was none) and the name
 * of the constraint that was broken ("" likewise). The server's text is never kept: it holds
 * values. */
struct pg_fault {
    char sqlstate[6];
    char constraint[64];
};
const struct pg_fault *pg_fault(const struct pg *pg);

/* A statement: static const rows of the caller. It is prepared on first use on each connection,
 * under its name. `name` NULL: not prepared. The same name is always the same text. At most 256
 * names. */
struct pg_sql {
    const char *name;
    const char *text;
};
/* How failures come back, here and everywhere below:
 * RETRY: the connection is gone, or a serialization failure, deadlock, lock or statement time-out:
 *        roll back (or reopen when pg_broken) and do the whole transaction again.
 * FATAL: anything else: constraint, syntax, rights, disk full. See pg_fault.
 * `params` NULL: none. `ret_rows` NULL: not wanted. */
res_t pg_exec(struct pg *pg, const struct pg_sql *sql, const struct pg_params *params,
    struct pg_rows **ret_rows) MUST_USE;
/* Several statements in one text, no parameters, no results: migrations, settings, tests. */
res_t pg_run(struct pg *pg, const char *text) MUST_USE;

enum pg_commit {
    PG_COMMITTED,   /* its command tag was COMMIT */
    PG_ROLLED_BACK, /* certainly not committed */
    PG_UNKNOWN, /* the connection was lost on the way: a row of the transaction must decide, after
                   reconnecting */
};
res_t pg_begin(struct pg *pg) MUST_USE;
/* OK exactly if PG_COMMITTED. *ret_commit is always set; after PG_UNKNOWN the connection is broken.
 * A transaction that had failed before gives RES_FATAL with PG_ROLLED_BACK. */
res_t pg_commit(struct pg *pg, enum pg_commit *ret_commit) MUST_USE;
/* Fine where there is no transaction. A failure leaves the connection broken. */
res_t pg_rollback(struct pg *pg) MUST_USE;

/* Notifications. LISTEN takes effect at once outside a transaction. channel: a-z 0-9 _ */
res_t pg_listen(struct pg *pg, const char *channel) MUST_USE;
/* Readable when something came: then pg_notified until it gives false. */
int pg_fd(const struct pg *pg);
struct pg_notification {
    struct view channel; /* both good until the next call on this connection */
    struct view payload;
};
/* Takes what has arrived, without blocking. *ret_any false: nothing (more). RETRY: connection lost.
 */
res_t pg_notified(struct pg *pg, struct pg_notification *ret, bool *ret_any) MUST_USE;

#endif
