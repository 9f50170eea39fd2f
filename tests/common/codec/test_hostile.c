/* Bytes that no encoder of ours writes. */
#include "thing.h"

#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

#define WORDS ONE("words", "{\"type\":\"array\",\"items\":\"string\"}")
#define PARTS                                                                                      \
    ONE("parts", "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"P\",\"fields\":["  \
                 "{\"name\":\"n\",\"type\":\"int\"},{\"name\":\"t\",\"type\":\"string\"}]}}")
#define HUGE_VARINT "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1"  /* 2^63 - 1 */
#define LEAST_VARINT "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1" /* -2^63 */

static const struct {
    const char *what, *writer;
    struct view bytes;
    enum res_do due;
} cases[] = {
    {"length beyond the end", ONE("text", "\"string\""), RAW("\6ab"), RES_REJECT},
    {"huge length in six bytes", ONE("text", "\"string\""),
        RAW("\xfe\xff\xff\xff\x7f"
            "a"),
        RES_REJECT},
    {"greatest length", ONE("text", "\"string\""), RAW(HUGE_VARINT "a"), RES_REJECT},
    {"negative length", ONE("text", "\"string\""), RAW("\1a"), RES_REJECT},
    {"least length", ONE("raw", "\"bytes\""), RAW(LEAST_VARINT "a"), RES_REJECT},
    {"eleven bytes of varint", ONE("wide", "\"long\""),
        RAW("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), RES_REJECT},
    {"65 bits", ONE("wide", "\"long\""), RAW("\xff\xff\xff\xff\xff\xff\xff\xff\xff\2"), RES_REJECT},
    {"64 bits", ONE("wide", "\"long\""), RAW(LEAST_VARINT), RES_OK},
    {"longer varint than needed", ONE("wide", "\"long\""), RAW("\x82\0"), RES_REJECT},
    {"unfinished varint", ONE("wide", "\"long\""), RAW("\x82"), RES_REJECT},
    {"33 bits of int", ONE("number", "\"int\""), RAW("\x80\x80\x80\x80\x20"), RES_REJECT},
    {"least int", ONE("number", "\"int\""), RAW("\xff\xff\xff\xff\x0f"), RES_OK},
    {"last day", ONE("day", "\"int\""), RAW("\xc0\x82\xe6\2"), RES_OK},
    {"a day after the year 9999", ONE("day", "\"int\""), RAW("\xc2\x82\xe6\2"), RES_REJECT},
    {"a time before the year 1", ONE("at", "\"long\""), RAW(LEAST_VARINT), RES_REJECT},
    {"a time after the year 9999", ONE("at", "\"long\""), RAW(HUGE_VARINT), RES_REJECT},
    {"boolean 2", ONE("new", "\"boolean\""), RAW("\2"), RES_REJECT},
    {"bad UTF-8", ONE("text", "\"string\""), RAW("\4\xc0\xaf"), RES_REJECT},
    {"surrogate", ONE("text", "\"string\""), RAW("\6\xed\xa0\x80"), RES_REJECT},
    {"bad UTF-8 far inside", ONE("text", "\"string\""),
        RAW("\x28"
            "0123456789abcdefgh\x80j"),
        RES_REJECT},
    {"NUL in text", ONE("text", "\"string\""), RAW("\6a\0b"), RES_REJECT},
    {"NUL far inside", ONE("text", "\"string\""),
        RAW("\x28"
            "0123456789abcdefgh\0j"),
        RES_REJECT},
    {"NUL after other letters", ONE("text", "\"string\""),
        RAW("\x28"
            "01234567\xc3\xa9"
            "abcdefg\0hi"),
        RES_REJECT},
    {"NUL in skipped text", ONE("new", "\"string\""), RAW("\2\0"), RES_REJECT},
    {"NUL in bytes", ONE("raw", "\"bytes\""), RAW("\6a\0b"), RES_OK},
    {"trailing byte", ONE("wide", "\"long\""), RAW("\2\0"), RES_REJECT},
    {"nothing at all", ONE("wide", "\"long\""), RAW(""), RES_REJECT},
    {"short fixed", ONE("new", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}"), RAW("ab"),
        RES_REJECT},
    {"two blocks", WORDS, RAW("\2\2a\4\2b\2c\0"), RES_OK},
    {"block with its size", WORDS, RAW("\3\x08\2b\2c\0"), RES_OK},
    {"block size too small", WORDS, RAW("\3\6\2b\2c\0"), RES_REJECT},
    {"block size too great", WORDS, RAW("\3\x0a\2b\2c\0"), RES_REJECT},
    {"block size negative", WORDS, RAW("\3\1\2b\2c\0"), RES_REJECT},
    {"block size beyond the end", WORDS, RAW("\3" HUGE_VARINT "\2b\2c\0"), RES_REJECT},
    {"least count", WORDS, RAW(LEAST_VARINT "\2\0"), RES_REJECT},
    {"greatest count", WORDS, RAW(HUGE_VARINT), RES_REJECT},
    {"count beyond what could follow", WORDS, RAW("\6\0\0\0"), RES_REJECT},
    {"no end of the array", WORDS, RAW("\2\2a"), RES_REJECT},
    {"an empty block with a size is the end", WORDS, RAW("\1\0"), RES_REJECT},
};

Test(hostile, is_refused_and_its_good_neighbours_are_not, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct thing thing;
        cr_expect_eq(thing_decode(cases[i].writer, cases[i].bytes, arena, &thing), cases[i].due,
            "%s", cases[i].what);
    }
}

Test(hostile, blocks_are_joined_in_order, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    struct thing thing;
    cr_assert_eq(thing_decode(WORDS, BYTES("\2\2a\3\x08\2b\2c\2\2d\0"), arena, &thing), RES_OK);
    cr_assert_eq(thing.words.len, 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(thing.words.items[i].ptr[0], (char)('a' + (char)i));
}

/* Whatever a message claims, what is allocated stays below a constant times its length: an item of
 * a part costs at least 2 bytes and 40 in memory, doubled at most twice while blocks are joined. */
Test(hostile, memory_stays_within_a_constant_times_the_input, .timeout = 60)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)256 << 20);
    CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
    enum { ITEMS = 20000 };
    struct buf blocks = {0}, claim = {0};
    struct thing thing;
    cr_assert_eq(codec_plan_new(VIEW(PARTS), &thing_desc, &plan).act, RES_OK);
    for (int i = 0; i < ITEMS; i++)
        buf_put(&blocks, "\2\0\0", 3); /* one item a block */
    buf_byte(&blocks, 0);
    cr_assert_eq(codec_decode(plan, buf_as_view(&blocks), arena, &thing).act, RES_OK);
    cr_assert_eq(thing.parts.len, ITEMS);
    cr_assert_lt(arena_used(arena), 100 * blocks.len);
    arena_clear(arena);
    buf_put(&claim, "\xfe\xff\x03", 3); /* 32767 items, of which none comes */
    for (int i = 0; i < 65600; i++)
        buf_byte(&claim, 0x80);
    cr_assert_eq(codec_decode(plan, buf_as_view(&claim), arena, &thing).act, RES_REJECT);
    cr_assert_lt(arena_used(arena), 100 * claim.len);
    buf_done(&blocks);
    buf_done(&claim);
}

/* Any single changed byte gives an error or a record, never a fault (the sanitizers watch). */
Test(hostile, a_changed_byte_is_read_or_refused, .timeout = 60)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)4 << 20);
    CLEANUP(arena_free_p) struct arena *scratch = arena_new((size_t)4 << 20);
    struct sample sample = {.state = 11, .arena = arena};
    size_t read = 0, refused = 0;
    for (size_t row = 0; row < schema_count; row++) {
        const struct schema_row *schema = &schema_table[row];
        if (schema->is_command || schema->type < 0)
            continue;
        CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
        const struct record_desc *desc = event_table[schema->type].desc;
        cr_assert_eq(
            codec_plan_new((struct view){schema->text, schema->text_len}, desc, &plan).act, RES_OK);
        arena_clear(arena);
        struct buf bytes = {0};
        void *record = arena_alloc(arena, desc->size), *out = arena_alloc(arena, desc->size);
        sample_record(&sample, desc, record);
        codec_encode(desc, record, &bytes);
        for (int i = 0; i < 2000; i++) {
            size_t at = sample_next(&sample) % bytes.len;
            char before = bytes.ptr[at];
            bytes.ptr[at] = (char)sample_next(&sample);
            arena_clear(scratch);
            enum res_do act = codec_decode(plan, buf_as_view(&bytes), scratch, out).act;
            read += act == RES_OK;
            refused += act == RES_REJECT;
            cr_assert(act == RES_OK || act == RES_REJECT);
            bytes.ptr[at] = before;
        }
        buf_done(&bytes);
    }
    cr_assert(read > 0 && refused > 0);
}
