/* Stopping without losing a request: what was sent is answered, and what is refused was not begun.
 */
#include "http/connection.h"

#include "base/clock.h"

#include <linux/filter.h>
#include <sys/socket.h>

/* So long a connection without a request is left open: one may be on its way. */
#define GRACE_US (INT64_C(250) * 1000)

/* New clients are left unanswered by the kernel: they ask again after a second, when this server is
 * gone and perhaps another there. Those that it has connected are still taken. (MHD_quiesce_daemon
 * would do, but it and a thread at work may both take the socket out of the same set, at which the
 * library ends the process.) */
void http_server_quiesce(struct http_server *server)
{
    int64_t none = 0;
    if (!atomic_compare_exchange_strong(&server->drain_us, &none, clock_monotonic()))
        return;
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog filter = {1, &drop};
    (void)setsockopt(server->listen_fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

bool http_server_drained(struct http_server *server)
{
    int64_t now = clock_monotonic(), begun_us = atomic_load(&server->drain_us);
    pthread_mutex_lock(&server->lock);
    for (struct http_connection *c = server->connections; c != NULL; c = c->next) {
        int64_t idle_us = atomic_load(&c->idle_us);
        int64_t from_us = idle_us > begun_us ? idle_us : begun_us;
        if (idle_us != 0 && now - from_us >= GRACE_US)
            connection_shut(c);
    }
    bool drained = server->connections == NULL;
    pthread_mutex_unlock(&server->lock);
    return drained && streams_count(server->streams) == 0;
}
