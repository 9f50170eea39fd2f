#include "http/stream.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    SOCKET_BYTES = 16 * 1024, /* so that a reader that stands still is noticed soon */
    LAST_WORDS_MS = 5000,
    EVENTS_AT_ONCE = 256,
};

/* The owner's from streams_add to http_stream_end, the thread's until its socket is closed; freed
 * when both are through. All under the set's lock. */
struct http_stream {
    struct http_stream *next, *prev;
    struct http_stream *ready_next;
    struct streams *set;
    struct buf queue;
    int64_t beat_us;     /* last time anything was queued */
    int64_t deadline_us; /* for its last words; 0: none */
    int fd;              /* -1: closed */
    bool ready;          /* on the list of those with something to do, or worked on */
    bool full;           /* the socket takes no more until epoll says so */
    bool split;          /* the last write ended inside an event */
    bool ended;          /* no more comes after the queue */
    bool gone;           /* nothing more will be read */
    bool let_go;         /* by the owner */
};

struct streams {
    const struct http_server_conf *conf;
    pthread_t writer;
    int epoll_fd, event_fd;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t closed;
    struct http_stream *first;
    struct http_stream *ready_first, *ready_last;
    size_t open; /* sockets */
    bool awake;  /* the thread looks at the list before it waits */
    bool stop;
};

/* --- the thread --------------------------------------------------------------------------------*/

/* The lock is held, here and below. */
static void wake(struct streams *set)
{
    uint64_t one = 1;
    if (set->awake)
        return;
    set->awake = true;
    if (write(set->event_fd, &one, sizeof(one)) != sizeof(one)) {
        /* The counter is full: it is readable anyway. */
    }
}

static void ready(struct http_stream *stream)
{
    struct streams *set = stream->set;
    if (stream->ready || stream->fd < 0 || (stream->full && !stream->gone))
        return;
    stream->ready = true;
    stream->ready_next = NULL;
    if (set->ready_last != NULL)
        set->ready_last->ready_next = stream;
    else
        set->ready_first = stream;
    set->ready_last = stream;
    wake(set);
}

static void stream_free(struct http_stream *stream)
{
    if (stream->prev != NULL)
        stream->prev->next = stream->next;
    else
        stream->set->first = stream->next;
    if (stream->next != NULL)
        stream->next->prev = stream->prev;
    buf_done(&stream->queue);
    free(stream);
}

static void socket_close(struct http_stream *stream)
{
    struct streams *set = stream->set;
    /* libmicrohttpd may not have closed its own yet, so it would stay in the set. */
    (void)epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, stream->fd, NULL);
    (void)shutdown(stream->fd, SHUT_RDWR);
    close(stream->fd);
    stream->fd = -1;
    stream->gone = true;
    if (--set->open == 0)
        pthread_cond_signal(&set->closed);
    if (stream->let_go)
        stream_free(stream);
}

/* What could not be written stands before what came meanwhile. */
static void put_back(struct http_stream *stream, const struct buf *out, size_t sent)
{
    struct buf rest = {.limit = stream->queue.limit};
    buf_put(&rest, out->ptr + sent, out->len - sent);
    buf_view(&rest, buf_as_view(&stream->queue));
    buf_done(&stream->queue);
    stream->queue = rest;
    stream->full = true;
    stream->split = sent < 2 ? stream->split : memcmp(out->ptr + sent - 2, "\n\n", 2) != 0;
}

/* Writes without the lock: the owner goes on meanwhile. */
static void write_some(struct http_stream *stream)
{
    struct streams *set = stream->set;
    struct buf out = stream->queue;
    int fd = stream->fd;
    stream->queue = (struct buf){.limit = out.limit};
    pthread_mutex_unlock(&set->lock);
    ssize_t n = send(fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR)
        n = send(fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    bool later = n < 0 && errno == EAGAIN;
    pthread_mutex_lock(&set->lock);
    size_t sent = n < 0 ? 0 : (size_t)n;
    if (n < 0 && !later)
        stream->gone = true;
    else if (sent < out.len)
        put_back(stream, &out, sent);
    else
        stream->split = false;
    buf_done(&out);
}

static void work_on(struct http_stream *stream)
{
    while (!stream->gone && !stream->full && stream->queue.len > 0)
        write_some(stream);
    stream->ready = false;
    if (stream->gone || (stream->ended && stream->queue.len == 0))
        socket_close(stream);
}

static void take_events(const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        struct http_stream *stream = events[i].data.ptr;
        if (stream == NULL)
            continue;
        if ((events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
            stream->gone = true;
        if ((events[i].events & EPOLLOUT) != 0)
            stream->full = false;
        ready(stream);
    }
}

static void *write_to_all(void *owner)
{
    struct streams *set = owner;
    struct epoll_event events[EVENTS_AT_ONCE];
    uint64_t number;
    pthread_mutex_lock(&set->lock);
    while (!set->stop) {
        for (struct http_stream *stream; (stream = set->ready_first) != NULL;) {
            set->ready_first = stream->ready_next;
            if (set->ready_first == NULL)
                set->ready_last = NULL;
            work_on(stream);
        }
        set->awake = false;
        pthread_mutex_unlock(&set->lock);
        int count = epoll_wait(set->epoll_fd, events, EVENTS_AT_ONCE, -1);
        if (read(set->event_fd, &number, sizeof(number)) < 0) {
            /* It was something else: fine. */
        }
        pthread_mutex_lock(&set->lock);
        set->awake = true;
        take_events(events, count);
    }
    pthread_mutex_unlock(&set->lock);
    return NULL;
}

/* --- the set -----------------------------------------------------------------------------------*/

static res_t start(struct streams *set)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    set->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (set->epoll_fd < 0 || set->event_fd < 0 ||
        epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, set->event_fd, &event) != 0)
        return FATAL("http: no descriptors for event streams");
    if (pthread_create(&set->writer, NULL, write_to_all, set) != 0)
        return FATAL("http: no thread for event streams");
    return RES_DONE;
}

static void set_free(struct streams *set)
{
    if (set->epoll_fd >= 0)
        close(set->epoll_fd);
    if (set->event_fd >= 0)
        close(set->event_fd);
    pthread_cond_destroy(&set->closed);
    pthread_mutex_destroy(&set->lock);
    free(set);
}

res_t streams_open(const struct http_server_conf *conf, struct streams **ret)
{
    struct streams *set = calloc(1, sizeof(*set));
    if (set == NULL)
        return FATAL("http: no memory");
    set->conf = conf;
    pthread_mutex_init(&set->lock, NULL);
    pthread_cond_init(&set->closed, NULL);
    res_t res = start(set);
    if (res.act != RES_OK) {
        set_free(set);
        return res;
    }
    *ret = set;
    return RES_DONE;
}

/* In the list and in the set of epoll, or neither. */
static bool add(struct streams *set, struct http_stream *stream)
{
    struct epoll_event event = {.events = EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = stream};
    pthread_mutex_lock(&set->lock);
    bool watched = epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, stream->fd, &event) == 0;
    if (watched) {
        stream->next = set->first;
        if (stream->next != NULL)
            stream->next->prev = stream;
        set->first = stream;
        set->open++;
        ready(stream);
    }
    pthread_mutex_unlock(&set->lock);
    return watched;
}

struct http_stream *streams_add(struct streams *set, int fd, const struct buf *head)
{
    struct http_stream *stream = calloc(1, sizeof(*stream));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){SOCKET_BYTES}, sizeof(int));
    if (stream != NULL) {
        *stream = (struct http_stream){.set = set,
            .fd = fd,
            .queue.limit = set->conf->stream_queue_max + head->len + 2048,
            .beat_us = clock_monotonic()};
        buf_view(&stream->queue, buf_as_view(head));
        if (add(set, stream))
            return stream;
        buf_done(&stream->queue);
    }
    free(stream);
    close(fd);
    return NULL;
}

size_t streams_count(struct streams *set)
{
    pthread_mutex_lock(&set->lock);
    size_t open = set->open;
    pthread_mutex_unlock(&set->lock);
    return open;
}

/* --- what the owner calls ----------------------------------------------------------------------*/

/* No more is taken: its reader gets what is queued, if they are quick about it. */
static void finish(struct http_stream *stream)
{
    stream->ended = true;
    stream->deadline_us = clock_monotonic() + LAST_WORDS_MS * INT64_C(1000);
    ready(stream);
}

/* Instead of all that waits; but an event that was begun is not left in halves. */
static void cut(struct http_stream *stream)
{
    struct buf *queue = &stream->queue;
    const char *end = stream->split ? memmem(queue->ptr, queue->len, "\n\n", 2) : NULL;
    queue->len = end == NULL ? 0 : (size_t)(end + 2 - queue->ptr);
    buf_text(queue, "event: cut\ndata: slow-reader\n\n");
    finish(stream);
}

static bool put(struct http_stream *stream, struct view events)
{
    if (stream->gone || stream->ended)
        return false;
    if (stream->queue.len + events.len > stream->set->conf->stream_queue_max) {
        cut(stream);
        return false;
    }
    buf_view(&stream->queue, events);
    stream->beat_us = clock_monotonic();
    ready(stream);
    return true;
}

bool http_stream_send(struct http_stream *stream, struct view events)
{
    struct streams *set = stream->set;
    pthread_mutex_lock(&set->lock);
    bool there = put(stream, events);
    pthread_mutex_unlock(&set->lock);
    return there;
}

bool http_stream_gone(const struct http_stream *stream)
{
    pthread_mutex_lock(&stream->set->lock);
    bool gone = stream->gone || stream->ended;
    pthread_mutex_unlock(&stream->set->lock);
    return gone;
}

void streams_tick(struct streams *set, int64_t now_us)
{
    pthread_mutex_lock(&set->lock);
    for (struct http_stream *s = set->first; s != NULL; s = s->next) {
        if (s->fd < 0)
            continue;
        if (s->deadline_us != 0 && s->deadline_us < now_us) {
            s->gone = true;
            ready(s);
        } else if (now_us - s->beat_us >= set->conf->heartbeat_ms * 1000) {
            (void)put(s, view_of(set->conf->heartbeat));
        }
    }
    pthread_mutex_unlock(&set->lock);
}

static void let_go(struct http_stream *stream, const char *reason)
{
    if (reason != NULL && !stream->gone && !stream->ended)
        buf_printf(&stream->queue, "event: end\ndata: %s\n\n", reason);
    stream->let_go = true;
    if (stream->fd < 0)
        stream_free(stream);
    else if (!stream->ended)
        finish(stream);
}

void http_stream_end(struct http_stream *stream, const char *reason)
{
    struct streams *set = stream->set;
    pthread_mutex_lock(&set->lock);
    let_go(stream, reason);
    pthread_mutex_unlock(&set->lock);
}

void streams_close(struct streams *set, int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += wait_ms / 1000;
    pthread_mutex_lock(&set->lock);
    for (struct http_stream *s = set->first, *next; s != NULL; s = next) {
        next = s->next;
        let_go(s, "shutdown");
    }
    while (set->open > 0 && pthread_cond_timedwait(&set->closed, &set->lock, &until) == 0) {
    }
    set->stop = true;
    set->awake = false;
    wake(set);
    pthread_mutex_unlock(&set->lock);
    pthread_join(set->writer, NULL);
    while (set->first != NULL)
        socket_close(set->first);
    set_free(set);
}
