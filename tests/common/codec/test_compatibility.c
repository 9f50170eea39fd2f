/* Today's schemas read every version kept under schemas/ids, whole (BACKWARD_TRANSITIVE and more:
 * the log is for ever, so a field or symbol that stood on it keeps its place or an alias). */
#include "base/buf.h"
#include "codec/codec.h"
#include "event/event.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct record_desc *reader_of(const struct schema_row *row)
{
    if (row->is_command)
        return command_table[row->type].desc;
    return row->type == SCHEMA_DOSSIER ? &dossier_desc : event_table[row->type].desc;
}

static void write_gap(void *arg, const struct codec_gap *gap)
{
    buf_printf(arg, "%s: %s%s%s\n", gap->pointer, gap->what, gap->symbol != NULL ? " " : "",
        gap->symbol != NULL ? gap->symbol : "");
}

/* Every gap in words, "" where there is none. The caller frees it. */
static void gaps_of(const char *writer, const struct record_desc *reader, struct buf *ret)
{
    buf_clear(ret);
    res_t res = codec_plan_gaps(view_of(writer), reader, write_gap, ret);
    cr_expect(res.act == RES_OK || ret->len > 0, "%s: refused without a word", reader->name);
    buf_byte(ret, 0);
}

Test(compatibility, every_schema_ever_given_an_id_is_read_whole_by_todays, .timeout = 20)
{
    struct buf gaps = {0};
    for (size_t i = 0; i < schema_count; i++) {
        const struct schema_row *row = &schema_table[i];
        /* The dossier is a cache: it must be readable, and what was dropped is made anew. */
        codec_gap_fn *found = row->type == SCHEMA_DOSSIER && !row->is_command ? NULL : write_gap;
        buf_clear(&gaps);
        struct view text = {row->text, row->text_len};
        res_t res = codec_plan_gaps(text, reader_of(row), found, &gaps);
        buf_byte(&gaps, 0);
        cr_expect(res.act == RES_OK && gaps.ptr[0] == '\0', "schema id %d (%s): %s %s", row->id,
            row->name, res.act == RES_OK ? "" : res.what, gaps.ptr);
    }
    buf_done(&gaps);
}

static const char *newest_text(int32_t id)
{
    for (size_t i = 0; i < schema_count; i++)
        if (schema_table[i].id == id)
            return schema_table[i].text;
    WRONG("a record without a schema");
}

/* `text` with the one place where `old` stands changed. The caller frees it. */
static char *changed(const char *text, const char *old, const char *new)
{
    struct buf made = {0};
    const char *at = strstr(text, old);
    cr_assert_not_null(at, "%s stands nowhere", old);
    buf_put(&made, text, (size_t)(at - text));
    buf_text(&made, new);
    buf_text(&made, at + strlen(old));
    buf_byte(&made, 0);
    json_t *parsed = json_loads(made.ptr, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(parsed, "%s", made.ptr);
    json_decref(parsed);
    return made.ptr;
}

#define MICROS "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}"

Test(compatibility, each_way_to_break_it_is_told_with_the_fields_name, .timeout = 20)
{
    /* What an older version had, if today's schema had been made of it by a careless hand. */
    static const struct {
        const char *today, *older, *told;
    } breaks[] = {
        /* a field added without default */
        {"{\"name\":\"occurredAt\",\"type\":" MICROS "},", "",
            "/meta/occurredAt: the writer lacks a field without default\n"},
        /* its type changed */
        {"{\"name\":\"ageYears\",\"type\":[\"null\",\"int\"]",
            "{\"name\":\"ageYears\",\"type\":[\"null\",\"string\"]",
            "/ageYears: the writer's type cannot become the reader's\n"},
        {"{\"name\":\"complexity\",\"type\":[\"null\",\"Uuid\"]",
            "{\"name\":\"complexity\",\"type\":[\"null\",\"int\"]",
            "/categories/complexity: the writer's type cannot become the reader's\n"},
        {"{\"name\":\"outcomes\",\"type\":[\"null\",{\"type\":\"array\",\"items\":\"Uuid\"}]",
            "{\"name\":\"outcomes\",\"type\":[\"null\",\"Uuid\"]",
            "/categories/outcomes: a fixed of another size\n"},
        /* an enum's symbol removed */
        {"\"symbols\":[\"female\",\"male\"", "\"symbols\":[\"female\",\"intersex\",\"male\"",
            "/terms/sexes: a symbol that we read as unknown intersex\n"
            "/sex: a symbol that we read as unknown intersex\n"},
        /* a field renamed without alias, or removed: nobody can tell these apart */
        {"{\"name\":\"furtherInformation\"", "{\"name\":\"more\"",
            "/more: a field that none of ours is, by name or alias\n"},
        {"{\"name\":\"version\",\"type\":\"long\"}", "{\"name\":\"place\",\"type\":\"long\"}",
            "/meta/place: a field that none of ours is, by name or alias\n"
            "/meta/version: the writer lacks a field without default\n"},
    };
    struct buf gaps = {0};
    const char *text = newest_text(event_schema_id[EVENT_REFERRAL_SUBMITTED]);
    for (size_t i = 0; i < ARRAY_LEN(breaks); i++) {
        char *older = changed(text, breaks[i].today, breaks[i].older);
        gaps_of(older, &referral_submitted_desc, &gaps);
        cr_expect_str_eq(gaps.ptr, breaks[i].told, "%s", breaks[i].today);
        free(older);
    }
    buf_done(&gaps);
}

Test(compatibility, what_avro_allows_and_loses_nothing_is_no_gap, .timeout = 20)
{
    static const char *const fine[][2] = {
        /* a nullable field added since, a symbol added since, an order changed */
        {",{\"name\":\"ownWords\",\"type\":[\"null\",\"bytes\"],\"default\":null}", ""},
        {"\"symbols\":[\"female\",\"male\",\"other\"", "\"symbols\":[\"female\",\"male\""},
        {"\"symbols\":[\"female\",\"male\"", "\"symbols\":[\"male\",\"female\""},
        {"{\"name\":\"sentenceEnd\",\"type\":[\"null\",{\"type\":\"int\",\"logicalType\":\"date\"}"
         "]",
            "{\"name\":\"sentenceEnd\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}"},
    };
    struct buf gaps = {0};
    const char *text = newest_text(event_schema_id[EVENT_REFERRAL_SUBMITTED]);
    for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
        char *older = changed(text, fine[i][0], fine[i][1]);
        gaps_of(older, &referral_submitted_desc, &gaps);
        cr_expect_str_eq(gaps.ptr, "", "%s", fine[i][0]);
        free(older);
    }
    buf_done(&gaps);
}
