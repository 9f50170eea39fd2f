#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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

uint8_t fuzz_byte(struct view *rest)
{
    if (rest->len == 0)
        return 0;
    uint8_t byte = (uint8_t)rest->ptr[0];
    *rest = view_from(*rest, 1);
    return byte;
}

size_t fuzz_number(struct view *rest)
{
    size_t high = fuzz_byte(rest);
    return high << 8 | fuzz_byte(rest);
}

struct view fuzz_piece(struct view *rest)
{
    size_t len = fuzz_number(rest);
    struct view piece = {rest->ptr, len < rest->len ? len : rest->len};
    *rest = view_from(*rest, piece.len);
    return piece;
}

const char *fuzz_file(struct view bytes)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        MUST(fd >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    MUST(ftruncate(fd, 0) == 0);
    MUST(pwrite(fd, bytes.ptr, bytes.len, 0) == (ssize_t)bytes.len);
    return path;
}

const char *fuzz_folder(void)
{
    static char path[64];
    snprintf(path, sizeof path, "%s", "/dev/shm/fuzz-XXXXXX");
    MUST(mkdtemp(path) != NULL);
    return path;
}
