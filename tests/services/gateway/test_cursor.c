#include "gateway/cursor.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena *arena;
static void set_up(void)
{
    arena = arena_new(1 << 16);
}
static void tear_down(void)
{
    arena_free(arena);
}
TestSuite(gateway_cursor, .init = set_up, .fini = tear_down, .timeout = 10);

Test(gateway_cursor, comes_back_as_what_was_signed)
{
    const struct cursor_for list = {VIEW("a key"), VIEW("cases of JBELL")};
    struct view cursor = cursor_sign(&list, VIEW("12.-.x"), arena);
    cr_assert(view_eq(cursor_check(&list, cursor), VIEW("12.-.x")));
    cr_assert_eq(cursor.ptr[cursor.len], '\0');
    cursor = cursor_sign(&list, VIEW(""), arena);
    cr_assert_not_null(cursor_check(&list, cursor).ptr, "an empty one, too");
}

Test(gateway_cursor, is_good_for_its_own_list_and_key_alone)
{
    const struct cursor_for list = {VIEW("a key"), VIEW("cases of JBELL")};
    const struct cursor_for others[] = {{VIEW("a key"), VIEW("cases of THALE")},
        {VIEW("b key"), VIEW("cases of JBELL")}, {VIEW("a key"), VIEW("cases of JBELL1")},
        {VIEW("a key"), VIEW("")}};
    struct view cursor = cursor_sign(&list, VIEW("12"), arena);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        cr_expect_null(cursor_check(&others[i], cursor).ptr, "row %zu", i);
    /* What moves from the name of the list into the text is another text. */
    const struct cursor_for shorter = {VIEW("a key"), VIEW("cases of JBELL1")};
    cr_expect_null(cursor_check(&shorter, view_from(cursor, 1)).ptr);
}

Test(gateway_cursor, is_none_with_any_byte_changed_or_lost)
{
    const struct cursor_for list = {VIEW("a key"), VIEW("cases")};
    struct view cursor = cursor_sign(&list, VIEW("12.34"), arena);
    char *copy = arena_text(arena, cursor);
    for (size_t i = 0; i < cursor.len; i++) {
        copy[i] ^= 1;
        cr_expect_null(cursor_check(&list, (struct view){copy, cursor.len}).ptr, "byte %zu", i);
        copy[i] ^= 1;
        cr_expect_null(cursor_check(&list, (struct view){copy, i}).ptr, "first %zu", i);
    }
    cr_expect_null(cursor_check(&list, VIEW_NONE).ptr);
    cr_expect_null(cursor_check(&list, VIEW("~")).ptr);
}

/* Found by fuzzing: the bytes that the signature stands for were compared, not its text. */
Test(gateway_cursor, has_one_spelling)
{
    const struct cursor_for list = {VIEW("a key"), VIEW("cases")};
    struct view cursor = cursor_sign(&list, VIEW("12"), arena);
    char *capitals = arena_text(arena, cursor);
    bool changed = false;
    for (size_t i = 3; i < cursor.len; i++) {
        changed = changed || (capitals[i] >= 'a' && capitals[i] <= 'f');
        capitals[i] = (char)(capitals[i] >= 'a' ? capitals[i] - 'a' + 'A' : capitals[i]);
    }
    cr_assert(changed);
    cr_expect_null(cursor_check(&list, view_of(capitals)).ptr);
}
