#include "bare_pg.h"

#include "bench.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

static void check(PGconn *pg, const PGresult *result, ExecStatusType wanted)
{
    ExecStatusType status = PQresultStatus(result);
    if (status != wanted && !(wanted == PGRES_COMMAND_OK && status == PGRES_TUPLES_OK))
        bench_fail("Postgres", PQerrorMessage(pg));
}

PGconn *bare_open(const char *conninfo)
{
    PGconn *pg = PQconnectdb(conninfo);
    if (PQstatus(pg) != CONNECTION_OK)
        bench_fail("Postgres", PQerrorMessage(pg));
    bare_run(pg, "SET client_min_messages = warning");
    return pg;
}

void bare_run(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    check(pg, result, PGRES_COMMAND_OK);
    PQclear(result);
}

long bare_number(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    check(pg, result, PGRES_TUPLES_OK);
    long number = PQntuples(result) == 0 ? 0 : strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return number;
}

void bare_pipe_flush(PGconn *pg)
{
    int left;
    while ((left = PQflush(pg)) > 0) {
        struct pollfd fd = {PQsocket(pg), POLLIN | POLLOUT, 0};
        poll(&fd, 1, 1000);
        if ((fd.revents & POLLIN) != 0 && PQconsumeInput(pg) != 1)
            break;
    }
    if (left < 0)
        bench_fail("Postgres", PQerrorMessage(pg));
}

void bare_pipe_end(PGconn *pg)
{
    if (PQpipelineSync(pg) != 1)
        bench_fail("Postgres", PQerrorMessage(pg));
    bare_pipe_flush(pg);
    for (;;) {
        PGresult *result = PQgetResult(pg);
        if (result == NULL)
            continue;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED)
            bench_fail("Postgres", PQresultErrorMessage(result));
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return;
    }
}

void bare_copy_out(PGconn *pg, const char *sql, struct bare_copy *ret)
{
    char *part = NULL;
    int len;
    PGresult *result = PQexec(pg, sql);
    check(pg, result, PGRES_COPY_OUT);
    PQclear(result);
    *ret = (struct bare_copy){.bytes = NULL};
    while ((len = PQgetCopyData(pg, &part, 0)) > 0) {
        if (ret->len + (size_t)len > ret->room) {
            ret->room = 2 * (ret->len + (size_t)len);
            ret->bytes = realloc(ret->bytes, ret->room);
            MUST(ret->bytes != NULL);
        }
        memcpy(ret->bytes + ret->len, part, (size_t)len);
        ret->len += (size_t)len;
        PQfreemem(part);
    }
    result = PQgetResult(pg);
    check(pg, result, PGRES_COMMAND_OK);
    PQclear(result);
    PQclear(PQgetResult(pg));
}

void bare_copy_in(PGconn *pg, const char *sql, const struct bare_copy *copy)
{
    enum { PIECE = 1 << 20 };
    PGresult *result = PQexec(pg, sql);
    check(pg, result, PGRES_COPY_IN);
    PQclear(result);
    for (size_t at = 0; at < copy->len; at += PIECE) {
        size_t left = copy->len - at;
        if (PQputCopyData(pg, copy->bytes + at, (int)(left < PIECE ? left : PIECE)) != 1)
            bench_fail("Postgres", PQerrorMessage(pg));
    }
    if (PQputCopyEnd(pg, NULL) != 1)
        bench_fail("Postgres", PQerrorMessage(pg));
    result = PQgetResult(pg);
    check(pg, result, PGRES_COMMAND_OK);
    PQclear(result);
    PQclear(PQgetResult(pg));
}
