#include "listeners.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVENT_ROOM = 4096, EVENTS_AT_ONCE = 512, SOCKET_BYTES = 16 * 1024 };

struct listener {
    int fd;
    bool told, whole; /* in this round; `event` is a whole one */
    int64_t told_us;
    size_t len;
    char event[EVENT_ROOM]; /* what came last, up to now or to its end */
};
struct listeners {
    struct listener *all;
    int count, count_max, left;
    int epoll, watched;
    double *took_ms;
};

void listeners_files(int count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < (rlim_t)count)
        bench_fail("open files", "the hard limit is too low (ulimit -Hn)");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        bench_fail("open files", strerror(errno));
}

struct listeners *listeners_new(int count_max)
{
    struct listeners *listeners = calloc(1, sizeof(*listeners));
    MUST(listeners != NULL);
    listeners->all = calloc((size_t)count_max, sizeof(*listeners->all));
    listeners->took_ms = calloc((size_t)count_max, sizeof(*listeners->took_ms));
    MUST(listeners->all != NULL && listeners->took_ms != NULL);
    listeners->count_max = count_max;
    listeners->epoll = epoll_create1(EPOLL_CLOEXEC);
    listeners->watched = -1;
    return listeners;
}

void listeners_free(struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++)
        close(listeners->all[i].fd);
    close(listeners->epoll);
    free(listeners->took_ms);
    free(listeners->all);
    free(listeners);
}

static void watch(struct listeners *listeners, int fd, int number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = number};
    if (epoll_ctl(listeners->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        bench_fail("epoll", strerror(errno));
}

void listeners_add(struct listeners *listeners, int port, const struct buf *request)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(listeners->count < listeners->count_max);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        bench_fail("a stream", strerror(errno));
    if (send(fd, request->ptr, request->len, MSG_NOSIGNAL) != (ssize_t)request->len)
        bench_fail("a stream", "takes no request");
    listeners->all[listeners->count].fd = fd;
    watch(listeners, fd, listeners->count++);
    listeners->left++;
}

void listeners_watch(struct listeners *listeners, int fd)
{
    if (listeners->watched >= 0)
        (void)epoll_ctl(listeners->epoll, EPOLL_CTL_DEL, listeners->watched, NULL);
    listeners->watched = fd;
    if (fd >= 0)
        watch(listeners, fd, -1);
}

void listeners_begin(struct listeners *listeners)
{
    MUST(listeners->left == 0);
    for (int i = 0; i < listeners->count; i++)
        listeners->all[i].told = false;
    listeners->left = listeners->count;
}

/* What came before a change (the answer's head, a beat) may stand with it. */
static void take(struct listeners *listeners, struct listener *listener)
{
    static const char end[] = "\n\n";
    if (listener->whole)
        listener->len = 0;
    listener->whole = false;
    size_t room = EVENT_ROOM - 1 - listener->len;
    ssize_t n = recv(listener->fd, listener->event + listener->len, room, MSG_DONTWAIT);
    if (n <= 0)
        bench_fail("a stream ends", listener->event);
    listener->len += (size_t)n;
    listener->event[listener->len] = '\0';
    if (listener->len < sizeof(end) ||
        strcmp(listener->event + listener->len - strlen(end), end) != 0)
        return;
    listener->whole = true;
    if (strstr(listener->event, "event: change") == NULL)
        return;
    if (listener->told)
        bench_fail("a stream", "was told twice");
    listener->told = true;
    listener->told_us = clock_monotonic();
    listeners->left--;
}

int64_t listeners_until_told(struct listeners *listeners, int64_t patience_us)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int64_t until = clock_monotonic() + patience_us, noticed = 0;
    while (listeners->left > 0) {
        int count = epoll_wait(listeners->epoll, events, EVENTS_AT_ONCE, 1000);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd >= 0)
                take(listeners, &listeners->all[events[i].data.fd]);
            else
                noticed = noticed == 0 ? clock_monotonic() : noticed;
        }
        if (noticed != 0 && listeners->watched >= 0)
            listeners_watch(listeners, -1);
        if (clock_monotonic() > until)
            bench_fail("the streams", "not every one is told");
    }
    return noticed;
}

double listeners_p99_ms(struct listeners *listeners, int64_t from_us)
{
    for (int i = 0; i < listeners->count; i++)
        listeners->took_ms[i] = (double)(listeners->all[i].told_us - from_us) / 1000;
    return bench_quantile(listeners->took_ms, (size_t)listeners->count, 0.99);
}

void listeners_last(const struct listeners *listeners, struct buf *ret)
{
    buf_put(ret, listeners->all[0].event, listeners->all[0].len);
}

/* --- the bare program --------------------------------------------------------------------------*/

struct writing {
    int listen_fd, control, count;
    const char *bytes;
    size_t len;
};

static _Noreturn void write_for_ever(const struct writing *writing)
{
    int *fds = calloc((size_t)writing->count, sizeof(*fds));
    char word;
    MUST(fds != NULL);
    for (int i = 0; i < writing->count; i++) {
        fds[i] = accept(writing->listen_fd, NULL, NULL);
        if (fds[i] < 0)
            bench_fail("the bare program", strerror(errno));
        (void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &(int){SOCKET_BYTES}, sizeof(int));
    }
    while (read(writing->control, &word, 1) == 1)
        for (int i = 0; i < writing->count; i++)
            if (write(fds[i], writing->bytes, writing->len) != (ssize_t)writing->len)
                bench_fail("the bare program", strerror(errno));
    _exit(0);
}

void bare_writer_start(struct bare_writer *writer, int count, const char *bytes, size_t len)
{
    int control[2], fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    if (fd < 0 || pipe(control) != 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(fd, 511) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        bench_fail("the bare program", strerror(errno));
    fflush(stdout);
    writer->pid = fork();
    if (writer->pid == 0) {
        close(control[1]);
        write_for_ever(&(struct writing){fd, control[0], count, bytes, len});
    }
    close(control[0]);
    close(fd);
    writer->control = control[1];
    writer->port = ntohs(at.sin_port);
}

void bare_writer_go(struct bare_writer *writer)
{
    if (write(writer->control, "g", 1) != 1)
        bench_fail("the bare program", strerror(errno));
}

void bare_writer_stop(struct bare_writer *writer)
{
    close(writer->control);
    (void)waitpid(writer->pid, NULL, 0);
}
