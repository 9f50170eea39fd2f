/* A growing byte buffer, bounded. For encoders and printers that do not know the size before. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/res.h"
#include "base/view.h"

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
void buf_clear(struct buf *buf);
/* That many bytes more at its end, for the caller to fill; NULL: it is failed now. */
void *buf_extend(struct buf *buf, size_t len);
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_byte(struct buf *buf, uint8_t byte);
void buf_view(struct buf *buf, struct view text);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline struct view buf_as_view(const struct buf *buf)
{
    return (struct view){buf->ptr == NULL ? "" : buf->ptr, buf->len};
}

#endif
