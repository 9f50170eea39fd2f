/* Time: int64_t microseconds since 1970-01-01T00:00:00Z everywhere. Days: int32_t since 1970-01-01.
 * Nothing pure reads the clock; only edges call clock_now. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/res.h"
#include "base/view.h"

#define TIME_US_PER_S INT64_C(1000000)
#define TIME_US_PER_DAY (INT64_C(86400) * TIME_US_PER_S)

/* The years 1 to 9999, which is what RFC 3339 can write. The codec takes no other time or day, so
 * that whatever is added to one stays far from the limits of its type. */
#define DAY_MIN (-719162)
#define DAY_MAX 2932896
#define TIME_US_MIN (DAY_MIN * TIME_US_PER_DAY)
#define TIME_US_MAX ((DAY_MAX + 1) * TIME_US_PER_DAY - 1)

int64_t clock_now(void);       /* wall clock, µs UTC */
int64_t clock_monotonic(void); /* µs from an arbitrary start; for durations */

struct date_parts {
    int year;
    int month; /* 1-12 */
    int day;   /* 1-31 */
};
/* Proleptic Gregorian calendar. */
int32_t day_from_parts(struct date_parts parts);
struct date_parts day_to_parts(int32_t day);
/* 0 = Monday ... 6 = Sunday. */
int day_of_week(int32_t day);

/* Europe/London since 1996: BST from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last
 * Sunday of October (Summer Time Act 1972 as amended by S.I. 2002/262). */
bool london_is_summer(int64_t at_us);
int32_t london_day(int64_t at_us);    /* the London date of an instant */
int64_t london_midnight(int32_t day); /* the instant at which that London date begins */
int64_t london_to_utc(int32_t day, int32_t minute); /* minute of the London day; the first, summer
                                                       one of a doubled hour; a skipped hour gives
                                                       the instant one hour on: ask time_exists */
bool london_time_exists(int32_t day, int32_t minute);
void london_parts(int64_t at_us, int32_t *ret_day, int32_t *ret_minute);

enum { TIME_TEXT_MAX = 32 };
/* "2026-11-23T10:05:00Z"; with six decimals where there are microseconds. */
void time_print(int64_t at_us, char ret[static TIME_TEXT_MAX]);
void day_print(int32_t day, char ret[static TIME_TEXT_MAX]);
/* RFC 3339 with Z or a numeric offset (required); up to 6 decimals (more are refused). In UTC, too,
 * it must be of the years 1 to 9999. */
bool time_parse(struct view text, int64_t *ret_us);
/* YYYY-MM-DD, a real date. */
bool day_parse(struct view text, int32_t *ret_day);

#endif
