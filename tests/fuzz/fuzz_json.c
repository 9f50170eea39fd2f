/* The body of a command: read strictly, as a draft and as an import; what passes can be written to
 * the stream and, shown again, reads the same. The first byte chooses command and manner. */
#include "codec/json.h"
#include "fuzz.h"

static struct view as_it_is(
    void *arg, const struct field_desc *field, const char *pointer, struct view sealed)
{
    (void)arg, (void)field, (void)pointer;
    return sealed;
}

/* Shown, read and shown again is the same text. */
static void same_again(const struct record_desc *desc, const void *record,
    struct codec_json_options *options, struct arena *arena)
{
    const struct codec_json_out shown = {.open = as_it_is, .no_meta = true};
    struct buf once = {0}, twice = {0};
    struct codec_error error;
    codec_json_write(desc, record, &shown, &once);
    MUST(!once.failed);
    void *again = arena_alloc(arena, desc->size);
    MUST(codec_json_read(desc, buf_as_view(&once), options, arena, again, &error).act == RES_OK);
    codec_json_write(desc, again, &shown, &twice);
    MUST(view_eq(buf_as_view(&once), buf_as_view(&twice)));
    buf_done(&once);
    buf_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct record_desc *desc = command_table[data[0] % COMMAND_MAX_].desc;
    unsigned manner = (data[0] / COMMAND_MAX_) % 3;
    struct codec_error errors[4], error = {.rule = CODEC_RULE_MAX_};
    struct codec_json_options options = {.partial = manner == 1,
        .soft = manner == 2,
        .from_import = manner == 2,
        .errors = errors,
        .errors_max = ARRAY_LEN(errors)};
    struct arena *arena = fuzz_arena();
    void *record = arena_alloc(arena, desc->size);
    struct view json = {(const char *)data + 1, size - 1};
    enum res_do act = codec_json_read(desc, json, &options, arena, record, &error).act;
    MUST(act == RES_OK || (act == RES_REJECT && error.rule < CODEC_RULE_MAX_));
    if (act != RES_OK)
        return 0;
    struct buf bytes = {0};
    codec_encode(desc, record, &bytes);
    MUST(!bytes.failed);
    buf_done(&bytes);
    same_again(desc, record, &options, arena);
    return 0;
}
