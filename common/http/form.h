/* Names and values: query strings, posted forms, headers, cookies. Pure. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/arena.h"

struct http_pair {
    struct view name;
    struct view value;
};
struct http_pairs {
    const struct http_pair *items;
    size_t len;
};

enum { HTTP_PAIRS_MAX = 512 };

/* application/x-www-form-urlencoded, decoded into the arena, in the order sent. RES_REJECT: a
 * broken escape, a NUL, bad UTF-8, more than HTTP_PAIRS_MAX, or a full arena. */
res_t http_form_parse(struct view text, struct arena *arena, struct http_pairs *ret) MUST_USE;
/* The first value of that name; absent where there is none. Header names compare without case. */
struct view http_pair_get(struct http_pairs pairs, const char *name);
struct view http_header_get(struct http_pairs headers, const char *name);
/* The value of one cookie of a Cookie header; absent where there is none. */
struct view http_cookie_get(struct view header, const char *name);

#endif
