/* A writer's schema that is not ours: older, newer, somebody else's. */
#include "thing.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define NULLABLE(type) "[\"null\"," type "]"
#define ENUM(symbols) "{\"type\":\"enum\",\"name\":\"C\",\"symbols\":[" symbols "]}"
#define PART "{\"type\":\"record\",\"name\":\"P\",\"fields\":[" FIELD("n", "\"int\"") "]}"
#define TWO(a, b) "{\"type\":\"record\",\"name\":\"W\",\"fields\":[" a "," b "]}"

static struct arena *arena;
static struct thing thing;

static enum res_do decode(const char *writer, struct view bytes)
{
    if (arena == NULL)
        arena = arena_new((size_t)1 << 20);
    return thing_decode(writer, bytes, arena, &thing);
}

static void done(void)
{
    arena_free(arena);
    arena = NULL;
}

Test(resolution, an_absent_field_is_absent_or_its_default, .timeout = 10, .fini = done)
{
    cr_assert_eq(decode("{\"type\":\"record\",\"name\":\"W\",\"fields\":[]}", BYTES("")), RES_OK);
    cr_assert(thing.has == 0 && thing.number == 7);
}

Test(resolution, a_field_without_default_that_the_writer_lacks_cannot_be_read, .timeout = 10)
{
    struct codec_plan *plan = NULL;
    struct view writer = VIEW(ONE("id", "\"string\""));
    cr_assert_eq(codec_plan_new(writer, &actor_desc, &plan).act, RES_REJECT);
    cr_assert_null(plan);
}

Test(resolution, a_field_that_we_do_not_know_is_skipped_whatever_it_is, .timeout = 10, .fini = done)
{
    static const struct {
        const char *type;
        struct view bytes; /* then comes wide = 3 */
    } skipped[] = {
        {"\"boolean\"", RAW("\1\6")},
        {"\"int\"", RAW("\x80\1\6")},
        {"\"long\"", RAW("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\6")},
        {"\"float\"", RAW("\1\2\3\4\6")},
        {"\"double\"", RAW("\1\2\3\4\5\6\7\x08\6")},
        {"\"string\"", RAW("\4ab\6")},
        {"\"bytes\"", RAW("\4\xff\0\6")},
        {NULLABLE("\"string\""), RAW("\0\6")},
        {NULLABLE("\"string\""), RAW("\2\2x\6")},
        {"[\"string\",\"null\"]", RAW("\2\6")},
        {"[\"string\",\"null\"]", RAW("\0\2x\6")},
        {ENUM("\"a\",\"b\""), RAW("\2\6")},
        {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}", RAW("abc\6")},
        {PART, RAW("\x0a\6")},
        {NULLABLE(PART), RAW("\0\6")},
        {NULLABLE(PART), RAW("\2\x0a\6")},
        {"{\"type\":\"array\",\"items\":" PART "}", RAW("\4\2\4\0\6")},
        {"{\"type\":\"array\",\"items\":\"string\"}", RAW("\3\4\2x\2y\0\6")},
    };
    for (size_t i = 0; i < ARRAY_LEN(skipped); i++) {
        char writer[400];
        snprintf(writer, sizeof writer, TWO(FIELD("new", "%s"), FIELD("wide", "\"long\"")),
            skipped[i].type);
        if (i == 17) /* a block whose bytes are not what it says */
            cr_expect_eq(decode(writer, skipped[i].bytes), RES_REJECT);
        else
            cr_expect(decode(writer, skipped[i].bytes) == RES_OK && thing.wide == 3, "%s",
                skipped[i].type);
    }
}

Test(resolution, numbers_widen_but_never_narrow, .timeout = 10, .fini = done)
{
    cr_assert_eq(decode(ONE("wide", "\"int\""), BYTES("\x0b")), RES_OK);
    cr_assert(HAS(&thing, THING_WIDE) && thing.wide == -6);
    cr_assert_eq(decode(ONE("wide", "\"int\""), BYTES("\x80\x80\x80\x80\x20")), RES_REJECT);
    cr_assert_eq(decode(ONE("number", "\"long\""), BYTES("\2")), RES_FATAL);
    cr_assert_eq(decode(ONE("wide", "\"double\""), BYTES("\2")), RES_FATAL);
}

Test(
    resolution, text_and_bytes_become_each_other_when_the_text_is_good, .timeout = 10, .fini = done)
{
    cr_assert_eq(decode(ONE("raw", "\"string\""), BYTES("\4ab")), RES_OK);
    cr_assert(view_eq_text(thing.raw, "ab"));
    cr_assert_eq(decode(ONE("text", "\"bytes\""), BYTES("\4ab")), RES_OK);
    cr_assert(view_eq_text(thing.text, "ab"));
    cr_assert_eq(decode(ONE("text", "\"bytes\""), BYTES("\2\xff")), RES_REJECT);
}

Test(resolution, a_renamed_field_is_found_by_its_alias, .timeout = 10, .fini = done)
{
    cr_assert_eq(decode(ONE("oldText", "\"string\""), BYTES("\2x")), RES_OK);
    cr_assert(HAS(&thing, THING_TEXT) && view_eq_text(thing.text, "x"));
    cr_assert_eq(decode(ONE("olderText", NULLABLE("\"string\"")), BYTES("\2\2y")), RES_OK);
    cr_assert(view_eq_text(thing.text, "y"));
    cr_assert_eq(
        decode(TWO(FIELD("oldText", "\"string\""), FIELD("text", "\"string\"")), BYTES("\2x\2y")),
        RES_FATAL, "two of the writer's fields cannot be one of ours");
}

Test(resolution, symbols_go_by_name_and_new_ones_are_unknown, .timeout = 10, .fini = done)
{
    static const char writer[] = ONE("colour", ENUM("\"green\",\"dark_blue\",\"red\""));
    static const int32_t due[] = {COLOUR_UNKNOWN, COLOUR_DARK_BLUE, COLOUR_RED};
    for (uint8_t i = 0; i < 3; i++) {
        char byte = (char)(2 * i);
        cr_assert_eq(decode(writer, (struct view){&byte, 1}), RES_OK);
        cr_assert_eq(thing.colour, due[i]);
    }
    cr_assert_eq(decode(writer, BYTES("\6")), RES_REJECT);
    cr_assert_eq(decode(writer, BYTES("\1")), RES_REJECT);
}

Test(resolution, nullable_and_not_meet_in_every_way, .timeout = 10, .fini = done)
{
    cr_assert_eq(decode(ONE("wide", "\"long\""), BYTES("\2")), RES_OK);
    cr_assert(HAS(&thing, THING_WIDE));
    cr_assert_eq(decode(ONE("wide", "[\"long\",\"null\"]"), BYTES("\2")), RES_OK);
    cr_assert(!HAS(&thing, THING_WIDE));
    cr_assert_eq(decode(ONE("number", NULLABLE("\"int\"")), BYTES("\2\4")), RES_OK);
    cr_assert_eq(thing.number, 2);
    cr_assert_eq(decode(ONE("number", NULLABLE("\"int\"")), BYTES("\0")), RES_REJECT);
    cr_assert_eq(decode(ONE("wide", NULLABLE("\"long\"")), BYTES("\4\2")), RES_REJECT);
    cr_assert_eq(decode(ONE("wide", NULLABLE("\"long\"")), BYTES("\1\2")), RES_REJECT);
    cr_assert_eq(decode(ONE("wide", "[\"null\",\"long\",\"int\"]"), BYTES("\0")), RES_FATAL);
    cr_assert_eq(decode(ONE("wide", "[\"null\"]"), BYTES("\0")), RES_FATAL);
}

Test(resolution, nested_records_and_their_arrays_are_resolved_too, .timeout = 10, .fini = done)
{
    static const char newer[] = "{\"type\":\"record\",\"name\":\"P\",\"fields\":[" FIELD(
        "extra", "\"string\"") "," FIELD("n", "\"int\"") "]}";
    char writer[500];
    snprintf(writer, sizeof writer, TWO(FIELD("inner", "%s"), FIELD("parts", "%s")), newer,
        "{\"type\":\"array\",\"items\":\"P\"}");
    cr_assert_eq(decode(writer, BYTES("\2x\x0a\4\0\2\2y\4\2\0\6\0")), RES_OK);
    cr_assert(HAS(&thing, THING_INNER) && HAS(&thing.inner, 0) && !HAS(&thing.inner, 1));
    cr_assert(thing.inner.n == 5 && thing.parts.len == 3 && thing.parts.items[0].n == 1);
    cr_assert(thing.parts.items[2].n == 3 && thing.parts.items[2].has == 1);
}

Test(resolution, what_is_no_schema_or_cannot_be_ours_is_refused, .timeout = 10, .fini = done)
{
    static const char *const bad[] = {"", "x", "\"string\"", "{}", "{\"type\":\"record\"}",
        "{\"type\":\"record\",\"name\":\"W\"}", ONE("", "\"int\""), ONE("new", "\"Nowhere\""),
        ONE("new", "7"), ONE("wide", "{\"type\":\"map\",\"values\":\"int\"}"),
        ONE("wide", "\"string\""), ONE("text", "\"int\""), ONE("wide", PART),
        ONE("inner", "\"int\""), ONE("parts", "\"int\""), ONE("colour", "\"string\""),
        ONE("words", "{\"type\":\"array\",\"items\":\"int\"}"),
        ONE("id", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":15}"),
        ONE("new", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}"),
        ONE("new", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[]}"),
        ONE("new", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[1]}"), ONE("new", "\"W\""),
        ONE("new", "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"E\","
                   "\"fields\":[]}}"),
        TWO(FIELD("wide", "\"long\""), FIELD("wide", "\"long\"")),
        "{\"type\":\"record\",\"type\":\"record\",\"name\":\"W\",\"fields\":[]}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect_eq(decode(bad[i], BYTES("")), RES_FATAL, "%s", bad[i]);
}

/* A schema of ten levels that each name the one before ten times would be 10^10 operations. */
Test(resolution, a_schema_that_would_explode_is_refused_quickly, .timeout = 10, .fini = done)
{
    struct buf text = {0};
    buf_text(&text, "{\"type\":\"record\",\"name\":\"W\",\"fields\":[");
    buf_text(&text, FIELD("l0", "{\"type\":\"record\",\"name\":\"L0\",\"fields\":["
                                "{\"name\":\"n\",\"type\":\"int\"}]}"));
    for (int level = 1; level <= 10; level++) {
        buf_printf(&text,
            ",{\"name\":\"l%d\",\"type\":{\"type\":\"record\",\"name\":\"L%d\","
            "\"fields\":[",
            level, level);
        for (int i = 0; i < 10; i++)
            buf_printf(
                &text, "%s{\"name\":\"f%d\",\"type\":\"L%d\"}", i > 0 ? "," : "", i, level - 1);
        buf_text(&text, "]}}");
    }
    buf_text(&text, "]}");
    buf_byte(&text, 0);
    cr_assert_eq(decode(text.ptr, BYTES("")), RES_FATAL);
    buf_done(&text);
}
