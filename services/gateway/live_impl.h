/* What live.c and live_subscribe.c share. */
#ifndef GATEWAY_LIVE_IMPL_H
#define GATEWAY_LIVE_IMPL_H

#include "gateway/live.h"
#include "gateway/live_cursor.h"

struct live_page {
    const char *path;
    enum actor_kind kind; /* ACTOR_KIND_UNKNOWN: any */
    const char *parts;
};

struct live_reader {
    struct live_reader *next;
    struct http_stream *stream;
    const struct live_page *page;
    struct uuid person, referral, outcome; /* of the page; zero: a list */
    bool answered;                         /* the outcome that the page waits for is there */
    bool due;                              /* that is still to be told */
    struct uuid sign_in;
    int64_t until_us; /* clock_now(): the session ends */
    char *scopes;     /* "kind:code\n..." of the reader */
    char *user;
};

struct live {
    struct gateway *gateway;
    struct live_reader *first;
    int64_t count, count_max;
    struct positions at;
};

/* Ends the stream of *at, which is then the next one; `reason` as http_stream_end's. */
void live_drop(struct live *live, struct live_reader **at, const char *reason);
/* Tells a reader what happened between `after`, a cursor, and now. */
res_t live_catch_up(struct live *live, struct live_reader *reader, struct view after) MUST_USE;
struct view live_cursor(struct live *live, struct arena *arena);

#endif
