#include "owned_server.h"

#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HELD_MAX = 2048, STREAMS_MAX = 512 };

struct owner {
    struct owned_server *owned;
    struct http_request *held[HELD_MAX];
    size_t held_count;
    struct http_stream *streams[STREAMS_MAX];
    size_t stream_count;
};

static void open_stream(struct owner *owner, struct http_request *request, bool flood)
{
    struct http_stream *stream = http_answer_stream(request, (struct http_pairs){NULL, 0});
    cr_assert_not_null(stream);
    http_stream_send(stream, VIEW("event: hello\ndata: 1\n\n"));
    if (flood) {
        char line[1024];
        memset(line, 'x', sizeof(line));
        line[0] = ':';
        line[sizeof(line) - 2] = line[sizeof(line) - 1] = '\n';
        while (http_stream_send(stream, (struct view){line, sizeof(line)})) {
        }
    }
    owner->streams[owner->stream_count++] = stream;
    atomic_fetch_add(&owner->owned->streams, 1);
}

static void answer(struct owner *owner, struct http_request *request)
{
    struct http_answer out = {.status = 200, .body = request->path};
    if (request->refuse != 0)
        out.status = request->refuse;
    else if (view_eq(request->path, VIEW("/echo")))
        out.body = request->body;
    else if (view_eq(request->path, VIEW("/query")))
        out.body = http_pair_get(request->query, "x");
    else if (view_eq(request->path, VIEW("/hold"))) {
        owner->held[owner->held_count++] = request;
        atomic_fetch_add(&owner->owned->held, 1);
        return;
    } else if (view_starts(request->path, VIEW("/stream")) ||
               view_starts(request->path, VIEW("/flood"))) {
        open_stream(owner, request, view_starts(request->path, VIEW("/flood")));
        return;
    }
    http_answer(request, &out);
    atomic_fetch_add(&owner->owned->handled, 1);
}

static void sweep(struct owner *owner)
{
    for (size_t i = 0; i < owner->stream_count;) {
        if (!http_stream_gone(owner->streams[i])) {
            i++;
            continue;
        }
        http_stream_end(owner->streams[i], NULL);
        owner->streams[i] = owner->streams[--owner->stream_count];
        atomic_fetch_add(&owner->owned->streams_gone, 1);
    }
}

static void *own(void *state)
{
    struct owner *owner = state;
    struct owned_server *owned = owner->owned;
    while (!atomic_load(&owned->stop)) {
        struct pollfd waiting = {.fd = http_server_fd(owned->server), .events = POLLIN};
        (void)poll(&waiting, 1, 20);
        struct http_request *request;
        while ((request = http_server_next(owned->server)) != NULL)
            answer(owner, request);
        while (atomic_load(&owned->release) && owner->held_count > 0)
            http_answer(owner->held[--owner->held_count],
                &(struct http_answer){.status = 200, .body = VIEW("released")});
        if (atomic_load(&owned->quiesce)) {
            http_server_quiesce(owned->server);
            atomic_store(&owned->quiet, true);
            atomic_store(&owned->drained, http_server_drained(owned->server));
        }
        http_server_tick(owned->server);
        sweep(owner);
    }
    http_server_close(owned->server);
    free(owner);
    return NULL;
}

void owned_server_start(struct owned_server *owned, struct http_server_conf conf)
{
    *owned = (struct owned_server){0};
    res_t res = http_server_open(&conf, &owned->server);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    struct owner *owner = calloc(1, sizeof(*owner));
    cr_assert_not_null(owner);
    owner->owned = owned;
    cr_assert_eq(pthread_create(&owned->owner, NULL, own, owner), 0);
}

void owned_server_stop(struct owned_server *owned)
{
    atomic_store(&owned->stop, true);
    pthread_join(owned->owner, NULL);
}

void owned_server_wait(atomic_int *counter, int least)
{
    for (int i = 0; i < 1000 && atomic_load(counter) < least; i++)
        usleep(10000);
    cr_assert_geq(atomic_load(counter), least);
}

int raw_connect(const struct owned_server *owned)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons(http_server_port(owned->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval wait = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void raw_send(int fd, const char *text)
{
    size_t len = strlen(text);
    cr_assert_eq(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

size_t raw_read(int fd, char *ret, size_t size, const char *until)
{
    size_t len = 0;
    ret[0] = '\0';
    while (len + 1 < size) {
        ssize_t got = recv(fd, ret + len, size - 1 - len, 0);
        if (got <= 0)
            break;
        len += (size_t)got;
        ret[len] = '\0';
        if (until != NULL && strstr(ret, until) != NULL)
            break;
    }
    return len;
}

int raw_status(const struct owned_server *owned, const char *request)
{
    char reply[4096];
    int fd = raw_connect(owned);
    raw_send(fd, request);
    size_t len = raw_read(fd, reply, sizeof(reply), "\r\n");
    close(fd);
    int status = 0;
    if (len > 0)
        cr_assert_eq(sscanf(reply, "HTTP/1.1 %d", &status), 1, "%s", reply);
    return status;
}
