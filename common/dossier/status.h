/* Where a referral stands: the one status function, for pages, API, reports and connectors alike.
 * Pure and derived: nothing here is stored on the stream. Times are µs
 * UTC, 0 = none. */
#ifndef DOSSIER_STATUS_H
#define DOSSIER_STATUS_H

#include "dossier/deadlines.h"

enum status_code { /* in the order in which they are tried: the first that fits it is */
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

enum status_flag {
    FLAG_URGENT = 1 << 0,
    FLAG_OVERDUE = 1 << 1,
    FLAG_CUSTODY = 1 << 2,
    FLAG_RISK_REVIEW = 1 << 3,
    FLAG_MERGED = 1 << 4,
    FLAG_CLOSED_WITHOUT_CONTACT = 1 << 5, /* withdrawn before anybody was reached or tried */
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

/* Spelling in pages, API and rows: "assessment-to-book", "give-feedback", "provider". */
const char *status_text(enum status_code code);
const char *action_text(enum next_action action); /* ACTION_NONE: "" */
const char *turn_text(enum turn turn);            /* TURN_NOBODY: "" */

#endif
