/* One main for every daemon: configuration, log, signals, loop, metrics, start and stop order.
 *
 *   int main(int argc, char **argv) { return daemon_run(&referrals_daemon, argc, argv); }
 *
 * Exit codes: 0 stopped when asked; 1 failed, restart it; 2 bad configuration; 3 stopped loudly
 * (daemon/halt.h): restarting changes nothing before somebody has looked. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "base/buf.h"
#include "base/res.h"
#include "conf/conf.h"
#include "daemon/loop.h"

/* The first member, named `daemon`, of every daemon's configuration struct. */
struct daemon_conf {
    const char *log_level;
    int64_t metrics_port; /* on 127.0.0.1; 0: none */
    int64_t stop_us;      /* how long the batch in hand may take when asked to stop */
};
/* Its rows, for the daemon's field table. */
#define DAEMON_CONF_FIELDS(type)                                                                   \
    {"log_level", CONF_TEXT, offsetof(type, daemon.log_level), "info", 0, 0,                       \
        "debug|info|warn|error", "least level of log lines"},                                      \
        {"metrics_port", CONF_INT, offsetof(type, daemon.metrics_port), "0", 0, 65535, NULL,       \
            "port on 127.0.0.1 for /metrics and /health; 0: none"},                                \
    {                                                                                              \
        "stop", CONF_DURATION, offsetof(type, daemon.stop_us), "5s", 0, 0, NULL,                   \
            "time to finish what is in hand when asked to stop"                                    \
    }

/* All functions run in the loop's thread. `self` is what start gave. */
struct daemon {
    const char *name;  /* static; also of the log lines */
    const char *about; /* one line for --help */
    const struct conf_field *fields;
    size_t field_count;
    size_t conf_size; /* of the configuration struct */
    /* Opens everything; `conf` lives as long as the process. RETRY is tried again for a minute. */
    res_t (*start)(struct loop *loop, const void *conf, void **ret_self);
    /* After anything watched became readable, and when wake_at has come: a bounded amount of work.
     * *ret_more: again at once. RETRY is logged and tried again after a moment. */
    res_t (*step)(void *self, bool *ret_more);
    /* clock_monotonic() of the next step, INT64_MAX: when something is readable. NULL: that. */
    int64_t (*wake_at)(const void *self);
    /* Asked to stop: takes nothing new. NULL: nothing to say. */
    void (*drain)(void *self);
    bool (*idle)(const void *self); /* NULL: at once */
    /* Consumer, producer, SQL, in this order. */
    void (*stop)(void *self);
    bool (*halted)(const void *self); /* stopped loudly. NULL: never */
    bool (*ready)(const void *self);  /* health. NULL: once started */
    void (*measure)(void *self);      /* sets the gauges before they are printed. NULL: none */
};

int daemon_run(const struct daemon *daemon, int argc, char **argv);

#endif
