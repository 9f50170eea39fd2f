/* A small TCP proxy between the daemons and the broker or Postgres, which loses, delays and cuts as
 * it is told. It knows whose connection it carries by what the client says first: Kafka's client
 * id, Postgres' application name. A process of its own (`faults proxy`). */
#ifndef FAULTS_PROXY_H
#define FAULTS_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is done to the connections that a rule is about. */
enum rule_kind {
    RULE_NONE,
    RULE_DELAY,      /* each piece is held up so many ms */
    RULE_SLOW,       /* so many bytes a second */
    RULE_LOSE_UP,    /* nothing gets to the server; what it says still comes */
    RULE_LOSE_DOWN,  /* nothing comes from the server; what it is told gets there */
    RULE_HALF_OPEN,  /* the server's side is closed and the client is not told */
    RULE_CUT,        /* both sides are reset, and new ones are refused */
    RULE_CUT_FRAME,  /* half of the next piece from the server comes, then a reset */
    RULE_CUT_COMMIT, /* the server's next answer to COMMIT is lost with the connection */
    RULES,
};
extern const char *const rule_names[RULES];
struct rule {
    enum rule_kind kind;
    int value;
};

/* usage: proxy CONTROL DOOR=FROM>TO...   FROM and TO: a port of 127.0.0.1, or a socket's path.
 * CONTROL: a datagram socket's path; takes "DOOR NAME RULE VALUE", NAME * for all. Runs until it is
 * killed. */
int proxy_run(int argc, char **argv);
/* Tells the proxy. */
void proxy_tell(const char *control, const char *door, const char *name, struct rule rule);

#endif
