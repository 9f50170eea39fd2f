/* Laid under a daemon by LD_PRELOAD: calls of the C library fail as often as is told by numbers in
 * a file that both map (shim.h). Regular files only; never under sanitizers. */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct shim_orders *orders;
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
extern void *__libc_malloc(size_t size);

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("FAULTS_SHIM");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    if (fd < 0)
        return;
    void *map = mmap(NULL, sizeof(*orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    orders = map == MAP_FAILED ? NULL : map;
}

/* One of those that are to fail? */
static int fails(atomic_int *left)
{
    int now = atomic_load(left);
    while (now > 0)
        if (atomic_compare_exchange_weak(left, &now, now - 1))
            return 1;
    return 0;
}

static int is_file(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

static int write_fails(int fd)
{
    if (orders == NULL || atomic_load(&orders->writes) <= 0 || !is_file(fd) ||
        !fails(&orders->writes))
        return 0;
    errno = EIO;
    return 1;
}

static int sync_fails(void)
{
    if (orders == NULL || !fails(&orders->syncs))
        return 0;
    errno = EIO;
    return 1;
}

ssize_t write(int fd, const void *from, size_t len)
{
    return write_fails(fd) ? -1 : real_write(fd, from, len);
}

ssize_t pwrite(int fd, const void *from, size_t len, off_t at)
{
    return write_fails(fd) ? -1 : real_pwrite(fd, from, len, at);
}

ssize_t pwrite64(int fd, const void *from, size_t len, off_t at)
{
    return write_fails(fd) ? -1 : real_pwrite(fd, from, len, at);
}

int fsync(int fd)
{
    return sync_fails() ? -1 : real_fsync(fd);
}

int fdatasync(int fd)
{
    return sync_fails() ? -1 : real_fdatasync(fd);
}

/* The n-th from now, once. */
void *malloc(size_t size)
{
    if (orders != NULL && atomic_load(&orders->malloc_at) > 0 &&
        atomic_fetch_sub(&orders->malloc_at, 1) == 1) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}
