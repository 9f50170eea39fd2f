#include "gateway/live_cursor.h"

#include "base/buf.h"
#include "base/id.h"

#include <string.h>

enum { MAC_BYTES = 16 };

static struct digest mac_of(struct view key, struct view text)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    buf_text(&bytes, "live:");
    buf_view(&bytes, text);
    return hmac_sha256(key, buf_as_view(&bytes));
}

struct view positions_print(struct view key, const struct positions *at, struct arena *arena)
{
    CLEANUP(buf_done) struct buf text = {0};
    for (uint32_t i = 0; i < at->count; i++)
        buf_printf(&text, "%s%lld", i == 0 ? "" : ".", (long long)at->next[i]);
    struct digest mac = mac_of(key, buf_as_view(&text));
    char hex[2 * MAC_BYTES + 1];
    hex_print((struct view){(const char *)mac.b, MAC_BYTES}, hex);
    return arena_printf(arena, "%.*s~%s", VIEW_ARG(buf_as_view(&text)), hex);
}

bool positions_parse(struct view key, struct view text, struct positions *ret)
{
    struct view mac = text;
    struct view numbers = view_cut(&mac, '~');
    struct digest want = mac_of(key, numbers);
    uint8_t got[MAC_BYTES];
    struct positions positions = {0};
    if (mac.ptr == NULL || !hex_parse(mac, got, MAC_BYTES) ||
        !bytes_eq_secret((struct view){(const char *)got, MAC_BYTES},
            (struct view){(const char *)want.b, MAC_BYTES}))
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
