/* A decider's store: what is put is got, by key and by walking, also after it was closed and opened
 * again; and its files, with bytes changed as by a failing disk: dropped, refused, or read with
 * every dossier as it was put (each has a check). The marker beside them likewise.
 *
 * Input: what to change (the first byte: nothing, a value of the table, a byte of the marker),
 * where and into what; then dossiers: person, version, packed bytes. */
#include "fuzz.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEOPLE = 8, STORE_BYTES = 1 << 20 };

static char folder[64];

static struct store_conf conf_of(void)
{
    return (struct store_conf){.folder = folder, .fingerprint = {{7}}, .bytes_max = STORE_BYTES};
}

static void file_path(const char *name, char ret[static 128])
{
    snprintf(ret, 128, "%s/%s", folder, name);
}

static void wipe(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "marker", "marker.new", "owner"};
    char path[128];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        file_path(names[i], path);
        (void)unlink(path);
    }
}

static void leave(void)
{
    wipe();
    (void)rmdir(folder);
}

struct put {
    bool there;
    struct store_dossier dossier;
};

static struct uuid person_of(size_t n)
{
    return (struct uuid){{(uint8_t)(n + 1)}};
}

static bool same(const struct store_dossier *a, const struct store_dossier *b)
{
    return a->version == b->version && digest_eq(a->history, b->history) &&
           view_eq(a->packed, b->packed);
}

static res_t walked(
    void *owner, int32_t partition, struct uuid person, const struct store_dossier *dossier)
{
    const struct put *puts = owner;
    size_t n = (size_t)person.b[0] - 1;
    MUST(partition == 3 && n < PEOPLE && puts[n].there && same(dossier, &puts[n].dossier));
    return RES_DONE;
}

/* All of it, or, where the disk may have changed something, what can be had. */
static void look(struct store *store, struct put puts[static PEOPLE], bool whole)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        struct store_dossier got;
        bool found = false;
        res_t res = store_dossier_get(store, 3, person_of(i), &got, &found);
        MUST(res.act == RES_OK || (!whole && res.act == RES_FATAL));
        MUST(!whole || found == puts[i].there);
        if (res.act == RES_OK && found)
            MUST(puts[i].there && same(&got, &puts[i].dossier));
    }
    int64_t next = 0;
    bool found = false;
    res_t res = store_position_get(store, 3, &next, &found);
    MUST(!whole || (res.act == RES_OK && found && next == 77));
    res = store_dossiers_each(store, STORE_EVERY, walked, puts);
    MUST(res.act == RES_OK || (!whole && res.act == RES_FATAL));
}

static void fill(struct view *rest, struct put puts[static PEOPLE])
{
    struct store *store = NULL;
    enum store_found found;
    const struct store_conf conf = conf_of();
    MUST(store_open(&conf, &store, &found).act == RES_OK && found == STORE_NEW);
    MUST(store_begin(store).act == RES_OK);
    while (rest->len > 0) {
        struct put *put = &puts[fuzz_byte(rest) % PEOPLE];
        struct store_dossier dossier = {.version = fuzz_number(rest)};
        dossier.history.b[0] = fuzz_byte(rest);
        dossier.packed = fuzz_piece(rest);
        if (dossier.packed.ptr == NULL)
            dossier.packed = VIEW("");
        *put = (struct put){true, dossier};
        MUST(store_dossier_put(store, 3, person_of((size_t)(put - puts)), &dossier).act == RES_OK);
    }
    MUST(store_position_put(store, 3, 77).act == RES_OK && store_commit(store).act == RES_OK);
    look(store, puts, true);
    store_close(store);
}

struct harm {
    uint8_t what;
    size_t at;
    uint8_t bits;
};

static void harm_file(const char *name, const struct harm *harm, off_t from, off_t room)
{
    char path[128];
    uint8_t byte = 0;
    file_path(name, path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    MUST(fd >= 0);
    off_t size = lseek(fd, 0, SEEK_END);
    off_t at = size > from ? from + (off_t)harm->at % (size - from < room ? size - from : room) : 0;
    if (pread(fd, &byte, 1, at) == 1) {
        byte ^= harm->bits;
        MUST(pwrite(fd, &byte, 1, at) == 1);
    }
    close(fd);
}

/* Where the packed bytes of this put stand in the file; -1: nowhere whole. */
static off_t place_of(const struct put *put)
{
    static char bytes[STORE_BYTES];
    char path[128];
    file_path("data.mdb", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = read(fd, bytes, sizeof bytes);
    close(fd);
    struct view packed = put->dossier.packed;
    const char *found =
        packed.len < 4 || len < 0 ? NULL : memmem(bytes, (size_t)len, packed.ptr, packed.len);
    return found == NULL ? -1 : found - bytes;
}

/* Within a value: the library trusts its own pages, so that is all that can be held against it. */
static void harm_value(const struct harm *harm, const struct put puts[static PEOPLE])
{
    const struct put *put = &puts[harm->at % PEOPLE];
    off_t at = put->there ? place_of(put) : -1;
    if (at >= 0)
        harm_file("data.mdb", harm, at - 48, (off_t)put->dossier.packed.len + 48);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "%s", fuzz_folder());
        MUST(atexit(leave) == 0);
    }
    struct view rest = {(const char *)data, size};
    struct harm harm = {fuzz_byte(&rest) % 3, fuzz_number(&rest), fuzz_byte(&rest)};
    struct put puts[PEOPLE] = {{0}};
    struct store *store = NULL;
    enum store_found found = STORE_FOUND_MAX_;
    const struct store_conf conf = conf_of();
    wipe();
    fill(&rest, puts);
    if (harm.what == 1)
        harm_value(&harm, puts);
    if (harm.what == 2)
        harm_file("marker", &harm, 0, 1000);
    bool whole = harm.what == 0 || harm.bits == 0;
    MUST(store_open(&conf, &store, &found).act == RES_OK && found < STORE_FOUND_MAX_);
    MUST(!whole || found == STORE_KEPT);
    if (found == STORE_KEPT)
        look(store, puts, whole || harm.what == 2);
    else
        look(store, (struct put[PEOPLE]){{0}}, false);
    store_close(store);
    return 0;
}
