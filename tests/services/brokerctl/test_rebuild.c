#include "brokerctl/rebuild.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(brokerctl_rebuild, .timeout = 10);

Test(brokerctl_rebuild, is_behind_by_what_each_partition_lacks_and_never_less_than_nothing)
{
    const struct swap_positions at = {.next = {5, 9, 0}};
    cr_expect_eq(rebuild_behind(&at, (const int64_t[]){5, 9, 0}, 3), 0);
    cr_expect_eq(rebuild_behind(&at, (const int64_t[]){7, 2, 1}, 3), 3);
    cr_expect_eq(rebuild_behind(&at, (const int64_t[]){7, 2, 1}, 2), 2);
}

Test(brokerctl_rebuild, needs_every_partition_from_its_first_record_on)
{
    cr_expect_eq(rebuild_cut((const int64_t[]){0, 0, 0}, 3), -1);
    cr_expect_eq(rebuild_cut((const int64_t[]){0, 0, 1}, 3), 2);
    cr_expect_eq(rebuild_cut((const int64_t[]){0, 0, 1}, 2), -1);
}

static bool progress_says(
    const struct progress *progress, int64_t done, int64_t now, const char *say)
{
    CLEANUP(buf_done) struct buf text = {0};
    progress_put(progress, done, now, &text);
    buf_byte(&text, 0);
    bool same = strcmp(text.ptr, say) == 0;
    cr_expect(same, "%s", text.ptr);
    return same;
}

Test(brokerctl_progress, says_when_it_will_be_through_by_the_rate_since_it_began, .timeout = 10)
{
    const struct progress half = {
        .what = "projecting", .total = 400, .began_us = 7000000, .began_at = 100};
    const char *bar = "projecting [####################                    ] 200 of 400";
    char line[128];
    snprintf(line, sizeof line, "%s, 20.0 s left", bar);
    cr_expect(progress_says(&half, 200, 17000000, line));
    cr_expect(progress_says(&half, 200, 7500000, bar)); /* too early to say */
    cr_expect(progress_says(
        &half, 100, 17000000, "projecting [##########                              ] 100 of 400"));
    cr_expect(progress_says(
        &half, 500, 17000000, "projecting [########################################] 500 of 400"));
}
