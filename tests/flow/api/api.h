/* A client of the gateway for the tests: tokens, calls, checks that are counted. */
#ifndef FLOW_API_H
#define FLOW_API_H

#include "base/arena.h"
#include "http/client.h"

enum { TOKENS_MAX = 8 };
struct api {
    const char *url;
    const char *keys; /* folder with token.key and jwks.json */
    struct arena *arena;
    struct http_client *client;
    int passed, failed;
    int key;      /* of the next Idempotency-Key */
    char run[16]; /* of this run: keys are never used twice */
};
struct person {
    const char *kind, *user, *organisation, *unit;
    const char *client; /* NULL: one of their own */
    /* Instead of kind and organisation (NULL): */
    const char *auth_source, *authorities;
    const char *user_id; /* NULL: none */
};
/* dana speaks through bernard's client. */
extern const struct person bernard, dana, esme, jo, tom, mia;

void api_open(struct api *api);
void api_close(struct api *api);
/* A bearer token for that person. */
struct view api_token(struct api *api, const struct person *who);

struct ask {
    const char *method, *path;
    struct view token; /* absent: none */
    struct view key;   /* Idempotency-Key; absent: none */
    struct view body;  /* JSON; absent: none */
    const char *type;  /* NULL: application/json */
};
struct http_reply api_ask(struct api *api, const struct ask *ask);
/* POSTs with a fresh key. */
struct http_reply api_post(
    struct api *api, const struct person *who, const char *path, struct view body);
struct http_reply api_get(struct api *api, const struct person *who, const char *path);

void check(struct api *api, bool holds, const char *what);
/* Status, and code of the problem ("": not looked at). Prints the reply where it is another. */
void expect(struct api *api, const struct http_reply *reply, int status, const char *code,
    const char *what);
/* The text of the first member of that name, "" where there is none; of numbers too. */
struct view member(struct api *api, struct view json, const char *name);
struct view printed(struct api *api, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
