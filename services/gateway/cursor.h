/* Cursors: texts that we gave out and take back, signed, so that nobody makes one up. Pure.
 * A cursor holds places in a list or on the stream, nothing that a reader may not know. */
#ifndef GATEWAY_CURSOR_H
#define GATEWAY_CURSOR_H

#include "base/arena.h"

/* What a cursor is good for: another key or another `of` (which list, whose, how filtered) takes
 * none of it. */
struct cursor_for {
    struct view key;
    struct view of;
};
/* `text` is of digits, letters, '.' and '-'. In the arena, with a NUL; absent when it is full. */
struct view cursor_sign(const struct cursor_for *what, struct view text, struct arena *arena);
/* The text that was signed, inside `cursor`; absent: we did not sign this for that. */
struct view cursor_check(const struct cursor_for *what, struct view cursor);

#endif
