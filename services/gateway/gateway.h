/* What the gateway's files share: the process's state and one request in hand. One thread, the
 * daemon's loop, owns all of it. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "codec/framing.h"
#include "daemon/conf_kafka.h"
#include "daemon/daemon.h"
#include "edge/edge.h"
#include "gateway/catalogue.h"
#include "gateway/identity.h"
#include "gateway/problem.h"
#include "http/gzip.h"
#include "http/server.h"
#include "http/token.h"
#include "kafka/producer.h"
#include "obs/trace.h"
#include "pg/pg.h"

struct early_asks;
struct groups;
struct waits;
struct live;
struct ratelimit;
struct route;
struct routes;

struct gateway_conf {
    struct daemon_conf daemon;
    struct conf_kafka kafka;
    const char *pg;
    const char *secrets;
    const char *schemas;
    const char *jwks, *issuer, *audience;
    int64_t jwks_refresh_us;
    const char *groups, *groups_token, *groups_client, *groups_secret;
    int64_t groups_keep_us;
    const char *http_address;
    int64_t http_port;
    int64_t http_threads;
    int64_t http_connections, http_connections_of_address; /* the latter 0: any number */
    int64_t streams;
    int64_t wait_us;                                 /* for the outcome, before 202 */
    int64_t commands_per_second, queries_per_second; /* of one client; 0: any number */
    int64_t burst_us;
    bool demo;
};

enum { COOKIE_KEY_BYTES = 32, REVOKED_MAX = 4096 };

struct gateway {
    const struct gateway_conf *conf;
    struct loop *loop;
    struct http_server *http;
    struct http_gzip *gzip;
    struct pg *pg;     /* queries and schema edge; NULL while away */
    struct pg *listen; /* LISTEN only; NULL while away */
    int64_t pg_again_us;
    struct edge_secrets secrets;
    struct edge *edge;
    struct kafka_producer *producer;
    struct token_verifier *tokens; /* NULL: no bearer tokens */
    struct groups *groups;         /* groups.h; NULL: of tokens alone */
    struct catalogue *catalogue;
    struct codec_registry *registry;
    struct routes *routes;
    struct waits *waits;
    struct live *live;
    struct ratelimit *limits;
    uint8_t cookie_key[COOKIE_KEY_BYTES];
    struct uuid revoked[REVOKED_MAX]; /* sessions that signed out, the newest ones */
    size_t revoked_count;
    int64_t tick_us;
    bool read_there; /* the read model was read once: its tables are there */
    bool draining;   /* asked to stop: what was sent is still answered */
    bool stopping;   /* nothing is waited for any more */
};

/* One request, from the queue to its answer. It owns its arena; what it points to lives there or in
 * the http request. call_* functions that answer also free it. */
struct call {
    struct gateway *gateway;
    struct http_request *request;
    struct arena *arena;
    const struct route *route;
    struct identity who;
    struct uuid person, referral, id; /* from the path; person also by the gate */
    int32_t number;                   /* {session} */
    struct view word;                 /* {name} */
    int64_t now_us;
    struct digest request_hash; /* of a command, once it is known */
    struct early_asks *early;   /* early.h; NULL: none */
    bool parked;                /* it waits (groups.h), and is handled again */
    int64_t patient_until_us;   /* monotonic; then it waits no more; 0: it never did */
    struct trace trace;
    struct http_pairs form;       /* a posted page form's fields */
    struct http_pair headers[24]; /* beside those that every answer has */
    size_t header_count;
    int64_t retry_s;  /* 429: when the client may ask again */
    int64_t seen;     /* the version that the answer is about; 0: of no one dossier */
    struct view said; /* what its entity tag is made of; absent: the body */
};

/* The connection, opened again where it was lost. RETRY: the database is away. */
res_t gateway_sql(struct gateway *gateway, struct pg **ret) MUST_USE;

/* From its beginning to its answer, or until it waits for something. */
void gateway_handle(struct call *call);

/* One more request, in hand from now on. NULL: no memory; it is answered. */
struct call *call_new(struct gateway *gateway, struct http_request *request);
void call_header(struct call *call, const char *name, struct view value);
/* A GET's 200 has an entity tag, and is 304 to whoever has the same already. */
void call_json(struct call *call, int status, const struct buf *body);
void call_text(struct call *call, int status, const char *type, struct view body);
/* Process-lifetime bytes whose address names their content: cached for ever. */
void call_static(struct call *call, const char *type, struct view body);
void call_html(struct call *call, int status, const struct buf *body);
/* Parts of a page, with an entity tag: no page as a whole has one, its forms are never the same. */
void call_parts(struct call *call, const struct buf *body);
void call_redirect(struct call *call, struct view to); /* 303 */
/* An event stream, open; the call is still to be freed. NULL: no memory; it is answered. */
struct http_stream *call_stream(struct call *call);
/* As a page or as problem+json, by the route. */
void call_problem(struct call *call, const struct problem *problem);
void call_problem_code(struct call *call, enum problem_code code);
/* A failure of a handler that has not answered: 503 for RETRY, 500 else, logged. */
void call_failed(struct call *call, res_t res);
/* Frees it without an answer: one was given otherwise. */
void call_free(struct call *call);

#endif
