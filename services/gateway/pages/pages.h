/* Every page: its model and its function. page_X appends the whole document to `out`; page_X_parts
 * only the named live parts, by the same partials. RES_FATAL: a code that has no words (our bug) or
 * a page beyond its limit; `out` is then unusable. Times are µs UTC, 0 = unknown. Codes are spelt
 * as in the schemas and common/dossier ("assessment-booked", "give-feedback"). Forms: each POST
 * goes to its page's own address unless stated. Hidden fields: csrf, command (UUID, the
 * Idempotency-Key), seen (dossier version shown). forms.h turns the posted fields into the
 * command's JSON body. */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "gateway/pages/frame.h"

/* Both absent: erased or not openable; shown as such, never blank. */
struct person_name {
    struct view first;
    struct view last;
};

/* -- / ------------------------------------------------------------------------------------------
 */
struct demo_user {
    struct view id; /* posted as "user" */
    struct view name;
    struct view role; /* "Probation practitioner" */
    struct view organisation;
    enum audience audience;
};
struct sign_in_model { /* POST /sign-in: csrf, user, shared=yes?, next? */
    bool demo;
    const struct demo_user *users; /* A to Z within an audience */
    size_t user_count;
    struct view next; /* own path to go on to; absent: today */
    struct view
        origins[4]; /* demo: by enum audience, "http://probation.localhost:8080"; absent: none */
};
res_t MUST_USE page_sign_in(
    const struct page_frame *, const struct sign_in_model *, struct buf *out);

/* -- /cases -------------------------------------------------------------------------------------
 */
struct case_row {
    struct uuid referral;
    struct person_name name;
    struct view reference;
    struct view service;
    struct view provider;
    struct view status; /* dossier/status.h */
    struct view action; /* its next action's code; absent: none */
    struct view turn;   /* provider, practitioner; absent: nobody's */
    int64_t due_us;
    int64_t next_at_us; /* start of the next live appointment */
    bool overdue;
};
struct cases_model { /* GET parameters: whose=mine|team, status=CODE, overdue=yes, page=N */
    const struct case_row *rows;
    size_t row_count;
    int64_t total; /* of the filter, over all pages */
    int64_t page;  /* from 1; 50 a page */
    struct view whose;
    struct view status;
    bool overdue;
};
res_t MUST_USE page_cases(const struct page_frame *, const struct cases_model *, struct buf *out);
res_t MUST_USE page_cases_parts(
    const struct page_frame *, const struct cases_model *, struct part_names, struct buf *out);

/* -- /today, probation --------------------------------------------------------------------------
 */
struct today_fact {
    struct case_row row;
    struct view event;    /* "AppointmentBooked", ... */
    struct words details; /* session=2, attendance=attended|late|did-not-attend|not-held, ... */
    int64_t at_us;
};
struct probation_today_model {
    const struct case_row *overdue; /* at the provider, oldest first */
    size_t overdue_count;
    const struct case_row *mine; /* turn = practitioner, not overdue */
    size_t mine_count;
    const struct today_fact *changed; /* since the last visit, newest first */
    size_t changed_count;
};
res_t MUST_USE page_probation_today(
    const struct page_frame *, const struct probation_today_model *, struct buf *out);
res_t MUST_USE page_probation_today_parts(const struct page_frame *,
    const struct probation_today_model *, struct part_names, struct buf *out);

/* -- /today, provider ---------------------------------------------------------------------------
 */
struct session_row {
    struct uuid referral;
    struct person_name name;
    struct view reference;
    int32_t session; /* 0 = initial assessment */
    int64_t start_us;
    struct view method; /* phone, video, office, other */
    struct view
        state; /* unbooked, booked, unrecorded, attended, late, missed, not-held, cancelled */
    bool risk_unread; /* by the reader, who would have to */
    int32_t risk_version;
};
struct provider_today_model {
    const struct case_row
        *risk_unread; /* action acknowledge; due_us = before which meeting or day */
    size_t risk_unread_count;
    const struct session_row *sessions; /* today's, by time */
    size_t session_count;
    const struct session_row *to_record; /* earlier, unrecorded, oldest first */
    size_t to_record_count;
    const struct case_row *to_assign; /* urgent and oldest first; shown: 5 */
    size_t to_assign_count;
    const struct case_row *to_book;
    size_t to_book_count;
    int64_t next_session_us; /* for "No sessions today. Next: ..." */
};
res_t MUST_USE page_provider_today(
    const struct page_frame *, const struct provider_today_model *, struct buf *out);
res_t MUST_USE page_provider_today_parts(const struct page_frame *,
    const struct provider_today_model *, struct part_names, struct buf *out);

/* -- /referrals/{id}, both audiences ------------------------------------------------------------
 */
enum risk_state {
    RISK_MISSING,
    RISK_UNREAD,
    RISK_OUTDATED,
    RISK_READ,
    RISK_UNAUTHORISED,
    RISK_UNAVAILABLE
};
struct risk_line {         /* about the version, never its text */
    enum risk_state state; /* READ: acknowledged by every caseworker */
    int32_t version;
    int64_t shared_us;
    struct view read_by; /* the last to acknowledge, and when */
    int64_t read_us;
    bool mine_to_read; /* the reader is an assigned worker who has not acknowledged it */
};
struct deadline_row {
    struct view code; /* dossier/deadlines.h */
    int64_t due_us;   /* the instant after the due day: the page shows the day before it */
    int64_t met_us;   /* 0: not met */
    bool overdue;
};
struct session_line {
    int32_t session;
    struct uuid appointment; /* zero: none */
    int64_t start_us;
    int32_t minutes;
    struct view method;
    struct view state;      /* as in session_row */
    struct view notice_how; /* letter, text, phone, email, in-person; absent: not told */
    int64_t notice_us;
};
struct fact {
    struct uuid record;
    struct view event;
    struct words details; /* session=3, attendance=..., version=4, purpose=..., method=... */
    struct view by;       /* name of who stated it */
    int64_t at_us;
    struct view note; /* opened text that belongs in the timeline (what was done); absent: none */
};
struct referral_model {
    struct case_row row;
    struct uuid person;
    struct view crn;
    struct view practitioner;
    struct view caseworkers; /* "Jo Bell, Sol Reyes"; absent: nobody yet */
    struct risk_line risk;
    int32_t sessions_planned, sessions_held, sessions_booked; /* planned 0: no plan yet */
    const struct session_line *sessions;                      /* newest first */
    size_t session_count;
    const struct deadline_row *deadlines;
    size_t deadline_count;
    const struct fact *facts; /* newest first, latest 10 */
    size_t fact_count;
    int64_t fact_total;
    int64_t seen;      /* dossier version shown */
    int32_t next_book; /* session number to offer "Book"; -1: none. Only where the gate allows */
    bool may_assign, may_record, may_share_risk;
};
res_t MUST_USE page_referral(
    const struct page_frame *, const struct referral_model *, struct buf *out);
res_t MUST_USE page_referral_parts(
    const struct page_frame *, const struct referral_model *, struct part_names, struct buf *out);

/* -- /assign ------------------------------------------------------------------------------------
 */
struct page_worker {
    struct view user;         /* posted in "worker", once for each chosen one, at most 5 */
    struct view organisation; /* code */
    struct view name;
};
struct assign_model { /* ?referral=ID, or the oldest; POST /assign: referral, worker... */
    const struct case_row *waiting;
    size_t waiting_count;
    struct case_row chosen; /* referral zero: nothing to assign */
    int64_t seen;
    const struct page_worker *workers; /* A to Z */
    size_t worker_count;
};
res_t MUST_USE page_assign(const struct page_frame *, const struct assign_model *, struct buf *out);

/* -- /referrals/{id}/risk -----------------------------------------------------------------------
 */
struct risk_text {
    struct view code;  /* whoIsAtRisk, nature, imminence, increases, decreases, analysis,
                          staffSafety,  sexualHistory, additional */
    struct view state; /* disclosed, withheld, not-assessed */
    struct view text;  /* disclosed: the text; withheld: why */
    bool changed;      /* since the version that this reader read before */
};
struct page_risk_level {
    struct view group;              /* children, public, known-adult, staff, prisoners */
    struct view community, custody; /* low, medium, high, very-high, not-assessed */
};
struct risk_self {
    struct view code;   /* suicide, selfHarm, custody, hostel, vulnerability */
    struct view answer; /* yes, no, unknown */
    struct view text;
};
struct risk_content {              /* only when the record of this reading is on the stream */
    const struct risk_text *texts; /* changed ones first */
    size_t text_count;
    const struct page_risk_level *levels;
    size_t level_count;
    const struct risk_self *self;
    size_t self_count;
    const struct view *registrations;
    size_t registration_count;
    int64_t open_until_us;
};
struct risk_model {
    struct uuid referral;
    struct person_name name;
    struct view crn, reference, service, status;
    struct risk_line line;
    struct view basis;     /* assessed, none, not-authorised, unavailable */
    struct view shared_by; /* name or unit */
    int64_t review_by_us;
    const struct view *changed; /* heading codes; shown before reading */
    size_t changed_count;
    int64_t seen;
    const struct risk_content *content; /* NULL: before reading. POST /referrals/{id}/risk/read
                                           opens: riskVersion */
    bool may_acknowledge;               /* POST /referrals/{id}/risk/acknowledge: riskVersion */
    bool acknowledged;                  /* by this reader */
    bool explain;                       /* not assigned: reading takes a reason */
};
res_t MUST_USE page_risk(const struct page_frame *, const struct risk_model *, struct buf *out);
res_t MUST_USE page_risk_parts(
    const struct page_frame *, const struct risk_model *, struct part_names, struct buf *out);

/* -- /people/{id}/risk/edit ---------------------------------------------------------------------
 */
struct share_risk_model {
    struct uuid person;
    struct person_name name;
    struct view crn;
    int32_t version; /* that sharing makes */
    int64_t seen;
    const struct risk_content *previous; /* prefilled; NULL: the first. Opening it for the
                                            practitioner is a reading like any other */
    struct view told; /* who will be told: "Jo Bell, Harmony Living"; absent: nobody yet */
    struct uuid back; /* the referral that the reader came from; zero: the caseload */
};
res_t MUST_USE page_share_risk(
    const struct page_frame *, const struct share_risk_model *, struct buf *out);

/* -- /referrals/{id}/sessions/{n}/book ----------------------------------------------------------
 */
struct office {
    struct view code; /* Delius code, posted as "office" */
    struct view name;
};
struct book_model {
    struct uuid referral;
    struct person_name name;
    struct view crn, reference, service, status;
    int32_t session;
    int64_t seen;
    const struct page_worker *workers; /* the assigned ones; the reader first. Posted as "worker" */
    size_t worker_count;
    const struct office *offices; /* of the contract's region */
    size_t office_count;
    struct risk_line risk; /* mine_to_read: a link to read first stands above the form */
};
res_t MUST_USE page_book(const struct page_frame *, const struct book_model *, struct buf *out);

/* -- /referrals/{id}/sessions/{n}/record --------------------------------------------------------
 */
struct record_model {
    struct uuid referral;
    struct person_name name;
    struct view crn, reference, service, status;
    struct session_line session;
    int64_t seen;
    bool recorded; /* already: shown, no form */
    struct view recorded_by;
    int64_t recorded_us;
};
res_t MUST_USE page_record(const struct page_frame *, const struct record_model *, struct buf *out);

/* -- /flows -------------------------------------------------------------------------------------
 */
struct flow_row {
    struct view contract; /* reference; absent: all */
    struct view service;
    struct view status;
    int64_t count; /* the true one: the page hides small ones */
};
struct flows_model {
    const struct flow_row
        *rows; /* by contract, then in the order of dossier/status.h; without zeros */
    size_t row_count;
    int64_t as_at_us;
};
res_t MUST_USE page_flows(const struct page_frame *, const struct flows_model *, struct buf *out);
res_t MUST_USE page_flows_parts(
    const struct page_frame *, const struct flows_model *, struct part_names, struct buf *out);

/* -- /outcome/{id} ------------------------------------------------------------------------------
 */
struct outcome_model {
    struct uuid command;
    struct view command_type; /* "GiveFeedback" */
    bool answered;
    struct view event;         /* answered and accepted: its name; else absent */
    struct page_error refused; /* answered, not accepted */
    struct uuid referral;      /* where the fact stands; zero: the caseload */
};
res_t MUST_USE page_outcome(
    const struct page_frame *, const struct outcome_model *, struct buf *out);
res_t MUST_USE page_outcome_parts(
    const struct page_frame *, const struct outcome_model *, struct part_names, struct buf *out);

/* -- errors -------------------------------------------------------------------------------------
 */
struct error_model {
    int status;          /* 400 401 403 404 405 409 413 422 429 500 503 */
    struct view who_can; /* 403: "the assigned worker"; may be absent */
    struct view limit;   /* 413: "1 MB" */
    int64_t retry_s;     /* 429, 503; 0: unknown */
    bool text_kept;      /* what was typed is kept (409, 503) */
    struct view id;      /* of the request, small print of 500 and 503 */
    struct view back;    /* own path; absent: none */
};
res_t MUST_USE page_error_page(
    const struct page_frame *, const struct error_model *, struct buf *out);

#endif
