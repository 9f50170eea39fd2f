/* A body of any schema: read or refused within bounded memory, and what was read is written so that
 * it reads the same again. The first byte chooses the schema. */
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
    struct buf once = {0}, twice = {0};
    codec_encode(desc, record, &once);
    MUST(!once.failed);
    void *again = arena_alloc(arena, desc->size);
    MUST(codec_decode(plan_of(row), buf_as_view(&once), arena, again).act == RES_OK);
    codec_encode(desc, again, &twice);
    MUST(view_eq(buf_as_view(&once), buf_as_view(&twice)));
    buf_done(&once);
    buf_done(&twice);
    return 0;
}
