/* An HTTP/1.1 server whose threads only parse. Whole requests go through a bounded queue to one
 * owner, the daemon's loop, which answers them at its own time; a connection is suspended
 * meanwhile. libmicrohttpd inside. Not for TLS: a proxy in front does that.
 *
 * Bounds, each with its answer: header bytes: 431 at once; number of headers, query arguments,
 * body, all bodies together: the owner sees `refuse` and answers with it; a body far beyond its
 * bound, a request too slow in coming, an answer too slow in leaving: connection closed;
 * connections in all and of one address: not accepted; queue full: 503 at once. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/arena.h"
#include "http/form.h"

struct http_server;
struct http_stream;

/* 0 = the value in brackets. */
struct http_server_conf {
    const char *address;              /* numeric IPv4 or IPv6; NULL: 127.0.0.1 */
    uint16_t port;                    /* 0: any free one */
    uint32_t threads;                 /* [2] */
    uint32_t queue_max;               /* requests waiting for the owner [1,024] */
    uint32_t connections_max;         /* [4,096] */
    uint32_t address_connections_max; /* of one client address [1,024] */
    size_t body_max;                  /* bytes [1 MiB] */
    size_t bodies_max;                /* of all requests together [128 MiB] */
    size_t header_bytes_max;          /* of a request's head [16 KiB] */
    uint32_t headers_max;             /* [64] */
    int64_t head_ms;                  /* from connect to the end of the head [10,000] */
    int64_t body_ms;                  /* from there to the end of the body [20,000] */
    int64_t send_ms;                  /* from the answer to its last byte [30,000] */
    int64_t idle_ms;                  /* between two requests of a connection [60,000] */
    int64_t heartbeat_ms;             /* of event streams [15,000] */
    const char *heartbeat;            /* what is sent then; static [":\n\n", a comment] */
    size_t stream_queue_max;          /* bytes waiting in one event stream [32 KiB] */
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER };

/* Belongs to the owner from http_server_next until it is answered; then all of it is gone. */
struct http_request {
    enum http_method method;
    struct view method_text;
    struct view path;        /* as sent, escapes not decoded; unless refused, begins with / */
    struct http_pairs query; /* decoded */
    struct http_pairs headers;
    struct view body;
    int refuse;          /* 0, or the status to answer with: 400 (query; a target that is no path; a
                            header twice that may stand once, or of no plain text), 413 and 503 (body is
                            empty then), 431 */
    bool loopback;       /* the client's address is this machine */
    int64_t received_us; /* monotonic, when it was whole */
};

/* RES_RETRY: the port is taken. RES_FATAL: an address that is none, no threads, no memory. */
res_t http_server_open(const struct http_server_conf *conf, struct http_server **ret) MUST_USE;
uint16_t http_server_port(const struct http_server *server);

/* For the owner's loop, in one thread: */

/* Readable when requests wait: then http_server_next until it gives NULL. */
int http_server_fd(const struct http_server *server);
struct http_request *http_server_next(struct http_server *server);
/* Call about once a second: closes what is too slow, beats the hearts of streams. */
void http_server_tick(struct http_server *server);
/* Takes no new connections from now on: whoever asks for one waits until the server is closed.
 * Requests that come over those that there are, or that were under way, are handed out as before;
 * each answer is its connection's last. */
void http_server_quiesce(struct http_server *server);
/* After that, again and again: closes connections on which no request has come for a moment. True:
 * none is left. Streams are the owner's to end. */
bool http_server_drained(struct http_server *server);
/* Requests handed out or queued and not yet answered. */
size_t http_server_open_requests(const struct http_server *server);
/* Answers what is open with 503, ends all streams, waits up to 2 s for the bytes to leave, stops.
 * Requests and streams of this server must not be touched afterwards. NULL is fine. */
void http_server_close(struct http_server *server);
void http_server_close_p(struct http_server **server);

struct http_answer {
    int status;
    struct http_pairs headers; /* names and values end with a NUL behind their len */
    struct view body;
    bool body_static; /* lives as long as the process: not copied */
};
/* Ends the request. Everything is copied (but a static body). */
void http_answer(struct http_request *request, const struct http_answer *answer);

/* Ends the request (not a HEAD) with 200 text/event-stream, the connection's last answer. The
 * stream belongs to the owner until http_stream_end, and is no connection of the server's any more:
 * how many there may be is the owner's to say. NULL: no memory, no descriptor; the request is
 * answered 503. */
struct http_stream *http_answer_stream(struct http_request *request, struct http_pairs headers);
/* Queues bytes of finished events ("event: x\ndata: y\n\n"). A reader too slow for the queue is cut
 * off: what waited is replaced by one event "cut" with data "slow-reader", and the stream ends.
 * False: gone, nothing more will be read; end it. */
bool http_stream_send(struct http_stream *stream, struct view events);
/* The reader went away or was cut off. */
bool http_stream_gone(const struct http_stream *stream);
/* Ends it after what is queued; `reason` (NULL: none) goes as the data of a last event "end". */
void http_stream_end(struct http_stream *stream, const char *reason);

#endif
