/* How often one client may ask: so many a second, and so many at once after a pause; commands and
 * queries each by themselves. A client is one user of one program: a program that speaks for many
 * is not held back by one of them. Who is not known is none, and is the proxy's business. Each
 * gateway counts for itself.
 *
 * The table is bounded: a new client takes the place of one that has been quiet, or, where nobody
 * was, of the one that may ask most. */
#ifndef GATEWAY_RATELIMIT_H
#define GATEWAY_RATELIMIT_H

#include "base/res.h"
#include "base/view.h"

struct call;
struct ratelimit;

enum rate { RATE_COMMANDS, RATE_QUERIES, RATE_MAX_ };
struct rate_conf {
    int64_t per_second[RATE_MAX_]; /* 0: as often as it likes */
    int64_t burst_us;              /* so long a pause fills the bucket */
};
res_t ratelimit_new(const struct rate_conf *conf, struct ratelimit **ret) MUST_USE;
void ratelimit_free(struct ratelimit *limits); /* NULL is fine */

/* Takes one. 0: it may; else the µs after which it may again. `now_us` never goes back. */
int64_t ratelimit_take(
    struct ratelimit *limits, struct view client, enum rate rate, int64_t now_us);

/* The same for a request of somebody known. Sets call->retry_s where it may not. */
bool ratelimit_allows(struct call *call);

#endif
