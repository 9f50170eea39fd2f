/* Sending and waiting, never in one without the other: a server that cannot write its answers reads
 * no more. */
#include "pg/pg_own.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

res_t pg_break(struct pg *pg, const char *why)
{
    pg->broken = true;
    return RETRY(why);
}

res_t pg_usable(struct pg *pg)
{
    return pg->broken ? RETRY("postgres: the connection was lost before") : RES_DONE;
}

static void fault_take(struct pg_fault *fault, const PGresult *result)
{
    memset(fault, 0, sizeof *fault);
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    if (state != NULL && strlen(state) < sizeof fault->sqlstate)
        memcpy(fault->sqlstate, state, strlen(state));
    if (constraint != NULL && strlen(constraint) < sizeof fault->constraint)
        memcpy(fault->constraint, constraint, strlen(constraint));
}

/* FATAL and PANIC are the last that a server says on a connection. */
static bool ends_connection(const PGresult *result)
{
    const char *severity =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity != NULL && strcmp(severity, "ERROR") != 0;
}

res_t pg_failed(struct pg *pg, const PGresult *result, const char *file, int line)
{
    fault_take(&pg->fault, result);
    if (PQstatus(pg->conn) != CONNECTION_OK || ends_connection(result))
        pg->broken = true;
    return pg_res_at(pg->fault.sqlstate, file, line);
}

struct wait {
    struct pg *pg;
    int64_t until_us; /* 0: no end */
};

static struct wait wait_start(struct pg *pg, int64_t more_ms)
{
    bool endless = more_ms < 0;
    int64_t ms = pg->answer_ms + (endless ? 0 : more_ms);
    return (struct wait){pg, endless ? 0 : clock_monotonic() + ms * 1000};
}

/* Once: until something can be read, or written where `writing`; takes in what can be read. */
static res_t wait_once(const struct wait *wait, bool writing)
{
    enum { SLICE_MS = 1000 };
    struct pg *pg = wait->pg;
    int64_t left_ms = SLICE_MS;
    if (wait->until_us != 0)
        left_ms = (wait->until_us - clock_monotonic()) / 1000;
    if (left_ms <= 0)
        return pg_break(pg, "postgres: no answer in time");
    struct pollfd fd = {PQsocket(pg->conn), (short)(POLLIN | (writing ? POLLOUT : 0)), 0};
    int n = poll(&fd, 1, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
    if (n < 0 && errno != EINTR)
        return pg_break(pg, "postgres: the connection cannot be waited for");
    if (n > 0 && (fd.revents & (POLLIN | POLLERR | POLLHUP)) != 0 && PQconsumeInput(pg->conn) != 1)
        return PG_FAILED(pg, NULL);
    return RES_DONE;
}

res_t pg_flush_all(struct pg *pg)
{
    const struct wait wait = wait_start(pg, pg->statement_ms);
    for (;;) {
        bool waits;
        TRY(pg_queue_push(pg, &waits));
        if (!waits)
            return RES_DONE;
        TRY(wait_once(&wait, true));
    }
}

res_t pg_result_wait(struct pg *pg, PGresult **ret)
{
    const struct wait wait = wait_start(pg, pg->statement_ms);
    for (;;) {
        bool waits;
        TRY(pg_queue_push(pg, &waits));
        if (PQisBusy(pg->conn) == 0)
            break;
        TRY(wait_once(&wait, waits));
    }
    *ret = PQgetResult(pg->conn);
    return RES_DONE;
}

void pg_result_clear_p(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}
