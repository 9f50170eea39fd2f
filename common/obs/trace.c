#include "obs/trace.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLED = 1 }; /* the one flag of version 00; the others are sent as 0 */

/* Lower case alone: the standard takes no other. */
static bool hex_lower(struct view text, void *ret, size_t len)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'F')
            return false;
    return hex_parse(text, ret, len);
}

bool trace_parse(struct view text, struct trace *ret)
{
    static const uint8_t none[TRACE_SPAN_BYTES];
    struct view rest = {text.ptr, text.len < TRACE_TEXT_LEN ? text.len : TRACE_TEXT_LEN};
    struct trace trace = *ret;
    uint8_t version;
    if (!hex_lower(view_cut(&rest, '-'), &version, 1) || version == 0xff ||
        !hex_lower(view_cut(&rest, '-'), trace.id.b, sizeof(trace.id.b)) ||
        !hex_lower(view_cut(&rest, '-'), trace.span, sizeof(trace.span)) ||
        !hex_lower(rest, &trace.flags, 1))
        return false;
    if (text.len > TRACE_TEXT_LEN && (version == 0 || text.ptr[TRACE_TEXT_LEN] != '-'))
        return false;
    if (uuid_is_zero(trace.id) || memcmp(trace.span, none, sizeof(none)) == 0)
        return false;
    *ret = trace;
    return true;
}

void trace_print(const struct trace *trace, char ret[static TRACE_TEXT_LEN + 1])
{
    char id[2 * sizeof(trace->id.b) + 1], span[2 * TRACE_SPAN_BYTES + 1];
    hex_print((struct view){(const char *)trace->id.b, sizeof(trace->id.b)}, id);
    hex_print((struct view){(const char *)trace->span, TRACE_SPAN_BYTES}, span);
    int len = snprintf(
        ret, TRACE_TEXT_LEN + 1, "00-%s-%s-%02x", id, span, (unsigned)trace->flags & SAMPLED);
    MUST(len == TRACE_TEXT_LEN);
}

void trace_enter(struct trace *trace)
{
    if (uuid_is_zero(trace->id)) {
        trace->id = uuid_random();
        trace->flags = 0;
    }
    random_bytes(trace->span, sizeof(trace->span));
    trace->span[0] |= 1; /* never all zero */
}
