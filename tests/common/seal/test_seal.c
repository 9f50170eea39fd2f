#include "seal/seal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct person_keys keys_of(uint8_t n)
{
    struct person_keys keys;
    person_keys_new((struct uuid){{n}}, &keys);
    return keys;
}

static struct seal_place place_of(uint8_t record, enum sealed what, const char *path)
{
    return (struct seal_place){(struct uuid){{record}}, what, view_of(path)};
}

Test(seal, what_is_sealed_opens_again_and_shows_nothing_of_its_text, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 20);
    struct person_keys keys = keys_of(1);
    static const char *const texts[] = {
        "", "\"Sam\"", "\"a longer sentence that must not be seen\""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct view sealed, again, plain = view_of(texts[i]);
        cr_assert_eq(
            seal_bytes(&keys, place_of(7, SEALED_PERSON, "/a"), plain, arena, &sealed).act, RES_OK);
        cr_assert_eq(sealed.len, plain.len + SEAL_OVERHEAD);
        cr_assert(plain.len == 0 || memmem(sealed.ptr, sealed.len, plain.ptr, plain.len) == NULL);
        cr_assert_eq(
            seal_open(&keys, place_of(7, SEALED_PERSON, "/a"), sealed, arena, &again).act, RES_OK);
        cr_assert(view_eq(plain, again));
    }
}

Test(seal, it_opens_for_no_other_person_record_field_or_key, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 20);
    struct person_keys keys = keys_of(1), twin = keys;
    twin.person = (struct uuid){{2}};
    struct view sealed, out;
    cr_assert_eq(
        seal_bytes(&keys, place_of(7, SEALED_PERSON, "/a"), VIEW("\"x\""), arena, &sealed).act,
        RES_OK);
    cr_expect_eq(
        seal_open(&twin, place_of(7, SEALED_PERSON, "/a"), sealed, arena, &out).act, RES_REJECT);
    cr_expect_eq(
        seal_open(&keys, place_of(8, SEALED_PERSON, "/a"), sealed, arena, &out).act, RES_REJECT);
    cr_expect_eq(
        seal_open(&keys, place_of(7, SEALED_PERSON, "/b"), sealed, arena, &out).act, RES_REJECT);
    cr_expect_eq(
        seal_open(&keys, place_of(7, SEALED_RISK, "/a"), sealed, arena, &out).act, RES_REJECT);
}

Test(seal, one_changed_bit_anywhere_or_a_cut_is_noticed, .timeout = 30)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 20);
    struct person_keys keys = keys_of(1);
    struct view sealed, out;
    struct seal_place place = place_of(7, SEALED_RISK, "/nature");
    cr_assert_eq(seal_bytes(&keys, place, VIEW("\"text\""), arena, &sealed).act, RES_OK);
    char copy[64];
    for (size_t bit = 0; bit < sealed.len * 8; bit++) {
        memcpy(copy, sealed.ptr, sealed.len);
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
        cr_expect_eq(
            seal_open(&keys, place, (struct view){copy, sealed.len}, arena, &out).act, RES_REJECT);
    }
    for (size_t len = 0; len < sealed.len; len++)
        cr_expect_eq(
            seal_open(&keys, place, (struct view){sealed.ptr, len}, arena, &out).act, RES_REJECT);
}

Test(seal, keys_come_back_from_their_wrapping_and_only_for_their_person, .timeout = 20)
{
    char path[] = "/tmp/seal-kek-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    for (int i = 0; i < 64; i++)
        fputc("0123456789abcdef"[i % 16], file);
    fclose(file);
    CLEANUP(key_wrapper_close_p) struct key_wrapper *wrapper = NULL;
    cr_assert_eq(key_wrapper_open_file(path, &wrapper).act, RES_OK);
    unlink(path);
    struct person_keys keys = keys_of(1), back = {.person = {{1}}}, other = {.person = {{2}}};
    uint8_t wrapped[SEAL_WRAPPED_BYTES];
    cr_assert_eq(key_wrap(wrapper, &keys, SEALED_RISK, wrapped).act, RES_OK);
    struct view bytes = {(const char *)wrapped, sizeof wrapped};
    cr_assert_eq(key_unwrap(wrapper, bytes, SEALED_RISK, &back).act, RES_OK);
    cr_expect_arr_eq(back.risk_key, keys.risk_key, SEAL_KEY_BYTES);
    cr_expect_eq(key_unwrap(wrapper, bytes, SEALED_RISK, &other).act, RES_REJECT);
    cr_expect_eq(key_unwrap(wrapper, bytes, SEALED_PERSON, &back).act, RES_REJECT);
}

Test(seal, a_key_file_that_is_short_or_missing_stops_the_start, .timeout = 20)
{
    struct key_wrapper *wrapper = NULL;
    cr_expect_eq(key_wrapper_open_file("/nonexistent/kek", &wrapper).act, RES_FATAL);
    cr_expect_eq(key_wrapper_open_file("/dev/null", &wrapper).act, RES_FATAL);
    cr_expect_null(wrapper);
}

/* A record with sealed fields at every depth: its own, of a nested record, of an array's items. */
struct item {
    uint64_t has;
    struct view text;
};
struct item_array {
    const struct item *items;
    size_t len;
};
struct outer {
    uint64_t has;
    struct view risk;
    struct item inner;
    struct item_array list;
    struct view plain;
};
static const struct field_desc item_fields[] = {{.name = "text",
    .kind = KIND_BYTES,
    .offset = offsetof(struct item, text),
    .has_bit = 0,
    .sealed = SEALED_PERSON}};
static const struct record_desc item_desc = {.name = "Item",
    .size = sizeof(struct item),
    .field_count = 1,
    .fields = item_fields,
    .seals = true};
static const struct field_desc outer_fields[] = {{.name = "risk",
                                                     .kind = KIND_BYTES,
                                                     .offset = offsetof(struct outer, risk),
                                                     .has_bit = 0,
                                                     .sealed = SEALED_RISK},
    {.name = "inner",
        .kind = KIND_RECORD,
        .offset = offsetof(struct outer, inner),
        .has_bit = 1,
        .record = &item_desc},
    {.name = "list",
        .kind = KIND_ARRAY,
        .item_kind = KIND_RECORD,
        .item_size = sizeof(struct item),
        .offset = offsetof(struct outer, list),
        .has_bit = 2,
        .record = &item_desc},
    {.name = "plain", .kind = KIND_TEXT, .offset = offsetof(struct outer, plain), .has_bit = 3}};
static const struct record_desc outer_desc = {.name = "Outer",
    .size = sizeof(struct outer),
    .field_count = 4,
    .fields = outer_fields,
    .seals = true};

Test(seal_record, every_sealed_field_at_any_depth_is_sealed_under_its_own_path, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(1 << 20);
    struct person_keys keys = keys_of(1);
    struct item items[2] = {{1, VIEW("\"one\"")}, {0, VIEW_NONE}};
    struct outer outer = {15, VIEW("\"r\""), {1, VIEW("\"in\"")}, {items, 2}, VIEW("open")};
    struct uuid id = {{9}};
    cr_assert_eq(seal_record(&keys, id, &outer_desc, &outer, arena).act, RES_OK);
    struct view out;
    cr_expect_eq(
        seal_open(&keys, place_of(9, SEALED_RISK, "/risk"), outer.risk, arena, &out).act, RES_OK);
    cr_expect(view_eq(out, VIEW("\"r\"")));
    cr_expect_eq(
        seal_open(&keys, place_of(9, SEALED_PERSON, "/inner/text"), outer.inner.text, arena, &out)
            .act,
        RES_OK);
    cr_expect_eq(seal_open(&keys, place_of(9, SEALED_PERSON, "/list/0/text"),
                     outer.list.items[0].text, arena, &out)
                     .act,
        RES_OK);
    cr_expect(view_eq(out, VIEW("\"one\"")));
    cr_expect_null(outer.list.items[1].text.ptr, "an absent field stays absent");
    cr_expect(view_eq(outer.plain, VIEW("open")));
    cr_expect(view_eq(items[0].text, VIEW("\"one\"")), "the caller's items are not written to");
}
