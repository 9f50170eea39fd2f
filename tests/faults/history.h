/* What the callers sent and what they were told: the complete history of a campaign on one stack,
 * against which the log and the read model are held. */
#ifndef FAULTS_HISTORY_H
#define FAULTS_HISTORY_H

#include "base/id.h"
#include "event/event.h"

#include <stdio.h>

/* One command under one key, however often it was sent. */
struct call {
    struct uuid person, id; /* the id that its record has */
    enum family family;
    int64_t first_us, answered_us; /* monotonic; answered_us 0: never */
    int status;                    /* of the answer that ended it; 0: none came */
    int attempts;
    struct digest answer; /* of the answer's body */
    bool differs;         /* the same key and bytes were answered otherwise later */
    int schedule;
};

enum { CALLS_MAX = 400000 };
struct history {
    struct call *calls;
    size_t count; /* grows under a lock; a call's fields are its caller's until it is joined */
};
void history_init(struct history *history);
void history_done(struct history *history);
/* A call of its own, which stays where it is. Any thread. */
struct call *history_add(struct history *history);
/* One line a call: schedule, person, id, family, first, answered, status, attempts. */
void history_write(const struct history *history, FILE *to);

#endif
