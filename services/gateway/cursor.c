#include "gateway/cursor.h"

#include "base/id.h"

enum { MAC_BYTES = 16, CURSOR_LEN_MAX = 2048 };

struct mac_text {
    char hex[2 * MAC_BYTES + 1];
};
static struct mac_text mac_of(const struct cursor_for *what, struct view text)
{
    struct digest of = sha256(what->of);
    const struct view parts[] = {{(const char *)of.b, sizeof(of.b)}, text};
    struct digest said = sha256_of(parts, ARRAY_LEN(parts));
    struct digest mac = hmac_sha256(what->key, (struct view){(const char *)said.b, sizeof(said.b)});
    struct mac_text ret;
    hex_print((struct view){(const char *)mac.b, MAC_BYTES}, ret.hex);
    return ret;
}

struct view cursor_sign(const struct cursor_for *what, struct view text, struct arena *arena)
{
    return arena_printf(arena, "%.*s~%s", VIEW_ARG(text), mac_of(what, text).hex);
}

/* As text, not as the bytes that it stands for: one cursor has one spelling. */
struct view cursor_check(const struct cursor_for *what, struct view cursor)
{
    struct view mac = cursor;
    struct view text = view_cut(&mac, '~');
    if (cursor.len > CURSOR_LEN_MAX || mac.ptr == NULL)
        return VIEW_NONE;
    struct mac_text want = mac_of(what, text);
    bool ours = bytes_eq_secret(mac, (struct view){want.hex, 2 * MAC_BYTES});
    return ours ? text : VIEW_NONE;
}
