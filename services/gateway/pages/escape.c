#include "gateway/pages/escape.h"

static struct view reference_of(char c)
{
    switch (c) {
    case '&':
        return VIEW("&amp;");
    case '<':
        return VIEW("&lt;");
    case '>':
        return VIEW("&gt;");
    case '"':
        return VIEW("&quot;");
    case '\'':
        return VIEW("&#39;");
    default:
        return VIEW_NONE;
    }
}

void escape_html(struct buf *out, struct view text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        struct view reference = reference_of(text.ptr[i]);
        if (reference.len == 0)
            continue;
        buf_put(out, text.ptr + from, i - from);
        buf_view(out, reference);
        from = i + 1;
    }
    if (text.len > from)
        buf_put(out, text.ptr + from, text.len - from);
}
