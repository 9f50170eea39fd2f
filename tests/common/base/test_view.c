#include "base/arena.h"
#include "base/view.h"

#include <criterion/criterion.h>

Test(view, bad_utf8_is_told_from_good, .timeout = 10)
{
    static const char *const good[] = {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
        "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(utf8_valid(view_of(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(!utf8_valid(view_of(bad[i])), "bad %zu", i);
    cr_expect_eq(utf8_count(VIEW("a\xc3\xa9\xf0\x9f\x98\x80")), 3);
}

Test(view, numbers_out_of_range_are_refused, .timeout = 10)
{
    int64_t n = 5;
    cr_assert(!view_to_i64(VIEW("9223372036854775808"), &n) && n == 5);
    cr_assert(view_to_i64(VIEW("-9223372036854775808"), &n) && n == INT64_MIN);
    cr_assert(!view_to_i64(VIEW("1x"), &n) && !view_to_i64(VIEW(""), &n));
}

Test(arena, its_limit_is_a_clear_no_and_a_rollback_gives_room_again, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    struct arena_mark mark = arena_mark(arena);
    cr_assert_not_null(arena_alloc(arena, 60000));
    cr_assert_null(arena_alloc(arena, 60000));
    cr_assert(arena_full(arena));
    arena_rollback(arena, mark);
    cr_assert_not_null(arena_alloc(arena, 60000));
    cr_assert_null(arena_array(arena, SIZE_MAX / 2, 4));
}

Test(arena, that_keeps_its_blocks_gives_them_zeroed_again, .timeout = 10)
{
    enum { BLOCKS = 8, BYTES = 10000 };
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 20);
    arena_keep(arena, 64 << 10);
    for (int round = 0; round < 3; round++) {
        struct arena_mark mark = arena_mark(arena);
        for (int i = 0; i < BLOCKS; i++) {
            char *bytes = arena_alloc(arena, BYTES);
            for (int k = 0; k < BYTES; k++)
                cr_assert_eq(bytes[k], 0);
            memset(bytes, 1, BYTES);
            if (round == 1 && i == BLOCKS / 2)
                arena_rollback(arena, mark);
        }
        arena_clear(arena);
        cr_assert_eq(arena_used(arena), 0);
    }
}
