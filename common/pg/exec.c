/* One statement at a time, and transactions of them. */
#include "pg/pg_own.h"

#include <string.h>

bool pg_name_known(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] == name || strcmp(names[i], name) == 0)
            return true;
    return false;
}

void pg_name_add(const char **names, size_t *count, const char *name)
{
    MUST(*count < PG_NAMES_MAX);
    names[(*count)++] = name;
}

static bool good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/* All results of what was sent; the last one is handed out, the first failure given back. */
static res_t results_take(struct pg *pg, PGresult **ret)
{
    CLEANUP(pg_result_clear_p) PGresult *last = NULL;
    res_t failure = RES_DONE;
    for (;;) {
        PGresult *next = NULL;
        TRY(pg_result_wait(pg, &next));
        if (next == NULL)
            break;
        ExecStatusType status = PQresultStatus(next);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
            PQclear(next);
            return pg_break(pg, "postgres: COPY where none was asked for");
        }
        if (!good(next) && failure.act == RES_OK)
            failure = PG_FAILED(pg, next);
        PQclear(last);
        last = next;
    }
    if (failure.act != RES_OK)
        return failure;
    if (PQstatus(pg->conn) != CONNECTION_OK || last == NULL)
        return PG_FAILED(pg, NULL);
    *ret = TAKE(last);
    return RES_DONE;
}

res_t pg_run(struct pg *pg, const char *text)
{
    CLEANUP(pg_result_clear_p) PGresult *result = NULL;
    MUST(!pg->piped);
    TRY(pg_usable(pg));
    if (PQsendQuery(pg->conn, text) != 1)
        return PG_FAILED(pg, NULL);
    return results_take(pg, &result);
}

static res_t prepare(struct pg *pg, const struct pg_sql *sql, const struct pg_wire_params *params)
{
    CLEANUP(pg_result_clear_p) PGresult *result = NULL;
    if (pg_name_known(pg->names, pg->name_count, sql->name))
        return RES_DONE;
    if (PQsendPrepare(pg->conn, sql->name, sql->text, params->count, params->types) != 1)
        return PG_FAILED(pg, NULL);
    TRY(results_take(pg, &result));
    pg_name_add(pg->names, &pg->name_count, sql->name);
    return RES_DONE;
}

static res_t exec(
    struct pg *pg, const struct pg_sql *sql, const struct pg_params *params, PGresult **ret)
{
    struct pg_wire_params wire;
    MUST(!pg->piped);
    TRY(pg_usable(pg));
    TRY(pg_params_wire(params, &wire));
    int sent;
    if (sql->name == NULL) {
        sent = PQsendQueryParams(pg->conn, sql->text, wire.count, wire.types, wire.values,
            wire.lengths, wire.formats, 1);
    } else {
        TRY(prepare(pg, sql, &wire));
        sent = PQsendQueryPrepared(
            pg->conn, sql->name, wire.count, wire.values, wire.lengths, wire.formats, 1);
    }
    if (sent != 1)
        return PG_FAILED(pg, NULL);
    return results_take(pg, ret);
}

res_t pg_exec(struct pg *pg, const struct pg_sql *sql, const struct pg_params *params,
    struct pg_rows **ret_rows)
{
    CLEANUP(pg_result_clear_p) PGresult *result = NULL;
    TRY(exec(pg, sql, params, &result));
    if (ret_rows != NULL)
        *ret_rows = pg_rows_of(TAKE(result));
    return RES_DONE;
}

res_t pg_begin(struct pg *pg)
{
    return pg_run(pg, "BEGIN");
}

res_t pg_commit(struct pg *pg, enum pg_commit *ret_commit)
{
    static const struct pg_sql commit = {NULL, "COMMIT"};
    CLEANUP(pg_result_clear_p) PGresult *result = NULL;
    *ret_commit = PG_ROLLED_BACK;
    TRY(pg_usable(pg));
    res_t res = exec(pg, &commit, NULL, &result);
    if (res.act != RES_OK) {
        /* An answer on a connection that still lives is the server's word. */
        *ret_commit = pg->broken ? PG_UNKNOWN : PG_ROLLED_BACK;
        return res;
    }
    if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
        return FATAL("postgres: the transaction had failed before its commit");
    *ret_commit = PG_COMMITTED;
    return RES_DONE;
}

res_t pg_rollback(struct pg *pg)
{
    TRY(pg_usable(pg));
    if (PQtransactionStatus(pg->conn) == PQTRANS_IDLE)
        return RES_DONE;
    res_t res = pg_run(pg, "ROLLBACK");
    if (res.act != RES_OK)
        pg->broken = true;
    return res;
}
