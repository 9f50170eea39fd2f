/* Each daemon is killed (SIGKILL) again and again, its supervisor starts it anew, and a caller
 * sends a command that needs it at once, under one key until it has an answer: from the kill until
 * the event is visible, which is what 201 says. BENCH_KILLS of each. */
#include "caller.h"
#include "crowd.h"
#include "daemons.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KILLS_MAX = 100, KILLS = 10, PATIENCE_US = 30000000 };

/* A command that its decider answers: of a risk summary, a note, an attempt at contact. */
static void write_command(const char *daemon, int i, struct caller_risk *ret)
{
    char key[48], now[TIME_TEXT_MAX];
    const char *referral = uuid_text(crowd_referral(0)).text;
    struct uuid id = uuid_random();
    snprintf(key, sizeof(key), "kill-%s-%d", daemon, i);
    caller_risk(uuid_text(bench_person(0)).text, key, ret);
    time_print(clock_now(), now);
    if (strcmp(daemon, "referrals") == 0) {
        snprintf(ret->path, sizeof(ret->path), "/v1/referrals/%s/case-notes", referral);
        snprintf(ret->body, sizeof(ret->body),
            "{\"noteId\":\"%s\",\"subject\":\"Housing\",\"body\":\"Called.\",\"notify\":false}",
            uuid_text(id).text);
    } else if (strcmp(daemon, "sessions") == 0) {
        snprintf(ret->path, sizeof(ret->path), "/v1/referrals/%s/contact-attempts", referral);
        snprintf(ret->body, sizeof(ret->body),
            "{\"attemptId\":\"%s\",\"at\":\"%s\",\"how\":\"phone\",\"result\":\"no-answer\","
            "\"purpose\":\"arrange\",\"note\":\"Rang twice.\"}",
            uuid_text(id).text, now);
    }
}

/* The status; 0: nobody there, or gone meanwhile. As a caller that does not give up does it: with
 * a new connection, and not for ever. */
static int try_once(const struct caller_risk *command)
{
    static char answer[8192];
    static struct buf out;
    struct caller caller;
    if (!caller_try(&caller, bench_env("BENCH_TOKEN")))
        return 0;
    struct timeval patience = {.tv_sec = 5};
    setsockopt(caller.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    buf_clear(&out);
    caller_write(&out, caller.token,
        &(struct caller_request){"POST", command->path, command->key, command->body});
    ssize_t sent = send(caller.fd, out.ptr, out.len, MSG_NOSIGNAL);
    ssize_t got = sent == (ssize_t)out.len ? recv(caller.fd, answer, sizeof(answer) - 1, 0) : 0;
    caller_close(&caller);
    if (got <= 0)
        return 0;
    answer[got] = '\0';
    int status = caller_status(answer);
    if (status >= 400 && status < 500 && status != 429)
        bench_fail(command->path, answer);
    return status;
}

static double kill_once(const char *daemon, int i)
{
    struct caller_risk command;
    write_command(daemon, i, &command);
    for (int d = 0; d < DAEMONS; d++)
        daemon_until_ready(daemon_names[d]);
    usleep((useconds_t)(i * 37 % 250) * 1000); /* at any moment of what goes round in there */
    int64_t from = clock_monotonic();
    if (kill(daemon_pid(daemon), SIGKILL) != 0)
        bench_fail(daemon, strerror(errno));
    while (try_once(&command) != 201) {
        if (clock_monotonic() - from > PATIENCE_US)
            bench_fail(daemon, "nothing is visible after it was killed");
        usleep(5000);
    }
    return (double)(clock_monotonic() - from) / 1000;
}

int main(void)
{
    const char *wanted = getenv("BENCH_KILLS");
    long kills = wanted == NULL ? KILLS : strtol(wanted, NULL, 10);
    if (kills < 1 || kills > KILLS_MAX)
        bench_fail("BENCH_KILLS", "is a number from 1 to 100");
    for (int d = 0; d < DAEMONS; d++) {
        double took[KILLS_MAX];
        char name[64];
        for (int i = 0; i < kills; i++)
            took[i] = kill_once(daemon_names[d], i);
        snprintf(name, sizeof(name), "kill-%s-p99", daemon_names[d]);
        bench_print(&(struct bench_line){
            name, "ms", bench_quantile(took, (size_t)kills, 0.99), .limit = 1000, .goal = 1});
        printf("      kill-%s: p50 %.0f ms of %ld\n", daemon_names[d],
            bench_quantile(took, (size_t)kills, 0.5), kills);
    }
    return 0;
}
