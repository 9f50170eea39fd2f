#include "gateway/cursor.h"

#include "base/id.h"

#include <string.h>

enum { MAC_BYTES = 16, CURSOR_LEN_MAX = 2048 };

static struct digest mac_of(const struct cursor_for *what, struct view text)
{
    struct digest of = sha256(what->of);
    const struct view parts[] = {{(const char *)of.b, sizeof(of.b)}, text};
    struct digest said = sha256_of(parts, ARRAY_LEN(parts));
    return hmac_sha256(what->key, (struct view){(const char *)said.b, sizeof(said.b)});
}

struct view cursor_sign(const struct cursor_for *what, struct view text, struct arena *arena)
{
    struct digest mac = mac_of(what, text);
    char hex[2 * MAC_BYTES + 1];
    hex_print((struct view){(const char *)mac.b, MAC_BYTES}, hex);
    return arena_printf(arena, "%.*s~%s", VIEW_ARG(text), hex);
}

struct view cursor_check(const struct cursor_for *what, struct view cursor)
{
    uint8_t got[MAC_BYTES];
    struct view mac = cursor;
    struct view text = view_cut(&mac, '~');
    if (cursor.len > CURSOR_LEN_MAX || mac.ptr == NULL || !hex_parse(mac, got, MAC_BYTES))
        return VIEW_NONE;
    struct digest want = mac_of(what, text);
    bool ours = bytes_eq_secret((struct view){(const char *)got, MAC_BYTES},
        (struct view){(const char *)want.b, MAC_BYTES});
    return ours ? text : VIEW_NONE;
}
