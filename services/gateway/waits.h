/* Who waits for the outcome of which command. In memory alone: no clock, no database, no Kafka, so
 * that the same code runs in the simulated world (tests/simulation). */
#ifndef GATEWAY_WAITS_H
#define GATEWAY_WAITS_H

#include "base/id.h"

/* What a command was answered. */
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
    WAIT_NOT_SENT, /* certainly nothing under this id is on the log: 503 */
};
/* Exactly once. `outcome` is NULL unless answered, and lives for the call. */
typedef void wait_fn(void *owner, enum wait_end end, const struct outcome *outcome);

struct wait {
    struct uuid id, person;
    struct digest hash;
    int64_t until_us; /* of the caller's clock: 202 then. Everybody waits equally long */
    wait_fn *end;
    void *owner;
};
enum wait_begin {
    WAIT_BUSY,    /* no room: nothing was done */
    WAIT_FOREIGN, /* that id was sent lately by another request: key-reused, nothing was done */
    WAIT_JOINED,  /* one is on its way already: do not produce */
    WAIT_FIRST,   /* produce the record, with *ret_tag */
};

struct waits;
struct waits *waits_new(void);        /* NULL: no memory */
void waits_free(struct waits *waits); /* none may be waiting. NULL is fine */
enum wait_begin waits_begin(
    struct waits *waits, const struct wait *wait, uint64_t *ret_tag) MUST_USE;
/* The record could not even be queued: forgets the wait that has this tag, without a call. False:
 * one sent earlier under the same id may still come, and is waited for. */
bool waits_forget(struct waits *waits, uint64_t tag);
/* The producer reports that the record with this tag is certainly not on the log. */
void waits_not_sent(struct waits *waits, uint64_t tag, int64_t now_us);
/* All that is waited for. */
typedef void wait_want_fn(void *owner, struct uuid person, struct uuid id);
void waits_each(const struct waits *waits, wait_want_fn *want, void *owner);
/* An outcome was projected: tells whoever waits for it, if anybody does. */
void waits_answer(struct waits *waits, const struct outcome *outcome, int64_t now_us);
/* Ends the waits that are over; all of them, where nothing is waited for any more. */
void waits_expire(struct waits *waits, int64_t now_us, bool all);
/* Was it sent lately, and is its outcome not known to have come? */
bool waits_sent(const struct waits *waits, struct uuid id, struct uuid *ret_person);
/* When the next one is over; INT64_MAX: none. */
int64_t waits_wake(const struct waits *waits);
size_t waits_waiting(const struct waits *waits);

#endif
