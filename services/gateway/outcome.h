/* Outcomes: what a command was answered. Looked up in the read model, waited for until the
 * projection has committed them. */
#ifndef GATEWAY_OUTCOME_H
#define GATEWAY_OUTCOME_H

#include "gateway/gateway.h"

struct outcome {
    struct uuid person, id, referral; /* referral zero: none */
    int64_t version, seen_version;
    struct view type;    /* the event; CommandRefused */
    struct view command; /* its name */
    struct view code;    /* absent: accepted */
    struct view field;
    struct view arguments;     /* JSON object; absent: none */
    struct view argument_list; /* the same: name 0x1f value, separated by 0x1e */
    struct digest request_hash;
    bool has_hash;
};

enum wait_end {
    WAIT_ANSWERED, /* outcome */
    WAIT_OTHER,    /* outcome of another request under the same id: key-reused */
    WAIT_LATE,     /* none in time: 202 */
    WAIT_NOT_SENT, /* certainly not on the log: 503 */
};
/* Exactly once, from the loop. `outcome` is NULL unless answered, and lives for the call. */
typedef void wait_fn(void *owner, enum wait_end end, const struct outcome *outcome);

res_t outcomes_new(struct gateway *gateway, struct outcomes **ret) MUST_USE;
void outcomes_free(struct outcomes *outcomes); /* none may be waiting */

/* In the arena. */
res_t outcome_find(struct gateway *gateway, struct uuid id, struct arena *arena,
    struct outcome *ret, bool *ret_found) MUST_USE;
/* The same in two halves: $1 is the id; the answer. */
extern const struct pg_sql outcome_by_id;
res_t outcome_read(
    struct pg_rows *rows, struct arena *arena, struct outcome *ret, bool *ret_found) MUST_USE;

struct wait {
    struct uuid id, person;
    struct digest hash;
    wait_fn *end;
    void *owner;
};
enum wait_begin {
    WAIT_BUSY,    /* no room: nothing was done */
    WAIT_FOREIGN, /* that id was sent lately by another request: key-reused, nothing was done */
    WAIT_JOINED,  /* one is on its way already: do not produce */
    WAIT_FIRST,   /* produce the record, with *ret_tag */
};
enum wait_begin outcomes_wait(
    struct outcomes *outcomes, const struct wait *wait, uint64_t *ret_tag) MUST_USE;
/* The record could not even be queued: forgets the wait that has this tag, without a call. */
void outcomes_forget(struct outcomes *outcomes, uint64_t tag);
/* The producer's report. */
void outcomes_report(struct outcomes *outcomes, const struct kafka_report *report);
/* Something was projected: fetches what is waited for. RETRY: later again. */
res_t outcomes_fetch(struct outcomes *outcomes) MUST_USE;
/* Ends the waits that are over. */
void outcomes_expire(struct outcomes *outcomes, int64_t now_us);
/* Was it sent lately, and is its outcome not known to have come? */
bool outcomes_sent(const struct outcomes *outcomes, struct uuid id, struct uuid *ret_person);
/* clock_monotonic() of the next expiry; INT64_MAX: none. */
int64_t outcomes_wake(const struct outcomes *outcomes);
size_t outcomes_waiting(const struct outcomes *outcomes);

/* The status link: of that id, as the outcome of that request and no other (NULL:
 * of whichever came first). */
struct view outcome_link(struct arena *arena, struct uuid id, const struct digest *request_hash);
/* The answer's body, from the outcome alone: always the same bytes. Gives the status. */
int outcome_write(const struct outcome *outcome, struct buf *out);

#endif
