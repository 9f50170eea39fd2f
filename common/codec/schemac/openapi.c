/* openapi.json: the API's description, from the same fields as everything else. */
#include "codec/schemac/emit.h"
#include "codec/schemac/openapi_types.h"

#include <stdlib.h>
#include <string.h>

/* What does not depend on any schema. */
static const char frame[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Referral Broker\",\"version\":\"1\","
    "\"description\":\"State a fact once; everybody entitled to it sees it. A command is answered "
    "when its outcome is durable and readable. Times carry an offset; unknown fields are "
    "refused.\"},\"servers\":[{\"url\":\"/v1\"}],\"security\":[{\"bearer\":[]}],\"paths\":{},"
    "\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
    "\"bearerFormat\":\"JWT\"}},\"parameters\":{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\","
    "\"in\":\"header\",\"required\":true,\"description\":\"the same key always gets the same "
    "answer; with another body it is refused with key-reused\",\"schema\":{\"type\":\"string\","
    "\"minLength\":1,\"maxLength\":200}},\"person\":{\"name\":\"person\",\"in\":\"path\","
    "\"required\":true,\"description\":\"pseudonymous id of the person\",\"schema\":{\"type\":"
    "\"string\",\"format\":\"uuid\"}},\"referral\":{\"name\":\"referral\",\"in\":\"path\","
    "\"required\":true,\"description\":\"id of the referral\",\"schema\":{\"type\":\"string\","
    "\"format\":\"uuid\"}}},\"responses\":{\"Accepted\":{\"description\":\"the fact is on the "
    "stream and in the read model\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
    "\"#/components/schemas/Outcome\"}}}},\"Pending\":{\"description\":\"no outcome yet; it is at "
    "the status link once there is one\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
    "\"#/components/schemas/Pending\"}}}},\"Problem\":{\"description\":\"refused\",\"content\":"
    "{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
    "\"schemas\":{\"Outcome\":{\"type\":\"object\",\"description\":\"what became of a command\","
    "\"properties\":{\"id\":{\"type\":\"string\",\"format\":\"uuid\",\"description\":\"of the "
    "record\"},\"person\":{\"type\":\"string\",\"format\":\"uuid\"},\"referral\":{\"type\":"
    "\"string\",\"format\":\"uuid\"},\"version\":{\"type\":\"integer\",\"format\":\"int64\","
    "\"description\":\"of the dossier\"},\"seenVersion\":{\"type\":\"integer\",\"format\":"
    "\"int64\",\"description\":\"version of the last event other than a disclosure or a "
    "delivery\"},\"type\":{\"type\":\"string\",\"description\":\"the event's name\"}},"
    "\"required\":[\"id\",\"person\",\"version\",\"type\"]},\"Pending\":{\"type\":\"object\","
    "\"properties\":{\"status\":{\"type\":\"string\",\"format\":\"uri-reference\"}},"
    "\"required\":[\"status\"]},\"Problem\":{\"type\":\"object\",\"description\":\"RFC 9457\","
    "\"properties\":{\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},\"title\":"
    "{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\","
    "\"description\":\"stable refusal code\"},\"field\":{\"type\":\"string\",\"format\":"
    "\"json-pointer\"},\"arguments\":{\"type\":\"object\",\"additionalProperties\":{\"type\":"
    "\"string\"}},\"id\":{\"type\":\"string\",\"format\":\"uuid\"}},\"required\":[\"type\","
    "\"title\",\"status\",\"code\"]}}}}";

static json_t *answers(void)
{
    static const char *const refusals[] = {
        "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"};
    json_t *made = json_object();
    openapi_put(made, "201", openapi_ref("responses", "Accepted"));
    openapi_put(made, "202", openapi_ref("responses", "Pending"));
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        openapi_put(made, refusals[i], openapi_ref("responses", "Problem"));
    return made;
}

static json_t *body_of(const struct record *event)
{
    json_t *made = json_object(), *content = json_object(), *type = json_object();
    openapi_put(type, "schema", openapi_ref("schemas", event->command));
    openapi_put(content, "application/json", type);
    openapi_put(made, "required", json_true());
    openapi_put(made, "content", content);
    return made;
}

static json_t *operation_of(const struct record *event)
{
    static const char *const families[] = {"referral", "session", "risk"};
    json_t *made = json_object(), *tags = json_array(), *parameters = json_array(),
           *who = json_array();
    openapi_push(tags, json_string(families[event->in]));
    openapi_push(parameters, openapi_ref("parameters", "IdempotencyKey"));
    if (strstr(event->route, "{person}") != NULL)
        openapi_push(parameters, openapi_ref("parameters", "person"));
    if (strstr(event->route, "{referral}") != NULL)
        openapi_push(parameters, openapi_ref("parameters", "referral"));
    for (size_t i = 0; i < event->who_count; i++)
        openapi_push(who, json_string(event->who[i]));
    openapi_text(made, "operationId", event->command);
    openapi_text(made, "summary", event->doc);
    openapi_put(made, "tags", tags);
    openapi_put(made, "x-who", who);
    openapi_put(made, "parameters", parameters);
    openapi_put(made, "requestBody", body_of(event));
    openapi_put(made, "responses", answers());
    return made;
}

static void add_command(const struct record *event, json_t *paths, json_t *schemas)
{
    json_t *path = json_object_get(paths, event->route);
    if (path == NULL) {
        openapi_put(paths, event->route, json_object());
        path = json_object_get(paths, event->route);
    }
    if (json_object_get(path, "post") != NULL)
        fail(event->name, "route %s is another command's", event->route);
    openapi_put(path, "post", operation_of(event));
    openapi_put(schemas, event->command, openapi_record(event, event->doc, schemas));
}

/* The gateway's own paths: {"paths": {...}, "schemas": {...}}, as OpenAPI has them. */
static void add_queries(const json_t *queries, json_t *paths, json_t *schemas)
{
    const char *path, *name;
    json_t *item;
    json_object_foreach(json_object_get(queries, "paths"), path, item)
    {
        json_t *there = json_object_get(paths, path);
        if (there == NULL)
            openapi_put(paths, path, json_incref(item));
        else if (json_object_update_missing(there, item) != 0)
            fail(path, "cannot be added to the description");
    }
    json_object_foreach(json_object_get(queries, "schemas"), name, item)
        openapi_put(schemas, name, json_incref(item));
}

void emit_openapi(const struct model *model, const json_t *queries, struct buf *out)
{
    const struct record *events[TYPES_MAX];
    size_t count = emit_events(model, events);
    json_error_t error;
    json_t *root = json_loads(frame, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        fail("openapi.c", "the frame is not JSON at %d: %s", error.position, error.text);
    json_t *paths = json_object_get(root, "paths");
    json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    for (size_t i = 0; i < count; i++)
        if (events[i]->command != NULL)
            add_command(events[i], paths, schemas);
    add_queries(queries, paths, schemas);
    char *text = json_dumps(root, JSON_INDENT(1));
    if (text == NULL)
        fail("openapi.c", "cannot be written");
    buf_text(out, text);
    buf_byte(out, '\n');
    free(text);
    json_decref(root);
}
