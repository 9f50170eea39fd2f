#include "http/server.h"

#include "base/clock.h"
#include "http/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 511, CLOSE_WAIT_S = 2 };

void exchange_list_add(struct exchange_list *list, struct exchange *exchange)
{
    exchange->next = NULL;
    exchange->prev = list->last;
    if (list->last != NULL)
        list->last->next = exchange;
    else
        list->first = exchange;
    list->last = exchange;
    list->len++;
}

void exchange_list_remove(struct exchange_list *list, struct exchange *exchange)
{
    if (exchange->prev != NULL)
        exchange->prev->next = exchange->next;
    else
        list->first = exchange->next;
    if (exchange->next != NULL)
        exchange->next->prev = exchange->prev;
    else
        list->last = exchange->prev;
    exchange->next = exchange->prev = NULL;
    list->len--;
}

#define DEFAULT(field, value) ((field) == 0 ? (void)((field) = (value)) : (void)0)

static void fill_in(struct http_server_conf *conf)
{
    if (conf->address == NULL)
        conf->address = "127.0.0.1";
    DEFAULT(conf->threads, 2);
    DEFAULT(conf->queue_max, 1024);
    DEFAULT(conf->connections_max, 4096);
    DEFAULT(conf->address_connections_max, 1024);
    DEFAULT(conf->body_max, 1024 * 1024);
    DEFAULT(conf->bodies_max, 128 * 1024 * 1024);
    DEFAULT(conf->header_bytes_max, 16 * 1024);
    DEFAULT(conf->headers_max, 64);
    DEFAULT(conf->head_ms, 10000);
    DEFAULT(conf->body_ms, 20000);
    DEFAULT(conf->send_ms, 30000);
    DEFAULT(conf->idle_ms, 60000);
    DEFAULT(conf->heartbeat_ms, 15000);
    DEFAULT(conf->stream_queue_max, 32 * 1024);
    if (conf->heartbeat == NULL)
        conf->heartbeat = ":\n\n";
}

struct address {
    struct sockaddr_storage bytes;
    socklen_t len;
};

static bool address_parse(const char *text, uint16_t port, struct address *ret)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(&ret->bytes, &v4, sizeof(v4));
        ret->len = sizeof(v4);
    } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        memcpy(&ret->bytes, &v6, sizeof(v6));
        ret->len = sizeof(v6);
    }
    return ret->len > 0;
}

static res_t listen_open(struct http_server *server)
{
    struct address address;
    if (!address_parse(server->conf.address, server->conf.port, &address))
        return FATAL("http: not a numeric address");
    int fd = socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return FATAL("http: no socket");
    server->listen_fd = fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&address.bytes, address.len) != 0)
        return errno == EADDRINUSE ? RETRY("http: the port is taken")
                                   : FATAL("http: cannot bind the address");
    if (listen(fd, BACKLOG) != 0)
        return errno == EADDRINUSE ? RETRY("http: the port is taken")
                                   : FATAL("http: cannot listen");
    if (getsockname(fd, (struct sockaddr *)&address.bytes, &address.len) != 0)
        return FATAL("http: cannot read the port");
    struct sockaddr_in any; /* the port stands at the same place in both families */
    memcpy(&any, &address.bytes, sizeof(any));
    server->port = ntohs(any.sin_port);
    return RES_DONE;
}

/* Escapes stay as they were sent: paths hold none that we know, arguments are decoded strictly by
 * http_form_parse. */
static size_t keep_escapes(void *owner, struct MHD_Connection *mhd, char *text)
{
    (void)owner;
    (void)mhd;
    return strlen(text);
}

static res_t daemon_open(struct http_server *server)
{
    const struct http_server_conf *conf = &server->conf;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)conf->connections_max, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)conf->address_connections_max, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)conf->header_bytes_max, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(conf->idle_ms / 1000 + 1), NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)connection_completed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, server},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, server},
        {MHD_OPTION_THREAD_POOL_SIZE, conf->threads > 1 ? (intptr_t)conf->threads : 0, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    /* Turbo: a connection that the library closes is closed, not shut: an event stream has its
     * socket. */
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, connection_handle, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return server->daemon != NULL ? RES_DONE : FATAL("http: the server did not start");
}

static void server_free(struct http_server *server)
{
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    if (server->event_fd >= 0)
        close(server->event_fd);
    if (server->streams != NULL)
        streams_close(server->streams, 0);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

res_t http_server_open(const struct http_server_conf *conf, struct http_server **ret)
{
    struct http_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return FATAL("http: no memory");
    server->conf = *conf;
    fill_in(&server->conf);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->idle, NULL);
    server->listen_fd = -1;
    server->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    res_t res = server->event_fd < 0 ? FATAL("http: no eventfd") : listen_open(server);
    if (res.act == RES_OK)
        res = streams_open(&server->conf, &server->streams);
    if (res.act == RES_OK)
        res = daemon_open(server);
    if (res.act != RES_OK) {
        server_free(server);
        return res;
    }
    *ret = server;
    return RES_DONE;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

int http_server_fd(const struct http_server *server)
{
    return server->event_fd;
}

struct http_request *http_server_next(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    struct exchange *exchange = server->queue.first;
    if (exchange != NULL) {
        exchange_list_remove(&server->queue, exchange);
        exchange_list_add(&server->open, exchange);
    }
    uint64_t count;
    if (server->queue.len == 0 && read(server->event_fd, &count, sizeof(count)) < 0) {
        /* Nothing was signalled: fine. */
    }
    pthread_mutex_unlock(&server->lock);
    return exchange == NULL ? NULL : &exchange->request;
}

void http_server_tick(struct http_server *server)
{
    int64_t now = clock_monotonic();
    pthread_mutex_lock(&server->lock);
    for (struct http_connection *c = server->connections; c != NULL; c = c->next) {
        int64_t deadline = atomic_load(&c->deadline_us);
        if (deadline != 0 && deadline < now)
            connection_shut(c);
    }
    pthread_mutex_unlock(&server->lock);
    streams_tick(server->streams, now);
}

size_t http_server_open_requests(const struct http_server *server)
{
    struct http_server *mine = (struct http_server *)(uintptr_t)server;
    pthread_mutex_lock(&mine->lock);
    size_t count = mine->queue.len + mine->open.len;
    pthread_mutex_unlock(&mine->lock);
    return count;
}

void http_answer(struct http_request *request, const struct http_answer *answer)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->server;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->body.len, (void *)(uintptr_t)answer->body.ptr,
            answer->body_static ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        WRONG("no memory for an answer");
    for (size_t i = 0; i < answer->headers.len; i++)
        MHD_add_response_header(
            response, answer->headers.items[i].name.ptr, answer->headers.items[i].value.ptr);
    /* Where a broken request ends may be in doubt. */
    if (request->refuse == 400 || atomic_load(&server->drain_us) != 0)
        MHD_add_response_header(response, "Connection", "close");
    exchange->response = response;
    exchange->status = answer->status;
    atomic_store(
        &exchange->connection->deadline_us, clock_monotonic() + server->conf.send_ms * 1000);
    pthread_mutex_lock(&server->lock);
    exchange_list_remove(&server->open, exchange);
    pthread_mutex_unlock(&server->lock);
    MHD_resume_connection(exchange->mhd);
}

/* Its end is the connection's. */
static void put_head(struct http_pairs headers, struct buf *out)
{
    char date[64];
    struct tm now;
    time_t now_s = (time_t)(clock_now() / TIME_US_PER_S);
    MUST(gmtime_r(&now_s, &now) != NULL &&
         strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &now) > 0);
    buf_printf(out, "HTTP/1.1 200 OK\r\nDate: %s\r\nConnection: close\r\n", date);
    buf_text(out, "Content-Type: text/event-stream; charset=utf-8\r\n");
    for (size_t i = 0; i < headers.len; i++)
        buf_printf(out, "%.*s: %.*s\r\n", VIEW_ARG(headers.items[i].name),
            VIEW_ARG(headers.items[i].value));
    buf_text(out, "\r\n");
}

struct http_stream *http_answer_stream(struct http_request *request, struct http_pairs headers)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->server;
    CLEANUP(buf_done) struct buf head = {0};
    struct http_stream *stream = NULL;
    put_head(headers, &head);
    int fd = head.failed ? -1 : fcntl(exchange->connection->fd, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        stream = streams_add(server->streams, fd, &head);
    if (stream == NULL) {
        http_answer(request, &(struct http_answer){.status = 503});
        return NULL;
    }
    exchange->taken = true;
    pthread_mutex_lock(&server->lock);
    exchange_list_remove(&server->open, exchange);
    pthread_mutex_unlock(&server->lock);
    MHD_resume_connection(exchange->mhd);
    return stream;
}

void http_server_close(struct http_server *server)
{
    if (server == NULL)
        return;
    http_server_quiesce(server);
    pthread_mutex_lock(&server->lock);
    server->quiet = true;
    pthread_mutex_unlock(&server->lock);
    while (http_server_next(server) != NULL) {
    }
    while (server->open.first != NULL)
        http_answer(&server->open.first->request, &(struct http_answer){.status = 503});
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLOSE_WAIT_S;
    pthread_mutex_lock(&server->lock);
    int waited = 0;
    while (server->exchanges > 0 && waited == 0)
        waited = pthread_cond_timedwait(&server->idle, &server->lock, &until);
    pthread_mutex_unlock(&server->lock);
    streams_close(TAKE(server->streams), CLOSE_WAIT_S * 1000);
    server->listen_fd = -1; /* the library's to close */
    MHD_stop_daemon(server->daemon);
    server_free(server);
}

void http_server_close_p(struct http_server **server)
{
    http_server_close(*server);
}
