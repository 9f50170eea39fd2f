/* The inside of struct pg, shared by pg.c (opening), exec.c (one statement), pipe.c (many) and
 * listen.c. Of common/pg alone. */
#ifndef PG_PG_OWN_H
#define PG_PG_OWN_H

#include "pg/pg.h"
#include "pg/pg_err.h"

#include <libpq-fe.h>

enum { PG_NAMES_MAX = 256, PG_STEPS_MAX = 4096 };

/* What was queued in a pipeline, in order: each gives one result. */
enum pg_step_kind {
    PG_STEP_BEGIN,
    PG_STEP_PREPARE,
    PG_STEP_STATEMENT,
    PG_STEP_COMMIT,
    PG_STEP_SYNC, /* an order only: its result ends the pipeline */
};
struct pg_step {
    enum pg_step_kind kind;
    const char *name; /* PG_STEP_PREPARE */
};
/* What is to be queued. `name` is a statement's alone. Texts live until the transaction's end. */
struct pg_order {
    enum pg_step_kind kind;
    const char *name, *text;
};

struct pg {
    PGconn *conn;
    struct pg_fault fault;
    bool broken;
    int64_t statement_ms, answer_ms;
    const char *names[PG_NAMES_MAX]; /* prepared on this connection */
    size_t name_count;
    PGnotify *notification;

    bool piped;
    struct pg_step *steps;
    uint32_t step_count, step_done;
    uint32_t sent;
    bool ended;       /* COMMIT or the end is queued */
    struct buf queue; /* pipe_queue.c: what libpq was not given yet, from queue_at on */
    size_t queue_at;
    uint32_t queued;      /* orders of this transaction */
    size_t handed;        /* bytes that libpq was given since it had sent everything */
    uint32_t flush_asked; /* steps whose results the server was asked to send */
    const char *preparing[PG_NAMES_MAX]; /* queued, result not seen yet */
    size_t preparing_count;
    res_t first_failure; /* of this pipeline; OK: none yet */
};

struct pg_rows {
    PGresult *result;
    bool bad;
};

/* Remembers the fault and translates it; breaks the connection where it is lost. */
res_t pg_failed(struct pg *pg, const PGresult *result, const char *file, int line) MUST_USE;
#define PG_FAILED(pg, result) pg_failed((pg), (result), __FILE__, __LINE__)
/* Nothing more can be done with it. */
res_t pg_break(struct pg *pg, const char *why) MUST_USE;
res_t pg_usable(struct pg *pg) MUST_USE;

/* wire.c. Waits until all that is queued is sent, taking in what comes meanwhile. */
res_t pg_flush_all(struct pg *pg) MUST_USE;
/* Sends what is queued, then waits for the next PGresult or NULL, as PQgetResult has them; the
 * caller clears it. */
res_t pg_result_wait(struct pg *pg, PGresult **ret) MUST_USE;
void pg_result_clear_p(PGresult **result);

bool pg_name_known(const char *const *names, size_t count, const char *name);
void pg_name_add(const char **names, size_t *count, const char *name);

/* param.c: what libpq wants of the parameters. */
struct pg_wire_params {
    int count;
    Oid types[PG_PARAMS_MAX];
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
    int formats[PG_PARAMS_MAX];
};
res_t pg_params_wire(const struct pg_params *params, struct pg_wire_params *ret) MUST_USE;

/* pipe_queue.c. Copies what libpq does not take at once. REJECT: over the limit. */
res_t pg_queue_send(
    struct pg *pg, const struct pg_order *order, const struct pg_wire_params *params) MUST_USE;
/* Sends as much as the socket takes. *ret_waits: it would take no more. */
res_t pg_queue_push(struct pg *pg, bool *ret_waits) MUST_USE;
void pg_queue_clear(struct pg *pg); /* for a new transaction */

struct pg_rows *pg_rows_of(PGresult *result); /* takes it */

#endif
