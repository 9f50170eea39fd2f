/* Commands of many callers: 500 a second, whatever the answers take (an open loop: the time of each
 * counts from when it was due, not from when a connection was free), and as many as get through.
 * Each is a risk summary of one of the crowd's people. */
#include "caller.h"
#include "crowd.h"
#include "daemons.h"

#include "base/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { LINES = 64, RATE = 500, OPEN_S = 10, FULL_S = 8, DRAIN_US = 10000000, REQUESTS_MAX = 60000 };

struct line {
    struct caller caller;
    bool busy;
    size_t got;
    int64_t due_us;
};
struct load {
    struct line lines[LINES];
    struct caller_risk risk;
    struct buf out;
    int sent, answered, late; /* late: 202, its outcome was not there in time */
    double took_ms[REQUESTS_MAX];
};

/* One of the 1,000 people of the practitioner's unit. */
static int person_of(int i)
{
    int place = i * 7 % CROWD_DPRICE_TEAM;
    return place / CROWD_PROVIDERS * (CROWD_PROVIDERS * CROWD_UNITS) + place % CROWD_PROVIDERS;
}

static void send_next(struct load *load, struct line *line, int64_t due_us, const char *run)
{
    char key[48];
    snprintf(key, sizeof(key), "load-%s-%d", run, load->sent);
    caller_risk(uuid_text(bench_person(person_of(load->sent))).text, key, &load->risk);
    buf_clear(&load->out);
    caller_write(&load->out, line->caller.token,
        &(struct caller_request){"POST", load->risk.path, load->risk.key, load->risk.body});
    if (send(line->caller.fd, load->out.ptr, load->out.len, MSG_NOSIGNAL) != (ssize_t)load->out.len)
        bench_fail("the gateway", "takes no request");
    line->busy = true;
    line->got = 0;
    line->caller.answer[0] = '\0';
    line->due_us = due_us;
    load->sent++;
}

static void take(struct load *load, struct line *line)
{
    struct caller *caller = &line->caller;
    size_t room = sizeof(caller->answer) - 1 - line->got;
    ssize_t n = recv(caller->fd, caller->answer + line->got, room, MSG_DONTWAIT);
    if (n <= 0)
        bench_fail("the gateway", "gives no answer");
    line->got += (size_t)n;
    caller->answer[line->got] = '\0';
    if (line->got < caller_answer_len(caller->answer))
        return;
    int status = caller_status(caller->answer);
    if (status / 100 != 2)
        bench_fail("POST a risk summary", caller->answer);
    load->late += status == 202;
    MUST(load->answered < REQUESTS_MAX);
    load->took_ms[load->answered++] = (double)(clock_monotonic() - line->due_us) / 1000;
    line->busy = false;
}

static void wait_and_take(struct load *load, int64_t until_us)
{
    struct pollfd fds[LINES];
    int64_t wait_us = until_us - clock_monotonic();
    wait_us = wait_us < 0 ? 0 : wait_us;
    struct timespec wait = {.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};
    for (int i = 0; i < LINES; i++)
        fds[i] = (struct pollfd){load->lines[i].caller.fd, POLLIN, 0};
    if (ppoll(fds, LINES, &wait, NULL) <= 0)
        return;
    for (int i = 0; i < LINES; i++)
        if (fds[i].revents != 0 && load->lines[i].busy)
            take(load, &load->lines[i]);
}

static struct line *idle(struct load *load)
{
    for (int i = 0; i < LINES; i++)
        if (!load->lines[i].busy)
            return &load->lines[i];
    return NULL;
}

static void drain(struct load *load)
{
    int64_t until = clock_monotonic() + DRAIN_US;
    while (load->answered < load->sent) {
        wait_and_take(load, clock_monotonic() + 100000);
        if (clock_monotonic() > until)
            bench_fail("the gateway", "does not answer every request");
    }
}

static void load_open(struct load *load)
{
    load->sent = load->answered = load->late = 0;
    for (int i = 0; i < LINES; i++)
        caller_open(&load->lines[i].caller, bench_env("BENCH_TOKEN"));
}

static void load_close(struct load *load)
{
    for (int i = 0; i < LINES; i++)
        caller_close(&load->lines[i].caller);
}

/* --- 500 a second ------------------------------------------------------------------------------*/

static void steady(struct load *load)
{
    enum { EVERY_US = 1000000 / RATE };
    load_open(load);
    int64_t begin = clock_monotonic();
    for (int i = 0; i < RATE * OPEN_S;) {
        int64_t due = begin + (int64_t)i * EVERY_US;
        struct line *line = clock_monotonic() >= due ? idle(load) : NULL;
        if (line != NULL) {
            send_next(load, line, due, "steady");
            i++;
        }
        /* Due and no line free: until one is. */
        wait_and_take(load, line != NULL              ? 0
                            : clock_monotonic() < due ? due
                                                      : clock_monotonic() + EVERY_US);
    }
    drain(load);
    load_close(load);
    size_t count = (size_t)load->answered;
    double p99 = bench_quantile(load->took_ms, count, 0.99);
    bench_print(&(struct bench_line){"post-500-a-second-p99", "ms", p99, .limit = 50, .goal = 1});
    printf("      post-500-a-second: p50 %.1f ms, slowest %.1f ms of %zu, %d of them 202\n",
        bench_quantile(load->took_ms, count, 0.5), load->took_ms[count - 1], count, load->late);
}

/* --- as many as get through --------------------------------------------------------------------*/

static void full(struct load *load)
{
    int64_t cpu[DAEMONS];
    load_open(load);
    for (int i = 0; i < DAEMONS; i++)
        cpu[i] = bench_cpu_us(daemon_pid(daemon_names[i]));
    int64_t begin = clock_monotonic(), until = begin + FULL_S * TIME_US_PER_S;
    while (clock_monotonic() < until) {
        for (struct line *line; (line = idle(load)) != NULL;)
            send_next(load, line, clock_monotonic(), "full");
        wait_and_take(load, until);
    }
    drain(load);
    double count = load->answered, took_s = (double)(clock_monotonic() - begin) / 1e6;
    bench_print(&(struct bench_line){
        "post-saturated", "/s", count / took_s, .limit = RATE, .at_least = true});
    printf("      post-saturated: p50 %.1f ms, p99 %.1f ms, %d of %.0f 202; us of CPU a request:",
        bench_quantile(load->took_ms, (size_t)load->answered, 0.5),
        bench_quantile(load->took_ms, (size_t)load->answered, 0.99), load->late, count);
    for (int i = 0; i < DAEMONS; i++)
        printf(" %s %.0f", daemon_names[i],
            (double)(bench_cpu_us(daemon_pid(daemon_names[i])) - cpu[i]) / count);
    printf("\n");
    load_close(load);
}

int main(void)
{
    static struct load load;
    steady(&load);
    full(&load);
    buf_done(&load.out);
    return 0;
}
