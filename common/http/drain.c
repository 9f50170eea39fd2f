/* Stopping without losing a request: what was sent is answered, and what is refused was not begun.
 */
#include "http/connection.h"

#include "base/clock.h"

#include <sys/socket.h>
#include <unistd.h>

/* So long a connection without a request is left open: one may be on its way. */
#define GRACE_US (INT64_C(250) * 1000)

/* Clients that were connected by the kernel and not taken yet believe that they are served. */
static void accept_rest(struct http_server *server)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    int fd;
    while ((fd = accept4(server->listen_fd, (struct sockaddr *)&address, &len,
                SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        /* Where it cannot be taken it closes the socket. */
        (void)MHD_add_connection(server->daemon, fd, (struct sockaddr *)&address, len);
        len = sizeof(address);
    }
}

void http_server_quiesce(struct http_server *server)
{
    int64_t none = 0;
    if (!atomic_compare_exchange_strong(&server->drain_us, &none, clock_monotonic()))
        return;
    (void)MHD_quiesce_daemon(server->daemon);
    accept_rest(server);
    /* From here on a client is refused at once. The socket is closed with the server: a thread may
     * have it in hand. */
    (void)shutdown(server->listen_fd, SHUT_RDWR);
}

bool http_server_drained(struct http_server *server)
{
    int64_t now = clock_monotonic(), begun_us = atomic_load(&server->drain_us);
    pthread_mutex_lock(&server->lock);
    for (struct http_connection *c = server->connections; c != NULL; c = c->next) {
        int64_t idle_us = atomic_load(&c->idle_us);
        int64_t from_us = idle_us > begun_us ? idle_us : begun_us;
        if (idle_us != 0 && now - from_us >= GRACE_US)
            (void)shutdown(c->fd, SHUT_RDWR);
    }
    bool drained = server->connections == NULL;
    pthread_mutex_unlock(&server->lock);
    return drained;
}
