#include "daemon/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct watched {
    int fd;
    loop_readable_fn *readable;
    void *owner;
};

struct loop {
    int epoll;
    int signals;
    int stops;
    struct watched watched[LOOP_WATCHED_MAX];
    int count;
};

static res_t loop_start(struct loop *loop)
{
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        return FATAL("no epoll descriptor");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return FATAL("signals cannot be blocked");
    loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop->signals < 0)
        return FATAL("no signal descriptor");
    signal(SIGPIPE, SIG_IGN);
    return loop_watch(loop, loop->signals, NULL, NULL);
}

res_t loop_new(struct loop **ret)
{
    CLEANUP(loop_free_p) struct loop *loop = calloc(1, sizeof(*loop));
    if (loop == NULL)
        return FATAL("no memory for the loop");
    loop->epoll = loop->signals = -1;
    TRY(loop_start(loop));
    *ret = TAKE(loop);
    return RES_DONE;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    if (loop->epoll >= 0)
        close(loop->epoll);
    if (loop->signals >= 0)
        close(loop->signals);
    free(loop);
}

void loop_free_p(struct loop **loop)
{
    loop_free(*loop);
}

res_t loop_watch(struct loop *loop, int fd, loop_readable_fn *readable, void *owner)
{
    MUST(fd >= 0);
    if (loop->count == LOOP_WATCHED_MAX)
        return FATAL("too many descriptors watched");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        return FATAL("a descriptor cannot be watched");
    loop->watched[loop->count++] = (struct watched){fd, readable, owner};
    return RES_DONE;
}

void loop_forget(struct loop *loop, int fd)
{
    for (int i = 0; i < loop->count; i++) {
        if (loop->watched[i].fd != fd)
            continue;
        (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
        loop->watched[i] = loop->watched[--loop->count];
        return;
    }
}

/* Rounded up: waking early would only mean waiting once more. */
static int wait_ms(int64_t wake_at)
{
    if (wake_at == INT64_MAX)
        return -1;
    int64_t left_us = wake_at - clock_monotonic();
    if (left_us <= 0)
        return 0;
    int64_t left_ms = (left_us + 999) / 1000;
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static void take_signals(struct loop *loop)
{
    struct signalfd_siginfo info;
    while (read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        loop->stops++;
}

static void call_readable(struct loop *loop, int fd)
{
    if (fd == loop->signals) {
        take_signals(loop);
        return;
    }
    /* Looked up each time: a function called before may have forgotten this one. */
    for (int i = 0; i < loop->count; i++)
        if (loop->watched[i].fd == fd && loop->watched[i].readable != NULL) {
            loop->watched[i].readable(loop->watched[i].owner, fd);
            return;
        }
}

res_t loop_wait(struct loop *loop, int64_t wake_at)
{
    struct epoll_event events[16];
    int n = epoll_wait(loop->epoll, events, (int)ARRAY_LEN(events), wait_ms(wake_at));
    if (n < 0)
        return errno == EINTR ? RES_DONE : FATAL("epoll_wait failed");
    for (int i = 0; i < n; i++)
        call_readable(loop, events[i].data.fd);
    return RES_DONE;
}

int loop_stops(const struct loop *loop)
{
    return loop->stops;
}
