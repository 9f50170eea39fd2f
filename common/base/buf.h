/* A growing byte buffer, bounded. For encoders and printers that do not know the size before. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/res.h"
#include "base/view.h"

#include <string.h>

/* Once `failed` is set (limit reached or no memory) further puts do nothing: check it at the end.
 */
struct buf {
    char *ptr;
    size_t len;
    size_t room;
    size_t limit; /* bytes; 0 = 16 MiB */
    bool failed;
};

void buf_done(struct buf *buf);
/* Empty, and to be filled again: keeps its memory, but for much that was hardly used this time. */
void buf_clear(struct buf *buf);
/* How long it may become, in bytes. */
size_t buf_limit(const struct buf *buf);
/* Room for that many bytes more; false: it is failed now. */
bool buf_grow(struct buf *buf, size_t more);
/* That many bytes more at its end, for the caller to fill; NULL: it is failed now. Inline, as the
 * next two: encoders put a few bytes at a time. */
static inline void *buf_extend(struct buf *buf, size_t len)
{
    if ((buf->failed || buf->room - buf->len < len || buf->ptr == NULL) && !buf_grow(buf, len))
        return NULL;
    void *at = buf->ptr + buf->len;
    buf->len += len;
    return at;
}
static inline void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    void *at = buf_extend(buf, len);
    if (at != NULL && len > 0)
        memcpy(at, bytes, len);
}
static inline void buf_byte(struct buf *buf, uint8_t byte)
{
    uint8_t *at = buf_extend(buf, 1);
    if (at != NULL)
        *at = byte;
}
void buf_view(struct buf *buf, struct view text);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline struct view buf_as_view(const struct buf *buf)
{
    return (struct view){buf->ptr == NULL ? "" : buf->ptr, buf->len};
}

#endif
