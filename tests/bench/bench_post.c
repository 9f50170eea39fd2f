/* One caller, one command at a time: POST until 201, against the sum of what it cannot do without:
 * two records produced and read back, one small commit, one notification. */
#include "bare_kafka.h"
#include "bare_pg.h"
#include "caller.h"

#include "base/clock.h"

#include <poll.h>
#include <stdio.h>

enum { WARM = 2000, COUNT = 600, ROUND = 20, RECORD_BYTES = 900 };

static double share_risk(struct caller *caller, const char *person, int n)
{
    struct caller_risk risk;
    char key[32];
    snprintf(key, sizeof(key), "risk-%d", n);
    caller_risk(person, key, &risk);
    int64_t from = clock_monotonic();
    int status =
        caller_call(caller, &(struct caller_request){"POST", risk.path, risk.key, risk.body});
    double took = (double)(clock_monotonic() - from);
    if (status != 201)
        bench_fail("POST a risk summary", caller->answer);
    return took;
}

/* --- the parts ---------------------------------------------------------------------------------*/

/* What one outcome leaves behind, about: a state row and two log rows, two indexes each. */
static void tables_make(PGconn *pg)
{
    bare_run(pg, "DROP SCHEMA IF EXISTS part CASCADE");
    bare_run(pg, "CREATE SCHEMA part");
    bare_run(pg, "CREATE TABLE part.state (a bigint PRIMARY KEY, b bigint, c bigint, d bigint, "
                 "e text, f text, g text, h text, i timestamptz, j timestamptz, k boolean, "
                 "l integer)");
    bare_run(pg, "CREATE INDEX ON part.state (b)");
    for (int i = 0; i < 2; i++) {
        bare_run(pg, i == 0 ? "CREATE TABLE part.log0 (a bigint PRIMARY KEY, b bigint, c text)"
                            : "CREATE TABLE part.log1 (a bigint PRIMARY KEY, b bigint, c text)");
        bare_run(pg, i == 0 ? "CREATE INDEX ON part.log0 (b)" : "CREATE INDEX ON part.log1 (b)");
    }
    PQclear(PQprepare(pg, "state",
        "INSERT INTO part.state VALUES ($1, $2, 3, 4, 'five', 'six', 'seven', 'eight', now(), "
        "now(), true, 12) ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b, c = EXCLUDED.c, "
        "d = EXCLUDED.d, e = EXCLUDED.e, f = EXCLUDED.f, g = EXCLUDED.g, h = EXCLUDED.h, "
        "i = EXCLUDED.i, j = EXCLUDED.j, k = EXCLUDED.k, l = EXCLUDED.l",
        2, NULL));
    PQclear(
        PQprepare(pg, "log0", "INSERT INTO part.log0 VALUES ($1, $2, repeat('x', 800))", 2, NULL));
    PQclear(PQprepare(pg, "log1", "INSERT INTO part.log1 VALUES ($1, $2, 'outcome')", 2, NULL));
}

static double commit_once(PGconn *pg, int n)
{
    static const char *const statements[] = {"state", "log0", "log1"};
    char number[16];
    snprintf(number, sizeof(number), "%d", n);
    const char *const values[] = {number, number};
    int64_t from = clock_monotonic();
    PQenterPipelineMode(pg);
    PQsendQueryParams(pg, "BEGIN", 0, NULL, NULL, NULL, NULL, 1);
    for (size_t i = 0; i < ARRAY_LEN(statements); i++)
        PQsendQueryPrepared(pg, statements[i], 2, values, NULL, NULL, 1);
    PQsendQueryParams(pg, "COMMIT", 0, NULL, NULL, NULL, NULL, 1);
    bare_pipe_end(pg);
    PQexitPipelineMode(pg);
    return (double)(clock_monotonic() - from);
}

static double notify_once(PGconn *from_pg, PGconn *to_pg)
{
    int64_t from = clock_monotonic();
    bare_run(from_pg, "NOTIFY bench");
    PGnotify *heard = NULL;
    while ((heard = PQnotifies(to_pg)) == NULL) {
        struct pollfd fd = {PQsocket(to_pg), POLLIN, 0};
        if (poll(&fd, 1, 5000) <= 0 || PQconsumeInput(to_pg) != 1)
            bench_fail("NOTIFY", "is not heard");
    }
    PQfreemem(heard);
    return (double)(clock_monotonic() - from);
}

/* Taken in turns, so that what else happens on the machine happens to all of them. */
struct times {
    double post[COUNT], loop[2 * COUNT], commit[COUNT], notify[COUNT];
};
struct parts {
    struct bare_loop loop;
    PGconn *pg, *listener;
};

static void measure(
    struct caller *caller, char (*people)[37], struct parts *parts, struct times *ret)
{
    /* As long as the broker's Java needs to be compiled: in production it runs for weeks. */
    for (int i = 0; i < WARM; i++) {
        share_risk(caller, people[i], i);
        bare_loop_once(&parts->loop, RECORD_BYTES);
        bare_loop_once(&parts->loop, RECORD_BYTES);
    }
    for (int from = 0; from < COUNT; from += ROUND) {
        for (int i = from; i < from + ROUND; i++)
            ret->post[i] = share_risk(caller, people[WARM + i], WARM + i);
        for (int i = 2 * from; i < 2 * (from + ROUND); i++)
            ret->loop[i] = bare_loop_once(&parts->loop, RECORD_BYTES);
        for (int i = from; i < from + ROUND; i++)
            ret->commit[i] = commit_once(parts->pg, i);
        for (int i = from; i < from + ROUND; i++)
            ret->notify[i] = notify_once(parts->pg, parts->listener);
    }
}

static void report(struct times *times)
{
    double loop = bench_quantile(times->loop, 2 * COUNT, 0.5);
    double commit = bench_quantile(times->commit, COUNT, 0.5);
    double notify = bench_quantile(times->notify, COUNT, 0.5);
    double p50 = bench_quantile(times->post, COUNT, 0.5);
    bench_print(&(struct bench_line){
        "post-to-201-p50", "us", p50, 2 * loop + commit + notify, .goal = 1.5});
    printf("      post-to-201: p99 %.0f us; parts at p50: %.0f us a record produced and read back, "
           "%.0f us a commit, %.0f us a notification; p99 of the first %.0f us\n",
        bench_quantile(times->post, COUNT, 0.99), loop, commit, notify,
        bench_quantile(times->loop, 2 * COUNT, 0.99));
}

int main(void)
{
    static struct caller caller;
    static struct times times;
    static char people[WARM + COUNT][37];
    struct parts parts = {
        .pg = bare_open(bench_env("BENCH_PG")), .listener = bare_open(bench_env("BENCH_PG"))};
    caller_open(&caller, bench_env("BENCH_TOKEN"));
    tables_make(parts.pg);
    bare_run(parts.listener, "LISTEN bench");
    bare_loop_open(&parts.loop, "bench.loop");
    for (int i = 0; i < WARM + COUNT; i++)
        caller_register(&caller, i, people[i]);
    measure(&caller, people, &parts, &times);
    report(&times);
    bare_loop_close(&parts.loop);
    PQfinish(parts.pg);
    PQfinish(parts.listener);
    caller_close(&caller);
    return 0;
}
