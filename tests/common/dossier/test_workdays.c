#include "dossier/workdays.h"

#include "base/clock.h"
#include "base/res.h"

#include <criterion/criterion.h>

static int32_t day_of(int year, int month, int day)
{
    return day_from_parts((struct date_parts){year, month, day});
}

/* Every bank holiday of the year, as month * 100 + day, ending in 0. */
static const struct holidays_of_year {
    int year;
    int days[13];
} years[] = {
    {2020, {101, 410, 413, 508, 525, 831, 1225, 1226, 1228}},
    {2021, {101, 402, 405, 503, 531, 830, 1225, 1226, 1227, 1228}},
    {2022, {101, 103, 415, 418, 502, 602, 603, 829, 919, 1225, 1226, 1227}},
    {2023, {101, 102, 407, 410, 501, 508, 529, 828, 1225, 1226}},
    {2024, {101, 329, 401, 506, 527, 826, 1225, 1226}},
    {2025, {101, 418, 421, 505, 526, 825, 1225, 1226}},
    {2026, {101, 403, 406, 504, 525, 831, 1225, 1226, 1228}},
    {2027, {101, 326, 329, 503, 531, 830, 1225, 1226, 1227, 1228}},
    {2028, {101, 103, 414, 417, 501, 529, 828, 1225, 1226}},
};

Test(workdays, bank_holidays_are_those_of_the_published_list, .timeout = 10)
{
    for (size_t i = 0; i < ARRAY_LEN(years); i++) {
        size_t at = 0;
        for (int32_t d = day_of(years[i].year, 1, 1); d <= day_of(years[i].year, 12, 31); d++) {
            if (!bank_holiday(d))
                continue;
            struct date_parts parts = day_to_parts(d);
            cr_expect_eq(parts.month * 100 + parts.day, years[i].days[at], "%d-%02d-%02d",
                parts.year, parts.month, parts.day);
            at++;
        }
        cr_expect_eq(years[i].days[at], 0, "a holiday of %d is missing", years[i].year);
    }
}

Test(workdays, easter_is_right_for_the_known_extremes, .timeout = 10)
{
    /* Easter Monday is the day after: 23 March 2008, 24 April 2011, 25 April 2038. */
    cr_expect(bank_holiday(day_of(2008, 3, 24)));
    cr_expect(bank_holiday(day_of(2011, 4, 25)));
    cr_expect(bank_holiday(day_of(2038, 4, 26)));
    cr_expect(bank_holiday(day_of(2049, 4, 19)));
    cr_expect(!bank_holiday(day_of(2038, 4, 19)));
}

Test(workdays, counting_leaves_out_weekends_and_holidays, .timeout = 10)
{
    cr_expect_eq(workday_after(day_of(2026, 12, 18), 5), day_of(2026, 12, 29));
    cr_expect_eq(workday_after(day_of(2026, 11, 23), 10), day_of(2026, 12, 7));
    cr_expect_eq(workday_after(day_of(2026, 12, 25), 10), day_of(2027, 1, 12));
    cr_expect_eq(workday_after(day_of(2026, 12, 25), 0), day_of(2026, 12, 25));
    cr_expect_eq(workday_from(day_of(2026, 12, 26)), day_of(2026, 12, 29));
    cr_expect_eq(workday_from(day_of(2026, 12, 29)), day_of(2026, 12, 29));
}

Test(workdays, a_due_day_ends_at_london_midnight_in_summer_too, .timeout = 10)
{
    int64_t june = london_to_utc(day_of(2026, 6, 1), 10 * 60);
    char text[TIME_TEXT_MAX];
    time_print(due_workdays(june, 1), text);
    cr_expect_str_eq(text, "2026-06-02T23:00:00Z");
    time_print(due_calendar_days(london_to_utc(day_of(2026, 11, 27), 0), 1), text);
    cr_expect_str_eq(text, "2026-12-01T00:00:00Z", "28 November is a Saturday");
}
