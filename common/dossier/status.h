/* Where a referral stands: the one status function, for pages, API, reports and connectors alike
 * (DOMAIN sections 4 and 5). Pure and derived: nothing here is stored on the stream. Times are µs
 * UTC, 0 = none. */
#ifndef DOSSIER_STATUS_H
#define DOSSIER_STATUS_H

#include "dossier/dossier.h"

enum status_code { /* in the order of the rows of DOMAIN section 4 */
    STATUS_ERASED,
    STATUS_WITHDRAWN,
    STATUS_ENDED_EARLY,
    STATUS_COMPLETED,
    STATUS_CLOSING,
    STATUS_REPORT_DUE,
    STATUS_NOT_ENGAGED,
    STATUS_WAITING,
    STATUS_UNASSIGNED,
    STATUS_ASSESSMENT_FEEDBACK_DUE,
    STATUS_ASSESSMENT_BOOKED,
    STATUS_ASSESSMENT_TO_REBOOK,
    STATUS_ASSESSMENT_TO_BOOK,
    STATUS_PLAN_DUE,
    STATUS_PLAN_TO_APPROVE,
    STATUS_PLAN_RETURNED,
    STATUS_FEEDBACK_DUE,
    STATUS_DELIVERING,
    STATUS_SESSION_TO_BOOK,
    STATUS_MAX_
};

enum next_action {
    ACTION_NONE,
    ACTION_SUBMIT_REPORT,
    ACTION_WAIVE_REPORT,
    ACTION_REBOOK_OR_WITHDRAW,
    ACTION_START,
    ACTION_ASSIGN,
    ACTION_GIVE_FEEDBACK,
    ACTION_HOLD,
    ACTION_BOOK,
    ACTION_BOOK_OR_COMPLETE,
    ACTION_SUBMIT_PLAN,
    ACTION_APPROVE_PLAN, /* approve or return */
    ACTION_READ_CONCERN,
    ACTION_WITHDRAW,
    ACTION_ANSWER_NEED,
    ACTION_ANSWER_CLOSURE,
    ACTION_REVIEW_RISK,
    ACTION_ACKNOWLEDGE,
    ACTION_MAX_
};

enum turn { TURN_NOBODY, TURN_PROVIDER, TURN_PRACTITIONER, TURN_MAX_ };

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

enum status_flag {
    FLAG_URGENT = 1 << 0,
    FLAG_OVERDUE = 1 << 1,
    FLAG_CUSTODY = 1 << 2,
    FLAG_RISK_REVIEW = 1 << 3,
    FLAG_MERGED = 1 << 4,
};

struct status {
    enum status_code code;
    enum next_action action;
    enum turn turn;
    enum deadline_code due_code;
    int64_t due_us;
    uint32_t flags;
    int32_t session;         /* that book, hold, give-feedback are about; -1: none */
    struct uuid appointment; /* that hold and give-feedback are about; zero: none */
};

/* The status as it is at `now`. `referral` is a part of `dossier`. */
struct status status_of(
    const struct dossier *dossier, const struct dossier_referral *referral, int64_t now);

/* What a row stores, for a row knows no now: the status before and from `switches_us`, the start of
 * the earliest meeting that has no feedback (0: it never changes by itself, both are the same).
 * FLAG_OVERDUE is in neither: it is due_us < now, for due_us != 0. */
struct status_readings {
    int64_t switches_us;
    struct status before;
    struct status after;
};
struct status_readings status_readings_of(
    const struct dossier *dossier, const struct dossier_referral *referral);

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

/* The same facts in Refer and Monitor's words; "" = blank. Constant texts. */
struct rm_values {
    const char *tab;              /* open, unassigned (an open one), completed, cancelled */
    const char *status;           /* PRE_ICA, POST_ICA */
    const char *delivery_state;   /* of the referral's row: NOT_DELIVERING_YET, ... */
    const char *event_state;      /* deliveryState of its ending event */
    const char *withdrawal_state; /* PRE_ICA_WITHDRAWAL, ... */
    const char *end_state;        /* completed, cancelled, ended */
    const char *sas;              /* WITHDRAWN, COMPLETED, LIVE */
};
struct rm_values rm_values_of(const struct dossier_referral *referral);

/* Spelling in pages, API and rows: "assessment-to-book", "give-feedback", "provider", "contact". */
const char *status_text(enum status_code code);
const char *action_text(enum next_action action);   /* ACTION_NONE: "" */
const char *turn_text(enum turn turn);              /* TURN_NOBODY: "" */
const char *deadline_text(enum deadline_code code); /* DEADLINE_NONE: "" */

#endif
