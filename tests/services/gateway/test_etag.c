#include "gateway/etag.h"

#include <criterion/criterion.h>

TestSuite(gateway_etag, .timeout = 10);

Test(gateway_etag, names_what_is_said_and_the_version_that_was_seen)
{
    struct arena *arena = arena_new(4096);
    struct view tag = etag_make(arena, 0, VIEW("abc"));
    /* SHA-256 of "abc" begins so (FIPS 180-2, appendix B.1). */
    cr_assert(view_eq(tag, VIEW("W/\"ba7816bf8f01cfea414140de\"")));
    cr_assert(view_eq(etag_make(arena, 7, VIEW("abc")), VIEW("W/\"7-ba7816bf8f01cfea414140de\"")));
    cr_assert_not(view_eq(tag, etag_make(arena, 0, VIEW("abd"))));
    arena_free(arena);
}

Test(gateway_etag, is_found_in_a_list_weak_or_strong)
{
    static const char *const match[] = {"*", " * ", "\"a-1\"", "W/\"a-1\"", "\"x\", W/\"a-1\"",
        "\"x\",\"y\" , \"a-1\"", "\"a,b\",\"a-1\"", "\"a-1\" , "};
    static const char *const other[] = {"", "a-1", "\"a-1", "a-1\"", "W/a-1", "\"A-1\"", "\"a-1x\"",
        "w/\"a-1\"", "\"x\" \"a-1\"", "*, \"x\"", "W/ \"a-1\"", ",", "\"", "W/", "\"x\"; \"a-1\""};
    for (size_t i = 0; i < ARRAY_LEN(match); i++)
        cr_expect(etag_matches(view_of(match[i]), VIEW("W/\"a-1\"")), "%s", match[i]);
    for (size_t i = 0; i < ARRAY_LEN(other); i++)
        cr_expect_not(etag_matches(view_of(other[i]), VIEW("W/\"a-1\"")), "%s", other[i]);
    cr_expect_not(etag_matches(VIEW_NONE, VIEW("W/\"a-1\"")));
}
