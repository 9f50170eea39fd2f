/* Bytes as tokens and keys have them (RFC 4648 section 5, without padding). */
#ifndef SUPPORT_BASE64URL_H
#define SUPPORT_BASE64URL_H

#include "base/arena.h"

/* In the arena. */
static inline struct view base64url(struct view bytes, struct arena *arena)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *out = arena_alloc(arena, bytes.len * 4 / 3 + 4);
    size_t len = 0;
    MUST(out != NULL);
    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t n = 0;
        for (size_t k = 0; k < 3; k++)
            n = n << 8 | (i + k < bytes.len ? (uint8_t)bytes.ptr[i + k] : 0);
        for (size_t k = 0; k < 4 && i / 3 * 4 + k < (bytes.len * 8 + 5) / 6; k++)
            out[len++] = digits[n >> (18 - 6 * k) & 63];
    }
    return (struct view){out, len};
}

#endif
