/* What the queries share: JSON by hand for rows, names opened for those who may see them. */
#ifndef GATEWAY_QUERY_H
#define GATEWAY_QUERY_H

#include "gateway/fact.h"

/* Builds a compact JSON object or array member by member: commas are its business. */
struct json_out {
    struct buf buf;
    bool comma;
};
void json_begin(struct json_out *json, const char *key, char bracket); /* key NULL: none */
void json_end(struct json_out *json, char bracket);
void json_put_text(struct json_out *json, const char *key, struct view text); /* absent: left out */
void json_put_int(struct json_out *json, const char *key, int64_t number);
void json_put_bool(struct json_out *json, const char *key, bool value);
void json_put_uuid(struct json_out *json, const char *key, struct uuid id); /* zero: left out */
void json_put_time(struct json_out *json, const char *key, int64_t at_us);  /* 0: left out */
void json_put_day(struct json_out *json, const char *key, int32_t day);
void json_put_raw(struct json_out *json, const char *key, struct view value);
void json_done_p(struct json_out *json);

/* A person's name and CRN as the referral has them: opened from its ReferralSubmitted. Absent where
 * they do not open. */
struct person_known {
    struct view first, last, crn;
};
res_t query_person(struct call *call, struct uuid person, struct uuid submitted_record,
    struct person_known *ret) MUST_USE;
struct person_known query_person_of(
    struct call *call, const struct fact_keys *keys, const struct event *submitted);

#endif
