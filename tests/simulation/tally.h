/* What happened in all the worlds together: a simulation whose commands are all refused, or whose
 * faults never strike, shows nothing. In memory that the worlds' processes share. */
#ifndef SIMULATION_TALLY_H
#define SIMULATION_TALLY_H

#include "event/event.h"
#include "schedule.h"

#include <stdio.h>

enum tally_what {
    TALLY_WORLDS,
    TALLY_LOUD,         /* worlds in which somebody stopped loudly, as they should */
    TALLY_REQUESTS,     /* of clients */
    TALLY_LATE,         /* ... answered 202 */
    TALLY_NOT_RECORDED, /* ... answered 503 */
    TALLY_REUSED,       /* ... refused because of their key */
    TALLY_RECORDS,      /* on the streams */
    TALLY_COUNTED,      /* ... that count */
    TALLY_LOST,         /* races */
    TALLY_RESENT,       /* the same bytes again */
    TALLY_REPEATED,     /* commands whose id was answered already */
    TALLY_PARKED,
    TALLY_CORRUPT,
    TALLY_COMMITS_REFUSED, /* of a group's offsets */
    TALLY_UNKNOWN,         /* COMMITs in doubt */
    TALLY_NOT_OURS,        /* transactions of a projector that is no owner any more */
    TALLY_RETRIES,         /* transactions again */
    TALLY_DEATHS,          /* at some call of a port */
    TALLY_MAX_
};
struct tally {
    uint64_t of[TALLY_MAX_];
    uint64_t events[EVENT_MAX_]; /* that count, by type */
    uint64_t actions[ACT_MAX_];
};

void tally_add(struct tally *to, const struct tally *from);
void tally_print(FILE *to, const struct tally *tally);
/* The first thing that never happened; NULL: everything did. */
const char *tally_never(const struct tally *tally);

#endif
