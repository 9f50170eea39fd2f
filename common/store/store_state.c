#include "store/store_state.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };
static const char *const left_words[] = {[LEFT_NOTHING] = "-",
    [LEFT_CLEAN] = "clean",
    [LEFT_OPEN] = "open",
    [LEFT_DAMAGED] = "damaged",
    [LEFT_UNREADABLE] = "-"};

void store_boot(char ret[static BOOT_TEXT_MAX])
{
    memset(ret, 0, BOOT_TEXT_MAX);
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file == NULL || fscanf(file, "%47s", ret) != 1)
        snprintf(ret, BOOT_TEXT_MAX, "unknown");
    if (file != NULL)
        fclose(file);
}

void store_state_read(const char *folder, struct store_state *ret)
{
    char path[PATH_BYTES], word[16] = "";
    snprintf(path, sizeof(path), "%s/state", folder);
    *ret = (struct store_state){.left = LEFT_NOTHING};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    int got = fscanf(file, "format %d left %15s unclean %d boot %47s fingerprint %64s",
        &ret->format, word, &ret->unclean, ret->boot, ret->fingerprint);
    fclose(file);
    ret->left = LEFT_UNREADABLE;
    for (int left = LEFT_CLEAN; got == 5 && left <= LEFT_DAMAGED; left++)
        if (strcmp(word, left_words[left]) == 0)
            ret->left = (enum store_left)left;
}

static bool write_synced(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool done = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    return close(fd) == 0 && done;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

res_t store_state_write(const char *folder, const struct store_state *state)
{
    char path[PATH_BYTES], fresh[PATH_BYTES], text[256];
    snprintf(path, sizeof(path), "%s/state", folder);
    snprintf(fresh, sizeof(fresh), "%s/state.new", folder);
    int len = snprintf(text, sizeof(text), "format %d left %s unclean %d boot %s fingerprint %s\n",
        state->format, left_words[state->left], state->unclean, state->boot, state->fingerprint);
    MUST(len > 0 && (size_t)len < sizeof(text));
    if (!write_synced(fresh, text, (size_t)len) || rename(fresh, path) != 0 || !sync_folder(folder))
        return FATAL("the store's folder cannot be written: is the disk full?");
    return RES_DONE;
}
