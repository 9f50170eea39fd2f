#include "pg/pipe.h"

#include "pg/pg_own.h"

#include <stdlib.h>
#include <string.h>

static bool room(const struct pg *pg)
{
    return 2 * pg->queued + 3 < PG_STEPS_MAX; /* each with a PREPARE; its statement, COMMIT, sync */
}

static res_t control_send(struct pg *pg, enum pg_step_kind kind, const char *text)
{
    return pg_queue_send(pg, &(struct pg_order){kind, NULL, text}, NULL);
}

static res_t pipe_enter(struct pg *pg)
{
    MUST(!pg->piped);
    TRY(pg_usable(pg));
    MUST(PQtransactionStatus(pg->conn) == PQTRANS_IDLE);
    if (pg->steps == NULL)
        pg->steps = calloc(PG_STEPS_MAX, sizeof *pg->steps);
    MUST(pg->steps != NULL);
    if (PQenterPipelineMode(pg->conn) != 1)
        return pg_break(pg, "postgres: no pipeline can be started");
    pg->piped = true;
    pg->step_count = pg->step_done = pg->sent = pg->flush_asked = 0;
    pg->ended = false;
    pg->handed = 0;
    pg_queue_clear(pg);
    pg->preparing_count = 0;
    pg->first_failure = RES_DONE;
    return RES_DONE;
}

res_t pg_pipe_begin(struct pg *pg)
{
    TRY(pipe_enter(pg));
    return control_send(pg, PG_STEP_BEGIN, "BEGIN");
}

uint32_t pg_pipe_sent(const struct pg *pg)
{
    return pg->sent;
}

res_t pg_pipe_send(struct pg *pg, const struct pg_sql *sql, const struct pg_params *params)
{
    struct pg_wire_params wire;
    MUST(pg->piped && !pg->ended && sql->name != NULL);
    TRY(pg_usable(pg));
    if (!room(pg))
        return REJECT("postgres: too many statements in one transaction");
    TRY(pg_params_wire(params, &wire));
    TRY(pg_queue_send(pg, &(struct pg_order){PG_STEP_STATEMENT, sql->name, sql->text}, &wire));
    pg->sent++;
    return RES_DONE;
}

res_t pg_pipe_push(struct pg *pg)
{
    bool waits;
    TRY(pg_usable(pg));
    TRY(pg_queue_push(pg, &waits));
    /* A server that cannot write its answers reads no more. */
    return waits && PQconsumeInput(pg->conn) != 1 ? PG_FAILED(pg, NULL) : RES_DONE;
}

/* The result of one step with the NULL that ends it. Out of turn: the connection is broken. */
static res_t step_result(struct pg *pg, PGresult **ret)
{
    CLEANUP(pg_result_clear_p) PGresult *result = NULL, *end = NULL;
    TRY(pg_result_wait(pg, &result));
    if (result == NULL)
        return PQstatus(pg->conn) == CONNECTION_OK
                   ? pg_break(pg, "postgres: a result is missing in the pipeline")
                   : PG_FAILED(pg, NULL);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
        res_t failure = PG_FAILED(pg, result);
        if (pg->broken)
            return failure; /* a server that goes away does not end the result */
    }
    TRY(pg_result_wait(pg, &end));
    if (end != NULL)
        return pg_break(pg, "postgres: a result too many in the pipeline");
    *ret = TAKE(result);
    return RES_DONE;
}

static res_t step_take(struct pg *pg, PGresult **ret)
{
    CLEANUP(pg_result_clear_p) PGresult *result = NULL;
    TRY(step_result(pg, &result));
    const struct pg_step *step = &pg->steps[pg->step_done++];
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        if (step->kind == PG_STEP_PREPARE)
            pg_name_add(pg->names, &pg->name_count, step->name);
        *ret = TAKE(result);
        return RES_DONE;
    }
    if (status == PGRES_FATAL_ERROR) {
        res_t failure = PG_FAILED(pg, result);
        /* A server that goes away says nothing about the statements behind this one. */
        if (pg->first_failure.act == RES_OK && !pg->broken)
            pg->first_failure = failure;
        return failure;
    }
    if (status == PGRES_PIPELINE_ABORTED && pg->first_failure.act != RES_OK)
        return pg->first_failure;
    return pg_break(pg, "postgres: a result out of turn in the pipeline");
}

res_t pg_pipe_next(struct pg *pg, struct pg_rows **ret_rows)
{
    MUST(pg->piped);
    TRY(pg_usable(pg));
    MUST(!pg->ended);
    TRY(pg_flush_all(pg));
    if (pg->flush_asked < pg->step_count) {
        if (PQsendFlushRequest(pg->conn) != 1)
            return PG_FAILED(pg, NULL);
        pg->flush_asked = pg->step_count;
    }
    for (;;) {
        CLEANUP(pg_result_clear_p) PGresult *result = NULL;
        MUST(pg->step_done < pg->step_count); /* nothing left to wait for is our bug */
        bool statement = pg->steps[pg->step_done].kind == PG_STEP_STATEMENT;
        TRY(step_take(pg, &result));
        if (!statement)
            continue;
        if (ret_rows != NULL)
            *ret_rows = pg_rows_of(TAKE(result));
        return RES_DONE;
    }
}

/* What is looked for among the results of a pipeline's end. */
struct ending {
    bool committed;      /* the COMMIT's tag came */
    struct pg_ask *asks; /* gets the rows of each statement not taken yet; NULL: dropped */
};

/* All results that were not taken up to the sync, and out of pipeline mode. Failures of statements
 * stay in first_failure. */
static res_t drain(struct pg *pg, struct ending *ending)
{
    TRY(pg_flush_all(pg));
    while (pg->step_done < pg->step_count) {
        CLEANUP(pg_result_clear_p) PGresult *result = NULL;
        enum pg_step_kind kind = pg->steps[pg->step_done].kind;
        res_t res = step_take(pg, &result);
        if (pg->broken)
            return res;
        if (res.act != RES_OK)
            continue;
        if (kind == PG_STEP_COMMIT && strcmp(PQcmdStatus(result), "COMMIT") == 0)
            ending->committed = true;
        if (kind == PG_STEP_STATEMENT && ending->asks != NULL)
            ending->asks++->rows = pg_rows_of(TAKE(result));
    }
    CLEANUP(pg_result_clear_p) PGresult *sync = NULL;
    TRY(pg_result_wait(pg, &sync));
    if (sync == NULL || PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
        return pg_break(pg, "postgres: the pipeline's end is missing");
    if (PQexitPipelineMode(pg->conn) != 1)
        return pg_break(pg, "postgres: the pipeline does not end");
    pg->piped = false;
    return RES_DONE;
}

/* `ended` before anything is handed over: from then on nobody knows what arrived. */
res_t pg_pipe_commit_start(struct pg *pg)
{
    MUST(pg->piped && !pg->ended);
    TRY(pg_usable(pg));
    pg->ended = true;
    if (pg->first_failure.act == RES_OK)
        TRY(control_send(pg, PG_STEP_COMMIT, "COMMIT"));
    TRY(control_send(pg, PG_STEP_SYNC, NULL));
    return pg_pipe_push(pg);
}

res_t pg_pipe_commit(struct pg *pg, enum pg_commit *ret_commit)
{
    MUST(pg->piped);
    if (!pg->ended && !pg->broken)
        (void)!pg_pipe_commit_start(pg).act; /* what failed shows below */
    /* Where a statement had failed the server skips the COMMIT; else nobody knows. */
    *ret_commit = pg->ended && pg->first_failure.act == RES_OK ? PG_UNKNOWN : PG_ROLLED_BACK;
    TRY(pg_usable(pg));
    struct ending ending = {0};
    res_t res = drain(pg, &ending);
    if (ending.committed) {
        *ret_commit = PG_COMMITTED;
        return RES_DONE;
    }
    *ret_commit = pg->first_failure.act == RES_OK ? PG_UNKNOWN : PG_ROLLED_BACK;
    TRY(res);
    *ret_commit = PG_ROLLED_BACK;
    struct pg_fault fault = pg->fault;
    TRY(pg_rollback(pg));
    pg->fault = fault;
    if (pg->first_failure.act == RES_OK)
        return FATAL("postgres: the transaction had failed before its commit");
    return pg->first_failure;
}

res_t pg_pipe_rollback(struct pg *pg)
{
    MUST(pg->piped && !pg->ended);
    TRY(pg_usable(pg));
    struct pg_fault fault = pg->fault;
    pg->ended = true;
    TRY(control_send(pg, PG_STEP_SYNC, NULL));
    TRY(drain(pg, &(struct ending){0}));
    TRY(pg_rollback(pg));
    pg->fault = fault;
    return RES_DONE;
}

res_t pg_ask_all(struct pg *pg, struct pg_ask *asks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        asks[i].rows = NULL;
    TRY(pipe_enter(pg));
    res_t res = RES_DONE;
    for (size_t i = 0; i < count && res.act == RES_OK; i++)
        res = pg_pipe_send(pg, asks[i].sql, &asks[i].params);
    struct ending ending = {.asks = asks};
    pg->ended = true;
    res_t drained = pg->broken ? res : control_send(pg, PG_STEP_SYNC, NULL);
    if (drained.act == RES_OK)
        drained = drain(pg, &ending);
    if (res.act == RES_OK)
        res = pg->first_failure.act != RES_OK ? pg->first_failure : drained;
    for (size_t i = 0; i < count && res.act != RES_OK; i++) {
        pg_rows_free(asks[i].rows);
        asks[i].rows = NULL;
    }
    return res;
}
