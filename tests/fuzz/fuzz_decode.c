/* A body of any schema: read or refused within bounded memory; what was read is read by avro-c as
 * the same record, and is written so that it reads the same again. The first byte chooses the
 * schema. (avro-c is shown only what we took: it trusts lengths and indices.) */
#include "common/codec/oracle/oracle.h"
#include "common/codec/sample.h"
#include "fuzz.h"

#include <string.h>

static struct codec_plan *plan_of(size_t row)
{
    static struct codec_plan *plans[256];
    const struct schema_row *schema = &schema_table[row];
    if (plans[row] == NULL)
        MUST(codec_plan_new(
                 (struct view){schema->text, schema->text_len}, fuzz_desc(schema), &plans[row])
                 .act == RES_OK);
    return plans[row];
}

static struct oracle *oracle_of(size_t row)
{
    static struct oracle *oracles[256];
    const struct schema_row *schema = &schema_table[row];
    if (oracles[row] == NULL)
        oracles[row] = oracle_new((struct view){schema->text, schema->text_len});
    MUST(oracles[row] != NULL);
    return oracles[row];
}

static void same_to_avro_c(size_t row, struct view body, const void *record, struct arena *arena)
{
    const struct record_desc *desc = fuzz_desc(&schema_table[row]);
    void *theirs = arena_alloc(arena, desc->size);
    MUST(oracle_decode(oracle_of(row), desc, body, arena, theirs));
    MUST(sample_equal(desc, record, theirs));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t row = data[0] % schema_count;
    const struct record_desc *desc = fuzz_desc(&schema_table[row]);
    struct arena *arena = fuzz_arena();
    struct view body = {(const char *)data + 1, size - 1};
    void *record = arena_alloc(arena, desc->size);
    enum res_do act = codec_decode(plan_of(row), body, arena, record).act;
    MUST(act == RES_OK || act == RES_REJECT);
    MUST(arena_used(arena) <= FUZZ_BASE + FUZZ_GROWTH * size);
    if (act != RES_OK || !schema_table[row].newest)
        return 0;
    same_to_avro_c(row, body, record, arena);
    struct buf once = {0}, twice = {0};
    codec_encode(desc, record, &once);
    MUST(!once.failed);
    void *again = arena_alloc(arena, desc->size);
    MUST(codec_decode(plan_of(row), buf_as_view(&once), arena, again).act == RES_OK);
    MUST(sample_equal(desc, record, again));
    codec_encode(desc, again, &twice);
    MUST(view_eq(buf_as_view(&once), buf_as_view(&twice)));
    buf_done(&once);
    buf_done(&twice);
    return 0;
}
