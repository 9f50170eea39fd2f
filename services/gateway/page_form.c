/* A posted form: one command, then the page of the fact, or the form again with what was wrong. */
#include "base/clock.h"
#include "gateway/access.h"
#include "gateway/command.h"
#include "gateway/handlers.h"
#include "gateway/measure.h"
#include "gateway/page.h"
#include "gateway/page_words.h"
#include "gateway/pages/forms.h"
#include "gateway/session.h"

#include <string.h>

enum { RECORDING_MAX_S = 7200 };

struct posted {
    struct call *call;
    struct form form;
    struct buf *json;
    struct form_errors *errors;
};
typedef res_t body_fn(const struct posted *posted);

static res_t body_assign(const struct posted *posted)
{
    return form_assign(&posted->form, posted->json, posted->errors);
}

/* The headings that the version in force holds, for the record of what was shown. */
static res_t put_shown(struct call *call, struct buf *json)
{
    const struct dossier *dossier;
    TRY(model_dossier(call, call->person, &dossier));
    buf_text(json, ",\"shown\":[");
    const char *comma = "";
    for (size_t i = 0; dossier != NULL && i < dossier->risk.sealed.len; i++) {
        const struct view_array fields = dossier->risk.sealed.items[i].fields;
        for (size_t k = 0; k < fields.len; k++) {
            struct view name = view_from(fields.items[k], 1);
            if (view_eq(name, VIEW("changed")))
                continue;
            buf_text(json, comma);
            codec_json_text(name, json);
            comma = ",";
        }
    }
    buf_text(json, "]}");
    return RES_DONE;
}

/* The form names the version; who reads, and what, is known here. */
static res_t body_open_risk(const struct posted *posted)
{
    TRY(form_open_risk(&posted->form, posted->json, posted->errors));
    bool practitioner = posted->call->who.kind == ACTOR_KIND_PRACTITIONER;
    posted->json->len--; /* its brace */
    buf_printf(posted->json, ",\"reader\":\"%s\",\"purpose\":\"read\"",
        practitioner ? "practitioner" : "worker");
    return put_shown(posted->call, posted->json);
}

static res_t body_acknowledge(const struct posted *posted)
{
    TRY(form_acknowledge_risk(&posted->form, posted->json, posted->errors));
    posted->json->len--;
    buf_printf(posted->json, ",\"referralId\":\"%s\"}", uuid_text(posted->call->referral).text);
    return RES_DONE;
}

static res_t body_share(const struct posted *posted)
{
    return form_share_risk(&posted->form, posted->json, posted->errors);
}

static res_t body_book(const struct posted *posted)
{
    struct uuid appointment = uuid_v5(posted->call->id, VIEW("appointment"));
    return form_book(
        &posted->form, appointment, posted->call->number, posted->json, posted->errors);
}

static res_t body_record(const struct posted *posted)
{
    struct call *call = posted->call;
    const struct dossier *dossier;
    TRY(model_dossier(call, call->person, &dossier));
    const struct dossier_referral *referral =
        dossier == NULL ? NULL : dossier_referral(dossier, call->referral);
    const struct dossier_appointment *appointment =
        referral == NULL ? NULL : model_session_current(referral, call->number);
    if (appointment == NULL)
        return REJECT("no such session");
    /* What the page showed: it may have been moved since, and what is sent again must stay itself.
     */
    struct uuid shown = appointment->id;
    struct view text = http_pair_get(call->form, "appointment");
    if (text.ptr != NULL && !uuid_parse(text, &shown))
        return REJECT("the appointment's id is none");
    return form_record(&posted->form, shown, posted->json, posted->errors);
}

static const struct form_row {
    body_fn *body;
    show_fn *show;
    const char *done; /* after the referral's own address */
} rows[COMMAND_MAX_] = {
    [COMMAND_ASSIGN_CASEWORKERS] = {body_assign, show_assign, "?done=CaseworkersAssigned"},
    [COMMAND_OPEN_RISK] = {body_open_risk, show_risk, "/risk"},
    [COMMAND_ACKNOWLEDGE_RISK] = {body_acknowledge, show_risk, "/risk?done=RiskAcknowledged"},
    [COMMAND_BOOK_APPOINTMENT] = {body_book, show_book, "?done=AppointmentBooked"},
    [COMMAND_GIVE_FEEDBACK] = {body_record, show_record, "?done=FeedbackGiven"},
    [COMMAND_SHARE_RISK] = {body_share, show_share_risk, "?done=RiskShared"},
};

/* The form again, every value kept. */
static void show_again(struct call *call, int status, const struct page_error *errors, size_t count)
{
    struct field *kept = arena_array(call->arena, call->form.len, sizeof(*kept));
    for (size_t i = 0; kept != NULL && i < call->form.len; i++)
        kept[i] = (struct field){call->form.items[i].name, call->form.items[i].value};
    const struct page_show show = {
        .status = status, .form = {errors, count, kept, kept == NULL ? 0 : call->form.len}};
    res_t res = rows[call->route->command].show(call, &show);
    if (res.act != RES_OK)
        call_failed(call, res);
}

static void show_problem(struct call *call, const struct problem *problem)
{
    int status = problem_table[problem->code].status;
    bool again = problem->code == PROBLEM_NOT_RECORDED || problem->code == PROBLEM_BUSY;
    if (status != 409 && status != 422 && !again) {
        call_problem(call, problem);
        return;
    }
    struct page_error error = page_error_of_problem(call->arena, problem);
    show_again(call, status, &error, 1);
}

/* Sharing risk names no referral: the person's newest one shows it. */
static res_t referral_of_person(struct call *call)
{
    const struct dossier *dossier;
    TRY(model_dossier(call, call->person, &dossier));
    if (dossier != NULL && dossier->referrals.len > 0)
        call->referral = dossier->referrals.items[dossier->referrals.len - 1].id;
    return RES_DONE;
}

static void go_on(struct call *call)
{
    if (uuid_is_zero(call->referral)) {
        res_t res = referral_of_person(call);
        if (res.act != RES_OK) {
            call_failed(call, res);
            return;
        }
    }
    if (uuid_is_zero(call->referral))
        call_redirect(call, VIEW("/cases?done=RiskShared"));
    else
        call_redirect(call, arena_printf(call->arena, "/referrals/%s%s",
                                uuid_text(call->referral).text, rows[call->route->command].done));
}

static void answered(struct call *call, const struct outcome *outcome)
{
    bool accepted = outcome->code.ptr == NULL;
    enum problem_code code = accepted ? PROBLEM_MAX_ : problem_find(outcome->code);
    measure_command(call, code);
    if (accepted) {
        go_on(call);
        return;
    }
    int status = code != PROBLEM_MAX_ && problem_table[code].status == 409 ? 409 : 422;
    struct page_error error = page_error_of_outcome(call->arena, outcome);
    show_again(call, status, &error, 1);
}

static void ended(void *owner, enum wait_end end, const struct outcome *outcome)
{
    struct call *call = owner;
    switch (end) {
    case WAIT_ANSWERED:
        answered(call, outcome);
        return;
    case WAIT_OTHER:
        show_problem(call, &(struct problem){.code = PROBLEM_KEY_REUSED});
        return;
    case WAIT_LATE:
        measure_late();
        call_redirect(
            call, outcome_link_print(call->arena,
                      &(struct outcome_link){"/outcome/", call->id, {true, call->request_hash}}));
        return;
    case WAIT_NOT_SENT:
        show_problem(call, &(struct problem){.code = PROBLEM_NOT_RECORDED});
        return;
    }
}

static bool is_form(const struct call *call)
{
    struct view type = http_header_get(call->request->headers, "Content-Type");
    return view_eq(view_trim(view_cut(&type, ';')), VIEW("application/x-www-form-urlencoded"));
}

/* False: answered. */
static bool take_form(struct call *call, struct uuid *ret_command)
{
    enum problem_code problem = PROBLEM_MAX_;
    if (!is_form(call) ||
        http_form_parse(call->request->body, call->arena, &call->form).act != RES_OK)
        problem = PROBLEM_BAD_REQUEST;
    else if (!session_form_ours(call, http_pair_get(call->form, "csrf")))
        problem = PROBLEM_NOT_FROM_HERE;
    else if (!uuid_parse(http_pair_get(call->form, "command"), ret_command))
        problem = PROBLEM_BAD_REQUEST;
    if (problem != PROBLEM_MAX_)
        call_problem_code(call, problem);
    return problem == PROBLEM_MAX_;
}

/* A page that names the referral in its form passes the gate for it here. */
static res_t gate_form(struct call *call, bool *ret_may)
{
    *ret_may = true;
    if (!uuid_is_zero(call->referral) || !uuid_is_zero(call->person))
        return RES_DONE;
    *ret_may = uuid_parse(http_pair_get(call->form, "referral"), &call->referral);
    return *ret_may ? access_referral(call, call->referral, &call->person, ret_may) : RES_DONE;
}

static int32_t recording_seconds(const struct call *call)
{
    int64_t seconds;
    struct view text = http_pair_get(call->form, "recordingSeconds");
    if (text.ptr == NULL || !view_to_i64(text, &seconds) || seconds < 0)
        return -1;
    return (int32_t)(seconds < RECORDING_MAX_S ? seconds : RECORDING_MAX_S);
}

static res_t send(struct call *call, const struct buf *json)
{
    struct command_in in = {
        .type = call->route->command,
        .id = call->id,
        .person = call->person,
        .referral = call->referral,
        .body = arena_copy(call->arena, buf_as_view(json)),
        .recording_s = recording_seconds(call),
    };
    /* Not every form's address names its referral. */
    in.hashed = arena_printf(call->arena, "%.*s\n%s\n%.*s", VIEW_ARG(call->request->path),
        uuid_text(call->referral).text, VIEW_ARG(in.body));
    if (in.hashed.ptr == NULL)
        return RETRY("the request needs more memory than it may");
    struct command_result result;
    TRY(command_send(call, &in, &(struct command_waiter){ended, call}, &result));
    if (result.step == COMMAND_PROBLEM)
        show_problem(call, &result.problem);
    else if (result.step == COMMAND_KNOWN)
        answered(call, &result.outcome);
    return RES_DONE;
}

res_t form_post(struct call *call)
{
    struct uuid command;
    bool may;
    if (!take_form(call, &command))
        return RES_DONE;
    TRY(gate_form(call, &may));
    if (page_not_found(call, may))
        return RES_DONE;
    call->id =
        edge_record_id(&call->gateway->secrets, call->who.client, view_of(uuid_text(command).text));
    struct field *fields = arena_array(call->arena, call->form.len, sizeof(*fields));
    struct form_errors *errors = ARENA_NEW(call->arena, struct form_errors);
    if (fields == NULL || errors == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < call->form.len; i++)
        fields[i] = (struct field){call->form.items[i].name, call->form.items[i].value};
    CLEANUP(buf_done) struct buf json = {0};
    const struct posted posted = {call, {fields, call->form.len, call->arena}, &json, errors};
    res_t res = rows[call->route->command].body(&posted);
    if (res.act == RES_REJECT) {
        call_problem_code(call, PROBLEM_BAD_REQUEST);
        return RES_DONE;
    }
    TRY(res);
    if (errors->len > 0) {
        show_again(call, 422, errors->items, errors->len);
        return RES_DONE;
    }
    return send(call, &json);
}
