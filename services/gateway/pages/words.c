#include "gateway/pages/words.h"

#include <string.h>

#include "base/clock.h"
#include "pages/text.h"

enum { MINUTES_OF_HOUR = 60, MIDDAY = 12 * MINUTES_OF_HOUR };

static struct view value_of(struct words values, struct view name)
{
    for (size_t i = 0; i < values.len; i++)
        if (view_eq(values.items[i].name, name))
            return values.items[i].value;
    return VIEW_NONE;
}

struct view words_fill(struct arena *arena, struct view pattern, struct words values)
{
    struct buf out = {0};
    for (struct view rest = pattern; rest.ptr != NULL;) {
        buf_view(&out, view_cut(&rest, '{'));
        if (rest.ptr != NULL)
            buf_view(&out, value_of(values, view_cut(&rest, '}')));
    }
    struct view text = arena_copy(arena, buf_as_view(&out));
    buf_done(&out);
    return text;
}

/* Binary search: the table stands in the order of keys. */
static struct view text_of(struct view key)
{
    size_t low = 0, high = text_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = view_cmp(text_table[middle].name, key);
        if (order == 0)
            return text_table[middle].value;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return VIEW_NONE;
}

struct view words_lookup(const char *prefix, struct view code, const char *suffix)
{
    enum { KEY_MAX = 160 };
    char key[KEY_MAX];
    size_t prefix_len = strlen(prefix), suffix_len = strlen(suffix);
    if (code.len == 0 || prefix_len + code.len + suffix_len > sizeof key)
        return VIEW_NONE;
    memcpy(key, prefix, prefix_len);
    memcpy(key + prefix_len, code.ptr, code.len);
    memcpy(key + prefix_len + code.len, suffix, suffix_len);
    return text_of((struct view){key, prefix_len + code.len + suffix_len});
}

struct view words_number(struct arena *arena, int64_t n)
{
    if (n < 0)
        return arena_printf(arena, "-%.*s", VIEW_ARG(words_number(arena, -n)));
    if (n < 1000)
        return arena_printf(arena, "%lld", (long long)n);
    return arena_printf(
        arena, "%.*s,%03lld", VIEW_ARG(words_number(arena, n / 1000)), (long long)(n % 1000));
}

static struct view month_name(int month)
{
    static const struct view names[] = {TEXT_INIT_month_1, TEXT_INIT_month_2, TEXT_INIT_month_3,
        TEXT_INIT_month_4, TEXT_INIT_month_5, TEXT_INIT_month_6, TEXT_INIT_month_7,
        TEXT_INIT_month_8, TEXT_INIT_month_9, TEXT_INIT_month_10, TEXT_INIT_month_11,
        TEXT_INIT_month_12};
    return names[month - 1];
}

static struct view weekday_name(int day)
{
    static const struct view names[] = {TEXT_INIT_weekday_1, TEXT_INIT_weekday_2,
        TEXT_INIT_weekday_3, TEXT_INIT_weekday_4, TEXT_INIT_weekday_5, TEXT_INIT_weekday_6,
        TEXT_INIT_weekday_7};
    return names[day];
}

struct london {
    int32_t day, minute;
    struct date_parts date;
};

static struct london london_of(int64_t at_us)
{
    struct london l;
    london_parts(at_us, &l.day, &l.minute);
    l.date = day_to_parts(l.day);
    return l;
}

struct view words_date(struct arena *arena, int64_t at_us)
{
    if (at_us == 0)
        return VIEW("");
    struct london l = london_of(at_us);
    return arena_printf(arena, "%.*s %d %.*s %d", VIEW_ARG(weekday_name(day_of_week(l.day))),
        l.date.day, VIEW_ARG(month_name(l.date.month)), l.date.year);
}

struct view words_date_short(struct arena *arena, int64_t at_us)
{
    if (at_us == 0)
        return VIEW("");
    struct london l = london_of(at_us);
    return arena_printf(arena, "%d %.3s %d", l.date.day, month_name(l.date.month).ptr, l.date.year);
}

struct view words_time(struct arena *arena, int64_t at_us)
{
    if (at_us == 0)
        return VIEW("");
    struct london l = london_of(at_us);
    if (l.minute == 0)
        return TEXT_time_midnight;
    if (l.minute == MIDDAY)
        return TEXT_time_midday;
    int hour = l.minute / MINUTES_OF_HOUR, minute = l.minute % MINUTES_OF_HOUR;
    /* Doubled: the same clock time comes again, or came already, one hour away. */
    const int64_t hour_us = MINUTES_OF_HOUR * 60 * TIME_US_PER_S;
    bool summer = london_is_summer(at_us);
    bool doubled = summer ? !london_is_summer(at_us + hour_us) : london_is_summer(at_us - hour_us);
    return arena_printf(arena, minute == 0 ? "%d%.0d%s%s" : "%d:%02d%s%s",
        hour % 12 == 0 ? 12 : hour % 12, minute, hour < 12 ? "am" : "pm",
        !doubled ? ""
        : summer ? " BST"
                 : " GMT");
}

struct view words_day(struct arena *arena, int64_t at_us, int64_t now_us)
{
    if (at_us == 0)
        return VIEW("");
    struct london l = london_of(at_us), now = london_of(now_us);
    if (l.day == now.day)
        return TEXT_time_today;
    if (l.date.year == now.date.year)
        return arena_printf(arena, "%d %.*s", l.date.day, VIEW_ARG(month_name(l.date.month)));
    return arena_printf(
        arena, "%d %.*s %d", l.date.day, VIEW_ARG(month_name(l.date.month)), l.date.year);
}

struct view words_when(struct arena *arena, int64_t at_us, int64_t now_us)
{
    if (at_us == 0)
        return VIEW("");
    return arena_printf(arena, "%.*s %.*s", VIEW_ARG(words_day(arena, at_us, now_us)),
        VIEW_ARG(words_time(arena, at_us)));
}

struct view words_due(struct arena *arena, int64_t due_us, int64_t now_us)
{
    return due_us == 0 ? VIEW("") : words_day(arena, due_us - 1, now_us);
}
