/* The event streams of a server: sockets taken over from libmicrohttpd, whose connections hold some
 * 16 KiB each, and one thread that writes to all of them. Inside http only; what the owner calls
 * stands in server.h. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "base/buf.h"
#include "http/server.h"

struct streams;

/* `conf` is borrowed. */
res_t streams_open(const struct http_server_conf *conf, struct streams **ret) MUST_USE;
/* Ends all of them, waits until their bytes left or `wait_ms` is over, frees everything. */
void streams_close(struct streams *streams, int64_t wait_ms);

/* A stream over that socket, which it owns from now on, with the head of its answer. NULL: no
 * memory, no socket; the socket is closed. */
struct http_stream *streams_add(struct streams *streams, int fd, const struct buf *head);
/* Beats the hearts; lets go of readers that do not take their last words. */
void streams_tick(struct streams *streams, int64_t now_us);
/* Sockets that are still open. */
size_t streams_count(struct streams *streams);

#endif
