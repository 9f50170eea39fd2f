/* Cursors of live pages: where each partition of the stream was projected to, as signed text. Pure.
 */
#ifndef GATEWAY_LIVE_CURSOR_H
#define GATEWAY_LIVE_CURSOR_H

#include "base/arena.h"

enum { POSITIONS_MAX = 64 };
struct positions {
    int64_t next[POSITIONS_MAX]; /* by partition */
    uint32_t count;
};

/* In the arena, NUL-terminated. */
struct view positions_print(struct view key, const struct positions *at, struct arena *arena);
/* False: not a text that this key signed. */
bool positions_parse(struct view key, struct view text, struct positions *ret);
bool positions_same(const struct positions *a, const struct positions *b);

#endif
