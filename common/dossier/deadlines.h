/* The clocks of a referral: what started them, when they are due, what met them.
 * Day 0 is the London date of what started it; a due day is the instant at which it ends in London.
 * Pure and derived. Times are µs UTC. */
#ifndef DOSSIER_DEADLINES_H
#define DOSSIER_DEADLINES_H

#include "dossier/dossier.h"

enum deadline_code {
    DEADLINE_NONE,
    DEADLINE_URGENT_UNALLOCATED,
    DEADLINE_UNALLOCATED,
    DEADLINE_CONTACT,
    DEADLINE_ASSESSMENT,
    DEADLINE_FEEDBACK,
    DEADLINE_PLAN,
    DEADLINE_PLAN_APPROVAL,
    DEADLINE_REPORT,
    DEADLINE_CONCERN,
    DEADLINE_NEED,
    DEADLINE_CLOSURE,
    DEADLINE_RISK_ACKNOWLEDGE,
    DEADLINE_RISK_REVIEW,
    DEADLINE_START,          /* not a clock: the start of the booked meeting */
    DEADLINE_EXPECTED_START, /* not a clock: of the waiting list */
    DEADLINE_MAX_
};

/* The clocks of a referral, met and running. met_us 0: not met; missed is due_us < now then. */
struct deadline {
    enum deadline_code code;
    int64_t started_us;
    int64_t due_us;
    int64_t met_us;
    struct uuid about; /* appointment, concern, need; else the referral */
};
/* Writes at most `room`, gives how many there are; in the order of enum deadline_code. */
size_t deadlines_of(const struct dossier *dossier, const struct dossier_referral *referral,
    struct deadline *ret, size_t room);

/* The one of that code which is due first and not met; due_us 0: none runs. */
struct deadline deadline_running(const struct dossier *dossier,
    const struct dossier_referral *referral, enum deadline_code code);

/* When feedback on the appointment is due, given or not. */
int64_t feedback_due(const struct dossier_appointment *appointment);

/* "contact", "plan-approval"; DEADLINE_NONE: "". */
const char *deadline_text(enum deadline_code code);

#endif
