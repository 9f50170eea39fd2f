#include "brokerctl/lag.h"

#include <inttypes.h>

#include "base/clock.h"

static int64_t next_of(const struct lag_part *part)
{
    return part->next < 0 ? part->low : part->next;
}

int64_t lag_records(const struct lag_part *part)
{
    int64_t next = next_of(part);
    if (next < part->low)
        next = part->low;
    return next < part->high ? part->high - next : 0;
}

bool lag_is_outside(const struct lag_part *part)
{
    return next_of(part) < part->low || next_of(part) > part->high;
}

int64_t lag_us(const struct lag_part *part, int64_t now)
{
    if (part->waiting_since == 0 || lag_records(part) == 0 || now < part->waiting_since)
        return 0;
    return now - part->waiting_since;
}

struct lag_sum lag_sum(const struct lag_reader *reader, int64_t now)
{
    struct lag_sum sum = {0};
    for (int32_t i = 0; i < reader->partitions; i++) {
        const struct lag_part *part = &reader->parts[i];
        int64_t us = lag_us(part, now);
        sum.records += lag_records(part);
        sum.us = us > sum.us ? us : sum.us;
        sum.outside |= lag_is_outside(part);
    }
    return sum;
}

static void put_seconds(int64_t us, struct buf *out)
{
    buf_printf(out, "%" PRId64 ".%03" PRId64, us / TIME_US_PER_S,
        us % TIME_US_PER_S * 1000 / TIME_US_PER_S);
}

static void put_numbers(int64_t records, int64_t us, bool outside, struct buf *out)
{
    buf_printf(out, " %10" PRId64 " records ", records);
    put_seconds(us, out);
    buf_text(out, outside ? " s behind  OUTSIDE THE LOG\n" : " s behind\n");
}

void lag_put_text(const struct lag_reader *reader, int64_t now, bool all, struct buf *out)
{
    struct lag_sum sum = lag_sum(reader, now);
    buf_printf(out, "%-12s %-20s", reader->name, reader->topic);
    put_numbers(sum.records, sum.us, sum.outside, out);
    for (int32_t i = 0; i < reader->partitions; i++) {
        const struct lag_part *part = &reader->parts[i];
        if (!all && lag_records(part) == 0 && !lag_is_outside(part))
            continue;
        buf_printf(out, "  partition %-3" PRId32 " next %-12" PRId64 " end %-12" PRId64, i,
            next_of(part), part->high);
        put_numbers(lag_records(part), lag_us(part, now), lag_is_outside(part), out);
    }
}

void lag_put_json(const struct lag_reader *reader, int64_t now, struct buf *out)
{
    for (int32_t i = 0; i < reader->partitions; i++) {
        const struct lag_part *part = &reader->parts[i];
        buf_printf(out,
            "{\"reader\":\"%s\",\"topic\":\"%s\",\"partition\":%" PRId32 ",\"next\":%" PRId64
            ",\"end\":%" PRId64 ",\"records\":%" PRId64 ",\"seconds\":",
            reader->name, reader->topic, i, next_of(part), part->high, lag_records(part));
        put_seconds(lag_us(part, now), out);
        buf_printf(out, ",\"outside\":%s}\n", lag_is_outside(part) ? "true" : "false");
    }
}
