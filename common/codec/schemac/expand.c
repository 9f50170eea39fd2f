#include "codec/schemac/expand.h"

#include <stdlib.h>
#include <string.h>

struct expansion {
    const struct model *model;
    bool command;
    const char *seen[TYPES_MAX];
    size_t seen_count;
};

static json_t *expand_type(struct expansion *x, const json_t *type);

static bool seen_before(struct expansion *x, const char *name)
{
    for (size_t i = 0; i < x->seen_count; i++)
        if (strcmp(x->seen[i], name_bare(name)) == 0)
            return true;
    if (x->seen_count == TYPES_MAX)
        fail(name, "more than %d types in one schema", TYPES_MAX);
    x->seen[x->seen_count++] = name_bare(name);
    return false;
}

static void put(json_t *to, const char *key, json_t *value)
{
    if (value != NULL && json_object_set_new(to, key, value) != 0)
        WRONG("jansson refuses a key");
}

static void copy(json_t *to, const json_t *from, const char *key)
{
    put(to, key, json_deep_copy(json_object_get(from, key)));
}

static const char *written_name(struct expansion *x, const char *name)
{
    const struct record *record = model_record(x->model, name_bare(name));
    if (!x->command || record == NULL || !record->decider_inside)
        return name_bare(name);
    if (record->command != NULL)
        return record->command;
    return arena_printf(x->model->arena, "%sCommand", record->name).ptr;
}

static json_t *expand_name(struct expansion *x, const char *name)
{
    if (name_primitive(name))
        return json_string(name);
    if (!seen_before(x, name)) {
        x->seen_count--; /* expand_named marks it */
        return expand_type(x, model_common(x->model->folder, name));
    }
    return json_string(written_name(x, name));
}

static json_t *expand_fields(struct expansion *x, const json_t *fields)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const char *by = json_string_value(json_object_get(field, "by"));
        if (x->command && by != NULL && strcmp(by, "decider") == 0)
            continue;
        json_t *made = json_object();
        copy(made, field, "name");
        put(made, "type", expand_type(x, json_object_get(field, "type")));
        copy(made, field, "default");
        copy(made, field, "aliases");
        if (json_array_append_new(list, made) != 0)
            WRONG("jansson refuses an item");
    }
    return list;
}

static json_t *expand_named(struct expansion *x, const json_t *type)
{
    const char *name = json_string_value(json_object_get(type, "name"));
    if (seen_before(x, name))
        return json_string(written_name(x, name));
    json_t *made = json_object();
    copy(made, type, "type");
    put(made, "name", json_string(written_name(x, name)));
    copy(made, type, "namespace");
    copy(made, type, "aliases");
    copy(made, type, "size");
    copy(made, type, "symbols");
    copy(made, type, "default");
    const json_t *fields = json_object_get(type, "fields");
    if (fields != NULL)
        put(made, "fields", expand_fields(x, fields));
    return made;
}

static json_t *expand_type(struct expansion *x, const json_t *type)
{
    if (json_is_string(type))
        return expand_name(x, json_string_value(type));
    if (json_is_array(type)) {
        json_t *list = json_array();
        for (size_t i = 0; i < json_array_size(type); i++)
            if (json_array_append_new(list, expand_type(x, json_array_get(type, i))) != 0)
                WRONG("jansson refuses an item");
        return list;
    }
    if (json_object_get(type, "name") != NULL)
        return expand_named(x, type);
    if (json_object_get(type, "items") != NULL) {
        json_t *made = json_object();
        copy(made, type, "type");
        put(made, "items", expand_type(x, json_object_get(type, "items")));
        return made;
    }
    return json_deep_copy(type);
}

const char *expand_record(const struct model *model, const struct record *record, bool command)
{
    struct expansion x = {.model = model, .command = command};
    json_t *made = expand_named(&x, record->source);
    char *text = json_dumps(made, JSON_COMPACT);
    if (text == NULL)
        fail(record->name, "cannot be written out");
    const char *kept = arena_text(model->arena, view_of(text));
    free(text);
    json_decref(made);
    return kept;
}
