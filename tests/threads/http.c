/* The server with a pool of threads, its owner, and clients of every kind at once: whole requests,
 * pipelined ones, bodies in pieces, nonsense, streams that are read, that stand still, that are
 * left; then the owner lets go while they go on. */
#include "common/http/owned_server.h"
#include "threads.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 6, ROUNDS = 20, SERVERS = 2 };

struct client {
    pthread_t thread;
    uint16_t port;
    unsigned number;
};

/* A server that is gone, or lets go, answers nobody new: -1. */
static int reach(uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval wait = {.tv_sec = 5};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(fd >= 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    close(fd);
    return -1;
}

/* False: the server is gone. */
static bool talk(uint16_t port, const char *const *pieces, const char *until)
{
    char reply[8192];
    int fd = reach(port);
    if (fd < 0)
        return false;
    for (; *pieces != NULL; pieces++)
        if (send(fd, *pieces, strlen(*pieces), MSG_NOSIGNAL) < 0)
            break;
    if (until != NULL)
        (void)raw_read(fd, reply, sizeof reply, until);
    close(fd);
    return true;
}

static void *work(void *owner)
{
    static const struct {
        const char *pieces[5];
        const char *until; /* read up to here; NULL: left without reading */
    } kinds[] = {
        {{"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"}, "/a"},
        {{"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b?x=1 HTTP/1.1\r\nHost: x\r\n\r\n"}, "/b"},
        {{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-", "Length: 6\r\n\r\nhel", "lo!"}, "hello!"},
        {{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n",
             "0\r\n\r\n"},
            "abc"},
        {{"nonsense\r\n\r\n"}, "HTTP/1"},
        {{"GET /half HTTP/1.1\r\nHo"}, NULL},
        {{"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"}, "event: hello"},
        {{"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"}, NULL},
        {{"GET /flood HTTP/1.1\r\nHost: x\r\n\r\n"}, "xxxx"},
        {{"GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"}, "released"},
    };
    struct client *client = owner;
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t kind = (i * 7 + client->number * 3) % ARRAY_LEN(kinds);
        if (!talk(client->port, kinds[kind].pieces, kinds[kind].until))
            break;
    }
    return NULL;
}

static void one_server(bool let_go)
{
    struct owned_server owned;
    struct client clients[CLIENTS];
    owned_server_start(&owned, (struct http_server_conf){.threads = 3, .heartbeat_ms = 1});
    atomic_store(&owned.release, true);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.port = http_server_port(owned.server), .number = i};
        MUST(pthread_create(&clients[i].thread, NULL, work, &clients[i]) == 0);
    }
    if (let_go) {
        owned_server_wait(&owned.handled, CLIENTS * ROUNDS / 4);
        atomic_store(&owned.stop, true);
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        pthread_join(clients[i].thread, NULL);
    owned_server_stop(&owned);
    MUST(atomic_load(&owned.handled) >= CLIENTS * ROUNDS / 4);
}

void threads_http(void)
{
    for (int i = 0; i < SERVERS; i++)
        one_server(i % 2 == 1);
}
