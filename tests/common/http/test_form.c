#include "http/form.h"

#include <criterion/criterion.h>

static struct arena *arena;
static void set_up(void)
{
    arena = arena_new(1 << 16);
}
static void tear_down(void)
{
    arena_free(arena);
}
TestSuite(http_form, .init = set_up, .fini = tear_down, .timeout = 10);

Test(http_form, decodes_fields_in_the_order_sent)
{
    struct http_pairs pairs;
    cr_assert_eq(
        http_form_parse(VIEW("a=1&b=x+y%26&a=2&&c&d=%E2%82%AC"), arena, &pairs).act, RES_OK);
    cr_assert_eq(pairs.len, 5);
    cr_assert(view_eq(http_pair_get(pairs, "a"), VIEW("1")));
    cr_assert(view_eq(pairs.items[2].value, VIEW("2")));
    cr_assert(view_eq(http_pair_get(pairs, "b"), VIEW("x y&")));
    cr_assert(view_eq(http_pair_get(pairs, "c"), VIEW("")));
    cr_assert(view_eq(http_pair_get(pairs, "d"), VIEW("\xe2\x82\xac")));
    cr_assert_null(http_pair_get(pairs, "e").ptr);
}

Test(http_form, refuses_what_cannot_be_read)
{
    static const char *const rows[] = {"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "%c3=1"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_pairs pairs;
        cr_expect_eq(
            http_form_parse(view_of(rows[i]), arena, &pairs).act, RES_REJECT, "%s", rows[i]);
    }
}

Test(http_form, refuses_more_fields_than_the_limit)
{
    char text[2 * (HTTP_PAIRS_MAX + 1)];
    for (size_t i = 0; i < sizeof(text); i += 2) {
        text[i] = 'a';
        text[i + 1] = '&';
    }
    struct http_pairs pairs;
    cr_assert_eq(http_form_parse((struct view){text, sizeof(text)}, arena, &pairs).act, RES_REJECT);
    cr_assert_eq(http_form_parse((struct view){text, sizeof(text) - 2}, arena, &pairs).act, RES_OK);
}

Test(http_form, finds_headers_without_case_and_cookies_with_it)
{
    struct http_pair items[] = {{VIEW("Content-Type"), VIEW("text/plain")}};
    struct http_pairs headers = {items, 1};
    cr_assert(view_eq(http_header_get(headers, "content-type"), VIEW("text/plain")));
    cr_assert_null(http_header_get(headers, "content").ptr);
    struct view cookie = VIEW("a=1; __Host-rb=x=y; b");
    cr_assert(view_eq(http_cookie_get(cookie, "__Host-rb"), VIEW("x=y")));
    cr_assert(view_eq(http_cookie_get(cookie, "a"), VIEW("1")));
    cr_assert_null(http_cookie_get(cookie, "A").ptr);
    cr_assert_null(http_cookie_get(cookie, "b").ptr);
    cr_assert_null(http_cookie_get(VIEW_NONE, "b").ptr);
}
