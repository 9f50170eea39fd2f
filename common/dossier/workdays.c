#include "dossier/workdays.h"

#include "base/clock.h"
#include "base/res.h"

enum { MONDAY = 0, FRIDAY = 4, SATURDAY = 5 };

/* In order of the days. */
static const struct holiday_row {
    struct date_parts day;
    bool also;
} exceptions[] = {
#define HOLIDAY_NOT(y, m, d) {{(y), (m), (d)}, false},
#define HOLIDAY_ALSO(y, m, d) {{(y), (m), (d)}, true},
#include "dossier/holidays.inc"
#undef HOLIDAY_NOT
#undef HOLIDAY_ALSO
};

/* Gregorian Easter Sunday: the paschal full moon by epact (Clavius), then the Sunday after it. */
static int32_t easter_sunday(int year)
{
    int golden = year % 19;
    int century = year / 100;
    int epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    int moon = epact - (epact / 28) * (1 - (29 / (epact + 1)) * ((21 - golden) / 11));
    int32_t full = day_from_parts((struct date_parts){year, 3, 21}) + moon;
    return full + 7 - (day_of_week(full) + 1) % 7;
}

static bool weekend(int32_t day)
{
    return day_of_week(day) >= SATURDAY;
}

/* 1 January, 25 and 26 December: on a weekend the next weekday that is not yet a holiday is added,
 * the earlier holiday first. */
static bool new_year(int32_t day, int year)
{
    int32_t first = day_from_parts((struct date_parts){year, 1, 1});
    int weekday = day_of_week(first);
    return day == first || (weekday >= SATURDAY && day == first + 7 - weekday);
}

static bool christmas(int32_t day, int year)
{
    int32_t first = day_from_parts((struct date_parts){year, 12, 25});
    if (day == first || day == first + 1)
        return true;
    switch (day_of_week(first)) {
    case FRIDAY: /* 26 on a Saturday */
        return day == first + 3;
    case SATURDAY: /* both on the weekend */
        return day == first + 2 || day == first + 3;
    case SATURDAY + 1: /* 25 on a Sunday; 26 is the Monday already */
        return day == first + 2;
    default:
        return false;
    }
}

static bool may_or_august(int32_t day, struct date_parts parts)
{
    if (day_of_week(day) != MONDAY)
        return false;
    bool last = parts.day > 31 - 7; /* both months have 31 days */
    return (parts.month == 5 && (parts.day <= 7 || last)) || (parts.month == 8 && last);
}

static bool by_rule(int32_t day, struct date_parts parts)
{
    int32_t easter;
    switch (parts.month) {
    case 1:
        return new_year(day, parts.year);
    case 3: /* Good Friday to Easter Monday: 20 March to 26 April */
    case 4:
        easter = easter_sunday(parts.year);
        return day == easter - 2 || day == easter + 1;
    case 5:
    case 8:
        return may_or_august(day, parts);
    case 12:
        return christmas(day, parts.year);
    default:
        return false;
    }
}

static bool holiday_on(int32_t day, struct date_parts parts)
{
    const struct date_parts *last = &exceptions[ARRAY_LEN(exceptions) - 1].day;
    for (size_t i = 0; i < ARRAY_LEN(exceptions) && parts.year <= last->year; i++) {
        const struct date_parts *of = &exceptions[i].day;
        if (of->year == parts.year && of->month == parts.month && of->day == parts.day)
            return exceptions[i].also;
    }
    return by_rule(day, parts);
}

bool bank_holiday(int32_t day)
{
    return holiday_on(day, day_to_parts(day));
}

bool workday(int32_t day)
{
    return !weekend(day) && !bank_holiday(day);
}

/* A day and its date go on together: the projector asks dozens of times a record, and a date made
 * anew for each day was most of its time. */
struct dated {
    int32_t day;
    int weekday;
    struct date_parts parts;
};

static struct dated dated(int32_t day)
{
    return (struct dated){day, day_of_week(day), day_to_parts(day)};
}

static void next_day(struct dated *at)
{
    at->day++;
    at->weekday = at->weekday == SATURDAY + 1 ? MONDAY : at->weekday + 1;
    at->parts.day++;
    if (at->parts.day > 28)
        at->parts = day_to_parts(at->day);
}

static void next_workday(struct dated *at)
{
    while (at->weekday >= SATURDAY || holiday_on(at->day, at->parts))
        next_day(at);
}

int32_t workday_from(int32_t day)
{
    struct dated at = dated(day);
    next_workday(&at);
    return at.day;
}

int32_t workday_after(int32_t day, int32_t n)
{
    struct dated at = dated(day);
    for (int32_t i = 0; i < n; i++) {
        next_day(&at);
        next_workday(&at);
    }
    return at.day;
}

int64_t day_end(int32_t day)
{
    return london_midnight(day + 1);
}

int64_t due_workdays(int64_t start_us, int32_t n)
{
    return day_end(workday_after(london_day(start_us), n));
}

int64_t due_calendar_days(int64_t start_us, int32_t n)
{
    return day_end(workday_from(london_day(start_us) + n));
}
