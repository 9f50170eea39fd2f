#include "html.h"

#include "base/res.h"

#include <string.h>

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_name(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '_';
}

static struct view take_name(struct view *rest)
{
    size_t len = 0;
    while (len < rest->len && in_name(rest->ptr[len]))
        len++;
    struct view name = {rest->ptr, len};
    *rest = view_from(*rest, len);
    return name;
}

static void take_space(struct view *rest)
{
    while (rest->len > 0 && memchr(" \n\t", rest->ptr[0], 3) != NULL)
        *rest = view_from(*rest, 1);
}

static bool take(struct view *rest, struct view text)
{
    if (!view_starts(*rest, text))
        return false;
    *rest = view_from(*rest, text.len);
    return true;
}

/* "&amp;", "&#39;" */
static void reference(struct view rest)
{
    size_t end = view_find(rest, ';');
    MUST(end >= 3 && end < 10);
    for (size_t i = 1; i < end; i++)
        MUST(in_name(rest.ptr[i]) || (i == 1 && rest.ptr[i] == '#'));
}

static void value(struct view name, struct view text)
{
    for (size_t i = 0; i < text.len; i++) {
        MUST(text.ptr[i] != '<' && text.ptr[i] != '>');
        if (text.ptr[i] == '&')
            reference(view_from(text, i));
    }
    bool link = view_eq(name, VIEW("href")) || view_eq(name, VIEW("src")) ||
                view_eq(name, VIEW("action")) || view_eq(name, VIEW("formaction"));
    MUST(!link || text.len == 0 || strchr("/#?", text.ptr[0]) != NULL ||
         view_starts(text, VIEW("http")));
}

static void tag(struct view *rest)
{
    (void)take(rest, VIEW("/"));
    if (take(rest, VIEW("!DOCTYPE html>")) || take(rest, VIEW("!doctype html>")))
        return;
    MUST(take_name(rest).len > 0);
    for (;;) {
        take_space(rest);
        (void)take(rest, VIEW("/"));
        if (take(rest, VIEW(">")))
            return;
        struct view name = take_name(rest);
        MUST(name.len > 0 && !view_starts(name, VIEW("on")));
        if (!take(rest, VIEW("=")))
            continue;
        MUST(take(rest, VIEW("\"")));
        struct view text = {rest->ptr, view_find(*rest, '"')};
        MUST(text.len < rest->len);
        value(name, text);
        *rest = view_from(*rest, text.len + 1);
    }
}

void html_check(struct view page)
{
    struct view rest = page;
    while (rest.len > 0) {
        char c = rest.ptr[0];
        MUST(c != '>');
        if (c == '&')
            reference(rest);
        rest = view_from(rest, 1);
        if (c == '<')
            tag(&rest);
    }
}
