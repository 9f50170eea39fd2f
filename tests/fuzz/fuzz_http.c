/* Bytes of a client at the real server over loopback: heads, bodies and what follows them on the
 * same connection. What is handed out is as server.h says; every request handed out is answered,
 * in order, and nothing else is on the wire but the library's own refusals; then the server is as
 * before: nothing is open and the next client is served.
 *
 * Input: how the bytes are split into writes (the first byte: so many at a time, 0 all at once),
 * then the bytes. */
#include "base/clock.h"
#include "fuzz.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_MAX = 2048, HEAD_MAX = 4096, HEADERS_MAX = 16, QUIET_MS = 20, QUIET_MAX = 3000 };

static struct http_server *server(void)
{
    static struct http_server *server;
    static const struct http_server_conf conf = {.threads = 1,
        .body_max = BODY_MAX,
        .header_bytes_max = HEAD_MAX,
        .headers_max = HEADERS_MAX,
        .head_ms = 1,
        .body_ms = 1,
        .idle_ms = 1};
    if (server == NULL)
        MUST(http_server_open(&conf, &server).act == RES_OK);
    return server;
}

static int client(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons(http_server_port(server())),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    MUST(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) == 0);
    return fd;
}

static bool in_line(struct view text)
{
    return memchr(text.ptr, '\r', text.len) == NULL && memchr(text.ptr, '\n', text.len) == NULL &&
           memchr(text.ptr, '\0', text.len) == NULL;
}

static void as_promised(const struct http_request *request)
{
    static const int refusals[] = {0, 400, 413, 431, 503};
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        known = known || request->refuse == refusals[i];
    MUST(known && request->loopback && request->method_text.len > 0);
    MUST(request->refuse != 0 || (view_starts(request->path, VIEW("/")) && in_line(request->path)));
    MUST(request->headers.len <= HEADERS_MAX && request->body.len <= BODY_MAX);
    MUST((request->refuse != 413 && request->refuse != 503) || request->body.len == 0);
    for (size_t i = 0; request->refuse == 0 && i < request->headers.len; i++)
        MUST(in_line(request->headers.items[i].name) && in_line(request->headers.items[i].value));
    for (size_t i = 0; request->refuse == 0 && i < request->query.len; i++)
        MUST(utf8_valid(request->query.items[i].name) && utf8_valid(request->query.items[i].value));
}

/* Answers with its number and nothing that the client said, so that it cannot forge one; a path
 * with an s in it is answered by an event stream: true. */
static bool answer(struct http_request *request, size_t number)
{
    char text[24] = {0};
    snprintf(text, sizeof text, "%zu", number);
    const struct http_pair marks[] = {{VIEW("X-Number"), view_of(text)}};
    as_promised(request);
    if (request->refuse != 0 || view_find(request->path, 's') == request->path.len) {
        http_answer(
            request, &(struct http_answer){.status = request->refuse ? request->refuse : 200,
                         .headers = {marks, 1},
                         .body = VIEW("an answer")});
        return false;
    }
    struct http_stream *stream = http_answer_stream(request, (struct http_pairs){marks, 1});
    MUST(stream != NULL);
    (void)http_stream_send(stream, VIEW("event: one\ndata: 1\n\n"));
    http_stream_end(stream, "over");
    return true;
}

struct talk {
    int fd;
    struct view unsent;
    size_t piece;
    size_t handed; /* requests */
    bool streamed; /* the last one's answer, on a connection that ends with it */
    struct buf reply;
};

/* False: the server is done with us. */
static bool hear(struct talk *talk)
{
    char bytes[4096];
    ssize_t len = recv(talk->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (len > 0)
        buf_put(&talk->reply, bytes, (size_t)len);
    return len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR));
}

static void say(struct talk *talk)
{
    size_t len = talk->piece < talk->unsent.len ? talk->piece : talk->unsent.len;
    ssize_t sent = send(talk->fd, talk->unsent.ptr, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN)
        talk->unsent.len = 0; /* it listens no more */
    else if (sent > 0)
        talk->unsent = view_from(talk->unsent, (size_t)sent);
    if (talk->unsent.len == 0)
        (void)shutdown(talk->fd, SHUT_WR);
}

/* Until the server hangs up. Where nobody says anything it waits for more: its patience is over at
 * once when it is asked, which is only then. */
static void converse(struct talk *talk)
{
    for (size_t quiet = 0; quiet < QUIET_MAX;) {
        bool more = talk->unsent.len > 0;
        struct pollfd fds[] = {{.fd = talk->fd, .events = (short)(POLLIN | (more ? POLLOUT : 0))},
            {.fd = http_server_fd(server()), .events = POLLIN}};
        if (poll(fds, 2, QUIET_MS) == 0) {
            http_server_tick(server());
            quiet++;
        }
        for (struct http_request *request; (request = http_server_next(server())) != NULL;)
            talk->streamed = answer(request, talk->handed++);
        if (more && (fds[0].revents & POLLOUT) != 0)
            say(talk);
        if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !hear(talk))
            return;
    }
    WRONG("the server holds on to the connection");
}

/* The numbers of the answers, counted up. */
static size_t answered(struct view reply)
{
    size_t count = 0;
    const char *at = reply.ptr, *end = reply.ptr + reply.len;
    while ((at = memmem(at, (size_t)(end - at), "\r\nX-Number: ", 12)) != NULL) {
        int64_t number;
        struct view rest = {at + 12, (size_t)(end - at - 12)};
        MUST(view_to_i64(view_cut(&rest, '\r'), &number) && number == (int64_t)count);
        at += 12;
        count++;
    }
    return count;
}

/* One whole request, answered. */
static void still_serves(void)
{
    struct talk talk = {.fd = client(), .piece = 1000};
    talk.unsent = VIEW("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    converse(&talk);
    MUST(talk.handed == 1 && answered(buf_as_view(&talk.reply)) == 1);
    buf_done(&talk.reply);
    close(talk.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static size_t inputs;
    struct view rest = {(const char *)data, size};
    size_t piece = fuzz_byte(&rest);
    if (rest.len == 0)
        return 0;
    struct talk talk = {.fd = client(), .unsent = rest, .piece = piece == 0 ? rest.len : piece};
    /* Not in pieces so small that a large input takes for ever. */
    if (rest.len / talk.piece > 200)
        talk.piece = rest.len / 200 + 1;
    converse(&talk);
    struct view reply = buf_as_view(&talk.reply);
    MUST(reply.len == 0 || view_starts(reply, VIEW("HTTP/1.")));
    /* To a stream's server a client who says no more has left: it need not begin. */
    size_t begun = answered(reply);
    MUST(begun == talk.handed || (talk.streamed && begun + 1 == talk.handed));
    MUST(http_server_open_requests(server()) == 0);
    buf_done(&talk.reply);
    close(talk.fd);
    if (++inputs % 64 == 0)
        still_serves();
    return 0;
}
