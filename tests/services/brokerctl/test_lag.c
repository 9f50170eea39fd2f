#include "brokerctl/lag.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"

TestSuite(brokerctl_lag, .timeout = 10);

Test(brokerctl_lag, counts_what_stands_between_a_position_and_the_end)
{
    static const struct {
        struct lag_part part;
        int64_t records;
        bool outside;
    } rows[] = {
        {{.low = 0, .high = 10, .next = 7}, 3, false},
        {{.low = 0, .high = 10, .next = 10}, 0, false},
        {{.low = 4, .high = 10, .next = -1}, 6, false}, /* nothing stored: from the start */
        {{.low = 0, .high = 0, .next = -1}, 0, false},
        {{.low = 5, .high = 10, .next = 2}, 5, true}, /* three were deleted unread */
        {{.low = 0, .high = 10, .next = 11}, 0, true},
        {{.low = 5, .high = 5, .next = 5}, 0, false}, /* all read, all expired */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cr_expect_eq(lag_records(&rows[i].part), rows[i].records, "row %zu", i);
        cr_expect_eq(lag_is_outside(&rows[i].part), rows[i].outside, "row %zu", i);
    }
}

Test(brokerctl_lag, is_as_old_as_the_record_that_waits_longest)
{
    const int64_t now = 1000 * TIME_US_PER_S;
    const struct lag_reader reader = {.name = "risk",
        .topic = "risk.commands",
        .partitions = 4,
        .parts = {{.high = 3, .next = 1, .waiting_since = 990 * TIME_US_PER_S},
            {.high = 3, .next = 3, .waiting_since = 5},                    /* none waits */
            {.high = 1, .next = 0, .waiting_since = 1001 * TIME_US_PER_S}, /* another clock */
            {.high = 1, .next = 0, .waiting_since = 0}}};                  /* not known */
    struct lag_sum sum = lag_sum(&reader, now);
    cr_expect_eq(sum.records, 4);
    cr_expect_eq(sum.us, 10 * TIME_US_PER_S);
    cr_expect_not(sum.outside);
}

static const struct lag_reader two = {.name = "risk",
    .topic = "risk.commands",
    .partitions = 2,
    .parts = {{.high = 9, .next = 9}, {.low = 4, .high = 8, .next = 2, .waiting_since = 500000}}};

Test(brokerctl_lag, names_the_partitions_that_are_behind)
{
    CLEANUP(buf_done) struct buf some = {0}, all = {0};
    lag_put_text(&two, 2 * TIME_US_PER_S, false, &some);
    lag_put_text(&two, 2 * TIME_US_PER_S, true, &all);
    buf_byte(&some, 0);
    buf_byte(&all, 0);
    cr_expect_not_null(strstr(some.ptr, "4 records 1.500 s behind  OUTSIDE THE LOG\n"));
    cr_expect_null(strstr(some.ptr, "partition 0"));
    cr_expect_not_null(strstr(some.ptr, "partition 1   next 2"));
    cr_expect_not_null(strstr(all.ptr, "partition 0   next 9"));
}

Test(brokerctl_lag, is_a_json_object_a_partition)
{
    CLEANUP(buf_done) struct buf json = {0};
    lag_put_json(&two, 2 * TIME_US_PER_S, &json);
    cr_expect(view_eq_text(buf_as_view(&json),
                  "{\"reader\":\"risk\",\"topic\":\"risk.commands\",\"partition\":0,\"next\":9,"
                  "\"end\":9,\"records\":0,\"seconds\":0.000,\"outside\":false}\n"
                  "{\"reader\":\"risk\",\"topic\":\"risk.commands\",\"partition\":1,\"next\":2,"
                  "\"end\":8,\"records\":4,\"seconds\":1.500,\"outside\":true}\n"),
        "%.*s", VIEW_ARG(buf_as_view(&json)));
}
