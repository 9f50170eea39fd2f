/* One caller, one command at a time: POST until 201, against the sum of what it cannot do without:
 * two records produced and read back, one small commit, one notification. */
#include "bare_kafka.h"
#include "bare_pg.h"
#include "bench.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WARM = 2000, COUNT = 600, ROUND = 20, RECORD_BYTES = 900 };

/* --- a client of a few lines: one connection, kept ---------------------------------------------*/

struct http {
    int fd;
    const char *token;
    char answer[65536];
};

static void http_open(struct http *http)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtol(bench_env("BENCH_HTTP_PORT"), NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    http->token = bench_env("BENCH_TOKEN");
    http->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(http->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        bench_fail("the gateway", "cannot be reached");
    setsockopt(http->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static size_t whole(const char *answer)
{
    const char *head = strstr(answer, "\r\n\r\n"), *len = strcasestr(answer, "content-length:");
    if (head == NULL || len == NULL || len > head)
        return SIZE_MAX;
    return (size_t)(head + 4 - answer) + strtoul(len + strlen("content-length:"), NULL, 10);
}

static int post(struct http *http, const char *path, const char *key, const char *body)
{
    CLEANUP(buf_done) struct buf out = {0};
    buf_printf(&out,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %zu\r\n\r\n%s",
        path, http->token, key, strlen(body), body);
    if (send(http->fd, out.ptr, out.len, MSG_NOSIGNAL) != (ssize_t)out.len)
        bench_fail("the gateway", "takes no request");
    size_t got = 0;
    http->answer[0] = '\0';
    while (got < whole(http->answer)) {
        ssize_t n = recv(http->fd, http->answer + got, sizeof(http->answer) - 1 - got, 0);
        if (n <= 0)
            bench_fail("the gateway", "gives no answer");
        got += (size_t)n;
        http->answer[got] = '\0';
    }
    return (int)strtol(http->answer + strlen("HTTP/1.1 "), NULL, 10);
}

static void register_person(struct http *http, int n, char ret[static 37])
{
    char body[64], key[32];
    snprintf(body, sizeof(body), "{\"crn\":\"B%06d\"}", n);
    snprintf(key, sizeof(key), "person-%d", n);
    int status = post(http, "/v1/people", key, body);
    const char *at = strstr(http->answer, "\"person\":\"");
    if (status / 100 != 2 || at == NULL)
        bench_fail("POST /v1/people", http->answer);
    snprintf(ret, 37, "%.36s", at + strlen("\"person\":\""));
}

static double share_risk(struct http *http, const char *person, int n)
{
    char path[96], key[32], body[2048], day[TIME_TEXT_MAX];
    day_print(london_day(clock_now()) + 90, day);
    snprintf(path, sizeof(path), "/v1/people/%s/risk", person);
    snprintf(key, sizeof(key), "risk-%d", n);
    snprintf(body, sizeof(body),
        "{\"basis\":\"assessed\",\"assessedAt\":\"2026-11-01T10:00:00Z\","
        "\"source\":\"Assessment (invented)\","
        "\"whoIsAtRisk\":{\"state\":\"disclosed\",\"text\":\"People close by in an argument.\"},"
        "\"nature\":{\"state\":\"disclosed\",\"text\":\"Has shouted. Nobody was hurt.\"},"
        "\"imminence\":{\"state\":\"disclosed\",\"text\":\"Not soon, as long as housing holds.\"},"
        "\"increases\":{\"state\":\"disclosed\",\"text\":\"Losing a place to stay.\"},"
        "\"decreases\":{\"state\":\"disclosed\",\"text\":\"A routine.\"},"
        "\"staffSafety\":{\"state\":\"disclosed\",\"text\":\"Meet at the office.\"},"
        "\"analysis\":{\"state\":\"not-assessed\"},\"sexualHistory\":{\"state\":\"not-assessed\"},"
        "\"additional\":{\"state\":\"withheld\",\"why\":\"Somebody else is named.\"},"
        "\"reviewBy\":\"%s\",\"urgent\":false,\"approved\":true,"
        "\"disclosed\":6,\"withheld\":1,\"notAssessed\":2}",
        day);
    int64_t from = clock_monotonic();
    int status = post(http, path, key, body);
    double took = (double)(clock_monotonic() - from);
    if (status != 201)
        bench_fail("POST a risk summary", http->answer);
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

static void measure(struct http *http, char (*people)[37], struct parts *parts, struct times *ret)
{
    /* As long as the broker's Java needs to be compiled: in production it runs for weeks. */
    for (int i = 0; i < WARM; i++) {
        share_risk(http, people[i], i);
        bare_loop_once(&parts->loop, RECORD_BYTES);
        bare_loop_once(&parts->loop, RECORD_BYTES);
    }
    for (int from = 0; from < COUNT; from += ROUND) {
        for (int i = from; i < from + ROUND; i++)
            ret->post[i] = share_risk(http, people[WARM + i], WARM + i);
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
    static struct http http;
    static struct times times;
    static char people[WARM + COUNT][37];
    struct parts parts = {
        .pg = bare_open(bench_env("BENCH_PG")), .listener = bare_open(bench_env("BENCH_PG"))};
    http_open(&http);
    tables_make(parts.pg);
    bare_run(parts.listener, "LISTEN bench");
    bare_loop_open(&parts.loop, "bench.loop");
    for (int i = 0; i < WARM + COUNT; i++)
        register_person(&http, i, people[i]);
    measure(&http, people, &parts, &times);
    report(&times);
    bare_loop_close(&parts.loop);
    PQfinish(parts.pg);
    PQfinish(parts.listener);
    close(http.fd);
    return 0;
}
