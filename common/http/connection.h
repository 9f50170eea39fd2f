/* What server.c, drain.c, connection.c and stream.c share. Inside http only. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "base/buf.h"
#include "http/server.h"

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
    struct http_stream *stream;
    bool handed;
};

struct exchange_list {
    struct exchange *first, *last;
    size_t len;
};

struct http_stream {
    struct http_stream *next, *prev; /* in the server's list, under its lock; by the owner alone */
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct http_connection *connection; /* NULL once gone; under `lock`, like all below */
    pthread_mutex_t lock;
    struct buf queue;
    size_t sent; /* bytes of queue read already */
    size_t queue_max;
    int64_t beat_us; /* last time anything was queued */
    int holders;     /* owner, libmicrohttpd */
    bool waiting;    /* suspended: nothing to read */
    bool ended;      /* no more comes after the queue */
    bool gone;
};

struct http_server {
    struct http_server_conf conf;
    struct MHD_Daemon *daemon;
    int listen_fd, event_fd;
    uint16_t port;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t idle;  /* exchanges reached 0 */
    struct http_connection *connections;
    struct exchange_list queue; /* whole, not taken yet */
    struct exchange_list open;  /* in the owner's hands */
    struct http_stream *streams;
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

/* The connection's reader is not there any more. */
void stream_reader_gone(struct http_stream *stream);
void stream_beat(struct http_stream *stream, int64_t now_us);

#endif
