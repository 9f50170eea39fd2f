#include "daemon/daemon.h"

#include "base/clock.h"
#include "daemon/halt.h"
#include "daemon/health.h"
#include "daemon/heap.h"
#include "daemon/notify.h"
#include "obs/crash.h"
#include "obs/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_FAILED = 1, EXIT_CONF = 2, START_TRIES_US = 60000000, TRY_AGAIN_US = 250000 };

struct run {
    const struct daemon *daemon;
    const struct daemon_conf *conf;
    struct loop *loop;
    struct health *health;
    struct watchdog watchdog;
    struct heap heap;
    void *self;
};

static enum log_level level_of(const char *name)
{
    static const char *const names[LEVEL_MAX_] = {"debug", "info", "warn", "error"};
    for (int i = 0; i < LEVEL_MAX_; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum log_level)i;
    return LEVEL_INFO;
}

/* What it needs may be starting, too: tried again for a minute. */
static res_t start(struct run *run)
{
    int64_t until = clock_monotonic() + START_TRIES_US;
    while (true) {
        CRASH_POINT("start");
        res_t res = run->daemon->start(run->loop, run->conf, &run->self);
        if (res.act != RES_RETRY || clock_monotonic() >= until)
            return res;
        log_res(res);
        TRY(loop_wait(run->loop, clock_monotonic() + TRY_AGAIN_US));
        if (loop_stops(run->loop) > 0)
            return FATAL("asked to stop before the start was over");
    }
}

/* One step; the time to call again in *ret_wake_at. */
static res_t step(struct run *run, int64_t *ret_wake_at)
{
    bool more = false;
    res_t res = run->daemon->step(run->self, &more);
    if (res.act == RES_RETRY) {
        log_res(res);
        *ret_wake_at = clock_monotonic() + TRY_AGAIN_US;
        return RES_DONE;
    }
    TRY(res);
    *ret_wake_at = more ? 0 : INT64_MAX;
    if (!more && run->daemon->wake_at != NULL)
        *ret_wake_at = run->daemon->wake_at(run->self);
    return RES_DONE;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static res_t wait_for(struct run *run, int64_t wake_at)
{
    int64_t tick_at = earlier(health_tick(run->health), watchdog_tick(&run->watchdog));
    return loop_wait(run->loop, earlier(tick_at, wake_at));
}

static res_t serve(struct run *run)
{
    int64_t wake_at = 0;
    while (loop_stops(run->loop) == 0) {
        if (wake_at != 0)
            heap_tick(&run->heap);
        TRY(wait_for(run, wake_at));
        TRY(step(run, &wake_at));
    }
    return RES_DONE;
}

/* The batch in hand is finished, unless it takes too long or a second signal comes. */
static res_t drain(struct run *run)
{
    int64_t until = clock_monotonic() + run->conf->stop_us;
    int64_t wake_at = 0;
    int stops = loop_stops(run->loop);
    CRASH_POINT("stop");
    notify_supervisor("STOPPING=1");
    log_line(LEVEL_INFO, "stopping");
    if (run->daemon->drain != NULL)
        run->daemon->drain(run->self);
    while (run->daemon->idle != NULL && !run->daemon->idle(run->self)) {
        if (clock_monotonic() >= until || loop_stops(run->loop) > stops)
            return RES_DONE;
        TRY(wait_for(run, wake_at < until ? wake_at : until));
        TRY(step(run, &wake_at));
    }
    return RES_DONE;
}

static res_t run_started(struct run *run)
{
    struct health_conf conf = {.port = run->conf->metrics_port, .daemon = run->daemon};
    TRY(health_open(&conf, run->self, run->loop, &run->health));
    CRASH_POINT("started");
    notify_supervisor("READY=1");
    log_line(LEVEL_INFO, "started");
    TRY(serve(run));
    return drain(run);
}

static int exit_code(const struct run *run, res_t res)
{
    if (res.act == RES_OK)
        return 0;
    log_res(res);
    bool halted =
        run->self != NULL && run->daemon->halted != NULL && run->daemon->halted(run->self);
    return halted ? HALT_EXIT : EXIT_FAILED;
}

static int run_configured(const struct daemon *daemon, const void *conf)
{
    struct run run = {.daemon = daemon, .conf = conf, .watchdog = watchdog_open()};
    heap_start();
    log_start(daemon->name, level_of(run.conf->log_level));
    res_t res = loop_new(&run.loop);
    if (res.act == RES_OK)
        res = start(&run);
    if (res.act == RES_OK)
        res = run_started(&run);
    int code = exit_code(&run, res);
    CRASH_POINT("stopped");
    if (run.self != NULL)
        daemon->stop(run.self);
    health_close(run.health);
    loop_free(run.loop);
    log_line(LEVEL_INFO, "stopped", LOG_INT("code", code));
    return code;
}

int daemon_run(const struct daemon *daemon, int argc, char **argv)
{
    struct conf_table table = {daemon->name, "RB_", daemon->fields, daemon->field_count};
    struct conf_args args = {argc, argv, stdout, stderr};
    struct conf *texts = NULL;
    void *conf = calloc(1, daemon->conf_size);
    int code = 0;
    MUST(conf != NULL);
    switch (conf_load(&table, &args, conf, &texts)) {
    case CONF_RUN:
        code = run_configured(daemon, conf);
        break;
    case CONF_EXIT_BAD:
        code = EXIT_CONF;
        break;
    case CONF_EXIT_OK:
    default:
        break;
    }
    conf_done(texts);
    free(conf);
    return code;
}
