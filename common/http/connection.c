#include "http/connection.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    QUERY_MAX = 64,       /* arguments */
    DRAIN_TIMES_MAX = 16, /* a body this many times its bound is still read to its end, so that the
                             client gets to see the 413 */
};

static const char busy_body[] = "{\"type\":\"/problems/busy\",\"title\":\"The service is too busy "
                                "to take this\",\"status\":503,\"code\":\"busy\"}";

static void deadline_in(struct http_connection *connection, int64_t ms)
{
    atomic_store(&connection->deadline_us, clock_monotonic() + ms * 1000);
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address == NULL)
        return false;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof(v6));
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

void connection_changed(void *owner, struct MHD_Connection *mhd, void **socket_state,
    enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = owner;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        struct http_connection *connection = *socket_state;
        if (connection == NULL)
            return;
        pthread_mutex_lock(&server->lock);
        if (connection->prev != NULL)
            connection->prev->next = connection->next;
        else
            server->connections = connection->next;
        if (connection->next != NULL)
            connection->next->prev = connection->prev;
        pthread_mutex_unlock(&server->lock);
        free(connection);
        *socket_state = NULL;
        return;
    }
    struct http_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return;
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    connection->fd = fd != NULL ? fd->connect_fd : -1;
    connection->loopback = address != NULL && is_loopback(address->client_addr);
    atomic_store(&connection->idle_us, clock_monotonic());
    deadline_in(connection, server->conf.head_ms);
    *socket_state = connection;
    pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->prev = connection;
    server->connections = connection;
    pthread_mutex_unlock(&server->lock);
}

void connection_shut(struct http_connection *connection)
{
    connection->shut = true;
    (void)shutdown(connection->fd, SHUT_RDWR);
}

static enum http_method method_of(const char *text)
{
    static const struct {
        const char *text;
        enum http_method method;
    } rows[] = {{"GET", HTTP_GET}, {"HEAD", HTTP_HEAD}, {"POST", HTTP_POST}, {"PUT", HTTP_PUT},
        {"DELETE", HTTP_DELETE}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].text, text) == 0)
            return rows[i].method;
    return HTTP_OTHER;
}

struct collect {
    struct exchange *exchange;
    struct buf query;
    size_t count, max;
    uint32_t seen; /* a bit for each of `single` */
};

/* Twice in one request, a proxy and we could each believe another one of them. */
static const char *const single[] = {"Content-Length", "Transfer-Encoding", "Host", "Authorization",
    "Content-Type", "Idempotency-Key", "Origin"};
enum { LENGTH_AND_ENCODING = 1 | 2 };

static void note_single(struct collect *collect, const char *name)
{
    for (uint32_t i = 0; i < ARRAY_LEN(single); i++) {
        if (strcasecmp(name, single[i]) != 0)
            continue;
        uint32_t bit = UINT32_C(1) << i;
        if ((collect->seen & bit) != 0)
            collect->exchange->request.refuse = 400;
        collect->seen |= bit;
    }
    if ((collect->seen & LENGTH_AND_ENCODING) == LENGTH_AND_ENCODING)
        collect->exchange->request.refuse = 400;
}

/* A token (RFC 9110 section 5.6.2): with a space before its colon a name is another one elsewhere.
 */
static bool is_token(struct view text)
{
    bool fine = text.len > 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        fine = fine && c > 0x20 && c < 0x7f && strchr("\"(),/:;<=>?@[\\]{}", c) == NULL;
    }
    return fine;
}

/* Nothing that ends a line or a text for somebody else (RFC 9110 section 5.5). */
static bool is_plain(struct view text)
{
    bool fine = true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        fine = fine && (c >= 0x20 || c == '\t') && c != 0x7f;
    }
    return fine;
}

static enum MHD_Result collect_header(void *owner, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct collect *collect = owner;
    struct http_pair pair = {{name, name_len}, {value == NULL ? "" : value, value_len}};
    if (collect->count == collect->max) {
        collect->exchange->request.refuse = 431;
        return MHD_NO;
    }
    collect->exchange->headers[collect->count++] = pair;
    if (!is_token(pair.name) || !is_plain(pair.value))
        collect->exchange->request.refuse = 400;
    note_single(collect, name);
    return MHD_YES;
}

static enum MHD_Result collect_argument(void *owner, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct collect *collect = owner;
    if (collect->count++ == QUERY_MAX) {
        collect->exchange->request.refuse = 400;
        return MHD_NO;
    }
    buf_put(&collect->query, name, name_len);
    buf_byte(&collect->query, '=');
    buf_put(&collect->query, value == NULL ? "" : value, value_len);
    buf_byte(&collect->query, '&');
    return MHD_YES;
}

static void read_query(struct exchange *exchange)
{
    struct collect collect = {
        .exchange = exchange, .query.limit = exchange->server->conf.header_bytes_max * 2};
    MHD_get_connection_values_n(exchange->mhd, MHD_GET_ARGUMENT_KIND, collect_argument, &collect);
    if (collect.count > 0 && exchange->request.refuse == 0) {
        /* The decoded pairs and their table: a few times the bytes of the head. */
        exchange->arena = arena_new(exchange->server->conf.header_bytes_max * 8);
        if (collect.query.failed ||
            http_form_parse(buf_as_view(&collect.query), exchange->arena, &exchange->request.query)
                    .act != RES_OK)
            exchange->request.refuse = 400;
    }
    buf_done(&collect.query);
}

static void body_drop(struct exchange *exchange)
{
    atomic_fetch_sub(&exchange->server->body_bytes, exchange->body.len);
    buf_done(&exchange->body);
}

static void exchange_free(struct exchange *exchange)
{
    arena_free(exchange->arena);
    body_drop(exchange);
    free(exchange->headers);
    free(exchange);
}

static struct exchange *exchange_new(
    struct http_server *server, struct MHD_Connection *mhd, const char *url, const char *method)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info == NULL || info->socket_context == NULL)
        return NULL;
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL)
        return NULL;
    exchange->headers = calloc(server->conf.headers_max, sizeof(*exchange->headers));
    if (exchange->headers == NULL) {
        free(exchange);
        return NULL;
    }
    exchange->server = server;
    exchange->mhd = mhd;
    exchange->connection = info->socket_context;
    exchange->body.limit = server->conf.body_max;
    exchange->request = (struct http_request){
        .method = method_of(method),
        .method_text = view_of(method),
        .path = view_of(url),
        .loopback = exchange->connection->loopback,
    };
    struct collect collect = {.exchange = exchange, .max = server->conf.headers_max};
    MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, collect_header, &collect);
    exchange->request.headers = (struct http_pairs){exchange->headers, collect.count};
    /* "http://elsewhere/x" and "*" are for proxies and for nobody here. */
    if (url[0] != '/' || !is_plain(exchange->request.path))
        exchange->request.refuse = exchange->request.refuse != 0 ? exchange->request.refuse : 400;
    read_query(exchange);
    pthread_mutex_lock(&server->lock);
    server->exchanges++;
    pthread_mutex_unlock(&server->lock);
    return exchange;
}

static enum MHD_Result answer_busy(struct MHD_Connection *mhd)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        sizeof(busy_body) - 1, (void *)(uintptr_t)busy_body, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "application/problem+json");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "Retry-After", "1");
    enum MHD_Result result = MHD_queue_response(mhd, 503, response);
    MHD_destroy_response(response);
    return result;
}

/* Hands the whole request to the owner; the connection sleeps until http_answer. */
static enum MHD_Result hand_over(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    exchange->request.body = buf_as_view(&exchange->body);
    exchange->request.received_us = clock_monotonic();
    pthread_mutex_lock(&server->lock);
    bool shut = exchange->connection->shut;
    bool taken = !shut && !server->quiet && server->queue.len < server->conf.queue_max;
    if (taken) {
        exchange->handed = true;
        atomic_store(&exchange->connection->deadline_us, 0);
        MHD_suspend_connection(exchange->mhd);
        exchange_list_add(&server->queue, exchange);
        uint64_t one = 1;
        if (write(server->event_fd, &one, sizeof(one)) != sizeof(one)) {
            /* The counter is full: it is readable anyway. */
        }
    }
    pthread_mutex_unlock(&server->lock);
    if (shut)
        return MHD_NO;
    if (taken)
        return MHD_YES;
    deadline_in(exchange->connection, server->conf.send_ms);
    return answer_busy(exchange->mhd);
}

/* False: all bodies together would be too much. */
static bool body_put(struct exchange *exchange, const char *bytes, size_t len)
{
    struct http_server *server = exchange->server;
    size_t before = exchange->body.len;
    if (atomic_fetch_add(&server->body_bytes, len) + len <= server->conf.bodies_max)
        buf_put(&exchange->body, bytes, len);
    if (exchange->body.len == before + len)
        return true;
    atomic_fetch_sub(&server->body_bytes, len);
    return false;
}

static enum MHD_Result take_body(struct exchange *exchange, const char *bytes, size_t *len)
{
    struct http_server *server = exchange->server;
    exchange->body_seen += *len;
    if (exchange->body_seen > server->conf.body_max * DRAIN_TIMES_MAX)
        return MHD_NO;
    if (exchange->body_seen > server->conf.body_max) {
        exchange->request.refuse = 413;
        body_drop(exchange);
    } else if (exchange->request.refuse != 503 && !body_put(exchange, bytes, *len)) {
        exchange->request.refuse = 503;
        body_drop(exchange);
    }
    *len = 0;
    return MHD_YES;
}

enum MHD_Result connection_handle(void *owner, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_len,
    void **state)
{
    (void)version;
    struct http_server *server = owner;
    struct exchange *exchange = *state;
    if (exchange == NULL) {
        exchange = exchange_new(server, mhd, url, method);
        if (exchange == NULL)
            return MHD_NO;
        atomic_store(&exchange->connection->idle_us, 0);
        deadline_in(exchange->connection, server->conf.body_ms);
        *state = exchange;
        return MHD_YES;
    }
    if (*upload_len > 0)
        return take_body(exchange, upload_data, upload_len);
    if (!exchange->handed)
        return hand_over(exchange);
    if (exchange->taken)
        return MHD_NO;
    if (exchange->response == NULL)
        WRONG("resumed without an answer");
    return MHD_queue_response(mhd, (unsigned)exchange->status, exchange->response);
}

void connection_completed(
    void *owner, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode why)
{
    (void)mhd;
    (void)why;
    struct http_server *server = owner;
    struct exchange *exchange = *state;
    if (exchange == NULL)
        return;
    *state = NULL;
    deadline_in(exchange->connection, server->conf.idle_ms + server->conf.head_ms);
    atomic_store(&exchange->connection->idle_us, clock_monotonic());
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    exchange_free(exchange);
    pthread_mutex_lock(&server->lock);
    if (--server->exchanges == 0)
        pthread_cond_signal(&server->idle);
    pthread_mutex_unlock(&server->lock);
}
