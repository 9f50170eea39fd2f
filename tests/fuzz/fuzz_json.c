/* The body of a command: read strictly, as a draft and as an import; what passes can be written to
 * the stream and, shown again, reads the same; what is refused is refused at a place, by a rule.
 * The first byte chooses command and manner. */
#include "codec/json.h"
#include "fuzz.h"

#include <string.h>

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

/* A JSON Pointer (RFC 6901) within its room, and a rule that has a code and a name. */
static void at_a_place(const struct codec_error *error)
{
    size_t len = strnlen(error->pointer, sizeof error->pointer);
    MUST(len < sizeof error->pointer && (len == 0 || error->pointer[0] == '/'));
    MUST(utf8_valid((struct view){error->pointer, len}));
    for (size_t i = 0; i < len; i++)
        MUST(error->pointer[i] != '~' || error->pointer[i + 1] == '0' ||
             error->pointer[i + 1] == '1');
    MUST(error->rule < CODEC_RULE_MAX_);
    MUST(codec_rule_code(error->rule)[0] != '\0' && codec_rule_name(error->rule)[0] != '\0');
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
    MUST(act == RES_OK || act == RES_REJECT);
    for (size_t i = 0; i < options.error_count && i < ARRAY_LEN(errors); i++)
        at_a_place(&errors[i]);
    if (act != RES_OK) {
        at_a_place(&error);
        return 0;
    }
    MUST(error.rule == CODEC_RULE_MAX_ && (options.soft || options.error_count == 0));
    struct buf bytes = {0};
    codec_encode(desc, record, &bytes);
    MUST(!bytes.failed);
    buf_done(&bytes);
    same_again(desc, record, &options, arena);
    return 0;
}
