/* What is read of Refer and Monitor's database: every column as text, some people at a time, so
 * that memory does not grow with the source. Read-only, one snapshot for the whole run; the queries
 * stand in sql/source.sql. */
#ifndef IMPORT_RM_SOURCE_H
#define IMPORT_RM_SOURCE_H

#include "base/arena.h"
#include "pg/pg.h"

enum { SOURCE_SEPARATOR = 0x1f };

/* Columns of each query, in its order. */
enum { PERSON_CRN, PERSON_COLUMNS };
enum { RISK_ID, RISK_SENT_AT, RISK_SENT_BY, RISK_COLUMNS };
enum referral_column {
    REF_ID,
    REF_CREATED_AT,
    REF_SENT_AT,
    REF_SENT_BY,
    REF_CREATED_BY,
    REF_REFERENCE,
    REF_INTERVENTION,
    REF_SENTENCE,
    REF_SENTENCE_END,
    REF_ACCESSIBILITY,
    REF_ADDITIONAL,
    REF_INTERPRETER,
    REF_LANGUAGE,
    REF_RESPONSIBILITIES,
    REF_UNAVAILABLE,
    REF_CONCLUDED_AT,
    REF_TITLE,
    REF_FIRST_NAME,
    REF_LAST_NAME,
    REF_DOB,
    REF_GENDER,
    REF_ETHNICITY,
    REF_PREFERRED_LANGUAGE,
    REF_RELIGION,
    REF_DISABILITIES,
    REF_DETAILS_ID,
    REF_DETAILS_AT,
    REF_DETAILS_BY,
    REF_DETAILS_WHY,
    REF_DEADLINE,
    REF_FURTHER,
    REF_ENFORCEABLE,
    REF_REASON,
    REF_BEFORE_ALLOCATION,
    REF_CONTRACT,
    REF_TYPE,
    REF_TYPE_NAME,
    REF_PRIME,
    REF_REGION,
    REF_AREA,
    REF_FEMALE,
    REF_MALE,
    REF_AGE_FROM,
    REF_AGE_TO,
    REF_OPEN_FROM,
    REF_OPEN_TO,
    REF_SUBCONTRACTORS,
    REF_CATEGORIES,
    REF_SETTING,
    REF_PRISON,
    REF_RELEASE,
    REF_RELEASE_UNKNOWN,
    REF_OVER_12_WEEKS,
    REF_OFFICE,
    REF_OFFICE_UNKNOWN,
    REF_PP_NAME,
    REF_PP_EMAIL,
    REF_PP_UNIT,
    REF_PP_OFFICE,
    REF_PP_PHONE,
    REF_PP_TEAM_PHONE,
    REF_WITHDRAWN,
    REF_WITHDRAWN_AT,
    REF_WITHDRAWN_BY,
    REF_WITHDRAWN_CODE,
    REF_WITHDRAWN_OLD_CODE,
    REF_WITHDRAWN_COMMENTS,
    REF_WITHDRAWN_CONCLUDED_AT,
    REF_COLUMNS
};
enum { CAT_REFERRAL, CAT_ID, CAT_COMPLEXITY, CAT_OUTCOMES, CAT_COLUMNS };
enum { SES_REFERRAL, SES_TABLE, SES_ID, SES_NUMBER, SES_COLUMNS };
enum { ASG_REFERRAL, ASG_AT, ASG_BY, ASG_TO, ASG_PRIME, ASG_COLUMNS };
enum {
    PLAN_REFERRAL,
    PLAN_ID,
    PLAN_SESSIONS,
    PLAN_CREATED_AT,
    PLAN_CREATED_BY,
    PLAN_SUBMITTED_AT,
    PLAN_SUBMITTED_BY,
    PLAN_APPROVED_AT,
    PLAN_APPROVED_BY,
    PLAN_COLUMNS
};
enum { ACT_PLAN, ACT_ID, ACT_TEXT, ACT_CREATED_AT, ACT_COLUMNS };
enum appointment_column {
    APT_REFERRAL,
    APT_KIND,
    APT_SESSION_ID,
    APT_SESSION,
    APT_ID,
    APT_START,
    APT_MINUTES,
    APT_CREATED_AT,
    APT_CREATED_BY,
    APT_ATTENDED,
    APT_HAPPENED,
    APT_LATE,
    APT_LATE_REASON,
    APT_WHOSE,
    APT_REASON,
    APT_SUMMARY,
    APT_RESPONSE,
    APT_CONCERNS,
    APT_FUTURE_PLANS,
    APT_ABSENCE,
    APT_BEHAVIOUR,
    APT_NOTIFY_BEHAVIOUR,
    APT_NOTIFY_CONCERNS,
    APT_ATTENDANCE_AT,
    APT_ATTENDANCE_BY,
    APT_BEHAVIOUR_AT,
    APT_BEHAVIOUR_BY,
    APT_SESSION_AT,
    APT_SESSION_BY,
    APT_FEEDBACK_AT,
    APT_FEEDBACK_BY,
    APT_DELIUS_ID,
    APT_NAMED_REFERRAL,
    APT_METHOD,
    APT_OFFICE,
    APT_GROUP,
    APT_LINE1,
    APT_LINE2,
    APT_TOWN,
    APT_COUNTY,
    APT_POSTCODE,
    APT_SECOND_LINK,
    APT_STEP,
    APT_LAST,
    APT_NEWEST,
    APT_NEWEST_DELIUS_ID,
    APT_SUPERSEDED_BY,
    APT_MOVED_FOR,
    APT_MOVED_WHY,
    APT_COLUMNS
};
enum {
    REP_REFERRAL,
    REP_ID,
    REP_CREATED_AT,
    REP_CREATED_BY,
    REP_SUBMITTED_AT,
    REP_SUBMITTED_BY,
    REP_INFORMATION,
    REP_CONCLUDED_AT,
    REP_COLUMNS
};
enum { OUT_REPORT, OUT_ID, OUT_LEVEL, OUT_PROGRESS, OUT_FURTHER, OUT_COLUMNS };

enum { NOTE_REFERRAL, NOTE_ID, NOTE_SUBJECT, NOTE_BODY, NOTE_SENT_AT, NOTE_SENT_BY, NOTE_COLUMNS };

/* The rows of one query; a NULL is an absent view. */
struct rm_rows {
    size_t count;
    size_t columns;
    const struct view *cells; /* row by row */
};
static inline const struct view *rm_row(const struct rm_rows *rows, size_t at)
{
    return &rows->cells[at * rows->columns];
}

/* All that the source says of one person, in the arena it was read into. Behind the columns named
 * above, each row has the CRN. */
struct rm_person {
    struct view crn;
    struct rm_rows risks, referrals, categories, sessions, assignments, plans, activities,
        appointments, reports, report_outcomes, case_notes;
};

/* People are read so many at a time: a statement's plan costs more than one person's rows. */
enum { SOURCE_PEOPLE = 128 };

/* Makes the session ready for the queries: what links appointments (sql/link.sql), and the one
 * read-only snapshot that the whole run sees. */
res_t source_prepare(struct pg *source) MUST_USE;
/* How many people there are. */
res_t source_count(struct pg *source, size_t *ret) MUST_USE;
/* CRNs, earliest referral first, at most SOURCE_PEOPLE at a time; none at the end. Begin anew at
 * any time. */
res_t source_people_begin(struct pg *source) MUST_USE;
res_t source_people_next(struct pg *source, struct arena *arena, struct rm_rows *ret) MUST_USE;
/* What is said of these people: ret_people has a place for each, in the same order. */
res_t source_read(struct pg *source, const struct rm_rows *crns, struct arena *arena,
    struct rm_person *ret_people) MUST_USE;

/* Finds a named part of a file of queries (sql/source.sql, sql/defects.sql, sql/compare.sql) that
 * is split at lines "--! name". `*rest` starts as the whole file; false once there is no part left.
 */
bool source_next_part(struct view *rest, struct view *ret_name, struct view *ret_sql);
/* Runs a query with those CRNs for $1 (NULL: it has none) and copies its rows, all columns text. */
res_t source_query(struct pg *source, struct view sql, const struct rm_rows *crns,
    struct arena *arena, struct rm_rows *ret) MUST_USE;
/* The same, some rows at a time, for what may be as long as a table: one such question at a time.
 */
res_t source_cursor(struct pg *source, struct view sql) MUST_USE;
res_t source_fetch(
    struct pg *source, size_t max, struct arena *arena, struct rm_rows *ret) MUST_USE;

#endif
