/* What queries and pages show, filled from the read model: the models of pages/pages.h. What the
 * caller may not see is not in a model. All texts live in the call's arena. */
#ifndef GATEWAY_MODEL_H
#define GATEWAY_MODEL_H

#include "base/clock.h"
#include "dossier/dossier.h"
#include "dossier/status.h"
#include "gateway/pages/pages.h"
#include "gateway/query.h"

enum { CASES_PAGE = 50, SEARCH_PEOPLE_MAX = 1000 };

/* The caller's cases. */
struct case_filter {
    struct view whose;  /* mine, team */
    struct view status; /* empty: open ones of any status */
    bool overdue;
    int64_t page; /* from 1 */
};
/* From the query of a page or the API; false: not such a filter. */
bool query_case_filter(struct call *call, struct case_filter *ret);
res_t model_cases(
    struct call *call, const struct case_filter *filter, struct cases_model *ret) MUST_USE;
/* A part of a list, by due time. A case whose due time changes meanwhile may be met twice or not.
 */
struct case_place { /* behind which case */
    int64_t due_us; /* 0: no time */
    int64_t submitted_us;
    struct uuid referral; /* zero: the start; as what comes next: the end */
};
struct case_part {
    struct case_place after;
    int64_t limit;
};
struct case_list {
    const struct case_row *rows;
    size_t count;
    int64_t total; /* of the filter; 0 also behind the last case */
    struct case_place next;
};
res_t model_case_list(struct call *call, const struct case_filter *filter,
    const struct case_part *part, struct case_list *ret) MUST_USE;
/* The caller's cases, ended ones too, of people of whom every word of `text` is known: parts of a
 * name, a CRN, a reference, whole words. Of a name that more than SEARCH_PEOPLE_MAX people bear,
 * not all are looked at. */
res_t model_search(struct call *call, struct view text, const struct case_part *part,
    struct case_list *ret) MUST_USE;
/* Referrals that nobody is assigned to, urgent and oldest first. */
res_t model_unassigned(struct call *call, const struct case_row **ret, size_t *ret_count) MUST_USE;
res_t model_provider_today(struct call *call, struct provider_today_model *ret) MUST_USE;
res_t model_probation_today(struct call *call, struct probation_today_model *ret) MUST_USE;
/* Their boxes of cases. */
res_t model_today_provider_cases(struct call *call, struct provider_today_model *ret) MUST_USE;
res_t model_today_probation_cases(struct call *call, struct probation_today_model *ret) MUST_USE;
res_t model_flows(struct call *call, struct flows_model *ret) MUST_USE;

void json_put_case(struct json_out *json, const struct case_row *row);

/* One referral with all that its pages need. */
struct case_file {
    const struct dossier *dossier;
    const struct dossier_referral *referral;
    struct event submitted; /* its ReferralSubmitted */
    struct person_known person;
    struct case_row row;
    struct fact_keys keys; /* case_file_done clears them */
};
/* call->person and call->referral passed the gate. *ret_found false: not there after all. */
res_t case_file_open(struct call *call, struct case_file *ret, bool *ret_found) MUST_USE;
void case_file_done(struct case_file *file);
res_t model_referral(
    struct call *call, const struct case_file *file, struct referral_model *ret) MUST_USE;
/* The newest facts about the referral, at most `max`. */
res_t model_facts(struct call *call, const struct case_file *file, size_t max,
    struct referral_model *ret) MUST_USE;
struct risk_line model_risk_line(struct call *call, const struct case_file *file);
struct session_line model_session(struct call *call, const struct dossier_appointment *appointment);
/* The appointment of a session that its pages are about: the live one, else the newest. */
const struct dossier_appointment *model_session_current(
    const struct dossier_referral *referral, int32_t session);

/* Risk: what may be known before reading, and the text where the reader's own reading of the
 * version in force is on the stream, for RISK_OPEN_US after it. */
#define RISK_OPEN_US (INT64_C(15) * 60 * TIME_US_PER_S)
res_t model_risk(struct call *call, const struct case_file *file, struct risk_model *ret) MUST_USE;
/* The content, or NULL where the reader has no reading in force. */
res_t model_risk_content(struct call *call, const struct dossier *dossier,
    const struct fact_keys *keys, const struct risk_content **ret) MUST_USE;

/* The packed dossier of a person; *ret NULL: nothing is known. */
res_t model_dossier(struct call *call, struct uuid person, const struct dossier **ret) MUST_USE;

/* Names for codes; the code itself where it has none. */
struct view model_user_name(const struct call *call, struct view user);
struct view model_organisation_name(const struct call *call, struct view code);
struct view model_service_name(const struct call *call, struct uuid service, struct view code);
/* "did-not-attend", ... of enum values as JSON spells them. */
struct view model_symbol(const struct enum_desc *enumeration, int32_t value);

#endif
