/* asyncapi.json: the topics' description, from topics.tsv and the schemas that ids.tsv locks. */
#include "codec/schemac/document.h"
#include "codec/schemac/emit.h"

#include <stdio.h>
#include <string.h>

/* What does not depend on any schema. Its headers are those of codec/cloudevent.h, and for a parked
 * record of daemon/intake.h. */
static const char frame[] =
#include "common/codec/schemac/asyncapi-frame.json.inc"
    ;

/* What stands on each topic of topics.tsv: records of these families. */
static const struct topic {
    const char *name;
    bool commands;
    enum family_of from, to; /* to < from: records of any kind, as they were */
} topics[] = {
    {"referral.commands", true, IN_REFERRAL, IN_REFERRAL},
    {"session.commands", true, IN_SESSION, IN_SESSION},
    {"risk.commands", true, IN_RISK, IN_RISK},
    {"referral.events", false, IN_REFERRAL, IN_STREAM},
    {"parked", false, IN_STREAM, IN_REFERRAL},
};

static const struct topic *topic_named(struct view name)
{
    for (size_t i = 0; i < ARRAY_LEN(topics); i++)
        if (view_eq_text(name, topics[i].name))
            return &topics[i];
    fail("topics.tsv", "asyncapi.c does not say what stands on \"%.*s\"", VIEW_ARG(name));
}

static json_t *number(struct view cell)
{
    int64_t value;
    if (!view_to_i64(cell, &value))
        fail("topics.tsv", "\"%.*s\" is not a number", VIEW_ARG(cell));
    return json_integer(value);
}

static json_t *text(struct view cell)
{
    return json_stringn(cell.ptr != NULL ? cell.ptr : "", cell.len);
}

/* The topic's row after its name: partitions, retention, clean-up, size, owner. */
static json_t *channel_new(const struct topic *topic, struct view cells)
{
    json_t *made = json_object(), *bindings = json_object(), *kafka = json_object(),
           *settings = json_object(), *policies = json_array();
    doc_text(kafka, "topic", topic->name);
    doc_put(kafka, "partitions", number(view_cut(&cells, '\t')));
    doc_put(settings, "retention.ms", number(view_cut(&cells, '\t')));
    doc_push(policies, text(view_cut(&cells, '\t')));
    doc_put(settings, "cleanup.policy", policies);
    doc_put(settings, "max.message.bytes", number(view_cut(&cells, '\t')));
    doc_put(kafka, "topicConfiguration", settings);
    doc_text(kafka, "bindingVersion", "0.5.0");
    doc_put(bindings, "kafka", kafka);
    doc_text(made, "address", topic->name);
    doc_put(made, "x-writers", text(cells));
    doc_put(made, "messages", json_object());
    doc_put(made, "bindings", bindings);
    return made;
}

static json_t *payload_of(const char *avro, const char *name)
{
    json_t *made = json_object(), *schema = json_loads(avro, JSON_REJECT_DUPLICATES, NULL);
    if (schema == NULL)
        fail(name, "its text in ids/ is not JSON");
    doc_text(made, "schemaFormat", "application/vnd.apache.avro+json;version=1.9.0");
    doc_put(made, "schema", schema);
    return made;
}

static json_t *binding_new(void)
{
    json_t *made = json_object(), *kafka = json_object();
    doc_put(kafka, "key", doc_ref("schemas", "Key"));
    doc_text(kafka, "schemaIdLocation", "payload");
    doc_text(kafka, "schemaIdPayloadEncoding", "confluent");
    doc_text(kafka, "bindingVersion", "0.5.0");
    doc_put(made, "kafka", kafka);
    return made;
}

/* With the newest text as payload, and every id under which a version of it may stand. */
static json_t *message_new(const char *name, const char *doc, const struct ids *ids)
{
    json_t *made = json_object(), *known = json_array();
    doc_text(made, "name", name);
    doc_text(made, "summary", doc);
    doc_put(made, "headers", doc_ref("schemas", "CloudEvent"));
    doc_put(made, "bindings", binding_new());
    for (size_t i = 0; i < ids->count; i++) {
        if (strcmp(ids->rows[i].record, name) != 0)
            continue;
        doc_push(known, json_integer(ids->rows[i].id));
        if (ids->rows[i].newest)
            doc_put(made, "payload", payload_of(ids->rows[i].text, name));
    }
    doc_put(made, "x-schema-ids", known);
    return made;
}

static void add_message(json_t *channel, const char *name)
{
    doc_put(json_object_get(channel, "messages"), name, doc_ref("messages", name));
}

static void add_operation(json_t *root, const struct topic *topic)
{
    const char *action = topic->commands ? "receive" : "send";
    char key[100], channel[100];
    snprintf(key, sizeof key, "%s.%s", action, topic->name);
    snprintf(channel, sizeof channel, "#/channels/%s", topic->name);
    json_t *made = json_object(), *to = json_object();
    doc_text(to, "$ref", channel);
    doc_text(made, "action", action);
    doc_put(made, "channel", to);
    doc_put(json_object_get(root, "operations"), key, made);
}

static void add_topic(
    const struct model *model, const struct ids *ids, json_t *root, struct view row)
{
    const struct topic *topic = topic_named(view_cut(&row, '\t'));
    json_t *messages = json_object_get(json_object_get(root, "components"), "messages");
    json_t *channel = channel_new(topic, row);
    doc_put(json_object_get(root, "channels"), topic->name, channel);
    add_operation(root, topic);
    for (size_t i = 0; i < model->record_count; i++) {
        const struct record *record = model->records[i];
        const char *name = topic->commands ? record->command : record->name;
        if (record->in < topic->from || record->in > topic->to || name == NULL)
            continue;
        doc_put(messages, name, message_new(name, record->doc, ids));
        add_message(channel, name);
    }
    if (topic->to < topic->from)
        add_message(channel, "Parked");
}

void emit_asyncapi(
    const struct model *model, const struct ids *ids, struct view rows, struct buf *out)
{
    json_t *root = doc_begin(frame, "asyncapi.c");
    while (rows.ptr != NULL) {
        struct view row = view_cut(&rows, '\n');
        if (row.len > 0 && row.ptr[0] != '#')
            add_topic(model, ids, root, row);
    }
    doc_end(root, out);
}
