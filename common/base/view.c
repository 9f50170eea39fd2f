#include "base/view.h"

#include <string.h>

struct view view_of(const char *text)
{
    return (struct view){text, text == NULL ? 0 : strlen(text)};
}

bool view_eq(struct view a, struct view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool view_eq_text(struct view a, const char *text)
{
    return view_eq(a, view_of(text));
}

int view_cmp(struct view a, struct view b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool view_starts(struct view a, struct view prefix)
{
    return a.len >= prefix.len && view_eq((struct view){a.ptr, prefix.len}, prefix);
}

size_t view_find(struct view a, char c)
{
    const char *found = a.len == 0 ? NULL : memchr(a.ptr, c, a.len);
    return found == NULL ? a.len : (size_t)(found - a.ptr);
}

struct view view_from(struct view a, size_t at)
{
    if (at > a.len)
        at = a.len;
    return (struct view){a.ptr == NULL ? NULL : a.ptr + at, a.len - at};
}

struct view view_cut(struct view *rest, char c)
{
    size_t at = view_find(*rest, c);
    struct view head = {rest->ptr, at};
    *rest = at == rest->len ? VIEW_NONE : view_from(*rest, at + 1);
    return head;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct view view_trim(struct view a)
{
    while (a.len > 0 && is_space(a.ptr[0]))
        a = view_from(a, 1);
    while (a.len > 0 && is_space(a.ptr[a.len - 1]))
        a.len--;
    return a;
}

bool view_to_i64(struct view a, int64_t *ret)
{
    bool negative = a.len > 0 && a.ptr[0] == '-';
    if (negative)
        a = view_from(a, 1);
    if (a.len == 0)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < a.len; i++) {
        if (a.ptr[i] < '0' || a.ptr[i] > '9')
            return false;
        int digit = a.ptr[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

/* Bytes of the sequence that starts at `s`, or 0 where it is not one. */
static size_t utf8_step(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return 1;
    size_t need = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || left < need)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return need;
}

bool utf8_valid(struct view a)
{
    const unsigned char *s = (const unsigned char *)a.ptr;
    for (size_t at = 0; at < a.len;) {
        size_t step = utf8_step(s + at, a.len - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

size_t utf8_count(struct view a)
{
    size_t count = 0;
    for (size_t i = 0; i < a.len; i++)
        count += ((unsigned char)a.ptr[i] & 0xc0) != 0x80;
    return count;
}
