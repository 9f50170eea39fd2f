#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t now_of(clockid_t clock)
{
    struct timespec ts;
    MUST(clock_gettime(clock, &ts) == 0);
    return (int64_t)ts.tv_sec * TIME_US_PER_S + ts.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return now_of(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
    return now_of(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Howard Hinnant's days_from_civil: eras of 400 years, years that start in March. */
int32_t day_from_parts(struct date_parts p)
{
    int64_t year = p.year - (p.month <= 2);
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (p.month + (p.month > 2 ? -3 : 9)) + 2) / 5 + p.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * 146097 + day_of_era - 719468);
}

struct date_parts day_to_parts(int32_t day)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = floor_div(z, 146097);
    uint32_t doe = (uint32_t)(z - era * 146097);
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct date_parts){
        (int)(yoe + era * 400 + (month <= 2)), month, (int)(doy - (153 * mp + 2) / 5 + 1)};
}

int day_of_week(int32_t day)
{
    int from_thursday = day % 7; /* day 0 was one */
    return from_thursday < -3  ? from_thursday + 10
           : from_thursday < 4 ? from_thursday + 3
                               : from_thursday - 4;
}

static int32_t last_sunday(int year, int month)
{
    int32_t last = day_from_parts((struct date_parts){year, month, 31});
    return last - (day_of_week(last) + 1) % 7;
}

/* Decided by the month, but in the two in which it changes. */
bool london_is_summer(int64_t at_us)
{
    struct date_parts parts = day_to_parts((int32_t)floor_div(at_us, TIME_US_PER_DAY));
    if (parts.month != 3 && parts.month != 10)
        return parts.month > 3 && parts.month < 10;
    int64_t change = last_sunday(parts.year, parts.month) * TIME_US_PER_DAY + 3600 * TIME_US_PER_S;
    return (parts.month == 3) == (at_us >= change);
}

void london_parts(int64_t at_us, int32_t *ret_day, int32_t *ret_minute)
{
    int64_t local = at_us + (london_is_summer(at_us) ? 3600 * TIME_US_PER_S : 0);
    int64_t day = floor_div(local, TIME_US_PER_DAY);
    *ret_day = (int32_t)day;
    *ret_minute = (int32_t)((local - day * TIME_US_PER_DAY) / (60 * TIME_US_PER_S));
}

int32_t london_day(int64_t at_us)
{
    int32_t day, minute;
    london_parts(at_us, &day, &minute);
    return day;
}

int64_t london_to_utc(int32_t day, int32_t minute)
{
    int64_t plain = day * TIME_US_PER_DAY + minute * 60 * TIME_US_PER_S;
    int64_t summer = plain - 3600 * TIME_US_PER_S;
    return london_is_summer(summer) ? summer : plain;
}

bool london_time_exists(int32_t day, int32_t minute)
{
    int32_t back_day, back_minute;
    london_parts(london_to_utc(day, minute), &back_day, &back_minute);
    return back_day == day && back_minute == minute;
}

int64_t london_midnight(int32_t day)
{
    return london_to_utc(day, 0);
}

void day_print(int32_t day, char ret[static TIME_TEXT_MAX])
{
    struct date_parts p = day_to_parts(day);
    snprintf(ret, TIME_TEXT_MAX, "%04d-%02d-%02d", p.year % 10000, p.month % 100, p.day % 100);
}

void time_print(int64_t at_us, char ret[static TIME_TEXT_MAX])
{
    int64_t day = floor_div(at_us, TIME_US_PER_DAY);
    int64_t us = at_us - day * TIME_US_PER_DAY;
    int s = (int)(us / TIME_US_PER_S);
    int part = (int)(us % TIME_US_PER_S);
    struct date_parts p = day_to_parts((int32_t)day);
    int n = snprintf(ret, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", p.year % 10000,
        p.month % 100, p.day % 100, s / 3600 % 100, s / 60 % 60, s % 60);
    if (part != 0)
        snprintf(ret + n, TIME_TEXT_MAX - (size_t)n, ".%06dZ", part);
    else
        snprintf(ret + n, TIME_TEXT_MAX - (size_t)n, "Z");
}

/* `count` digits at `at`; -1 where they are not. */
static int digits(struct view text, size_t at, size_t count)
{
    if (at + count > text.len)
        return -1;
    int value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return -1;
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

static bool char_at(struct view text, size_t at, char c)
{
    return at < text.len && text.ptr[at] == c;
}

bool day_parse(struct view text, int32_t *ret_day)
{
    struct date_parts p = {digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)};
    if (text.len != 10 || !char_at(text, 4, '-') || !char_at(text, 7, '-') || p.year < 1 ||
        p.month < 1 || p.month > 12 || p.day < 1)
        return false;
    int32_t day = day_from_parts(p);
    struct date_parts back = day_to_parts(day);
    if (back.month != p.month || back.day != p.day)
        return false;
    *ret_day = day;
    return true;
}

/* The offset in minutes; false unless `text` is exactly Z or +hh:mm. */
static bool offset_parse(struct view text, int *ret_minutes)
{
    if (text.len == 1 && (text.ptr[0] == 'Z' || text.ptr[0] == 'z')) {
        *ret_minutes = 0;
        return true;
    }
    int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
    if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-') || text.ptr[3] != ':' ||
        hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *ret_minutes = (hours * 60 + minutes) * (text.ptr[0] == '-' ? -1 : 1);
    return true;
}

bool time_parse(struct view text, int64_t *ret_us)
{
    int32_t day;
    if (text.len < 20 || !day_parse((struct view){text.ptr, 10}, &day) ||
        (text.ptr[10] != 'T' && text.ptr[10] != 't') || text.ptr[13] != ':' || text.ptr[16] != ':')
        return false;
    int h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59)
        return false;
    size_t at = 19;
    int64_t part = 0;
    if (char_at(text, at, '.')) {
        size_t count = 0;
        for (at++; count <= 6 && digits(text, at, 1) >= 0; at++, count++)
            part = part * 10 + digits(text, at, 1);
        if (count < 1 || count > 6)
            return false;
        for (; count < 6; count++)
            part *= 10;
    }
    int offset;
    if (!offset_parse(view_from(text, at), &offset))
        return false;
    int64_t at_us = day * TIME_US_PER_DAY + ((h * 60 + m - offset) * 60 + s) * TIME_US_PER_S + part;
    if (at_us < TIME_US_MIN || at_us > TIME_US_MAX)
        return false;
    *ret_us = at_us;
    return true;
}
