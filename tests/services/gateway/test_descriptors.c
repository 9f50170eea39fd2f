#include "gateway/descriptors.h"

#include <criterion/criterion.h>

#include <sys/resource.h>

static void limits_be(rlim_t soft, rlim_t hard)
{
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){soft, hard}), 0);
}

static rlim_t soft_now(void)
{
    struct rlimit now;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &now), 0);
    return now.rlim_cur;
}

Test(gateway_descriptors, are_as_many_as_wanted_where_the_hard_limit_lets_them, .timeout = 10)
{
    limits_be(200, 400);
    cr_assert_eq(descriptors_raise(300), 300);
    cr_assert_eq(soft_now(), 300);
}

Test(gateway_descriptors, are_as_many_as_the_hard_limit_lets_where_more_are_wanted, .timeout = 10)
{
    limits_be(200, 400);
    cr_assert_eq(descriptors_raise(8000), 400);
    cr_assert_eq(soft_now(), 400);
}

Test(gateway_descriptors, are_never_made_fewer, .timeout = 10)
{
    limits_be(300, 400);
    cr_assert_eq(descriptors_raise(100), 300);
    cr_assert_eq(soft_now(), 300);
}
