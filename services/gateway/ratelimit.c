#include "gateway/ratelimit.h"

#include "base/clock.h"
#include "gateway/measure.h"
#include "gateway/route.h"

#include <stdlib.h>
#include <string.h>

enum { SETS = 512, WAYS = 8 };

/* What a client has used stands as the time when all of it will be forgiven (the virtual scheduling
 * of ITU-T I.371, known as GCRA): a bucket of tokens in one number. */
struct bucket {
    struct uuid client; /* the start of a digest */
    int64_t forgiven_us[RATE_MAX_];
};

struct ratelimit {
    struct rate_conf conf;
    struct bucket sets[SETS][WAYS];
};

res_t ratelimit_new(const struct rate_conf *conf, struct ratelimit **ret)
{
    struct ratelimit *limits = calloc(1, sizeof(*limits));
    if (limits == NULL)
        return FATAL("rate limits: no memory");
    limits->conf = *conf;
    *ret = limits;
    return RES_DONE;
}

void ratelimit_free(struct ratelimit *limits)
{
    free(limits);
}

static int64_t last_of(const struct bucket *bucket)
{
    int64_t last = 0;
    for (enum rate rate = 0; rate < RATE_MAX_; rate++)
        if (bucket->forgiven_us[rate] > last)
            last = bucket->forgiven_us[rate];
    return last;
}

/* The client's bucket; one that is not there takes the place of the least used. */
static struct bucket *bucket_of(struct ratelimit *limits, struct view client)
{
    struct digest digest = sha256(client);
    struct uuid name;
    uint32_t set;
    memcpy(name.b, digest.b, sizeof(name.b));
    memcpy(&set, digest.b + sizeof(name.b), sizeof(set));
    struct bucket *ways = limits->sets[set % SETS], *least = ways;
    for (size_t i = 0; i < WAYS; i++) {
        if (uuid_eq(ways[i].client, name))
            return &ways[i];
        if (last_of(&ways[i]) < last_of(least))
            least = &ways[i];
    }
    *least = (struct bucket){.client = name};
    return least;
}

int64_t ratelimit_take(struct ratelimit *limits, struct view client, enum rate rate, int64_t now_us)
{
    if (limits->conf.per_second[rate] == 0)
        return 0;
    int64_t *forgiven_us = &bucket_of(limits, client)->forgiven_us[rate];
    int64_t from = *forgiven_us > now_us ? *forgiven_us : now_us;
    int64_t after = from + TIME_US_PER_S / limits->conf.per_second[rate];
    int64_t over_us = after - now_us - limits->conf.burst_us;
    if (over_us > 0 && from > now_us)
        return over_us;
    *forgiven_us = after;
    return 0;
}

bool ratelimit_allows(struct call *call)
{
    if (!identity_known(&call->who) || call->route->kind == ROUTE_OPEN)
        return true;
    enum rate rate = call->route->command != COMMAND_MAX_ ? RATE_COMMANDS : RATE_QUERIES;
    struct view client = arena_printf(
        call->arena, "%.*s\n%.*s", VIEW_ARG(call->who.client), VIEW_ARG(call->who.user));
    int64_t wait_us = ratelimit_take(call->gateway->limits, client, rate, clock_monotonic());
    if (wait_us == 0)
        return true;
    measure_limited(rate == RATE_COMMANDS);
    call->retry_s = (wait_us + TIME_US_PER_S - 1) / TIME_US_PER_S;
    return false;
}
