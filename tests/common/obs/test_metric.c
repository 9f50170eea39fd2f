#include "obs/metric.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

static const char *const outcomes[] = {"event", "refused"};
static struct metric commands = METRIC_COUNTER("broker_commands_total", "Commands by outcome.",
    .labels = {{"outcome", outcomes, ARRAY_LEN(outcomes)}, {"partition", NULL, 2}});
static struct metric lag = METRIC_GAUGE("broker_lag_records", "Records not read yet.");
static struct metric took =
    METRIC_HISTOGRAM("broker_took_seconds", "Time of a batch.", .unit = METRIC_SECONDS);

static void start(void)
{
    metric_register(&commands);
    metric_register(&lag);
    metric_register(&took);
    metric_register(&took);
}

TestSuite(metric, .init = start, .timeout = 20);

static const char *printed(void)
{
    static struct buf out;
    buf_clear(&out);
    metrics_print(&out);
    buf_byte(&out, '\0');
    cr_assert_not(out.failed);
    return out.ptr;
}

Test(metric, counters_are_printed_with_every_label_of_their_set)
{
    metric_add(&commands, METRIC_AT(1, 0), 3);
    const char *text = printed();
    cr_assert_not_null(
        strstr(text, "# HELP broker_commands_total Commands by outcome.\n"
                     "# TYPE broker_commands_total counter\n"
                     "broker_commands_total{outcome=\"event\",partition=\"0\"} 0\n"
                     "broker_commands_total{outcome=\"event\",partition=\"1\"} 0\n"
                     "broker_commands_total{outcome=\"refused\",partition=\"0\"} 3\n"
                     "broker_commands_total{outcome=\"refused\",partition=\"1\"} 0\n"));
}

Test(metric, a_gauge_goes_up_and_down)
{
    metric_set(&lag, METRIC_PLAIN, 10);
    metric_add(&lag, METRIC_PLAIN, -12);
    cr_assert_eq(metric_value(&lag, METRIC_PLAIN), -2);
    cr_assert_not_null(strstr(printed(), "\nbroker_lag_records -2\n"));
}

Test(metric, histogram_buckets_are_cumulative_and_in_seconds)
{
    metric_observe(&took, METRIC_PLAIN, 100);
    metric_observe(&took, METRIC_PLAIN, 101);
    metric_observe(&took, METRIC_PLAIN, INT64_C(3600000000));
    const char *text = printed();
    cr_assert_not_null(strstr(text, "broker_took_seconds_bucket{le=\"0.000100\"} 1\n"));
    cr_assert_not_null(strstr(text, "broker_took_seconds_bucket{le=\"0.000250\"} 2\n"));
    cr_assert_not_null(strstr(text, "broker_took_seconds_bucket{le=\"60.000000\"} 2\n"));
    cr_assert_not_null(strstr(text, "broker_took_seconds_bucket{le=\"+Inf\"} 3\n"));
    cr_assert_not_null(strstr(text, "broker_took_seconds_sum 3600.000201\n"));
    cr_assert_not_null(strstr(text, "broker_took_seconds_count 3\n"));
    cr_assert_eq(metric_value(&took, METRIC_PLAIN), 3);
}

static void *count_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10000; i++) {
        metric_add(&commands, METRIC_AT(0, 1), 1);
        metric_observe(&took, METRIC_PLAIN, i);
    }
    return NULL;
}

Test(metric, threads_lose_no_count)
{
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, count_many, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(metric_value(&commands, METRIC_AT(0, 1)), 40000);
    cr_assert_eq(metric_value(&took, METRIC_PLAIN), 40000);
}

Test(metric, a_row_never_registered_counts_nothing)
{
    static struct metric other = METRIC_COUNTER("broker_other_total", "Other.");
    metric_add(&other, METRIC_PLAIN, 1);
    cr_assert_eq(metric_value(&other, METRIC_PLAIN), 0);
    cr_assert_null(strstr(printed(), "broker_other_total"));
}

Test(metric, a_label_outside_its_set_is_a_bug, .signal = SIGABRT)
{
    metric_add(&commands, METRIC_AT(2, 0), 1);
}

Test(metric, a_second_row_of_one_name_is_a_bug, .signal = SIGABRT)
{
    static struct metric twin = METRIC_COUNTER("broker_lag_records", "Another.");
    metric_register(&twin);
}
