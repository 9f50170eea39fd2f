/* The two documents that the schema compiler writes: openapi.json of the API, asyncapi.json of the
 * topics. Whether they are valid is a linter's to say (tests/flow/contract). */
#include "event/event.h"
#include "event/openapi.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *document(void)
{
    json_t *root = json_loadb(openapi_json, openapi_json_len, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(root);
    return root;
}

/* The value at a "#/a/b" reference, or NULL. */
static const json_t *at(const json_t *root, const char *reference)
{
    struct view rest = view_from(view_of(reference), 2);
    char step[200];
    while (rest.ptr != NULL) {
        struct view name = view_cut(&rest, '/');
        snprintf(step, sizeof step, "%.*s", VIEW_ARG(name));
        root = json_object_get(root, step);
    }
    return root;
}

static size_t references(const json_t *root, const json_t *from)
{
    size_t count = 0, index;
    const char *key;
    json_t *value;
    const char *reference = json_string_value(json_object_get(from, "$ref"));
    if (reference != NULL) {
        cr_expect(strncmp(reference, "#/", 2) == 0 && at(root, reference) != NULL, "%s", reference);
        count++;
    }
    json_object_foreach((json_t *)(uintptr_t)from, key, value) count += references(root, value);
    json_array_foreach(from, index, value) count += references(root, value);
    return count;
}

Test(openapi, every_reference_leads_somewhere, .timeout = 20)
{
    json_t *root = document();
    cr_assert_gt(references(root, root), 50);
    cr_assert_str_eq(json_string_value(json_object_get(root, "openapi")), "3.1.0");
    json_decref(root);
}

Test(openapi, every_command_has_its_path_and_takes_an_idempotency_key, .timeout = 20)
{
    json_t *root = document();
    for (int i = 0; i < COMMAND_MAX_; i++) {
        const json_t *path =
            json_object_get(json_object_get(root, "paths"), command_table[i].route);
        const json_t *post = json_object_get(path, "post");
        const json_t *first = json_array_get(json_object_get(post, "parameters"), 0);
        const char *id = json_string_value(json_object_get(post, "operationId"));
        cr_expect(
            id != NULL && strcmp(id, command_table[i].name) == 0, "%s", command_table[i].name);
        cr_expect_str_eq(json_string_value(json_object_get(first, "$ref")),
            "#/components/parameters/IdempotencyKey");
        char name[200];
        snprintf(name, sizeof name, "#/components/schemas/%s", command_table[i].name);
        const json_t *schema = at(root, name);
        cr_expect_not_null(schema, "%s", name);
        cr_expect_null(json_object_get(json_object_get(schema, "properties"), "meta"));
    }
    json_decref(root);
}

static bool lists(const json_t *array, const char *text)
{
    size_t index;
    json_t *value;
    json_array_foreach(
        array, index, value) if (strcmp(json_string_value(value), text) == 0) return true;
    return false;
}

Test(openapi, a_sender_is_asked_only_for_what_a_sender_may_state, .timeout = 20)
{
    json_t *root = document();
    const json_t *submit = at(root, "#/components/schemas/SubmitReferral");
    const json_t *terms = at(root, "#/components/schemas/Terms");
    cr_expect_null(at(submit, "#/properties/reference"));
    cr_expect(!lists(json_object_get(submit, "required"), "reference"));
    cr_expect(lists(json_object_get(submit, "required"), "terms"));
    cr_expect_eq(json_object_size(json_object_get(terms, "properties")), 1);
    cr_expect_eq(json_array_size(json_object_get(terms, "required")), 1);
    cr_expect(lists(json_object_get(terms, "required"), "serviceId"));
    json_decref(root);
}

/* Whether the service's days are enforceable is not in the body, so no schema of the body can say
 * when `enforceableDays` is due. */
Test(openapi, a_condition_on_what_the_edge_fills_in_is_left_to_words, .timeout = 20)
{
    json_t *root = document();
    const json_t *submit = at(root, "#/components/schemas/SubmitReferral");
    char *rules = json_dumps(json_object_get(submit, "allOf"), JSON_COMPACT);
    cr_expect_null(strstr(rules, "enforceable"), "%s", rules);
    cr_expect_not_null(strstr(rules, "urgentReason"), "%s", rules);
    cr_expect_not_null(strstr(json_string_value(at(submit, "#/properties/enforceableDays/"
                                                           "description")),
        "terms.enforceable=true"));
    free(rules);
    json_decref(root);
}

static json_t *topics_document(void)
{
    json_t *root = json_load_file("build/gen/asyncapi.json", JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(root);
    return root;
}

/* The topic's messages hold the record, with every id and the newest text. */
static void expect_message(const json_t *root, const char *topic, const struct schema_row *row)
{
    char path[200];
    snprintf(path, sizeof path, "#/components/messages/%s", row->name);
    const json_t *message = at(root, path);
    const json_t *channel = json_object_get(json_object_get(root, "channels"), topic);
    const json_t *reference = json_object_get(json_object_get(channel, "messages"), row->name);
    cr_expect_str_eq(json_string_value(json_object_get(reference, "$ref")), path);
    size_t index, found = 0;
    json_t *id;
    json_array_foreach(json_object_get(message, "x-schema-ids"), index, id) found +=
        json_integer_value(id) == row->id;
    cr_expect_eq(found, 1, "%s: id %d", row->name, row->id);
    json_t *text = json_loadb(row->text, row->text_len, JSON_REJECT_DUPLICATES, NULL);
    if (row->newest)
        cr_expect(json_equal(text, at(message, "#/payload/schema")), "%s", row->name);
    json_decref(text);
}

Test(asyncapi, every_record_stands_on_its_topic_with_its_ids_and_text, .timeout = 20)
{
    static const char *const commands[FAMILY_MAX_] = {[FAMILY_REFERRAL] = "referral.commands",
        [FAMILY_SESSION] = "session.commands",
        [FAMILY_RISK] = "risk.commands"};
    json_t *root = topics_document();
    cr_assert_gt(references(root, root), 50);
    for (size_t i = 0; i < schema_count; i++) {
        const struct schema_row *row = &schema_table[i];
        if (row->is_command)
            expect_message(root, commands[command_table[row->type].family], row);
        else if (row->type != SCHEMA_DOSSIER)
            expect_message(root, "referral.events", row);
    }
    json_decref(root);
}
