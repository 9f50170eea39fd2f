/* What the form readers share; not for the gateway. */
#ifndef PAGES_FORM_JSON_H
#define PAGES_FORM_JSON_H

#include "gateway/pages/forms.h"

/* Writes JSON as it goes: names are constants, values are escaped. Absent texts leave no name. */
struct json {
    struct buf *out;
    bool comma;
};
void json_open(struct json *json, const char *name, char bracket); /* name NULL: within a list */
void json_close(struct json *json, char bracket);
void json_name(struct json *json, const char *name);
void json_text(struct json *json, const char *name, struct view text);
void json_bool(struct json *json, const char *name, bool value);
void json_number(struct json *json, const char *name, int64_t value);

/* Once for each pointer. */
void form_error(
    struct form_errors *errors, struct arena *arena, const char *pointer, const char *code);
struct view form_required(
    const struct form *form, const char *name, const char *pointer, struct form_errors *errors);

enum form_answer { FORM_ABSENT, FORM_GIVEN, FORM_WRONG, FORM_NO_SUCH_TIME };
/* From name-day, name-month, name-year, and for a time name-time. */
enum form_answer form_day(const struct form *form, const char *name, int32_t *ret_day);
enum form_answer form_time(const struct form *form, const char *name, int64_t *ret_us);
bool form_minute_of(struct view text, int32_t *ret_minute);

struct form_time_field {
    const char *field;   /* in the form */
    const char *json;    /* in the body */
    const char *pointer; /* of its errors */
    bool required;
};
void form_put_time(const struct form *form, struct json *json, const struct form_time_field *f,
    struct form_errors *errors);
void form_put_day(const struct form *form, struct json *json, const struct form_time_field *f,
    struct form_errors *errors);
void form_put_noon(const struct form *form, struct json *json, const struct form_time_field *f,
    struct form_errors *errors);

res_t MUST_USE form_result(const struct form *form, const struct buf *json);

#endif
