#include "gateway/etag.h"

#include "base/id.h"

enum { TAG_BYTES = 12 };

struct view etag_make(struct arena *arena, int64_t seen, struct view said)
{
    struct digest digest = sha256(said);
    char hex[2 * TAG_BYTES + 1];
    hex_print((struct view){(const char *)digest.b, TAG_BYTES}, hex);
    if (seen > 0)
        return arena_printf(arena, "W/\"%lld-%s\"", (long long)seen, hex);
    return arena_printf(arena, "W/\"%s\"", hex);
}

/* "tag" or W/"tag" at the front of *rest, without the W/; absent: neither stands there. */
static struct view take_tag(struct view *rest)
{
    struct view tag = *rest;
    if (view_starts(tag, VIEW("W/")))
        tag = view_from(tag, 2);
    if (!view_starts(tag, VIEW("\"")))
        return VIEW_NONE;
    size_t end = view_find(view_from(tag, 1), '"') + 1;
    if (end >= tag.len)
        return VIEW_NONE;
    *rest = view_from(tag, end + 1);
    return (struct view){tag.ptr, end + 1};
}

bool etag_matches(struct view if_none_match, struct view etag)
{
    struct view rest = view_trim(if_none_match);
    struct view mine = etag;
    mine = take_tag(&mine);
    if (view_eq(rest, VIEW("*")))
        return true;
    while (rest.ptr != NULL && rest.len > 0 && mine.ptr != NULL) {
        struct view tag = take_tag(&rest);
        if (tag.ptr == NULL)
            return false;
        if (view_eq(tag, mine))
            return true;
        rest = view_trim(rest);
        if (!view_starts(rest, VIEW(",")))
            return false;
        rest = view_trim(view_from(rest, 1));
    }
    return false;
}
