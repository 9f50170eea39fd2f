/* What people look at most, over the API, while the read model holds the crowd's 100,000 open
 * referrals: a team's caseload, one's own, a referral. No table may be read from end to end. */
#include "bare_pg.h"
#include "caller.h"
#include "crowd.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WARM = 50, COUNT = 1000, LIMIT_MS = 20, PATH_MAX = 600 };

struct query {
    const char *name;
    const char *token; /* the variable that holds it */
    const char *path;
    long total; /* of the list, which is read part by part and over again; 0: of single referrals */
};

/* What comes next: the list's next part, or its first; one of the referrals of the caseworker's own
 * organisation. */
static void path_of(const struct query *query, const char *answer, int i, char ret[static PATH_MAX])
{
    const char *next = strstr(answer, "\"next\":\"");
    if (query->total == 0)
        snprintf(ret, PATH_MAX, "%s%s", query->path,
            uuid_text(crowd_referral(i * 7919 % CROWD_JBELL_TEAM * CROWD_PROVIDERS)).text);
    else if (next == NULL)
        snprintf(ret, PATH_MAX, "%s", query->path);
    else
        snprintf(ret, PATH_MAX, "%s&after=%.*s", query->path,
            (int)strcspn(next + strlen("\"next\":\""), "\""), next + strlen("\"next\":\""));
}

static double ask(struct caller *caller, const struct query *query, int i)
{
    char path[PATH_MAX], total[32];
    path_of(query, caller->answer, i, path);
    int64_t from = clock_monotonic();
    int status = caller_call(caller, &(struct caller_request){.method = "GET", .path = path});
    double took_ms = (double)(clock_monotonic() - from) / 1000;
    snprintf(total, sizeof(total), "\"total\":%ld,", query->total);
    bool named = strstr(caller->answer, "\"lastName\":\"Last") != NULL;
    bool whole = query->total == 0 || strstr(caller->answer, total) != NULL;
    if (status != 200 || !named || !whole)
        bench_fail(path, "the answer is not what it should be");
    return took_ms;
}

static void measure(const struct query *query)
{
    static struct caller caller;
    static double took[COUNT];
    char name[64];
    caller_open(&caller, bench_env(query->token));
    caller.answer[0] = '\0';
    for (int i = 0; i < WARM; i++)
        ask(&caller, query, COUNT + i);
    for (int i = 0; i < COUNT; i++)
        took[i] = ask(&caller, query, i);
    caller_close(&caller);
    snprintf(name, sizeof(name), "%s-p99", query->name);
    bench_print(
        &(struct bench_line){name, "ms", bench_quantile(took, COUNT, 0.99), LIMIT_MS, .goal = 1});
    printf("      %s: p50 %.2f ms, slowest %.2f ms of %d\n", query->name,
        bench_quantile(took, COUNT, 0.5), took[COUNT - 1], COUNT);
}

/* --- scans from end to end ---------------------------------------------------------------------*/

enum { TABLES_MAX = 200, SMALL_ROWS = 1000 };
struct scans {
    char table[64];
    long scans, rows;
};

static size_t scans_now(PGconn *pg, struct scans ret[static TABLES_MAX])
{
    enum { STATISTICS_US = 1500000 }; /* a server process tells them once a second */
    usleep(STATISTICS_US);
    PGresult *all = PQexec(pg, "SELECT schemaname || '.' || relname, seq_scan, n_live_tup FROM "
                               "pg_stat_user_tables ORDER BY relid");
    size_t count = (size_t)PQntuples(all);
    MUST(PQresultStatus(all) == PGRES_TUPLES_OK && count > 0 && count <= TABLES_MAX);
    for (size_t i = 0; i < count; i++) {
        snprintf(ret[i].table, sizeof(ret[i].table), "%s", PQgetvalue(all, (int)i, 0));
        ret[i].scans = strtol(PQgetvalue(all, (int)i, 1), NULL, 10);
        ret[i].rows = strtol(PQgetvalue(all, (int)i, 2), NULL, 10);
    }
    PQclear(all);
    return count;
}

static void print_scans(
    const struct scans *before, const struct scans *after, size_t count, int queries)
{
    long total = 0;
    for (size_t i = 0; i < count; i++) {
        long more = after[i].scans - before[i].scans;
        if (more == 0 || after[i].rows < SMALL_ROWS)
            continue;
        printf("      scanned from end to end: %s, %ld times\n", after[i].table, more);
        total += more;
    }
    bench_print(&(struct bench_line){
        "queries-sequential-scans", "", (double)total, (double)queries, .goal = 1e-9});
}

int main(void)
{
    static struct scans before[TABLES_MAX], after[TABLES_MAX];
    const struct query queries[] = {
        {"caseload-of-5000", "BENCH_TOKEN_WORKER", "/v1/caseload?whose=team", CROWD_JBELL_TEAM},
        {"caseload-of-1000", "BENCH_TOKEN", "/v1/caseload?whose=team", CROWD_DPRICE_TEAM},
        {"caseload-of-workers-own-50", "BENCH_TOKEN_WORKER", "/v1/caseload?whose=mine",
            CROWD_JBELL},
        {"caseload-of-practitioners-own-60", "BENCH_TOKEN", "/v1/caseload?whose=mine",
            CROWD_DPRICE},
        {"referral", "BENCH_TOKEN_WORKER", "/v1/referrals/", 0},
    };
    PGconn *pg = bare_open(bench_env("BENCH_PG_READ"));
    size_t tables = scans_now(pg, before);
    for (size_t i = 0; i < ARRAY_LEN(queries); i++)
        measure(&queries[i]);
    MUST(scans_now(pg, after) == tables);
    print_scans(before, after, tables, (int)ARRAY_LEN(queries) * (WARM + COUNT));
    PQfinish(pg);
    return 0;
}
