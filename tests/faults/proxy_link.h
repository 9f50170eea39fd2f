/* One connection through the proxy: two pipes, and what a rule does to what flows in them. */
#ifndef FAULTS_PROXY_LINK_H
#define FAULTS_PROXY_LINK_H

#include "proxy.h"

#include <poll.h>

enum { LINKS_MAX = 256, LINK_NAME_MAX = 32, PIECE_MAX = 65536 };

/* What was read on one side and is not yet written to the other. */
struct flow_pipe {
    char *piece;
    size_t at, len;
    int64_t due_us; /* not written before */
    bool ended;     /* the side that is read has said its last */
};
struct link {
    bool open, ruled; /* ruled: by half-open, whose end resets the connection */
    size_t door;
    int client, server;       /* server -1: it is gone and the client does not know */
    char name[LINK_NAME_MAX]; /* "": not said yet */
    struct flow_pipe up, down;
    struct rule rule;
};
void link_open(struct link *link, size_t door, int client, int server);
/* What it waits for; lowers *wait_ms. */
nfds_t link_poll(const struct link *link, struct pollfd *ret, int *wait_ms);
/* Moves what can be moved. */
void link_turn(struct link *link, struct rule rule);

#endif
