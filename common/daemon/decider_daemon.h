/* The three deciders as daemons: each is one row and one pure function.
 *
 *   static const struct decider_service service = {"risk", "risk.commands", FAMILY_RISK,
 * decide_risk}; static res_t start(struct loop *loop, const void *conf, void **ret) { return
 * decider_daemon_start(&service, loop, conf, ret); } static const struct daemon risk_daemon =
 * {.name = "risk", .about = "...", .start = start, DECIDER_DAEMON};
 */
#ifndef DAEMON_DECIDER_DAEMON_H
#define DAEMON_DECIDER_DAEMON_H

#include "daemon/conf_kafka.h"
#include "daemon/daemon.h"
#include "daemon/decider.h"

/* All texts are static. */
struct decider_service {
    const char *name; /* also the consumer group */
    const char *commands_topic;
    enum family family;
    decide_fn *decide;
};

struct decider_daemon_conf {
    struct daemon_conf daemon;
    struct conf_kafka kafka;
    const char *state;
    int64_t instance;
    int64_t store_mib;
    int64_t pending_max;
    int64_t command_bytes_max;
    int64_t resend_us;
    int64_t give_up_us;
};
extern const struct conf_field decider_daemon_fields[];

res_t decider_daemon_start(const struct decider_service *service, struct loop *loop,
    const struct decider_daemon_conf *conf, void **ret_self) MUST_USE;
res_t decider_daemon_step(void *self, bool *ret_more) MUST_USE;
int64_t decider_daemon_wake_at(const void *self);
void decider_daemon_drain(void *self);
bool decider_daemon_idle(const void *self);
void decider_daemon_stop(void *self);
bool decider_daemon_halted(const void *self);
bool decider_daemon_ready(const void *self);
void decider_daemon_measure(void *self);

/* The rest of the struct daemon. */
#define DECIDER_DAEMON                                                                             \
    .conf_size = sizeof(struct decider_daemon_conf), .step = decider_daemon_step,                  \
    .wake_at = decider_daemon_wake_at, .drain = decider_daemon_drain, .idle = decider_daemon_idle, \
    .stop = decider_daemon_stop, .halted = decider_daemon_halted, .ready = decider_daemon_ready,   \
    .measure = decider_daemon_measure, .fields = decider_daemon_fields,                            \
    .field_count = DECIDER_DAEMON_FIELDS

enum { DECIDER_DAEMON_FIELDS = 16 };

#endif
