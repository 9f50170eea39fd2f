/* The forms about sessions: book, record. And the short ones: assign, open risk, acknowledge. */
#include "gateway/pages/form_json.h"

/* The ticked workers, at least one; assigning names their organisations too. */
static void put_workers(
    const struct form *form, struct json *json, bool with_organisation, struct form_errors *errors)
{
    bool any = false;
    json_open(json, "workers", '[');
    for (size_t i = 0; i < form->field_count; i++) {
        struct view worker = view_trim(form->fields[i].value);
        if (!view_eq_text(form->fields[i].name, "worker") || worker.len == 0)
            continue;
        any = true;
        if (!with_organisation) {
            json_text(json, NULL, worker);
            continue;
        }
        /* "user organisation": a box has one value */
        struct view user = view_cut(&worker, ' ');
        json_open(json, NULL, '{');
        json_text(json, "userId", user);
        json_text(json, "organisation", worker);
        json_close(json, '}');
    }
    json_close(json, ']');
    if (!any)
        form_error(errors, form->arena, with_organisation ? "/workers" : "/booking/workers",
            "field-missing");
}

res_t form_assign(const struct form *form, struct buf *out, struct form_errors *errors)
{
    struct json json = {.out = out};
    json_open(&json, NULL, '{');
    put_workers(form, &json, true, errors);
    json_close(&json, '}');
    return form_result(form, out);
}

/* The version is not typed but carried by the page. */
static res_t put_version(const struct form *form, struct json *json)
{
    int64_t version;
    if (!view_to_i64(form_value(form, "riskVersion"), &version))
        return REJECT("the form names no risk version");
    json_number(json, "riskVersion", version);
    return RES_DONE;
}

res_t form_open_risk(const struct form *form, struct buf *out, struct form_errors *errors)
{
    (void)errors;
    struct json json = {.out = out};
    json_open(&json, NULL, '{');
    TRY(put_version(form, &json));
    json_text(&json, "reason", form_value(form, "reason"));
    json_close(&json, '}');
    return form_result(form, out);
}

res_t form_acknowledge_risk(const struct form *form, struct buf *out, struct form_errors *errors)
{
    return form_open_risk(form, out, errors);
}

/* -- book ---------------------------------------------------------------------------------------*/

static void put_minutes(const struct form *form, struct json *json, struct form_errors *errors)
{
    struct view text = form_required(form, "booking-minutes", "/booking/minutes", errors);
    int64_t minutes;
    if (text.len == 0)
        return;
    if (!view_to_i64(text, &minutes))
        form_error(errors, form->arena, "/booking/minutes", "field-invalid");
    else
        json_number(json, "minutes", minutes);
}

/* Only the place that the method asks for: what else was typed stays in the form. */
static void put_place(
    const struct form *form, struct json *json, struct view method, struct form_errors *errors)
{
    if (view_eq_text(method, "office"))
        json_text(json, "office", form_required(form, "booking-office", "/booking/office", errors));
    if (!view_eq_text(method, "other"))
        return;
    json_open(json, "address", '{');
    json_text(json, "line1",
        form_required(form, "booking-address-line1", "/booking/address/line1", errors));
    json_text(json, "line2", form_value(form, "booking-address-line2"));
    json_text(json, "town", form_value(form, "booking-address-town"));
    json_text(json, "postcode",
        form_required(form, "booking-address-postcode", "/booking/address/postcode", errors));
    json_close(json, '}');
}

static void put_notice(const struct form *form, struct json *json, struct form_errors *errors)
{
    static const struct form_time_field at = {
        "booking-notice-at", "at", "/booking/notice/at", true};
    struct view how = form_value(form, "booking-notice-how");
    if (how.len == 0)
        return;
    json_open(json, "notice", '{');
    json_text(json, "how", how);
    form_put_time(form, json, &at, errors);
    json_close(json, '}');
}

res_t form_book(const struct form *form, struct uuid appointment, int32_t session, struct buf *out,
    struct form_errors *errors)
{
    static const struct form_time_field start = {"booking-start", "start", "/booking/start", true};
    struct json json = {.out = out};
    json_open(&json, NULL, '{');
    json_text(&json, "appointmentId", view_of(uuid_text(appointment).text));
    json_open(&json, "booking", '{');
    json_number(&json, "session", session);
    form_put_time(form, &json, &start, errors);
    put_minutes(form, &json, errors);
    struct view method = form_required(form, "booking-method", "/booking/method", errors);
    json_text(&json, "method", method);
    put_place(form, &json, method, errors);
    put_workers(form, &json, false, errors);
    put_notice(form, &json, errors);
    json_close(&json, '}');
    json_close(&json, '}');
    return form_result(form, out);
}

/* -- record -------------------------------------------------------------------------------------*/

static void put_attendance(
    const struct form *form, struct json *json, struct view what, struct form_errors *errors)
{
    bool late = view_eq_text(what, "late");
    bool happened = late || view_eq_text(what, "attended");
    bool not_held = view_eq_text(what, "not-held");
    json_open(json, "attendance", '{');
    json_bool(json, "happened", happened);
    json_bool(json, "attended", happened || not_held);
    if (happened)
        json_bool(json, "late", late);
    if (late)
        json_text(json, "lateReason",
            form_required(form, "attendance-lateReason", "/attendance/lateReason", errors));
    if (not_held)
        json_text(
            json, "whose", form_required(form, "attendance-whose", "/attendance/whose", errors));
    json_close(json, '}');
}

/* A yes-or-no question and the text that a yes needs. */
static void put_notify(const struct form *form, struct json *json, const char *const names[4],
    struct form_errors *errors)
{
    struct view answer = form_required(form, names[0], names[1], errors);
    bool yes = view_eq_text(answer, "yes");
    const char *flag = names[1] + sizeof "/feedback/" - 1;
    const char *text = names[3] + sizeof "/feedback/" - 1;
    json_bool(json, flag, yes);
    if (yes)
        json_text(json, text, form_required(form, names[2], names[3], errors));
}

static void put_held(const struct form *form, struct json *json, struct form_errors *errors)
{
    static const char *const behaviour[4] = {"feedback-notifyBehaviour",
        "/feedback/notifyBehaviour", "feedback-behaviour", "/feedback/behaviour"};
    json_text(
        json, "summary", form_required(form, "feedback-summary", "/feedback/summary", errors));
    json_text(
        json, "response", form_required(form, "feedback-response", "/feedback/response", errors));
    json_text(json, "futurePlans", form_value(form, "feedback-futurePlans"));
    put_notify(form, json, behaviour, errors);
}

static void put_purposes(const struct form *form, struct json *json)
{
    bool any = form_value(form, "feedback-purposes").len > 0;
    if (!any)
        return;
    json_open(json, "purposes", '[');
    for (size_t i = 0; i < form->field_count; i++)
        if (view_eq_text(form->fields[i].name, "feedback-purposes"))
            json_text(json, NULL, view_trim(form->fields[i].value));
    json_close(json, ']');
}

static void put_feedback(
    const struct form *form, struct json *json, struct view what, struct form_errors *errors)
{
    static const char *const concerns[4] = {"feedback-notifyConcerns", "/feedback/notifyConcerns",
        "feedback-concerns", "/feedback/concerns"};
    json_open(json, "feedback", '{');
    if (view_eq_text(what, "attended") || view_eq_text(what, "late"))
        put_held(form, json, errors);
    if (view_eq_text(what, "not-held"))
        json_text(json, "reasonText",
            form_required(form, "feedback-reasonText", "/feedback/reasonText", errors));
    if (view_eq_text(what, "did-not-attend"))
        json_text(
            json, "absence", form_required(form, "feedback-absence", "/feedback/absence", errors));
    put_notify(form, json, concerns, errors);
    json_text(json, "strengths", form_value(form, "feedback-strengths"));
    json_text(json, "ownWords", form_value(form, "feedback-ownWords"));
    put_purposes(form, json);
    json_close(json, '}');
}

res_t form_record(
    const struct form *form, struct uuid appointment, struct buf *out, struct form_errors *errors)
{
    struct json json = {.out = out};
    struct view what = form_required(form, "attendance", "/attendance", errors);
    json_open(&json, NULL, '{');
    json_text(&json, "appointmentId", view_of(uuid_text(appointment).text));
    put_attendance(form, &json, what, errors);
    put_feedback(form, &json, what, errors);
    json_close(&json, '}');
    return form_result(form, out);
}
