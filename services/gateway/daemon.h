/* The gateway as a daemon: the loop's callbacks (daemon/daemon.h). */
#ifndef GATEWAY_DAEMON_H
#define GATEWAY_DAEMON_H

#include "daemon/daemon.h"

res_t gateway_start(struct loop *loop, const void *conf, void **ret_self) MUST_USE;
res_t gateway_step(void *self, bool *ret_more) MUST_USE;
int64_t gateway_wake_at(const void *self);
void gateway_drain(void *self);
bool gateway_idle(const void *self);
void gateway_stop(void *self);
bool gateway_ready(const void *self);
void gateway_measure(void *self);

#endif
