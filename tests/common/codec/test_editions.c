/* What is written as the release before wrote it reads the same, and is written so only where that
 * says all of it. */
#include "codec/codec.h"
#include "event/event.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct record_desc *desc_of(const struct schema_row *row)
{
    if (row->is_command)
        return command_table[row->type].desc;
    return row->type == SCHEMA_DOSSIER ? &dossier_desc : event_table[row->type].desc;
}

static uint64_t lacks_of(const struct edition *edition, const struct record_desc *desc)
{
    for (size_t i = 0; i < edition->record_count; i++)
        if (edition->records[i].desc == desc)
            return edition->records[i].lacks;
    return 0;
}

/* As somebody who has never heard of what came since would have made it. */
static void forget(const struct edition *edition, const struct record_desc *desc, void *record)
{
    uint64_t lacks = lacks_of(edition, desc);
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        char *at = (char *)record + field->offset;
        struct array_any *array = (struct array_any *)(void *)at;
        bool there = has_bit(record, field->has_bit);
        if ((lacks >> i & 1) != 0 && field->has_bit >= 0)
            *(uint64_t *)record &= ~(UINT64_C(1) << field->has_bit);
        else if ((lacks >> i & 1) != 0 && field->kind == KIND_ARRAY)
            *array = (struct array_any){0};
        else if ((lacks >> i & 1) != 0)
            *(bool *)(void *)at = strcmp(field->default_json, "true") == 0;
        else if (there && field->kind == KIND_RECORD)
            forget(edition, field->record, at);
        else if (there && field->kind == KIND_ARRAY && field->item_kind == KIND_RECORD)
            for (size_t k = 0; k < array->len; k++)
                forget(
                    edition, field->record, (char *)(uintptr_t)array->items + k * field->item_size);
    }
}

/* Random records of today's table. */
static void try_row(const struct schema_row *row, size_t *ret_kept, size_t *ret_lost)
{
    const struct record_desc *desc = desc_of(row);
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)16 << 20);
    CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
    struct sample sample = {.state = (uint64_t)row->id, .arena = arena};
    cr_assert_eq(codec_plan_new((struct view){row->text, row->text_len}, desc, &plan).act, RES_OK);
    for (int i = 0; i < 400; i++) {
        struct buf bytes = {0};
        arena_clear(arena);
        void *record = arena_alloc(arena, desc->size), *read = arena_alloc(arena, desc->size);
        sample_record(&sample, desc, record);
        if (i % 2 == 0)
            forget(row->edition, desc, record);
        codec_encode_older(row->edition, desc, record, &bytes);
        cr_assert(i % 2 != 0 || !bytes.failed, "%s %d: nothing new in it", row->name, row->id);
        *(bytes.failed ? ret_lost : ret_kept) += 1;
        if (!bytes.failed) {
            cr_assert_eq(codec_decode(plan, buf_as_view(&bytes), arena, read).act, RES_OK);
            cr_assert(sample_equal(desc, record, read), "%s %d", row->name, row->id);
        }
        buf_done(&bytes);
    }
}

Test(editions, an_older_schema_says_all_of_a_record_or_is_not_used, .timeout = 60)
{
    size_t rows = 0, kept = 0, lost = 0;
    for (size_t i = 0; i < schema_count; i++) {
        if (schema_table[i].edition == NULL)
            continue;
        cr_assert(!schema_table[i].newest && schema_table[i].edition->id == schema_table[i].id);
        try_row(&schema_table[i], &kept, &lost);
        rows++;
    }
    cr_assert(rows > 0 && kept > 0 && lost > 0);
}

enum { RED, DARK_BLUE, UNKNOWN };
static const char *const symbols[] = {"red", "dark-blue", "unknown"};
static const struct enum_desc colours = {.name = "Colour", .symbols = symbols, .count = 3};
struct paint {
    uint64_t has;
    int32_t colour;
};
static const struct field_desc paint_fields[] = {{.name = "colour",
    .kind = KIND_ENUM,
    .offset = offsetof(struct paint, colour),
    .has_bit = 0,
    .enumeration = &colours}};
static const struct record_desc paint_desc = {
    .name = "Paint", .size = sizeof(struct paint), .field_count = 1, .fields = paint_fields};

Test(editions, a_symbol_that_came_since_is_not_written_as_another, .timeout = 10)
{
    /* Then: red, unknown. So today's dark-blue has the place that unknown had. */
    const struct edition_enum enums[] = {{&colours, 1}};
    const struct edition_record records[] = {{&paint_desc, 0}};
    const struct edition edition = {1, records, 1, enums, 1};
    for (int32_t colour = RED; colour <= UNKNOWN; colour++) {
        struct paint paint = {.has = 1, .colour = colour};
        struct buf bytes = {0};
        codec_encode_older(&edition, &paint_desc, &paint, &bytes);
        cr_expect_eq(bytes.failed, colour != RED, "%s", symbols[colour]);
        cr_expect(bytes.failed || view_eq(buf_as_view(&bytes), ((struct view){"\2\0", 2})));
        buf_done(&bytes);
    }
}
