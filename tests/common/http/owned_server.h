/* A server with an owner thread that answers by path, and raw sockets to speak badly to it. */
#ifndef TESTS_OWNED_SERVER_H
#define TESTS_OWNED_SERVER_H

#include "http/server.h"

#include <pthread.h>
#include <stdatomic.h>

/* Paths: /echo answers the body; /query the value of x; /hold waits for release; /stream opens an
 * event stream that sends "event: hello"; /flood one that is filled until it is cut off; anything
 * else: the path. `quiesce` makes the owner let go; `quiet` once it does, `drained` once nobody is
 * left. A request that must be refused is answered with its status. */
struct owned_server {
    struct http_server *server;
    pthread_t owner;
    atomic_bool stop, release, quiesce, quiet, drained;
    atomic_int handled, held, streams, streams_gone;
};
void owned_server_start(struct owned_server *owned, struct http_server_conf conf);
void owned_server_stop(struct owned_server *owned);
/* Waits until *counter is at least `least`; fails the test after 10 s. */
void owned_server_wait(atomic_int *counter, int least);

/* A connected socket whose reads give up after 10 s. */
int raw_connect(const struct owned_server *owned);
void raw_send(int fd, const char *text);
/* All that comes until the peer closes, or until `until` was read; the socket stays open. */
size_t raw_read(int fd, char *ret, size_t size, const char *until);
/* Sends, reads to the end (the request should ask for close), gives the status; 0: just closed. */
int raw_status(const struct owned_server *owned, const char *request);

#endif
