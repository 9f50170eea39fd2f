/* Groups of users whose token does not say them: requests wait, for a moment, until they were asked
 * for. Whose groups cannot be had has none: the gate denies. */
#ifndef GATEWAY_GROUPS_H
#define GATEWAY_GROUPS_H

#include "gateway/gateway.h"

struct groups;
/* *ret NULL: not configured, nobody is asked. */
res_t groups_open(struct gateway *gateway, struct groups **ret) MUST_USE;
void groups_close(struct groups *groups); /* requests that wait are answered 503; NULL is fine */

/* Adds the groups to the claims where they are to be asked for. False: the request waits, and is
 * handled again from its beginning (gateway_handle). */
bool groups_complete(struct groups *groups, struct call *call, struct token_claims *claims);
/* In each step: requests whose answer came, or who waited long enough. */
void groups_step(struct groups *groups, int64_t now_us);
/* Once a second: says what failed. */
void groups_tick(struct groups *groups);

#endif
