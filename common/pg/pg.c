#include "pg/pg_own.h"

#include "base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 24 };

static void quiet(void *owner, const PGresult *result)
{
    (void)owner, (void)result; /* notices hold values, and stderr is for our log lines alone */
}

static void error_free_p(char **text)
{
    PQfreemem(*text);
}

static void options_free_p(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

static res_t conninfo_check(const char *conninfo)
{
    CLEANUP(error_free_p) char *why = NULL;
    CLEANUP(options_free_p) PQconninfoOption *options = PQconninfoParse(conninfo, &why);
    return options == NULL ? FATAL("postgres: the connection string cannot be read") : RES_DONE;
}

static PGconn *connect_start(const struct pg_conf *conf, int64_t answer_ms)
{
    char tcp_ms[NUMBER_MAX];
    snprintf(tcp_ms, sizeof tcp_ms, "%lld", (long long)answer_ms);
    const char *const names[] = {"dbname", "application_name", "client_encoding", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", NULL};
    const char *const values[] = {
        conf->conninfo, conf->application, "UTF8", "30", "10", "3", tcp_ms, NULL};
    return PQconnectStartParams(names, values, 1);
}

/* The server's refusal comes as text; in this verbosity it ends in its SQLSTATE and nothing else.
 */
static res_t connect_failed(struct pg *pg)
{
    struct view text = view_trim(view_of(PQerrorMessage(pg->conn)));
    memset(&pg->fault, 0, sizeof pg->fault);
    if (text.len > 8 && memcmp(text.ptr + text.len - 8, ":  ", 3) == 0)
        memcpy(pg->fault.sqlstate, text.ptr + text.len - 5, 5);
    if (pg->fault.sqlstate[0] == '\0' && PQconnectionNeedsPassword(pg->conn) == 1)
        return FATAL("postgres: a password is needed");
    if (pg->fault.sqlstate[0] == '\0')
        return RETRY("postgres: the server cannot be reached");
    return PG_RES(pg->fault.sqlstate);
}

static res_t connect_finish(struct pg *pg, int64_t connect_ms)
{
    int64_t until = clock_monotonic() + connect_ms * 1000;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        if (next == PGRES_POLLING_FAILED || PQstatus(pg->conn) == CONNECTION_BAD)
            return connect_failed(pg);
        int64_t left_ms = (until - clock_monotonic()) / 1000;
        if (left_ms <= 0)
            return RETRY("postgres: the server does not answer");
        struct pollfd fd = {
            PQsocket(pg->conn), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
        if (poll(&fd, 1, (int)left_ms) > 0)
            next = PQconnectPoll(pg->conn);
    }
    return RES_DONE;
}

/* A plan without an index costs so much then that the server would compile it, were it let. */
#define BY_INDEX                                                                                   \
    "; SET enable_seqscan = off; SET jit = off; SET plan_cache_mode = force_generic_plan"

static res_t session_set(struct pg *pg, bool by_index)
{
    char text[256];
    snprintf(text, sizeof text,
        "SET TimeZone = 'UTC'; SET statement_timeout = %lld; SET DateStyle = 'ISO'%s",
        (long long)(pg->statement_ms < 0 ? 0 : pg->statement_ms), by_index ? BY_INDEX : "");
    return pg_run(pg, text);
}

res_t pg_open(const struct pg_conf *conf, struct pg **ret)
{
    TRY(conninfo_check(conf->conninfo));
    CLEANUP(pg_close_p) struct pg *pg = calloc(1, sizeof *pg);
    MUST(pg != NULL);
    pg->statement_ms = conf->statement_ms == 0 ? 30000 : conf->statement_ms;
    pg->answer_ms = conf->answer_ms == 0 ? 15000 : conf->answer_ms;
    pg->conn = connect_start(conf, pg->answer_ms);
    if (pg->conn == NULL)
        return RETRY("postgres: no memory for a connection");
    PQsetErrorVerbosity(pg->conn, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(pg->conn, quiet, NULL);
    TRY(connect_finish(pg, conf->connect_ms == 0 ? 5000 : conf->connect_ms));
    if (PQsetnonblocking(pg->conn, 1) != 0)
        return RETRY("postgres: the connection cannot be made non-blocking");
    TRY(session_set(pg, conf->by_index));
    *ret = TAKE(pg);
    return RES_DONE;
}

void pg_close(struct pg *pg)
{
    if (pg == NULL)
        return;
    if (pg->notification != NULL)
        PQfreemem(pg->notification);
    PQfinish(pg->conn);
    buf_done(&pg->queue);
    free(pg->steps);
    free(pg);
}

void pg_close_p(struct pg **pg)
{
    pg_close(*pg);
    *pg = NULL;
}

bool pg_broken(const struct pg *pg)
{
    return pg->broken;
}

const struct pg_fault *pg_fault(const struct pg *pg)
{
    return &pg->fault;
}

int pg_fd(const struct pg *pg)
{
    return PQsocket(pg->conn);
}

static bool channel_good(const char *channel)
{
    for (const char *c = channel; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_'))
            return false;
    return *channel != '\0' && strlen(channel) < 64;
}

res_t pg_listen(struct pg *pg, const char *channel)
{
    char text[96];
    MUST(channel_good(channel));
    snprintf(text, sizeof text, "LISTEN \"%s\"", channel);
    return pg_run(pg, text);
}

res_t pg_notified(struct pg *pg, struct pg_notification *ret, bool *ret_any)
{
    TRY(pg_usable(pg));
    if (pg->notification != NULL)
        PQfreemem(pg->notification);
    pg->notification = PQnotifies(pg->conn);
    if (pg->notification == NULL) {
        if (PQconsumeInput(pg->conn) != 1)
            return PG_FAILED(pg, NULL);
        pg->notification = PQnotifies(pg->conn);
    }
    *ret_any = pg->notification != NULL;
    if (*ret_any)
        *ret = (struct pg_notification){
            view_of(pg->notification->relname), view_of(pg->notification->extra)};
    return RES_DONE;
}
