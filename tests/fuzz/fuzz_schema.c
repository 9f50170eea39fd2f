/* A writer's schema from anywhere, up to the first line's end, then bytes said to be written by it.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view rest = {(const char *)data, size};
    struct view schema = view_cut(&rest, '\n');
    const struct record_desc *readers[] = {
        &meta_desc, &feedback_given_desc, &referral_submitted_desc, &terms_desc};
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
        struct arena *arena = fuzz_arena();
        void *record = arena_alloc(arena, readers[i]->size);
        if (codec_plan_new(schema, readers[i], &plan).act != RES_OK)
            continue;
        enum res_do act = codec_decode(plan, rest, arena, record).act;
        MUST(act == RES_OK || act == RES_REJECT);
        MUST(arena_used(arena) <= FUZZ_BASE + FUZZ_GROWTH * size);
    }
    return 0;
}
