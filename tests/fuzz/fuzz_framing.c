/* A record as it may stand on any topic: read as each kind, and what was read is checked and
 * shown. */
#include "base/check.h"
#include "codec/json.h"
#include "fuzz.h"

static void use(const struct record_desc *desc, void *record)
{
    struct check_error error;
    struct buf out = {0};
    check_record(desc, record, &error);
    codec_json_write(desc, record, &(struct codec_json_out){.base64 = true}, &out);
    MUST(!out.failed && utf8_valid(buf_as_view(&out)));
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view bytes = {(const char *)data, size};
    struct arena *arena = fuzz_arena();
    struct event event;
    struct command command;
    struct dossier *dossier = NULL;
    enum frame_fault as_event = codec_read_event(fuzz_registry(), bytes, arena, &event);
    enum frame_fault as_command = codec_read_command(fuzz_registry(), bytes, arena, &command);
    enum frame_fault as_dossier = codec_read_dossier(fuzz_registry(), bytes, arena, &dossier);
    MUST((as_event == FRAME_OK) + (as_command == FRAME_OK) + (as_dossier == FRAME_OK) <= 1);
    MUST(arena_used(arena) <= FUZZ_BASE + FUZZ_GROWTH * size);
    if (as_event == FRAME_OK)
        use(event_table[event.type].desc, (void *)(uintptr_t)event.body);
    if (as_command == FRAME_OK)
        use(command_table[command.type].desc, (void *)(uintptr_t)command.body);
    if (as_dossier == FRAME_OK)
        use(&dossier_desc, dossier);
    return 0;
}
