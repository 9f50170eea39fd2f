#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t LIMIT_DEFAULT = 16u << 20, KEPT_MAX = 256u << 10;

void buf_done(struct buf *buf)
{
    free(buf->ptr);
    *buf = (struct buf){.limit = buf->limit};
}

void buf_clear(struct buf *buf)
{
    if (buf->room > KEPT_MAX && buf->len < buf->room / 8)
        buf_done(buf);
    buf->len = 0;
    buf->failed = false;
}

size_t buf_limit(const struct buf *buf)
{
    return buf->limit == 0 ? LIMIT_DEFAULT : buf->limit;
}

bool buf_grow(struct buf *buf, size_t more)
{
    size_t limit = buf_limit(buf);
    if (buf->failed || more > limit || buf->len > limit - more) {
        buf->failed = true;
        return false;
    }
    if (buf->room - buf->len >= more && buf->ptr != NULL)
        return true;
    size_t room = buf->room < 256 ? 256 : buf->room;
    while (room - buf->len < more)
        room *= 2;
    room = room < limit ? room : limit; /* what has room is within the limit */
    char *grown = realloc(buf->ptr, room);
    if (grown == NULL) {
        buf->failed = true;
        return false;
    }
    buf->ptr = grown;
    buf->room = room;
    return true;
}

void buf_view(struct buf *buf, struct view text)
{
    buf_put(buf, text.ptr, text.len);
}

void buf_text(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    MUST(need >= 0);
    if (buf_grow(buf, (size_t)need + 1)) {
        vsnprintf(buf->ptr + buf->len, (size_t)need + 1, format, again);
        buf->len += (size_t)need;
    }
    va_end(again);
}
