/* GET /v1/referrals/{id}, /v1/referrals/{id}/risk, /v1/flows: the pages' models as JSON. */
#include "gateway/handlers.h"
#include "gateway/model.h"
#include "gateway/pages/small_numbers.h"

#include "base/clock.h"

static void put_sessions(struct json_out *json, const struct referral_model *model)
{
    json_begin(json, "appointments", '[');
    for (size_t i = 0; i < model->session_count; i++) {
        const struct session_line *line = &model->sessions[i];
        json_begin(json, NULL, '{');
        json_put_uuid(json, "appointmentId", line->appointment);
        json_put_int(json, "session", line->session);
        json_put_time(json, "start", line->start_us);
        json_put_int(json, "minutes", line->minutes);
        json_put_text(json, "method", line->method);
        json_put_text(json, "state", line->state);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_begin(json, "deadlines", '[');
    for (size_t i = 0; i < model->deadline_count; i++) {
        json_begin(json, NULL, '{');
        json_put_text(json, "code", model->deadlines[i].code);
        json_put_time(json, "dueAt", model->deadlines[i].due_us);
        json_put_time(json, "metAt", model->deadlines[i].met_us);
        json_put_bool(json, "overdue", model->deadlines[i].overdue);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_facts(struct json_out *json, const struct referral_model *model)
{
    json_put_int(json, "factTotal", model->fact_total);
    json_begin(json, "timeline", '[');
    for (size_t i = 0; i < model->fact_count; i++) {
        const struct fact *fact = &model->facts[i];
        json_begin(json, NULL, '{');
        json_put_uuid(json, "id", fact->record);
        json_put_text(json, "type", fact->event);
        json_put_time(json, "at", fact->at_us);
        json_put_text(json, "by", fact->by);
        json_begin(json, "details", '{');
        for (size_t k = 0; k < fact->details.len; k++)
            json_put_text(json, fact->details.items[k].name.ptr, fact->details.items[k].value);
        json_end(json, '}');
        json_put_text(json, "note", fact->note);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void file_done_p(struct case_file *file)
{
    case_file_done(file);
}

/* True: answered with 404. The gate saw it a moment ago; it may be gone since. */
static bool not_there(struct call *call, bool found)
{
    if (!found)
        call_problem_code(call, PROBLEM_NOT_FOUND);
    return !found;
}

static void put_risk_line(struct json_out *json, const struct risk_line *line)
{
    json_begin(json, "risk", '{');
    json_put_int(json, "riskVersion", line->version);
    json_put_time(json, "sharedAt", line->shared_us);
    json_put_bool(json, "mineToRead", line->mine_to_read);
    json_end(json, '}');
}

res_t referral_handle(struct call *call)
{
    CLEANUP(file_done_p) struct case_file file;
    struct referral_model model;
    bool found;
    TRY(case_file_open(call, &file, &found));
    if (not_there(call, found))
        return RES_DONE;
    TRY(model_referral(call, &file, &model));
    TRY(model_facts(call, &file, 200, &model));
    CLEANUP(json_done_p) struct json_out json = {0};
    json_begin(&json, NULL, '{');
    json_put_case(&json, &model.row);
    json_put_uuid(&json, "person", model.person);
    json_put_text(&json, "crn", model.crn);
    json_put_text(&json, "practitioner", model.practitioner);
    json_put_text(&json, "caseworkers", model.caseworkers);
    json_put_int(&json, "seenVersion", model.seen);
    json_put_int(&json, "sessionsPlanned", model.sessions_planned);
    json_put_int(&json, "sessionsHeld", model.sessions_held);
    put_risk_line(&json, &model.risk);
    put_sessions(&json, &model);
    put_facts(&json, &model);
    json_end(&json, '}');
    call->seen = model.seen;
    call_json(call, 200, &json.buf);
    return RES_DONE;
}

static void put_content(struct json_out *json, const struct risk_content *content)
{
    json_put_time(json, "openUntil", content->open_until_us);
    json_begin(json, "headings", '[');
    for (size_t i = 0; i < content->text_count; i++) {
        json_begin(json, NULL, '{');
        json_put_text(json, "heading", content->texts[i].code);
        json_put_text(json, "state", content->texts[i].state);
        json_put_text(json, "text", content->texts[i].text);
        json_put_bool(json, "changed", content->texts[i].changed);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_begin(json, "levels", '[');
    for (size_t i = 0; i < content->level_count; i++) {
        json_begin(json, NULL, '{');
        json_put_text(json, "group", content->levels[i].group);
        json_put_text(json, "community", content->levels[i].community);
        json_put_text(json, "custody", content->levels[i].custody);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_begin(json, "toSelf", '[');
    for (size_t i = 0; i < content->self_count; i++) {
        json_begin(json, NULL, '{');
        json_put_text(json, "code", content->self[i].code);
        json_put_text(json, "answer", content->self[i].answer);
        json_put_text(json, "text", content->self[i].text);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_begin(json, "registrations", '[');
    for (size_t i = 0; i < content->registration_count; i++)
        json_put_text(json, NULL, content->registrations[i]);
    json_end(json, ']');
}

res_t risk_handle(struct call *call)
{
    CLEANUP(file_done_p) struct case_file file;
    struct risk_model model;
    bool found;
    TRY(case_file_open(call, &file, &found));
    if (not_there(call, found))
        return RES_DONE;
    TRY(model_risk(call, &file, &model));
    if (model.line.version > 0 && model.content == NULL) {
        call_problem_code(call, PROBLEM_RISK_NOT_READ);
        return RES_DONE;
    }
    CLEANUP(json_done_p) struct json_out json = {0};
    json_begin(&json, NULL, '{');
    json_put_int(&json, "riskVersion", model.line.version);
    json_put_text(&json, "basis", model.basis);
    json_put_time(&json, "sharedAt", model.line.shared_us);
    if (model.content != NULL)
        put_content(&json, model.content);
    json_end(&json, '}');
    call_json(call, 200, &json.buf);
    return RES_DONE;
}

static bool same_total(const struct flow_row *a, const struct flow_row *b, bool of_contract)
{
    return of_contract ? view_eq(a->contract, b->contract) : view_eq(a->status, b->status);
}

/* Where one count of a total is hidden, the next smallest is hidden too. True: one was. */
static bool hide_beside(
    const struct flows_model *model, size_t hidden_row, bool of_contract, bool *hidden)
{
    const struct flow_row *rows = model->rows;
    size_t next = model->row_count;
    for (size_t i = 0; i < model->row_count; i++) {
        if (i == hidden_row || !same_total(&rows[i], &rows[hidden_row], of_contract))
            continue;
        if (hidden[i])
            return false;
        if (next == model->row_count || rows[i].count < rows[next].count)
            next = i;
    }
    if (next == model->row_count)
        return false;
    hidden[next] = true;
    return true;
}

/* Totals by contract and by status are known from the page: neither may give a hidden count away.
 */
static res_t hide_small(struct call *call, const struct flows_model *model, bool **ret)
{
    bool *hidden = arena_array(call->arena, model->row_count, sizeof(*hidden));
    if (hidden == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < model->row_count; i++)
        hidden[i] = model->rows[i].count < SMALL_NUMBER;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < model->row_count; i++)
            if (hidden[i] &&
                (hide_beside(model, i, true, hidden) || hide_beside(model, i, false, hidden)))
                more = true;
    }
    *ret = hidden;
    return RES_DONE;
}

/* Small numbers are told as "fewer than 5", like on the page. */
res_t flows_handle(struct call *call)
{
    struct flows_model model;
    bool *hidden;
    TRY(model_flows(call, &model));
    TRY(hide_small(call, &model, &hidden));
    CLEANUP(json_done_p) struct json_out json = {0};
    json_begin(&json, NULL, '{');
    json_put_time(&json, "asAt", model.as_at_us);
    size_t clock_len = json.buf.len;
    json_begin(&json, "rows", '[');
    for (size_t i = 0; i < model.row_count; i++) {
        json_begin(&json, NULL, '{');
        json_put_text(&json, "contract", model.rows[i].contract);
        json_put_text(&json, "service", model.rows[i].service);
        json_put_text(&json, "status", model.rows[i].status);
        if (!hidden[i])
            json_put_int(&json, "count", model.rows[i].count);
        else
            json_put_text(
                &json, "count", small_number_text(call->arena, model.rows[i].count, true));
        json_end(&json, '}');
    }
    json_end(&json, ']');
    json_end(&json, '}');
    call->said = view_from(buf_as_view(&json.buf), clock_len);
    call_json(call, 200, &json.buf);
    return RES_DONE;
}
