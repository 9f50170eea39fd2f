/* A transaction in pipeline mode: many statements on their way at once, one round trip.
 *
 *   TRY(pg_pipe_begin(pg));                     BEGIN is queued
 *   TRY(pg_pipe_send(pg, &upsert, &params));    ... as many as wanted
 *   TRY(pg_pipe_next(pg, &rows));               optional: the result of the oldest not taken yet
 *   TRY(pg_pipe_commit_start(pg));              optional: COMMIT is queued, the caller goes on
 *   TRY(pg_pipe_push(pg));                      optional, now and then: keeps the server fed
 *   TRY(pg_pipe_commit(pg, &commit));           COMMIT, sync, drain
 *
 * After any failure of send or next: pg_pipe_rollback (or pg_close), nothing else. Whatever libpq
 * gives out of turn breaks the connection. */
#ifndef PG_PIPE_H
#define PG_PIPE_H

#include "pg/pg.h"

/* Not inside a transaction. */
res_t pg_pipe_begin(struct pg *pg) MUST_USE;
/* Queues a statement (all must have names), and never waits: what the server does not take yet is
 * copied. Its failure may show at any later call. REJECT: an array over its limit. */
res_t pg_pipe_send(
    struct pg *pg, const struct pg_sql *sql, const struct pg_params *params) MUST_USE;
/* Sends on what is queued, as far as the server takes it; does not wait. */
res_t pg_pipe_push(struct pg *pg) MUST_USE;
/* Waits for the result of the oldest statement whose result was not taken yet (BEGIN is not one).
 */
res_t pg_pipe_next(struct pg *pg, struct pg_rows **ret_rows) MUST_USE;
/* Queues the COMMIT without waiting for it; nothing but push and commit may follow. */
res_t pg_pipe_commit_start(struct pg *pg) MUST_USE;
/* OK exactly if PG_COMMITTED; otherwise the first failure of the transaction, translated as by
 * pg_exec. Results not taken are checked and dropped. *ret_commit is always set. Leaves pipeline
 * mode. */
res_t pg_pipe_commit(struct pg *pg, enum pg_commit *ret_commit) MUST_USE;
/* ROLLBACK, drain, leave pipeline mode; also after a failure, not after commit_start. Not OK: the
 * connection is broken. */
res_t pg_pipe_rollback(struct pg *pg) MUST_USE;
/* Several questions in one round trip, outside a transaction: statements with names that need
 * nothing of each other. `rows` are the caller's afterwards, all of them or none: a failure is the
 * first one's, as by pg_exec. */
struct pg_ask {
    const struct pg_sql *sql;
    struct pg_params params;
    struct pg_rows *rows; /* out */
};
res_t pg_ask_all(struct pg *pg, struct pg_ask *asks, size_t count) MUST_USE;
/* Statements sent in this transaction so far. */
uint32_t pg_pipe_sent(const struct pg *pg);

#endif
