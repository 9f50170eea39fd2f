#include "http/form.h"

#include <strings.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static res_t decode(struct view text, struct arena *arena, struct view *ret)
{
    char *out = arena_alloc(arena, text.len);
    if (out == NULL)
        return REJECT("form: over its limit");
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_digit(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return REJECT("form: broken escape");
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return REJECT("form: NUL");
        out[len++] = c;
    }
    *ret = (struct view){out, len};
    return utf8_valid(*ret) ? RES_DONE : REJECT("form: not UTF-8");
}

res_t http_form_parse(struct view text, struct arena *arena, struct http_pairs *ret)
{
    size_t count = 0;
    for (struct view rest = text; rest.ptr != NULL && rest.len > 0;)
        count += view_cut(&rest, '&').len > 0;
    if (count > HTTP_PAIRS_MAX)
        return REJECT("form: too many fields");
    struct http_pair *items = arena_array(arena, count, sizeof(*items));
    if (items == NULL)
        return REJECT("form: over its limit");
    size_t len = 0;
    for (struct view rest = text; rest.ptr != NULL && rest.len > 0;) {
        struct view value = view_cut(&rest, '&');
        if (value.len == 0)
            continue;
        struct view name = view_cut(&value, '=');
        if (value.ptr == NULL)
            value = VIEW("");
        TRY(decode(name, arena, &items[len].name));
        TRY(decode(value, arena, &items[len].value));
        len++;
    }
    *ret = (struct http_pairs){items, len};
    return RES_DONE;
}

struct view http_pair_get(struct http_pairs pairs, const char *name)
{
    for (size_t i = 0; i < pairs.len; i++)
        if (view_eq_text(pairs.items[i].name, name))
            return pairs.items[i].value;
    return VIEW_NONE;
}

struct view http_header_get(struct http_pairs headers, const char *name)
{
    size_t len = view_of(name).len;
    for (size_t i = 0; i < headers.len; i++)
        if (headers.items[i].name.len == len &&
            strncasecmp(headers.items[i].name.ptr, name, len) == 0)
            return headers.items[i].value;
    return VIEW_NONE;
}

struct view http_cookie_get(struct view header, const char *name)
{
    while (header.ptr != NULL && header.len > 0) {
        struct view value = view_trim(view_cut(&header, ';'));
        struct view key = view_cut(&value, '=');
        if (value.ptr != NULL && view_eq_text(key, name))
            return value;
    }
    return VIEW_NONE;
}
