/* 5,000 event streams on one gateway: what each holds of its memory, and how long after a change
 * stands in the read model the last of the readers have it, beside a bare loop of writes of the
 * same bytes to as many sockets, read by the same reader. */
#include "bare_pg.h"
#include "caller.h"
#include "daemons.h"
#include "listeners.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREAMS = 5000,
    OF_SESSION = 4,
    ROUNDS = 30,
    STREAM_BYTES_MAX = 8192,
    PATIENCE_US = 30000000,
};
static const char USER[] = "DPRICE"; /* whose cases the readers look at */

/* --- readers -----------------------------------------------------------------------------------*/

/* A session's cookie, by the demo's sign-in. */
static void sign_in(struct caller *caller, char ret[static 512])
{
    CLEANUP(buf_done) struct buf out = {0};
    char body[64];
    int len = snprintf(body, sizeof(body), "user=%s", USER);
    buf_printf(&out,
        "POST /sign-in HTTP/1.1\r\nHost: probation.localhost\r\n"
        "Origin: http://probation.localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: %d\r\n\r\n%s",
        len, body);
    caller_send(caller, &out);
    if (caller_take(caller) != 303)
        bench_fail("POST /sign-in", caller->answer);
    const char *cookie = strstr(caller->answer, "Set-Cookie: ");
    if (cookie == NULL)
        bench_fail("POST /sign-in", "no session");
    cookie += strlen("Set-Cookie: ");
    snprintf(ret, 512, "%.*s", (int)strcspn(cookie, ";\r"), cookie);
}

static void open_some(struct listeners *listeners, struct caller *caller, int count)
{
    enum { AT_ONCE = 64 };
    char cookie[512] = "";
    CLEANUP(buf_done) struct buf request = {0};
    for (int i = 0; i < count; i++) {
        if (i % OF_SESSION == 0) {
            sign_in(caller, cookie);
            buf_clear(&request);
            buf_printf(&request,
                "GET /live?page=/cases HTTP/1.1\r\nHost: probation.localhost\r\nUser-Agent: "
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
                "Accept: text/event-stream\r\nAccept-Language: en-GB,en;q=0.5\r\n"
                "Accept-Encoding: gzip, deflate, br\r\nCookie: %s\r\n\r\n",
                cookie);
        }
        listeners_add(listeners, (int)strtol(bench_env("BENCH_HTTP_PORT"), NULL, 10), &request);
        if (i % AT_ONCE == AT_ONCE - 1 || i == count - 1)
            listeners_until_told(listeners, PATIENCE_US);
    }
}

/* --- ours --------------------------------------------------------------------------------------*/

struct change {
    struct caller caller;
    char person[37];
    int sent;
};

/* A person among the practitioner's cases. */
static void find_person(struct change *change, PGconn *pg)
{
    PGresult *found = PQexec(pg, "SELECT person FROM read.scope WHERE kind = 'practitioner' AND "
                                 "code = 'DPRICE' ORDER BY person LIMIT 1");
    if (PQntuples(found) != 1)
        bench_fail("the demo", "nobody is among the practitioner's cases");
    snprintf(change->person, sizeof(change->person), "%s", PQgetvalue(found, 0, 0));
    PQclear(found);
}

static void send_change(struct change *change)
{
    struct caller_risk risk;
    char key[32];
    CLEANUP(buf_done) struct buf out = {0};
    snprintf(key, sizeof(key), "stream-%d", change->sent++);
    caller_risk(change->person, key, &risk);
    caller_write(&out, change->caller.token,
        &(struct caller_request){"POST", risk.path, risk.key, risk.body});
    caller_send(&change->caller, &out);
}

struct round {
    double from_read, from_post; /* ms: p99 over all readers, from when the projector's commit was
                                    told us as it was the gateway; from the POST */
};
static struct round our_round(struct listeners *listeners, struct change *change, PGconn *pg)
{
    struct round round;
    listeners_begin(listeners);
    listeners_watch(listeners, PQsocket(pg));
    int64_t posted = clock_monotonic();
    send_change(change);
    int64_t noticed = listeners_until_told(listeners, PATIENCE_US);
    for (PGnotify *any; PQconsumeInput(pg) == 1 && (any = PQnotifies(pg)) != NULL;)
        PQfreemem(any);
    round.from_read = listeners_p99_ms(listeners, noticed);
    round.from_post = listeners_p99_ms(listeners, posted);
    if (caller_take(&change->caller) != 201)
        bench_fail("POST a risk summary", change->caller.answer);
    return round;
}

/* --- the limit ---------------------------------------------------------------------------------*/

static double bare_round(struct listeners *near, struct bare_writer *writer)
{
    listeners_begin(near);
    int64_t from = clock_monotonic();
    bare_writer_go(writer);
    (void)listeners_until_told(near, PATIENCE_US);
    return listeners_p99_ms(near, from);
}

/* In turns, so that both meet the same machine. */
static void measure(struct listeners *listeners, struct change *change, PGconn *pg)
{
    static double ours[ROUNDS], posts[ROUNDS], bare[ROUNDS];
    CLEANUP(buf_done) struct buf told = {0}, nothing = {0};
    struct listeners *near = listeners_new(STREAMS);
    struct bare_writer writer;
    (void)our_round(listeners, change, pg);
    listeners_last(listeners, &told);
    bare_writer_start(&writer, STREAMS, told.ptr, told.len);
    for (int i = 0; i < STREAMS; i++)
        listeners_add(near, writer.port, &nothing);
    bare_writer_go(&writer);
    (void)listeners_until_told(near, PATIENCE_US);
    for (int i = 0; i < ROUNDS; i++) {
        struct round round = our_round(listeners, change, pg);
        ours[i] = round.from_read;
        posts[i] = round.from_post;
        bare[i] = bare_round(near, &writer);
    }
    bare_writer_stop(&writer);
    listeners_free(near);
    bench_print(&(struct bench_line){"streams-told-p99", "ms", bench_quantile(ours, ROUNDS, 0.5),
        bench_quantile(bare, ROUNDS, 0.5), .goal = 1.5});
    printf("      streams: %d readers, %zu bytes each; from the POST %.1f ms; the quickest change "
           "%.1f ms, the loop of writes %.1f ms; the slowest %.1f ms, %.1f ms\n",
        STREAMS, told.len, bench_quantile(posts, ROUNDS, 0.5), ours[0], bare[0], ours[ROUNDS - 1],
        bare[ROUNDS - 1]);
}

/* -----------------------------------------------------------------------------------------------*/

int main(void)
{
    static struct change change;
    pid_t gateway = daemon_pid("gateway");
    PGconn *pg = bare_open(bench_env("BENCH_PG_READ"));
    listeners_files(2 * STREAMS + 100);
    caller_open(&change.caller, bench_env("BENCH_TOKEN"));
    find_person(&change, pg);
    bare_run(pg, "LISTEN read");

    struct listeners *listeners = listeners_new(STREAMS);
    open_some(listeners, &change.caller, 100); /* what the first ones cost is not theirs */
    long before_kb = daemon_memory(gateway).own_kb;
    open_some(listeners, &change.caller, STREAMS - 100);
    measure(listeners, &change, pg);
    long after_kb = daemon_memory(gateway).own_kb;
    bench_print(&(struct bench_line){"streams-memory", "B",
        (double)(after_kb - before_kb) * 1024 / (STREAMS - 100), STREAM_BYTES_MAX, .goal = 1});
    listeners_free(listeners);
    PQfinish(pg);
    return 0;
}
