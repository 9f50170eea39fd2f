#include "fuzz.h"

const struct codec_registry *fuzz_registry(void)
{
    static struct codec_registry *registry;
    if (registry == NULL)
        MUST(codec_registry_new(&registry).act == RES_OK);
    return registry;
}

struct arena *fuzz_arena(void)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new((size_t)64 << 20);
    arena_clear(arena);
    return arena;
}

const struct record_desc *fuzz_desc(const struct schema_row *row)
{
    if (row->is_command)
        return command_table[row->type].desc;
    return row->type == SCHEMA_DOSSIER ? &dossier_desc : event_table[row->type].desc;
}
