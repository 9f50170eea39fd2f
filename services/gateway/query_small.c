/* The short queries: people, outcomes, services, flows, health, metrics, the API's description. */
#include "event/openapi.h"
#include "gateway/access.h"
#include "gateway/daemon.h"
#include "gateway/handlers.h"
#include "gateway/outcome.h"
#include "gateway/query.h"
#include "obs/metric.h"

#include "base/check.h"

/* POST /v1/people {"crn": "X123456"}: the person's id, and keys where they are new. Leaves no
 * record on the stream. */
res_t people_handle(struct call *call)
{
    static const struct field_desc fields[] = {{.name = "crn",
        .doc = "",
        .kind = KIND_TEXT,
        .offset = sizeof(uint64_t),
        .has_bit = 0,
        .required = true,
        .max_length = CRN_MAX,
        .format = "crn"}};
    struct people_body {
        uint64_t has;
        struct view crn;
    } body;
    static const struct record_desc desc = {.name = "People",
        .doc = "",
        .size = sizeof(body),
        .field_count = ARRAY_LEN(fields),
        .fields = fields};
    struct codec_error error;
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    res_t res = codec_json_read(&desc, call->request->body, NULL, call->arena, &body, &error);
    if (res.act == RES_REJECT) {
        struct problem problem = problem_of_codec(&error);
        call_problem(call, &problem);
        return RES_DONE;
    }
    TRY(res);
    struct view crn;
    struct uuid person;
    bool is_new;
    TRY(edge_crn_normalise(body.crn, call->arena, &crn));
    TRY(edge_person_register(call->gateway->edge, crn, &person, &is_new));
    CLEANUP(json_done_p) struct json_out json = {0};
    json_begin(&json, NULL, '{');
    json_put_uuid(&json, "person", person);
    json_end(&json, '}');
    call_json(call, is_new ? 201 : 200, &json.buf);
    return RES_DONE;
}

/* GET /v1/outcomes/{id}?request={hash}: the link of a 202. */
res_t outcome_handle(struct call *call)
{
    struct outcome_link link = {"/v1/outcomes/", call->id, {false}};
    struct access_outcome seen;
    if (outcome_asker_read(call->request->query, &link.asker) != PROBLEM_MAX_) {
        call_problem_code(call, PROBLEM_BAD_REQUEST);
        return RES_DONE;
    }
    TRY(access_outcome(call, call->id, &seen));
    if (!seen.may || (seen.found && outcome_of_another(&seen.outcome, &link.asker))) {
        call_problem_code(call, seen.may ? PROBLEM_KEY_REUSED : PROBLEM_NOT_FOUND);
        return RES_DONE;
    }
    CLEANUP(buf_done) struct buf body = {0};
    int status = 202;
    if (seen.found)
        status = outcome_write(&seen.outcome, &body);
    else
        buf_printf(
            &body, "{\"status\":\"%.*s\"}", VIEW_ARG(outcome_link_print(call->arena, &link)));
    call_json(call, status, &body);
    return RES_DONE;
}

static void write_services(struct call *call, struct json_out *json)
{
    const struct catalogue *catalogue = call->gateway->catalogue;
    size_t count;
    const struct catalogue_service *services = catalogue_services(catalogue, &count);
    json_begin(json, "services", '[');
    for (size_t i = 0; i < count; i++) {
        json_begin(json, NULL, '{');
        json_put_uuid(json, "id", services[i].terms.service_id);
        json_put_text(json, "name", services[i].name);
        json_put_raw(json, "terms", VIEW(""));
        codec_json_write(&terms_desc, &services[i].terms, NULL, &json->buf);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_choices(struct call *call, struct json_out *json)
{
    const struct catalogue *catalogue = call->gateway->catalogue;
    size_t count;
    const struct catalogue_outcome *outcomes = catalogue_outcomes(catalogue, &count);
    json_begin(json, "outcomes", '[');
    for (size_t i = 0; i < count; i++) {
        json_begin(json, NULL, '{');
        json_put_uuid(json, "id", outcomes[i].id);
        json_put_uuid(json, "category", outcomes[i].category);
        json_put_text(json, "name", outcomes[i].name);
        if (outcomes[i].deprecated_on != INT32_MAX)
            json_put_day(json, "deprecatedOn", outcomes[i].deprecated_on);
        json_end(json, '}');
    }
    json_end(json, ']');
    const struct catalogue_level *levels = catalogue_levels(catalogue, &count);
    json_begin(json, "complexity", '[');
    for (size_t i = 0; i < count; i++) {
        json_begin(json, NULL, '{');
        json_put_uuid(json, "id", levels[i].id);
        json_put_uuid(json, "category", levels[i].category);
        json_put_text(json, "level", levels[i].level);
        json_end(json, '}');
    }
    json_end(json, ']');
}

res_t services_handle(struct call *call)
{
    CLEANUP(json_done_p) struct json_out json = {0};
    json_begin(&json, NULL, '{');
    write_services(call, &json);
    write_choices(call, &json);
    json_end(&json, '}');
    call_json(call, 200, &json.buf);
    return RES_DONE;
}

res_t live_health_handle(struct call *call)
{
    call_text(call, 200, "text/plain", VIEW("live\n"));
    return RES_DONE;
}

res_t ready_health_handle(struct call *call)
{
    struct pg *pg;
    bool ready = gateway_sql(call->gateway, &pg).act == RES_OK && gateway_ready(call->gateway);
    call_text(call, ready ? 200 : 503, "text/plain", ready ? VIEW("ready\n") : VIEW("not ready\n"));
    return RES_DONE;
}

/* For a scraper on this machine; the world asks a proxy that does not pass it on. */
res_t metrics_handle(struct call *call)
{
    if (!call->request->loopback) {
        call_problem_code(call, PROBLEM_NOT_FOUND);
        return RES_DONE;
    }
    gateway_measure(call->gateway);
    CLEANUP(buf_done) struct buf body = {0};
    metrics_print(&body);
    call_text(call, 200, "text/plain; version=0.0.4", buf_as_view(&body));
    return RES_DONE;
}

res_t openapi_handle(struct call *call)
{
    CLEANUP(buf_done) struct buf body = {0};
    buf_view(&body, (struct view){openapi_json, openapi_json_len});
    call_json(call, 200, &body);
    return RES_DONE;
}
