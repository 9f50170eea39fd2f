#include "gateway/live_cursor.h"

#include "base/buf.h"
#include "gateway/cursor.h"

#include <string.h>

struct view positions_print(struct view key, const struct positions *at, struct arena *arena)
{
    CLEANUP(buf_done) struct buf text = {0};
    for (uint32_t i = 0; i < at->count; i++)
        buf_printf(&text, "%s%lld", i == 0 ? "" : ".", (long long)at->next[i]);
    return cursor_sign(&(struct cursor_for){key, VIEW("live")}, buf_as_view(&text), arena);
}

bool positions_parse(struct view key, struct view text, struct positions *ret)
{
    struct view numbers = cursor_check(&(struct cursor_for){key, VIEW("live")}, text);
    struct positions positions = {0};
    if (numbers.ptr == NULL)
        return false;
    while (numbers.ptr != NULL && numbers.len > 0) {
        if (positions.count == POSITIONS_MAX ||
            !view_to_i64(view_cut(&numbers, '.'), &positions.next[positions.count++]))
            return false;
    }
    *ret = positions;
    return true;
}

bool positions_same(const struct positions *a, const struct positions *b)
{
    return a->count == b->count && memcmp(a->next, b->next, a->count * sizeof(*a->next)) == 0;
}
