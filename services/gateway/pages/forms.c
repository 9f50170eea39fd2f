/* What all forms share: fields, days and times as people write them, JSON. */
#include "gateway/pages/forms.h"

#include "gateway/pages/form_json.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct view form_value(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (view_eq_text(form->fields[i].name, name))
            return view_trim(form->fields[i].value);
    return VIEW_NONE;
}

void form_error(
    struct form_errors *errors, struct arena *arena, const char *pointer, const char *code)
{
    if (errors->len == FORM_ERRORS_MAX)
        return;
    for (size_t i = 0; i < errors->len; i++)
        if (view_eq_text(errors->items[i].pointer, pointer))
            return;
    errors->items[errors->len++] =
        (struct page_error){.pointer = arena_copy(arena, view_of(pointer)), .code = view_of(code)};
}

/* -- JSON ---------------------------------------------------------------------------------------*/

static void json_string(struct buf *out, struct view text)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\r') {
            /* Forms send \r\n; a lone \r is a line break too. */
            if (i + 1 == text.len || text.ptr[i + 1] != '\n')
                buf_text(out, "\\n");
        } else if (c == '"' || c == '\\') {
            buf_byte(out, '\\');
            buf_byte(out, c);
        } else if (c == '\n') {
            buf_text(out, "\\n");
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_byte(out, c);
        }
    }
    buf_byte(out, '"');
}

void json_open(struct json *json, const char *name, char bracket)
{
    json_name(json, name);
    buf_byte(json->out, (uint8_t)bracket);
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    buf_byte(json->out, (uint8_t)bracket);
    json->comma = true;
}

void json_name(struct json *json, const char *name)
{
    if (json->comma)
        buf_byte(json->out, ',');
    json->comma = true;
    if (name != NULL)
        buf_printf(json->out, "\"%s\":", name);
}

void json_text(struct json *json, const char *name, struct view text)
{
    if (text.len == 0)
        return;
    json_name(json, name);
    json_string(json->out, text);
}

void json_bool(struct json *json, const char *name, bool value)
{
    json_name(json, name);
    buf_text(json->out, value ? "true" : "false");
}

void json_number(struct json *json, const char *name, int64_t value)
{
    json_name(json, name);
    buf_printf(json->out, "%lld", (long long)value);
}

/* -- days and times -----------------------------------------------------------------------------*/

static struct view part_value(const struct form *form, const char *name, const char *suffix)
{
    char field[80];
    int len = snprintf(field, sizeof field, "%s-%s", name, suffix);
    MUST(len > 0 && (size_t)len < sizeof field);
    return form_value(form, field);
}

enum form_answer form_day(const struct form *form, const char *name, int32_t *ret_day)
{
    struct view parts[3] = {part_value(form, name, "day"), part_value(form, name, "month"),
        part_value(form, name, "year")};
    if (parts[0].len + parts[1].len + parts[2].len == 0)
        return FORM_ABSENT;
    int64_t n[3];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!view_to_i64(parts[i], &n[i]) || n[i] < 1 || n[i] > 9999)
            return FORM_WRONG;
    char text[TIME_TEXT_MAX];
    snprintf(text, sizeof text, "%04lld-%02lld-%02lld", (long long)n[2], (long long)n[1],
        (long long)n[0]);
    return day_parse(view_of(text), ret_day) ? FORM_GIVEN : FORM_WRONG;
}

static bool ends_with(struct view text, const char *end)
{
    size_t len = strlen(end);
    return text.len > len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

/* "14:05", "1405" is none, "2pm", "2.05 pm", "midday", "midnight": minute of the day. */
bool form_minute_of(struct view text, int32_t *ret_minute)
{
    char lower[16];
    text = view_trim(text);
    if (text.len == 0 || text.len >= sizeof lower)
        return false;
    for (size_t i = 0; i < text.len; i++)
        lower[i] =
            (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] + 32 : text.ptr[i]);
    text.ptr = lower;
    if (view_eq_text(text, "midday") || view_eq_text(text, "midnight")) {
        *ret_minute = view_eq_text(text, "midday") ? 12 * 60 : 0;
        return true;
    }
    bool am = ends_with(text, "am"), pm = ends_with(text, "pm");
    if (am || pm)
        text = view_trim((struct view){text.ptr, text.len - 2});
    size_t cut = view_find(text, ':') < text.len ? view_find(text, ':') : view_find(text, '.');
    int64_t hour, minute = 0;
    bool has_minute = cut < text.len;
    if (!view_to_i64((struct view){text.ptr, cut}, &hour) ||
        (has_minute && (text.len - cut != 3 || !view_to_i64(view_from(text, cut + 1), &minute))) ||
        (!has_minute && !am && !pm))
        return false;
    int64_t first = am || pm ? 1 : 0, last = am || pm ? 12 : 23;
    if (hour < first || hour > last || minute < 0 || minute > 59)
        return false;
    if (am || pm)
        hour = hour % 12 + (pm ? 12 : 0);
    *ret_minute = (int32_t)(hour * 60 + minute);
    return true;
}

enum form_answer form_time(const struct form *form, const char *name, int64_t *ret_us)
{
    int32_t day, minute;
    enum form_answer given = form_day(form, name, &day);
    struct view time = part_value(form, name, "time");
    if (given == FORM_ABSENT && time.len == 0)
        return FORM_ABSENT;
    if (given != FORM_GIVEN || !form_minute_of(time, &minute))
        return FORM_WRONG;
    if (!london_time_exists(day, minute))
        return FORM_NO_SUCH_TIME;
    *ret_us = london_to_utc(day, minute);
    return FORM_GIVEN;
}

void form_put_time(const struct form *form, struct json *json, const struct form_time_field *f,
    struct form_errors *errors)
{
    int64_t at = 0;
    switch (form_time(form, f->field, &at)) {
    case FORM_ABSENT:
        if (f->required)
            form_error(errors, form->arena, f->pointer, "field-missing");
        return;
    case FORM_WRONG:
        form_error(errors, form->arena, f->pointer, "field-invalid");
        return;
    case FORM_NO_SUCH_TIME:
        form_error(errors, form->arena, f->pointer, "time-does-not-exist");
        return;
    case FORM_GIVEN:
        break;
    }
    char text[TIME_TEXT_MAX];
    time_print(at, text);
    json_text(json, f->json, view_of(text));
}

void form_put_day(const struct form *form, struct json *json, const struct form_time_field *f,
    struct form_errors *errors)
{
    int32_t day = 0;
    enum form_answer answer = form_day(form, f->field, &day);
    if (answer == FORM_ABSENT && f->required)
        form_error(errors, form->arena, f->pointer, "field-missing");
    if (answer == FORM_WRONG)
        form_error(errors, form->arena, f->pointer, "field-invalid");
    if (answer != FORM_GIVEN)
        return;
    char text[TIME_TEXT_MAX];
    day_print(day, text);
    json_text(json, f->json, view_of(text));
}

/* A day where the body wants an instant: its noon in London, which is on that day everywhere here.
 */
void form_put_noon(const struct form *form, struct json *json, const struct form_time_field *f,
    struct form_errors *errors)
{
    enum { NOON = 12 * 60 };
    int32_t day = 0;
    enum form_answer answer = form_day(form, f->field, &day);
    if (answer == FORM_ABSENT && f->required)
        form_error(errors, form->arena, f->pointer, "field-missing");
    if (answer == FORM_WRONG)
        form_error(errors, form->arena, f->pointer, "field-invalid");
    if (answer != FORM_GIVEN)
        return;
    char text[TIME_TEXT_MAX];
    time_print(london_to_utc(day, NOON), text);
    json_text(json, f->json, view_of(text));
}

struct view form_required(
    const struct form *form, const char *name, const char *pointer, struct form_errors *errors)
{
    struct view value = form_value(form, name);
    if (value.len == 0)
        form_error(errors, form->arena, pointer, "field-missing");
    return value;
}

res_t form_result(const struct form *form, const struct buf *json)
{
    if (arena_full(form->arena) || json->failed)
        return FATAL("a form's command is larger than its limit");
    return RES_DONE;
}
