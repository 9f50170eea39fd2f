/* openapi.json: the API's description, from the same fields as everything else. */
#include "codec/schemac/emit.h"
#include "codec/schemac/openapi_types.h"

#include <string.h>

/* What does not depend on any schema. */
static const char frame[] =
#include "common/codec/schemac/openapi-frame.json.inc"
    ;

/* What may be answered instead of what was asked for. */
enum operation { OP_QUERY = 1, OP_QUERY_BY_BODY = 2, OP_COMMAND = 4 };
static const struct refusal {
    const char *status, *response;
    unsigned from; /* these operations, where they do not say so themselves */
} refusals[] = {
    {"400", "Problem", OP_COMMAND | OP_QUERY_BY_BODY},
    {"401", "SignIn", OP_COMMAND | OP_QUERY_BY_BODY | OP_QUERY},
    {"403", "Problem", OP_COMMAND | OP_QUERY_BY_BODY | OP_QUERY},
    {"404", "Problem", OP_COMMAND},
    {"409", "Problem", OP_COMMAND},
    {"413", "Problem", OP_COMMAND | OP_QUERY_BY_BODY},
    {"415", "Problem", OP_COMMAND | OP_QUERY_BY_BODY},
    {"422", "Problem", OP_COMMAND | OP_QUERY_BY_BODY},
    {"429", "Later", OP_COMMAND | OP_QUERY_BY_BODY | OP_QUERY},
    {"503", "Later", OP_COMMAND | OP_QUERY_BY_BODY | OP_QUERY},
};

static void add_refusals(json_t *responses, enum operation from)
{
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        if ((refusals[i].from & from) != 0 &&
            json_object_get(responses, refusals[i].status) == NULL)
            doc_put(responses, refusals[i].status, doc_ref("responses", refusals[i].response));
}

static json_t *answers(void)
{
    json_t *made = json_object();
    doc_put(made, "201", doc_ref("responses", "Accepted"));
    doc_put(made, "202", doc_ref("responses", "Pending"));
    add_refusals(made, OP_COMMAND);
    return made;
}

static json_t *body_of(const struct record *event)
{
    json_t *made = json_object(), *content = json_object(), *type = json_object();
    doc_put(type, "schema", doc_ref("schemas", event->command));
    doc_put(content, "application/json", type);
    doc_put(made, "required", json_true());
    doc_put(made, "content", content);
    return made;
}

static json_t *operation_of(const struct record *event)
{
    static const char *const families[] = {"referral", "session", "risk"};
    json_t *made = json_object(), *tags = json_array(), *parameters = json_array(),
           *who = json_array();
    doc_push(tags, json_string(families[event->in]));
    doc_push(parameters, doc_ref("parameters", "IdempotencyKey"));
    if (strstr(event->route, "{person}") != NULL)
        doc_push(parameters, doc_ref("parameters", "person"));
    if (strstr(event->route, "{referral}") != NULL)
        doc_push(parameters, doc_ref("parameters", "referral"));
    for (size_t i = 0; i < event->who_count; i++)
        doc_push(who, json_string(event->who[i]));
    doc_text(made, "operationId", event->command);
    doc_text(made, "summary", event->doc);
    doc_put(made, "tags", tags);
    doc_put(made, "x-who", who);
    doc_put(made, "parameters", parameters);
    doc_put(made, "requestBody", body_of(event));
    doc_put(made, "responses", answers());
    return made;
}

static void add_command(const struct record *event, json_t *paths, json_t *schemas)
{
    json_t *path = json_object_get(paths, event->route);
    if (path == NULL) {
        doc_put(paths, event->route, json_object());
        path = json_object_get(paths, event->route);
    }
    if (json_object_get(path, "post") != NULL)
        fail(event->name, "route %s is another command's", event->route);
    doc_put(path, "post", operation_of(event));
    doc_put(schemas, event->command, openapi_record(event, event->doc, schemas));
}

/* The gateway's own paths: {"paths": {...}, "schemas": {...}}, as OpenAPI has them. */
static void add_queries(const json_t *queries, json_t *paths, json_t *schemas)
{
    const char *path, *name, *method;
    json_t *item, *operation;
    json_object_foreach(json_object_get(queries, "paths"), path, item)
    {
        json_object_foreach(item, method, operation)
        {
            bool by_body = json_object_get(operation, "requestBody") != NULL;
            add_refusals(
                json_object_get(operation, "responses"), by_body ? OP_QUERY_BY_BODY : OP_QUERY);
            doc_put(operation, "tags", json_pack("[s]", "query"));
        }
        json_t *there = json_object_get(paths, path);
        if (there == NULL)
            doc_put(paths, path, json_incref(item));
        else if (json_object_update_missing(there, item) != 0)
            fail(path, "cannot be added to the description");
    }
    json_object_foreach(json_object_get(queries, "schemas"), name, item)
        doc_put(schemas, name, json_incref(item));
}

void emit_openapi(const struct model *model, const json_t *queries, struct buf *out)
{
    const struct record *events[TYPES_MAX];
    size_t count = emit_events(model, events);
    json_t *root = doc_begin(frame, "openapi.c");
    json_t *paths = json_object_get(root, "paths");
    json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    for (size_t i = 0; i < count; i++)
        if (events[i]->command != NULL)
            add_command(events[i], paths, schemas);
    add_queries(queries, paths, schemas);
    doc_end(root, out);
}
