#include "http/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <zlib.h>

enum { WINDOW_AND_GZIP = 15 + 16, MEMORY_LEVEL = 8 };

struct http_gzip {
    z_stream stream;
};

res_t http_gzip_new(struct http_gzip **ret)
{
    struct http_gzip *gzip = calloc(1, sizeof(*gzip));
    if (gzip == NULL)
        return FATAL("gzip: no memory");
    if (deflateInit2(&gzip->stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_AND_GZIP, MEMORY_LEVEL,
            Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return FATAL("gzip: zlib does not start");
    }
    *ret = gzip;
    return RES_DONE;
}

void http_gzip_free(struct http_gzip *gzip)
{
    if (gzip == NULL)
        return;
    (void)deflateEnd(&gzip->stream);
    free(gzip);
}

res_t http_gzip_pack(struct http_gzip *gzip, struct view plain, struct buf *ret)
{
    char part[16 * 1024];
    z_stream *stream = &gzip->stream;
    int state = plain.len < UINT_MAX ? deflateReset(stream) : Z_BUF_ERROR;
    stream->next_in = (Bytef *)(uintptr_t)plain.ptr;
    stream->avail_in = (uInt)plain.len;
    buf_clear(ret);
    ret->limit = plain.len;
    while (state == Z_OK && !ret->failed) {
        stream->next_out = (Bytef *)part;
        stream->avail_out = sizeof(part);
        state = deflate(stream, Z_FINISH);
        buf_put(ret, part, sizeof(part) - stream->avail_out);
    }
    if (state == Z_STREAM_END && !ret->failed && ret->len < plain.len)
        return RES_DONE;
    buf_clear(ret);
    return REJECT("gzip: no shorter");
}

static bool is_word(struct view text, const char *word)
{
    return text.len == view_of(word).len && strncasecmp(text.ptr, word, text.len) == 0;
}

/* "q=0", "q=0.0", "q=0.000": not at all. */
static bool refused(struct view parameters)
{
    while (parameters.ptr != NULL && parameters.len > 0) {
        struct view value = view_cut(&parameters, ';');
        struct view name = view_trim(view_cut(&value, '='));
        if (!is_word(name, "q") || value.ptr == NULL)
            continue;
        value = view_trim(value);
        bool zero = view_starts(value, VIEW("0"));
        for (size_t i = 1; i < value.len; i++)
            zero = zero && (value.ptr[i] == '.' || value.ptr[i] == '0');
        return zero;
    }
    return false;
}

bool http_gzip_accepted(struct view accept_encoding)
{
    bool any = false;
    struct view rest = accept_encoding;
    while (rest.ptr != NULL && rest.len > 0) {
        struct view parameters = view_cut(&rest, ',');
        struct view coding = view_trim(view_cut(&parameters, ';'));
        if (is_word(coding, "gzip") || is_word(coding, "x-gzip"))
            return !refused(parameters);
        any = any || (is_word(coding, "*") && !refused(parameters));
    }
    return any;
}
