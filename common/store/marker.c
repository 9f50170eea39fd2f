#include "store/marker.h"

#include "store/store_err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKER_NAME "marker"
#define MARKER_NEW "marker.new"

enum { TEXT_MAX = 160 };
static const char *const state_names[] = {"none", "clean", "open", "damaged"};
_Static_assert(ARRAY_LEN(state_names) == MARKER_MAX_, "a name for each state");

static void fd_close_p(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* *ret_text absent: no such file. */
static res_t text_read(int folder, const char *path, char buffer[static TEXT_MAX], struct view *ret)
{
    CLEANUP(fd_close_p) int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    *ret = VIEW_NONE;
    if (fd < 0 && errno == ENOENT)
        return RES_DONE;
    ssize_t len = fd < 0 ? -1 : read(fd, buffer, TEXT_MAX);
    if (len < 0)
        return STORE_RES(errno);
    *ret = (struct view){buffer, (size_t)len};
    return RES_DONE;
}

res_t marker_boot(struct uuid *ret)
{
    char buffer[TEXT_MAX];
    struct view text;
    TRY(text_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", buffer, &text));
    if (text.ptr == NULL || !uuid_parse(view_trim(text), ret))
        return FATAL("store: this boot of the machine has no id");
    return RES_DONE;
}

res_t marker_read(int folder, struct marker *ret)
{
    char buffer[TEXT_MAX];
    struct view rest;
    TRY(text_read(folder, MARKER_NAME, buffer, &rest));
    struct marker marker = {.state = MARKER_NONE};
    struct view state = rest.ptr == NULL ? VIEW_NONE : view_cut(&rest, ' ');
    struct view boot = rest.ptr == NULL ? VIEW_NONE : view_cut(&rest, ' ');
    for (int i = 0; i < MARKER_MAX_; i++)
        if (view_eq_text(state, state_names[i]))
            marker.state = (enum marker_state)i;
    if (!uuid_parse(boot, &marker.boot) || !view_to_i64(view_trim(rest), &marker.unclean))
        marker = (struct marker){.state = MARKER_NONE};
    *ret = marker;
    return RES_DONE;
}

static res_t new_write(int folder, const char *text, size_t len)
{
    CLEANUP(fd_close_p)
    int fd = openat(folder, MARKER_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return STORE_RES(errno);
    ssize_t n = write(fd, text, len);
    if (n < 0)
        return STORE_RES(errno);
    if ((size_t)n != len)
        return STORE_RES(ENOSPC);
    return fsync(fd) == 0 ? RES_DONE : STORE_RES(errno);
}

res_t marker_write(int folder, const struct marker *marker)
{
    char text[TEXT_MAX];
    int len = snprintf(text, sizeof text, "%s %s %lld\n", state_names[marker->state],
        uuid_text(marker->boot).text, (long long)marker->unclean);
    MUST(len > 0 && (size_t)len < sizeof text);
    TRY(new_write(folder, text, (size_t)len));
    if (renameat(folder, MARKER_NEW, folder, MARKER_NAME) != 0 || fsync(folder) != 0)
        return STORE_RES(errno);
    return RES_DONE;
}

res_t folder_open(const char *path, bool make, int *ret_folder)
{
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return STORE_RES(errno);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return STORE_RES(errno);
    *ret_folder = folder;
    return RES_DONE;
}

res_t folder_lock(int folder, int *ret_lock)
{
    int lock = openat(folder, "owner", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return STORE_RES(errno);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        close(lock);
        return why == EWOULDBLOCK ? FATAL("store: another process holds it") : STORE_RES(why);
    }
    *ret_lock = lock;
    return RES_DONE;
}

res_t file_remove(int folder, const char *name)
{
    if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
        return STORE_RES(errno);
    return RES_DONE;
}

res_t file_size(int folder, const char *name, int64_t *ret_bytes)
{
    struct stat found;
    if (fstatat(folder, name, &found, 0) == 0)
        *ret_bytes = found.st_size;
    else if (errno == ENOENT)
        *ret_bytes = -1;
    else
        return STORE_RES(errno);
    return RES_DONE;
}
