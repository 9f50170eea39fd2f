/* What a daemon tells its operator over HTTP on this machine: /metrics, /health/live,
 * /health/ready. Answered by the loop's thread. */
#ifndef DAEMON_HEALTH_H
#define DAEMON_HEALTH_H

#include "daemon/daemon.h"

struct health;
struct health_conf {
    int64_t port; /* on 127.0.0.1; 0: none */
    const struct daemon *daemon;
};
/* *ret NULL where there is no port. RETRY: the port is taken. */
res_t health_open(
    const struct health_conf *conf, void *self, struct loop *loop, struct health **ret) MUST_USE;
void health_close(struct health *health); /* NULL is fine */
/* Call once a turn; gives when to call again at the latest (clock_monotonic). */
int64_t health_tick(struct health *health); /* NULL: never */

#endif
