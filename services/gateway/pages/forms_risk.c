/* The form that shares risk. */
#include <stdio.h>

#include "gateway/pages/form_json.h"

enum { NAME_MAX_ = 64 };

static const char *const texts[] = {"whoIsAtRisk", "nature", "imminence", "increases", "decreases",
    "analysis", "staffSafety", "sexualHistory", "additional"};

struct counts {
    int disclosed, withheld, not_assessed;
};

static void put_text(const struct form *form, struct json *json, const char *name,
    struct counts *counts, struct form_errors *errors)
{
    char state_field[NAME_MAX_], text_field[NAME_MAX_], pointer[NAME_MAX_];
    snprintf(state_field, sizeof state_field, "%s-state", name);
    snprintf(text_field, sizeof text_field, "%s-text", name);
    struct view state = form_value(form, state_field);
    if (state.len == 0)
        return;
    json_open(json, name, '{');
    json_text(json, "state", state);
    bool disclosed = view_eq_text(state, "disclosed"), withheld = view_eq_text(state, "withheld");
    if (disclosed || withheld) {
        snprintf(pointer, sizeof pointer, "/%s/%s", name, disclosed ? "text" : "why");
        json_text(
            json, disclosed ? "text" : "why", form_required(form, text_field, pointer, errors));
    }
    json_close(json, '}');
    counts->disclosed += disclosed ? 1 : 0;
    counts->withheld += withheld ? 1 : 0;
    counts->not_assessed += view_eq_text(state, "not-assessed") ? 1 : 0;
}

/* With an assessment each of the nine has an answer: nothing is blank by accident. */
static void put_texts(
    const struct form *form, struct json *json, bool assessed, struct form_errors *errors)
{
    struct counts counts = {0};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char field[NAME_MAX_], pointer[NAME_MAX_];
        snprintf(field, sizeof field, "%s-state", texts[i]);
        snprintf(pointer, sizeof pointer, "/%s/state", texts[i]);
        if (assessed)
            form_required(form, field, pointer, errors);
        put_text(form, json, texts[i], &counts, errors);
    }
    json_number(json, "disclosed", counts.disclosed);
    json_number(json, "withheld", counts.withheld);
    json_number(json, "notAssessed", counts.not_assessed);
}

static void put_levels(const struct form *form, struct json *json)
{
    static const char *const groups[] = {"children", "public", "knownAdult", "staff", "prisoners"};
    json_open(json, "levels", '{');
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        char community[NAME_MAX_], custody[NAME_MAX_];
        snprintf(community, sizeof community, "levels-%s-community", groups[i]);
        snprintf(custody, sizeof custody, "levels-%s-custody", groups[i]);
        struct view outside = form_value(form, community), inside = form_value(form, custody);
        if (outside.len + inside.len == 0)
            continue;
        json_open(json, groups[i], '{');
        json_text(json, "community", outside);
        json_text(json, "custody", inside);
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void put_self(const struct form *form, struct json *json)
{
    static const char *const items[] = {
        "suicide", "selfHarm", "custody", "hostel", "vulnerability"};
    json_open(json, "toSelf", '{');
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        char field[NAME_MAX_];
        snprintf(field, sizeof field, "toSelf-%s", items[i]);
        struct view answer = form_value(form, field);
        if (answer.len == 0)
            continue;
        json_open(json, items[i], '{');
        json_text(json, "state", answer);
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void put_registrations(const struct form *form, struct json *json)
{
    struct view rest = form_value(form, "registrations");
    if (rest.len == 0)
        return;
    json_open(json, "registrations", '{');
    json_open(json, "items", '[');
    while (rest.ptr != NULL)
        json_text(json, NULL, view_trim(view_cut(&rest, '\n')));
    json_close(json, ']');
    json_close(json, '}');
}

res_t form_share_risk(const struct form *form, struct buf *out, struct form_errors *errors)
{
    static const struct form_time_field assessed_at = {
        "assessedAt", "assessedAt", "/assessedAt", true};
    static const struct form_time_field review_by = {"reviewBy", "reviewBy", "/reviewBy", true};
    struct json json = {.out = out};
    json_open(&json, NULL, '{');
    struct view basis = form_required(form, "basis", "/basis", errors);
    bool assessed = view_eq_text(basis, "assessed");
    json_text(&json, "basis", basis);
    if (assessed)
        form_put_noon(form, &json, &assessed_at, errors);
    json_text(&json, "source", form_value(form, "source"));
    put_texts(form, &json, assessed, errors);
    if (assessed) {
        put_levels(form, &json);
        put_self(form, &json);
        put_registrations(form, &json);
    }
    form_put_day(form, &json, &review_by, errors);
    json_bool(&json, "urgent", view_eq_text(form_value(form, "urgent"), "yes"));
    bool approved = view_eq_text(form_value(form, "approved"), "yes");
    json_bool(&json, "approved", approved);
    if (!approved)
        form_error(errors, form->arena, "/approved", "not-approved");
    json_close(&json, '}');
    return form_result(form, out);
}
