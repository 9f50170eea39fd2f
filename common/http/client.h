/* A thin HTTP client for operators' tools and tests. Blocks. Not for untrusted addresses: it
 * follows no redirects and speaks http and https only. libcurl inside. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/arena.h"
#include "http/form.h"

struct http_client;
/* One thread uses it; connections are kept open between calls. */
res_t http_client_open(struct http_client **ret) MUST_USE;
void http_client_close(struct http_client *client); /* NULL is fine */
void http_client_close_p(struct http_client **client);

/* https, or an address of this machine: nobody on the way can read or change what comes. */
bool http_client_safe(const char *url);

struct http_call {
    const char *method; /* "GET" */
    const char *url;
    struct http_pairs headers;
    struct view body;            /* absent: none */
    const char *user, *password; /* for basic authentication; user NULL: none */
    int64_t timeout_ms;          /* whole call; 0: 10,000 */
    size_t reply_max;            /* bytes; 0: 16 MiB */
    /* Bytes of the body as they come (event streams); false stops the call, which is then OK.
     * NULL: they are collected into reply.body. */
    bool (*on_bytes)(void *owner, struct view bytes);
    void *owner;
};
struct http_reply {
    int status;
    struct http_pairs headers;
    struct view body;
};
/* RES_RETRY: no answer (refused, timed out, cut off; reply.status is then 0 or what came).
 * RES_REJECT: the reply is over reply_max, or the url cannot be read. */
res_t http_client_call(struct http_client *client, const struct http_call *call,
    struct arena *arena, struct http_reply *ret) MUST_USE;

#endif
