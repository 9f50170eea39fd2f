#include "codec/schemac/openapi_types.h"

#include "codec/schemac/condition.h"

#include <stdio.h>
#include <string.h>

enum { LENGTH_DEFAULT = 200, ITEMS_DEFAULT = 100 };

static json_t *enum_schema(const struct enumeration *enumeration)
{
    json_t *made = json_object(), *symbols = json_array();
    doc_text(made, "type", "string");
    if (enumeration->doc != NULL)
        doc_text(made, "description", enumeration->doc);
    size_t count = enumeration->count - (enumeration->unknown_ok ? 0 : 1);
    for (size_t i = 0; i < count; i++)
        doc_push(symbols, json_string(enumeration->symbols[i]));
    doc_put(made, "enum", symbols);
    return made;
}

static void text_limits(json_t *made, const struct field *field)
{
    static const char *const patterns[][2] = {{"crn", "^[A-Z][0-9]{6}$"},
        {"postcode", "^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$"},
        {"reference", "^[A-HJ-NP-Z]{2}[0-9]{4}[A-Z]{2}$"}, {"code", "^[A-Za-z0-9._:/-]+$"}};
    /* Blank text counts as missing, and once sealed nobody can see that it is blank. */
    bool blank_fits =
        !field->required && field->required_when == NULL && field->sealed == SEALED_NO;
    int64_t length = field->max_length == 0 ? LENGTH_DEFAULT : field->max_length;
    doc_put(made, "maxLength", json_integer(length));
    if (!blank_fits)
        doc_text(made, "pattern", "[^ \\t\\r\\n]");
    if (field->format != NULL && strcmp(field->format, "email") == 0)
        doc_text(made, "format", "email");
    for (size_t i = 0; field->format != NULL && i < ARRAY_LEN(patterns); i++)
        if (strcmp(field->format, patterns[i][0]) == 0)
            doc_text(made, "pattern", patterns[i][1]);
}

static void number_limits(json_t *made, const struct field *field, enum kind kind)
{
    bool none = field->min == 0 && field->max == 0;
    if (none && kind == KIND_LONG)
        return;
    doc_put(made, "minimum", json_integer(none ? INT32_MIN : field->min));
    doc_put(made, "maximum", json_integer(none ? INT32_MAX : field->max));
}

static json_t *shape_schema(
    const struct shape *shape, enum kind kind, const struct field *field, json_t *components);

static json_t *array_schema(
    const struct shape *shape, const struct field *field, json_t *components)
{
    json_t *made = json_object();
    doc_text(made, "type", "array");
    doc_put(made, "items", shape_schema(shape, shape->item_kind, field, components));
    if (field->min_items > 0)
        doc_put(made, "minItems", json_integer(field->min_items));
    doc_put(
        made, "maxItems", json_integer(field->max_items == 0 ? ITEMS_DEFAULT : field->max_items));
    return made;
}

static json_t *shape_schema(
    const struct shape *shape, enum kind kind, const struct field *field, json_t *components)
{
    static const char *const types[KIND_MAX_][2] = {[KIND_BOOL] = {"boolean", NULL},
        [KIND_INT] = {"integer", "int32"},
        [KIND_LONG] = {"integer", "int64"},
        [KIND_DATE] = {"string", "date"},
        [KIND_TIME] = {"string", "date-time"},
        [KIND_UUID] = {"string", "uuid"},
        [KIND_DIGEST] = {"string", "sha-256"},
        [KIND_TEXT] = {"string", NULL},
        [KIND_BYTES] = {"string", "byte"}};
    if (kind == KIND_ARRAY)
        return array_schema(shape, field, components);
    if (kind == KIND_ENUM) {
        if (json_object_get(components, shape->enumeration->name) == NULL)
            doc_put(components, shape->enumeration->name, enum_schema(shape->enumeration));
        return doc_ref("schemas", shape->enumeration->name);
    }
    if (kind == KIND_RECORD) {
        const char *name = shape->record->name;
        if (json_object_get(components, name) == NULL)
            doc_put(
                components, name, openapi_record(shape->record, shape->record->doc, components));
        return doc_ref("schemas", name);
    }
    json_t *made = json_object();
    doc_text(made, "type", types[kind][0]);
    if (types[kind][1] != NULL)
        doc_text(made, "format", types[kind][1]);
    if (kind == KIND_TEXT)
        text_limits(made, field);
    if (kind == KIND_INT || kind == KIND_LONG)
        number_limits(made, field, kind);
    return made;
}

static json_t *required_one(const char *name)
{
    json_t *made = json_object(), *list = json_array();
    doc_push(list, json_string(name));
    doc_put(made, "required", list);
    return made;
}

/* "the field at this path is there and its value is as `value` says" */
static json_t *path_schema(struct view path, json_t *value)
{
    char name[100];
    struct view head = view_cut(&path, '.');
    snprintf(name, sizeof name, "%.*s", VIEW_ARG(head));
    json_t *made = required_one(name), *properties = json_object();
    if (path.ptr != NULL)
        value = path_schema(path, value);
    if (value != NULL) {
        doc_put(properties, name, value);
        doc_put(made, "properties", properties);
    } else {
        json_decref(properties);
    }
    return made;
}

static json_t *constant_of(struct view value)
{
    char text[100];
    int64_t number;
    json_t *made = json_object();
    snprintf(text, sizeof text, "%.*s", VIEW_ARG(value));
    for (char *c = text; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
    if (view_eq_text(value, "true") || view_eq_text(value, "false"))
        doc_put(made, "const", json_boolean(view_eq_text(value, "true")));
    else if (view_to_i64(value, &number))
        doc_put(made, "const", json_integer(number));
    else
        doc_text(made, "const", text);
    return made;
}

static json_t *negation(json_t *schema)
{
    json_t *made = json_object();
    doc_put(made, "not", schema);
    return made;
}

static json_t *term_schema(struct view term)
{
    size_t equal = view_find(term, '=');
    if (equal < term.len) {
        bool differs = term.ptr[equal - 1] == '!';
        json_t *value = constant_of(view_from(term, equal + 1));
        return path_schema(
            (struct view){term.ptr, equal - (differs ? 1 : 0)}, differs ? negation(value) : value);
    }
    if (term.ptr[0] == '!')
        return negation(path_schema(view_from(term, 1), NULL));
    return path_schema(term, NULL);
}

/* NULL where JSON Schema cannot say it (one field greater than another): its words remain. */
static json_t *condition_schema(const char *condition)
{
    struct view rest = view_of(condition);
    if (view_find(rest, '>') < rest.len)
        return NULL;
    bool any = view_find(rest, '|') < rest.len;
    json_t *made = json_object(), *terms = json_array();
    while (rest.ptr != NULL)
        doc_push(terms, term_schema(view_trim(view_cut(&rest, any ? '|' : '&'))));
    doc_put(made, any ? "anyOf" : "allOf", terms);
    return made;
}

static void add_condition(json_t *rules, const char *condition, json_t *then, json_t *otherwise)
{
    json_t *when = condition_schema(condition), *rule = json_object();
    if (when == NULL) {
        json_decref(then);
        json_decref(otherwise);
        json_decref(rule);
        return;
    }
    doc_put(rule, "if", when);
    doc_put(rule, "then", then);
    if (otherwise != NULL)
        doc_put(rule, "else", otherwise);
    doc_push(rules, rule);
}

static void add_one_of(json_t *rules, const json_t *one)
{
    const char *when = json_string_value(json_object_get(one, "when"));
    const json_t *fields = json_object_get(one, "fields");
    json_t *made = json_object(), *choices = json_array();
    for (size_t i = 0; i < json_array_size(fields); i++)
        doc_push(choices, required_one(json_string_value(json_array_get(fields, i))));
    doc_put(made, "oneOf", choices);
    if (when == NULL)
        doc_push(rules, made);
    else
        add_condition(rules, when, made, NULL);
}

static json_t *field_schema(const struct field *field, json_t *components)
{
    const struct shape *shape = field->sealed != SEALED_NO ? &field->plain : &field->shape;
    json_t *made = shape_schema(shape, shape->kind, field, components);
    char words[400];
    snprintf(words, sizeof words, "%s%s%s", field->doc,
        field->required_when != NULL ? "; required when, and only when, " : "",
        field->required_when != NULL ? field->required_when : "");
    doc_text(made, "description", words);
    if (field->sealed != SEALED_NO)
        doc_text(made, "x-sealed", field->sealed == SEALED_RISK ? "risk" : "person");
    return made;
}

json_t *openapi_record(const struct record *record, const char *description, json_t *components)
{
    json_t *made = json_object(), *properties = json_object(), *required = json_array(),
           *rules = json_array();
    for (size_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        bool meta = record->in != IN_COMMON && strcmp(field->name, "meta") == 0;
        if (meta || field->by_decider || field->by_import || field->by_edge)
            continue;
        doc_put(properties, field->name, field_schema(field, components));
        if (field->required || (field->has_bit < 0 && field->default_json == NULL))
            doc_push(required, json_string(field->name));
        /* What a sender does not see cannot be told them as a schema: its words remain. */
        if (field->required_when != NULL && condition_stated(record, field->required_when))
            add_condition(rules, field->required_when, required_one(field->name),
                negation(required_one(field->name)));
    }
    for (size_t i = 0; i < json_array_size(record->one_of); i++)
        add_one_of(rules, json_array_get(record->one_of, i));
    doc_text(made, "type", "object");
    doc_text(made, "description", description);
    doc_put(made, "properties", properties);
    doc_put(made, "required", required);
    doc_put(made, "additionalProperties", json_false());
    if (json_array_size(rules) > 0)
        doc_put(made, "allOf", rules);
    else
        json_decref(rules);
    return made;
}
