#include "gateway/query.h"

#include "base/clock.h"

void json_begin(struct json_out *json, const char *key, char bracket)
{
    json_put_raw(json, key, VIEW(""));
    buf_byte(&json->buf, (uint8_t)bracket);
    json->comma = false;
}

void json_end(struct json_out *json, char bracket)
{
    buf_byte(&json->buf, (uint8_t)bracket);
    json->comma = true;
}

void json_put_raw(struct json_out *json, const char *key, struct view value)
{
    if (json->comma)
        buf_byte(&json->buf, ',');
    if (key != NULL)
        buf_printf(&json->buf, "\"%s\":", key);
    buf_view(&json->buf, value);
    json->comma = true;
}

void json_put_text(struct json_out *json, const char *key, struct view text)
{
    if (text.ptr == NULL)
        return;
    json_put_raw(json, key, VIEW(""));
    codec_json_text(text, &json->buf);
}

void json_put_int(struct json_out *json, const char *key, int64_t number)
{
    json_put_raw(json, key, VIEW(""));
    buf_printf(&json->buf, "%lld", (long long)number);
}

void json_put_bool(struct json_out *json, const char *key, bool value)
{
    json_put_raw(json, key, value ? VIEW("true") : VIEW("false"));
}

void json_put_uuid(struct json_out *json, const char *key, struct uuid id)
{
    if (!uuid_is_zero(id))
        json_put_text(json, key, view_of(uuid_text(id).text));
}

void json_put_time(struct json_out *json, const char *key, int64_t at_us)
{
    char text[TIME_TEXT_MAX];
    if (at_us == 0)
        return;
    time_print(at_us, text);
    json_put_text(json, key, view_of(text));
}

void json_put_day(struct json_out *json, const char *key, int32_t day)
{
    char text[TIME_TEXT_MAX];
    day_print(day, text);
    json_put_text(json, key, view_of(text));
}

void json_done_p(struct json_out *json)
{
    buf_done(&json->buf);
}

struct person_known query_person_of(
    struct call *call, const struct fact_keys *keys, const struct event *submitted)
{
    struct person_details details = {0};
    struct person_known known = {0};
    if (submitted->type != EVENT_REFERRAL_SUBMITTED)
        return known;
    if (fact_value(call, keys, submitted, "person", &details)) {
        known.first = details.first_name;
        known.last = details.last_name;
    }
    if (!fact_value(call, keys, submitted, "crn", &known.crn))
        known.crn = VIEW_NONE;
    return known;
}

static void keys_done_p(struct fact_keys *keys)
{
    fact_keys_done(keys);
}

res_t query_person(
    struct call *call, struct uuid person, struct uuid submitted_record, struct person_known *ret)
{
    struct event submitted;
    bool found;
    *ret = (struct person_known){0};
    TRY(fact_find(call, person, submitted_record, &submitted, &found));
    if (!found)
        return RES_DONE;
    CLEANUP(keys_done_p) struct fact_keys keys;
    TRY(fact_keys_open(call, person, &keys));
    *ret = query_person_of(call, &keys, &submitted);
    return RES_DONE;
}
