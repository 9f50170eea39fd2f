/* Borrowed text and bytes. A view owns nothing; its bytes live as long as what it points into.
 * Absent text has ptr NULL; empty text has ptr non-NULL and len 0. */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view {
    const char *ptr;
    size_t len;
};

#define VIEW(literal) ((struct view){"" literal, sizeof(literal) - 1})
#define VIEW_NONE ((struct view){NULL, 0})
/* What stands beside a record on a topic. */
struct record_header {
    const char *name;
    struct view value;
};
/* For printf's "%.*s". */
#define VIEW_ARG(v) (int)(v).len, (v).ptr != NULL ? (v).ptr : ""

/* `text` may be NULL: then the view is absent. */
struct view view_of(const char *text);
bool view_eq(struct view a, struct view b);
bool view_eq_text(struct view a, const char *text);
/* Order of bytes, shorter first where one begins the other: <0, 0, >0. */
int view_cmp(struct view a, struct view b);
bool view_starts(struct view a, struct view prefix);
/* Offset of the first `c`, or a.len. */
size_t view_find(struct view a, char c);
/* The rest from `at` (clamped to the end). */
struct view view_from(struct view a, size_t at);
/* Cuts at the first `c`: gives what stands before it, and leaves in *rest what stands after
 * (absent once used up). For loops over separated text. */
struct view view_cut(struct view *rest, char c);
struct view view_trim(struct view a);

/* Whole-text numbers only ("12", "-3"); false and *ret untouched otherwise or out of range. */
bool view_to_i64(struct view a, int64_t *ret);

/* RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF. */
bool utf8_valid(struct view a);
/* Number of code points of valid UTF-8. */
size_t utf8_count(struct view a);

#endif
