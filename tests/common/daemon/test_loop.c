#include "daemon/loop.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

TestSuite(loop, .timeout = 20);

static int called;
static void count(void *owner, int fd)
{
    char byte;
    (void)owner;
    called += (int)read(fd, &byte, 1);
}

Test(loop, calls_what_is_readable_and_forgets_what_it_is_told_to_forget)
{
    CLEANUP(loop_free_p) struct loop *loop = NULL;
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    cr_assert(loop_new(&loop).act == RES_OK);
    cr_assert(loop_watch(loop, pipes[0], count, NULL).act == RES_OK);
    cr_assert_eq(write(pipes[1], "ab", 2), 2);
    cr_assert(loop_wait(loop, INT64_MAX).act == RES_OK);
    cr_assert_eq(called, 1);
    loop_forget(loop, pipes[0]);
    cr_assert(loop_wait(loop, 0).act == RES_OK);
    cr_assert_eq(called, 1);
    close(pipes[0]);
    close(pipes[1]);
}

Test(loop, is_woken_by_a_descriptor_without_a_function)
{
    CLEANUP(loop_free_p) struct loop *loop = NULL;
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    cr_assert(loop_new(&loop).act == RES_OK);
    cr_assert(loop_watch(loop, pipes[0], NULL, NULL).act == RES_OK);
    cr_assert_eq(write(pipes[1], "a", 1), 1);
    cr_assert(loop_wait(loop, INT64_MAX).act == RES_OK);
    close(pipes[0]);
    close(pipes[1]);
}

Test(loop, never_returns_before_its_time_while_nothing_happens)
{
    CLEANUP(loop_free_p) struct loop *loop = NULL;
    cr_assert(loop_new(&loop).act == RES_OK);
    int64_t at = clock_monotonic() + 30000;
    cr_assert(loop_wait(loop, at).act == RES_OK);
    cr_assert_geq(clock_monotonic(), at);
}

Test(loop, takes_signals_as_events_and_counts_them)
{
    CLEANUP(loop_free_p) struct loop *loop = NULL;
    cr_assert(loop_new(&loop).act == RES_OK);
    cr_assert_eq(loop_stops(loop), 0);
    raise(SIGTERM);
    cr_assert(loop_wait(loop, INT64_MAX).act == RES_OK);
    cr_assert_eq(loop_stops(loop), 1);
    raise(SIGINT);
    cr_assert(loop_wait(loop, INT64_MAX).act == RES_OK);
    cr_assert_eq(loop_stops(loop), 2);
}
