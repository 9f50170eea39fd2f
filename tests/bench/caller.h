/* A caller of the API: one kept connection, one request at a time, HTTP/1.1 of a few lines, so that
 * what is measured is the gateway and not a client. */
#ifndef BENCH_CALLER_H
#define BENCH_CALLER_H

#include "bench.h"

struct caller {
    int fd;
    const char *token;
    char answer[1 << 18]; /* head and body of the last one, NUL-terminated */
};
struct caller_request {
    const char *method, *path;
    const char *key;  /* Idempotency-Key; NULL: none */
    const char *body; /* NULL: none */
};

/* To 127.0.0.1:BENCH_HTTP_PORT. Exits where it fails, as all of these. */
void caller_open(struct caller *caller, const char *token);
/* False: nobody is there. */
bool caller_try(struct caller *caller, const char *token);
void caller_close(struct caller *caller);
/* The status of the answer. */
int caller_call(struct caller *caller, const struct caller_request *request);
/* The same in two halves: sends the bytes of a request; waits for its answer. */
void caller_send(struct caller *caller, const struct buf *request);
int caller_take(struct caller *caller);

/* For callers that do not wait: the request as bytes; how long the answer at `answer` is, SIZE_MAX
 * where its head is not there yet; its status. */
void caller_write(struct buf *out, const char *token, const struct caller_request *request);
size_t caller_answer_len(const char *answer);
int caller_status(const char *answer);

/* The person of the n-th invented CRN, registered where it is new. */
void caller_register(struct caller *caller, int n, char ret[static 37]);
/* A risk summary for the person, as a practitioner sends it; `key` makes it one of its own. */
struct caller_risk {
    char path[96], key[48], body[2048];
};
void caller_risk(const char *person, const char *key, struct caller_risk *ret);

#endif
