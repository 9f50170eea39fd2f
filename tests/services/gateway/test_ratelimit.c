#include "gateway/ratelimit.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(gateway_ratelimit, .timeout = 10);

#define NOW (INT64_C(1000) * TIME_US_PER_S)
#define S TIME_US_PER_S

static struct ratelimit *limits_of(int64_t commands, int64_t queries, int64_t burst_us)
{
    struct ratelimit *limits = NULL;
    const struct rate_conf conf = {{commands, queries}, burst_us};
    cr_assert_eq(ratelimit_new(&conf, &limits).act, RES_OK);
    return limits;
}

/* How many of `times` were allowed at once. */
static int taken(struct ratelimit *limits, const char *client, int64_t now_us, int times)
{
    int allowed = 0;
    for (int i = 0; i < times; i++)
        allowed += ratelimit_take(limits, view_of(client), RATE_COMMANDS, now_us) == 0;
    return allowed;
}

Test(gateway_ratelimit, allows_a_burst_and_then_so_many_a_second)
{
    struct ratelimit *limits = limits_of(10, 10, 2 * S);
    cr_assert_eq(taken(limits, "a", NOW, 100), 20, "two seconds' worth after a pause");
    int64_t wait_us = ratelimit_take(limits, VIEW("a"), RATE_COMMANDS, NOW);
    cr_assert_eq(wait_us, S / 10);
    cr_assert_eq(taken(limits, "a", NOW + wait_us - 1, 100), 0, "not before its time");
    cr_assert_eq(taken(limits, "a", NOW + wait_us, 100), 1, "what it was told was true");
    cr_assert_eq(taken(limits, "a", NOW + S, 100), 9);
    cr_assert_eq(taken(limits, "a", NOW + 100 * S, 100), 20, "a long pause saves no more");
    ratelimit_free(limits);
}

Test(gateway_ratelimit, who_keeps_to_the_rate_is_never_stopped)
{
    struct ratelimit *limits = limits_of(10, 10, 1);
    for (int64_t i = 0; i < 1000; i++)
        cr_assert_eq(taken(limits, "a", NOW + i * S / 10, 1), 1);
    cr_assert_eq(taken(limits, "a", NOW + 1000 * S / 10 - 1, 1), 0);
    ratelimit_free(limits);
}

Test(gateway_ratelimit, counts_clients_and_kinds_each_by_themselves)
{
    struct ratelimit *limits = limits_of(1, 1, S);
    cr_assert_eq(taken(limits, "a", NOW, 5), 1);
    cr_assert_eq(taken(limits, "b", NOW, 5), 1);
    cr_assert_eq(ratelimit_take(limits, VIEW("a"), RATE_QUERIES, NOW), 0);
    ratelimit_free(limits);
}

Test(gateway_ratelimit, without_a_rate_anything_goes)
{
    struct ratelimit *limits = limits_of(0, 1, S);
    cr_assert_eq(taken(limits, "a", NOW, 100000), 100000);
    cr_assert_eq(ratelimit_take(limits, VIEW("a"), RATE_QUERIES, NOW), 0);
    cr_assert_neq(ratelimit_take(limits, VIEW("a"), RATE_QUERIES, NOW), 0);
    ratelimit_free(limits);
}

Test(gateway_ratelimit, one_that_is_held_back_stays_so_among_very_many_quiet_ones)
{
    struct ratelimit *limits = limits_of(1, 1, 10 * S);
    cr_assert_eq(taken(limits, "busy", NOW, 100), 10);
    for (int i = 0; i < 100000; i++) {
        char client[32];
        snprintf(client, sizeof(client), "quiet-%d", i);
        cr_assert_eq(taken(limits, client, NOW, 1), 1);
    }
    cr_assert_eq(taken(limits, "busy", NOW, 100), 0);
    ratelimit_free(limits);
}
