/* Every schema against avro-c, in both directions. */
#include "../sample.h"
#include "codec/codec.h"
#include "event/event.h"
#include "oracle.h"

#include <criterion/criterion.h>

enum { VALUES = 10000 };

static const struct record_desc *desc_of(const struct schema_row *row)
{
    if (row->is_command)
        return command_table[row->type].desc;
    return row->type == SCHEMA_DOSSIER ? &dossier_desc : event_table[row->type].desc;
}

/* One random record through both; false at the first difference. */
static bool same_both_ways(const struct record_desc *desc, struct oracle *oracle,
    const struct codec_plan *plan, struct sample *sample)
{
    struct buf ours = {0}, theirs = {0};
    void *record = arena_alloc(sample->arena, desc->size);
    void *read_by_us = arena_alloc(sample->arena, desc->size);
    void *read_by_them = arena_alloc(sample->arena, desc->size);
    sample_record(sample, desc, record);
    codec_encode(desc, record, &ours);
    bool fine = !ours.failed && oracle_encode(oracle, desc, record, &theirs) &&
                codec_decode(plan, buf_as_view(&theirs), sample->arena, read_by_us).act == RES_OK &&
                sample_equal(desc, record, read_by_us) &&
                oracle_decode(oracle, desc, buf_as_view(&ours), sample->arena, read_by_them) &&
                sample_equal(desc, record, read_by_them) &&
                view_eq(buf_as_view(&ours), buf_as_view(&theirs));
    buf_done(&ours);
    buf_done(&theirs);
    return fine;
}

static size_t schema_agrees(const struct schema_row *row)
{
    const struct record_desc *desc = desc_of(row);
    struct view text = {row->text, row->text_len};
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)16 << 20);
    CLEANUP(oracle_free_p) struct oracle *oracle = oracle_new(text);
    CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
    cr_assert_not_null(oracle, "avro-c refuses %s", row->name);
    cr_assert_eq(codec_plan_new(text, desc, &plan).act, RES_OK, "%s", row->name);
    struct sample sample = {.state = (uint64_t)row->id, .arena = arena};
    for (size_t i = 0; i < VALUES; i++) {
        arena_clear(arena);
        cr_assert(same_both_ways(desc, oracle, plan, &sample), "%s, value %zu", row->name, i);
    }
    return VALUES;
}

/* Split in four so that they run side by side. */
static void quarter(size_t part)
{
    size_t values = 0, schemas = 0;
    for (size_t i = part; i < schema_count; i += 4)
        if (schema_table[i].newest) {
            values += schema_agrees(&schema_table[i]);
            schemas++;
        }
    cr_assert(schemas > 0 && values == schemas * VALUES);
}

Test(codec_oracle, agrees_with_avro_c_on_random_values_of_the_first_schemas, .timeout = 120)
{
    quarter(0);
}

Test(codec_oracle, agrees_with_avro_c_on_random_values_of_the_second_schemas, .timeout = 120)
{
    quarter(1);
}

Test(codec_oracle, agrees_with_avro_c_on_random_values_of_the_third_schemas, .timeout = 120)
{
    quarter(2);
}

Test(codec_oracle, agrees_with_avro_c_on_random_values_of_the_fourth_schemas, .timeout = 120)
{
    quarter(3);
}
