/* What server.c, drain.c and connection.c share. Inside http only. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "base/buf.h"
#include "http/server.h"
#include "http/stream.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/* A client's connection, from accept to close. Its socket may be shut (not closed) by the owner
 * while it stands in the server's list, under the server's lock. */
struct http_connection {
    struct http_connection *next, *prev;
    int fd;
    bool loopback;
    bool shut;                   /* nothing can be answered any more; under the server's lock */
    _Atomic int64_t deadline_us; /* monotonic; 0: none */
    _Atomic int64_t idle_us;     /* since when it has no request; 0: it has one */
};

/* One request and its answer. The libmicrohttpd thread owns it, but for the time between `handed`
 * and the answer: then the owner does. */
struct exchange {
    struct http_request request; /* first: the owner holds a pointer to it */
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct http_connection *connection;
    struct exchange *next, *prev; /* in queue or open list */
    struct arena *arena;          /* decoded query; NULL: none */
    struct http_pair *headers;
    struct buf body;
    size_t body_seen;
    struct MHD_Response *response; /* set by the answer, before it resumes */
    int status;
    bool handed;
    bool taken; /* its socket is an event stream's: the library lets go of its own */
};

struct exchange_list {
    struct exchange *first, *last;
    size_t len;
};

struct http_server {
    struct http_server_conf conf;
    struct MHD_Daemon *daemon;
    int listen_fd, event_fd;
    uint16_t port;
    struct streams *streams;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t idle;  /* exchanges reached 0 */
    struct http_connection *connections;
    struct exchange_list queue; /* whole, not taken yet */
    struct exchange_list open;  /* in the owner's hands */
    size_t exchanges;
    bool quiet;                /* nothing more is handed over */
    _Atomic int64_t drain_us;  /* since when each answer is its connection's last; 0: it is not; not
                                  under the lock */
    _Atomic size_t body_bytes; /* of all exchanges; not under the lock */
};

void exchange_list_add(struct exchange_list *list, struct exchange *exchange);
void exchange_list_remove(struct exchange_list *list, struct exchange *exchange);

/* Callbacks for libmicrohttpd; `owner` is the server. */
enum MHD_Result connection_handle(void *owner, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_len,
    void **state);
void connection_completed(
    void *owner, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode why);
void connection_changed(void *owner, struct MHD_Connection *mhd, void **socket_state,
    enum MHD_ConnectionNotificationCode what);

/* Shuts it for good: a request that comes over it all the same is not handed over, for nobody would
 * see its answer. The server's lock is held. */
void connection_shut(struct http_connection *connection);

#endif
