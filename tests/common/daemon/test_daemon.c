/* daemon_run: what a process does from its configuration to its exit code. */
#include "daemon/daemon.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(daemon, .timeout = 30);

/* What the test's daemon is told to do, and what it did. */
struct play {
    int steps;
    int stop_at;  /* step that sends the process SIGTERM */
    int fail_at;  /* step that fails for good */
    int retry_at; /* step that asks for another try */
    bool halted;
    int busy_for;    /* looks at idle before it is */
    int start_fails; /* how often start still fails */
    bool again;      /* a second signal while draining */
    char order[64];
};
static struct play play;

static void note(char what)
{
    size_t len = strlen(play.order);
    if (len + 1 < sizeof(play.order))
        play.order[len] = what;
}

static res_t start(struct loop *loop, const void *conf, void **ret_self)
{
    (void)loop;
    (void)conf;
    if (play.start_fails-- > 0)
        return RETRY("not yet");
    *ret_self = &play;
    note('s');
    return RES_DONE;
}

static res_t step(void *self, bool *ret_more)
{
    struct play *of = self;
    *ret_more = true;
    of->steps++;
    if (of->steps == of->stop_at)
        raise(SIGTERM);
    if (of->steps == of->retry_at)
        return RETRY("a moment");
    return of->steps == of->fail_at ? FATAL("broken") : RES_DONE;
}

static void drain(void *self)
{
    (void)self;
    note('d');
    if (play.again)
        raise(SIGTERM);
}

static bool idle(const void *self)
{
    (void)self;
    return play.busy_for-- <= 0;
}

static void stop(void *self)
{
    (void)self;
    note('x');
}

static bool halted(const void *self)
{
    return ((const struct play *)self)->halted;
}

struct test_conf {
    struct daemon_conf daemon;
};
static const struct conf_field fields[] = {DAEMON_CONF_FIELDS(struct test_conf)};
static const struct daemon test_daemon = {.name = "test",
    .about = "a test",
    .fields = fields,
    .field_count = ARRAY_LEN(fields),
    .conf_size = sizeof(struct test_conf),
    .start = start,
    .step = step,
    .drain = drain,
    .idle = idle,
    .stop = stop,
    .halted = halted};

static int run(struct play as)
{
    char name[] = "test";
    char *argv[] = {name, NULL};
    play = as;
    return daemon_run(&test_daemon, 1, argv);
}

Test(daemon, stops_when_asked_after_draining_and_exits_0)
{
    cr_assert_eq(run((struct play){.stop_at = 3, .busy_for = 2}), 0);
    cr_assert_str_eq(play.order, "sdx");
    cr_assert_gt(play.steps, 4, "steps go on until it is idle");
}

Test(daemon, exits_1_when_a_step_fails_for_good_and_still_closes)
{
    cr_assert_eq(run((struct play){.fail_at = 2}), 1);
    cr_assert_str_eq(play.order, "sx");
}

Test(daemon, exits_3_when_it_stopped_loudly)
{
    cr_assert_eq(run((struct play){.fail_at = 2, .halted = true}), 3);
}

Test(daemon, exits_2_for_a_bad_configuration_without_starting)
{
    setenv("RB_LOG_LEVEL", "shouting", 1);
    cr_assert_eq(run((struct play){.fail_at = 1}), 2);
    cr_assert_str_eq(play.order, "");
}

Test(daemon, goes_on_after_a_step_that_asks_for_another_try)
{
    cr_assert_eq(run((struct play){.retry_at = 2, .stop_at = 4}), 0);
    cr_assert_geq(play.steps, 4);
}

Test(daemon, tries_its_start_again_while_what_it_needs_is_away)
{
    cr_assert_eq(run((struct play){.start_fails = 2, .stop_at = 1}), 0);
    cr_assert_str_eq(play.order, "sdx");
}

Test(daemon, leaves_at_the_second_signal_without_waiting_to_be_idle)
{
    setenv("RB_STOP", "1h", 1); /* or the test times out */
    cr_assert_eq(run((struct play){.stop_at = 2, .busy_for = 2000000000, .again = true}), 0);
    cr_assert_str_eq(play.order, "sdx");
}

Test(daemon, leaves_when_its_time_to_finish_is_over)
{
    setenv("RB_STOP", "20ms", 1);
    cr_assert_eq(run((struct play){.stop_at = 2, .busy_for = 2000000000}), 0);
    cr_assert_str_eq(play.order, "sdx");
}

/* A supervisor's socket; what it is told can be read at once. */
static int supervisor(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char name[64];
    int len = snprintf(name, sizeof(name), "@referral-test-%d", (int)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    memcpy(at.sun_path + 1, name + 1, (size_t)len - 1);
    cr_assert_eq(
        bind(fd, (struct sockaddr *)&at, (socklen_t)(sizeof(at.sun_family) + (size_t)len)), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

/* Everything that it was told, "" after the last. */
static const char *told(int fd)
{
    static char said[64];
    ssize_t len = recv(fd, said, sizeof(said) - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    return said;
}

Test(daemon, tells_the_supervisor_that_it_is_ready_and_that_it_stops)
{
    int fd = supervisor();
    cr_assert_eq(run((struct play){.stop_at = 2}), 0);
    cr_assert_str_eq(told(fd), "READY=1");
    cr_assert_str_eq(told(fd), "STOPPING=1");
    cr_assert_str_eq(told(fd), "", "nobody watches");
    close(fd);
}

/* Steps that have nothing to do: the loop turns for the supervisor alone. */
static res_t step_idle(void *self, bool *ret_more)
{
    struct play *of = self;
    *ret_more = false;
    if (++of->steps == of->stop_at)
        raise(SIGTERM);
    return RES_DONE;
}

Test(daemon, tells_a_supervisor_that_watches_that_its_loop_turns)
{
    struct daemon idle_daemon = test_daemon;
    char name[] = "test", *argv[] = {name, NULL};
    int fd = supervisor(), turns = 0;
    idle_daemon.step = step_idle;
    idle_daemon.wake_at = NULL;
    setenv("WATCHDOG_USEC", "20000", 1);
    play = (struct play){.stop_at = 5};
    cr_assert_eq(daemon_run(&idle_daemon, 1, argv), 0);
    cr_assert_str_eq(told(fd), "READY=1");
    const char *said = told(fd);
    for (; strcmp(said, "WATCHDOG=1") == 0; said = told(fd))
        turns++;
    cr_assert_geq(turns, 4, "%d", turns);
    cr_assert_str_eq(said, "STOPPING=1");
    close(fd);
}

Test(daemon, says_nothing_to_who_watches_another_process)
{
    int fd = supervisor();
    setenv("WATCHDOG_USEC", "1", 1);
    setenv("WATCHDOG_PID", "1", 1);
    cr_assert_eq(run((struct play){.stop_at = 3}), 0);
    cr_assert_str_eq(told(fd), "READY=1");
    cr_assert_str_eq(told(fd), "STOPPING=1");
    close(fd);
}

/* A port that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, len), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static int status_of(int port, const char *path)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char text[256] = "";
    int status = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0) {
        int len = snprintf(text, sizeof(text),
            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
        (void)!write(fd, text, (size_t)len);
        ssize_t got = read(fd, text, sizeof(text) - 1);
        text[got > 0 ? got : 0] = '\0';
        (void)sscanf(text, "HTTP/1.1 %d", &status);
    }
    close(fd);
    return status;
}

static int64_t wake_never(const void *self)
{
    (void)self;
    return INT64_MAX;
}

static res_t step_once(void *self, bool *ret_more)
{
    (void)self;
    *ret_more = false;
    return RES_DONE;
}

static bool not_ready(const void *self)
{
    (void)self;
    return false;
}

Test(daemon, answers_metrics_and_health_while_it_waits)
{
    struct daemon waiting = test_daemon;
    char port_text[16], name[] = "test";
    char *argv[] = {name, NULL};
    int port = free_port(), status = 0;
    waiting.step = step_once;
    waiting.wake_at = wake_never;
    waiting.ready = not_ready;
    snprintf(port_text, sizeof(port_text), "%d", port);
    setenv("RB_METRICS_PORT", port_text, 1);
    pid_t child = fork();
    if (child == 0)
        _exit(daemon_run(&waiting, 1, argv));
    for (int i = 0; i < 500 && status_of(port, "/health/live") != 200; i++)
        usleep(20000);
    cr_assert_eq(status_of(port, "/health/live"), 200);
    cr_assert_eq(status_of(port, "/health/ready"), 503);
    cr_assert_eq(status_of(port, "/metrics"), 200);
    cr_assert_eq(status_of(port, "/elsewhere"), 404);
    kill(child, SIGTERM);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
