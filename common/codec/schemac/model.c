#include "codec/schemac/model.h"

#include "codec/schemac/condition.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const folders[IN_MAX_] = {
    "referral", "session", "risk", "stream", "dossier", "common"};

_Noreturn void fail(const char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "schemac: %s: ", where);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const char *text_needed(const json_t *object, const char *key, const char *where)
{
    const char *text = text_of(object, key);
    if (text == NULL || text[0] == '\0')
        fail(where, "\"%s\" is missing", key);
    return text;
}

static int64_t number_of(const json_t *object, const char *key, const char *where)
{
    const json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_integer(value))
        fail(where, "\"%s\" is not a whole number", key);
    return json_integer_value(value);
}

const char *model_text(const struct model *model, const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    size_t room = (size_t)1 << 20;
    char *text = arena_alloc(model->arena, room);
    MUST(text != NULL);
    size_t len = fread(text, 1, room - 1, file);
    bool whole = feof(file) != 0;
    fclose(file);
    if (!whole)
        fail(path, "longer than 1 MiB");
    text[len] = '\0';
    return text;
}

static json_t *file_load(const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        fail(path, "line %d: %s", error.line, error.text);
    return root;
}

json_t *model_common(const char *folder, const char *name)
{
    char path[500];
    snprintf(path, sizeof path, "%s/common/%s.avsc", folder, name_bare(name));
    if (access(path, R_OK) != 0)
        snprintf(path, sizeof path, "%s/dossier/%s.avsc", folder, name_bare(name));
    if (access(path, R_OK) != 0)
        fail(name, "no such type: common/%s.avsc is not there", name_bare(name));
    return file_load(path);
}

struct record *model_record(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->record_count; i++)
        if (strcmp(model->records[i]->name, name) == 0)
            return model->records[i];
    return NULL;
}

static struct enumeration *enum_known(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->enum_count; i++)
        if (strcmp(model->enums[i]->name, name) == 0)
            return model->enums[i];
    return NULL;
}

/* JSON spelling: Avro's names hold no dash. */
static const char *symbol_spelling(struct arena *arena, const char *symbol)
{
    char *out = arena_text(arena, view_of(symbol));
    for (char *c = out; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
    return out;
}

static struct enumeration *enum_parse(struct model *model, json_t *source)
{
    const char *name = name_bare(text_needed(source, "name", "an enum"));
    const json_t *symbols = json_object_get(source, "symbols");
    size_t count = json_array_size(symbols);
    struct enumeration *known = enum_known(model, name);
    if (known != NULL && known->count != count)
        fail(name, "two enums of this name differ");
    if (known != NULL)
        return known;
    if (count == 0 || strcmp(json_string_value(json_array_get(symbols, count - 1)), "unknown") != 0)
        fail(name, "an enum's last symbol is \"unknown\"");
    struct enumeration *made = ARENA_NEW(model->arena, struct enumeration);
    *made = (struct enumeration){.name = name,
        .cname = name_snake(model->arena, name),
        .doc = text_of(source, "doc"),
        .symbols = arena_array(model->arena, count, sizeof(char *)),
        .count = count,
        .unknown_ok = json_is_true(json_object_get(source, "statesUnknown"))};
    for (size_t i = 0; i < count; i++)
        made->symbols[i] =
            symbol_spelling(model->arena, json_string_value(json_array_get(symbols, i)));
    if (model->enum_count == TYPES_MAX)
        fail(name, "more than %d enums", TYPES_MAX);
    model->enums[model->enum_count++] = made;
    return made;
}

static struct record *record_parse(struct model *model, json_t *source);
static struct shape shape_parse(struct model *model, json_t *type, const char *where);

static struct shape shape_of_name(struct model *model, const char *name, const char *where)
{
    static const struct {
        const char *name;
        enum kind kind;
    } plain[] = {{"boolean", KIND_BOOL}, {"int", KIND_INT}, {"long", KIND_LONG},
        {"string", KIND_TEXT}, {"bytes", KIND_BYTES}};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (strcmp(plain[i].name, name) == 0)
            return (struct shape){.kind = plain[i].kind};
    if (name_primitive(name))
        fail(where, "type \"%s\" is not one that we use", name);
    struct enumeration *known_enum = enum_known(model, name_bare(name));
    if (known_enum != NULL)
        return (struct shape){.kind = KIND_ENUM, .enumeration = known_enum};
    struct record *known = model_record(model, name_bare(name));
    if (known != NULL)
        return (struct shape){.kind = KIND_RECORD, .record = known};
    return shape_parse(model, model_common(model->folder, name), where);
}

static struct shape shape_of_logical(const char *base, const char *logical, const char *where)
{
    if (strcmp(logical, "timestamp-micros") == 0 && strcmp(base, "long") == 0)
        return (struct shape){.kind = KIND_TIME};
    if (strcmp(logical, "date") == 0 && strcmp(base, "int") == 0)
        return (struct shape){.kind = KIND_DATE};
    fail(where, "logicalType \"%s\" of %s is not one that we use", logical, base);
}

static struct shape shape_parse(struct model *model, json_t *type, const char *where)
{
    if (json_is_string(type))
        return shape_of_name(model, json_string_value(type), where);
    const char *word = text_needed(type, "type", where);
    const char *logical = text_of(type, "logicalType");
    if (logical != NULL)
        return shape_of_logical(word, logical, where);
    if (strcmp(word, "record") == 0)
        return (struct shape){.kind = KIND_RECORD, .record = record_parse(model, type)};
    if (strcmp(word, "enum") == 0)
        return (struct shape){.kind = KIND_ENUM, .enumeration = enum_parse(model, type)};
    if (strcmp(word, "fixed") == 0) {
        int64_t size = number_of(type, "size", where);
        if (size != 16 && size != 32)
            fail(where, "fixed is 16 (an id) or 32 (a digest)");
        return (struct shape){.kind = size == 16 ? KIND_UUID : KIND_DIGEST};
    }
    if (strcmp(word, "array") == 0) {
        struct shape item = shape_parse(model, json_object_get(type, "items"), where);
        if (item.kind == KIND_ARRAY)
            fail(where, "an array of arrays");
        item.item_kind = item.kind;
        item.kind = KIND_ARRAY;
        return item;
    }
    return shape_of_name(model, word, where);
}

static const char *aliases_of(struct model *model, const json_t *source)
{
    const json_t *list = json_object_get(source, "aliases");
    struct view all = VIEW_NONE;
    for (size_t i = 0; i < json_array_size(list); i++)
        all = arena_printf(model->arena, "%.*s%s%s", VIEW_ARG(all), i > 0 ? " " : "",
            json_string_value(json_array_get(list, i)));
    return all.ptr;
}

static void sealing_parse(struct model *model, const json_t *source, struct field *field)
{
    const char *sealed = text_of(source, "sealed");
    json_t *plain = json_object_get(source, "plain");
    if ((sealed == NULL) != (plain == NULL))
        fail(field->name, "\"sealed\" and \"plain\" come together");
    if (sealed == NULL)
        return;
    if (strcmp(sealed, "person") != 0 && strcmp(sealed, "risk") != 0)
        fail(field->name, "\"sealed\" is person or risk");
    if (field->shape.kind != KIND_BYTES)
        fail(field->name, "a sealed field's Avro type is bytes");
    field->sealed = strcmp(sealed, "person") == 0 ? SEALED_PERSON : SEALED_RISK;
    field->plain = shape_parse(model, plain, field->name);
}

static void audience_parse(const json_t *source, struct field *field)
{
    const json_t *list = json_object_get(source, "audience");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *who = json_string_value(json_array_get(list, i));
        if (strcmp(who, "probation") != 0 && strcmp(who, "provider") != 0)
            fail(field->name, "\"audience\" lists probation and provider");
        field->audience |=
            (unsigned)(strcmp(who, "probation") == 0 ? FIELD_FOR_PROBATION : FIELD_FOR_PROVIDER);
    }
}

/* The type without "null"; says whether null was there. */
static json_t *nullable_parse(json_t *type, const char *where, bool *ret_nullable)
{
    *ret_nullable = json_is_array(type);
    if (!json_is_array(type))
        return type;
    const char *first = json_string_value(json_array_get(type, 0));
    if (json_array_size(type) != 2 || first == NULL || strcmp(first, "null") != 0)
        fail(where, "the only union is [\"null\", T]");
    return json_array_get(type, 1);
}

static void default_parse(
    struct model *model, const json_t *source, struct field *field, bool nullable)
{
    const json_t *value = json_object_get(source, "default");
    if (nullable && !json_is_null(value))
        fail(field->name, "a nullable field has \"default\": null");
    if (nullable || value == NULL)
        return;
    bool scalar = field->shape.kind != KIND_RECORD && field->shape.kind != KIND_UUID &&
                  field->shape.kind != KIND_DIGEST && field->shape.kind != KIND_BYTES;
    if (!scalar || (field->shape.kind == KIND_ARRAY && json_array_size(value) > 0))
        fail(field->name, "no default of this type");
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    field->default_json = arena_text(model->arena, view_of(text));
    free(text);
}

static void by_parse(const json_t *source, struct field *field)
{
    const char *by = text_of(source, "by");
    if (by == NULL)
        return;
    field->by_decider = strcmp(by, "decider") == 0;
    field->by_import = strcmp(by, "import") == 0;
    field->by_edge = strcmp(by, "edge") == 0;
    if (!field->by_decider && !field->by_import && !field->by_edge)
        fail(field->name, "\"by\" is decider, import or edge");
}

static void field_parse(struct model *model, json_t *source, struct field *field, int *has_bit)
{
    field->name = text_needed(source, "name", "a field");
    field->cname = name_snake(model->arena, field->name);
    field->doc = text_needed(source, "doc", field->name);
    bool nullable;
    json_t *type = nullable_parse(json_object_get(source, "type"), field->name, &nullable);
    field->shape = shape_parse(model, type, field->name);
    field->has_bit = nullable ? (*has_bit)++ : -1;
    by_parse(source, field);
    field->required = json_is_true(json_object_get(source, "required"));
    field->min = number_of(source, "min", field->name);
    field->max = number_of(source, "max", field->name);
    field->max_length = number_of(source, "maxLength", field->name);
    field->min_items = number_of(source, "minItems", field->name);
    field->max_items = number_of(source, "maxItems", field->name);
    field->required_when = text_of(source, "requiredWhen");
    field->format = text_of(source, "format");
    field->mints = text_of(source, "mints");
    field->aliases = aliases_of(model, source);
    sealing_parse(model, source, field);
    audience_parse(source, field);
    default_parse(model, source, field, nullable);
    if (field->required && field->required_when != NULL)
        fail(field->name, "\"required\" and \"requiredWhen\" together");
    if (field->mints != NULL && field->shape.kind != KIND_UUID)
        fail(field->name, "\"mints\" is of an id");
}

static void command_parse(struct model *model, struct record *record)
{
    const json_t *who = json_object_get(record->source, "who");
    record->command = text_of(record->source, "command");
    if (record->command == NULL)
        return;
    record->command_cname = name_snake(model->arena, record->command);
    record->route = text_needed(record->source, "route", record->name);
    record->who_count = json_array_size(who);
    record->who = arena_array(model->arena, record->who_count, sizeof(char *));
    for (size_t i = 0; i < record->who_count; i++)
        record->who[i] = json_string_value(json_array_get(who, i));
    const char *family = text_needed(record->source, "family", record->name);
    if (record->in > IN_RISK || strcmp(family, folders[record->in]) != 0)
        fail(record->name, "family \"%s\", but the file is not in that folder", family);
}

static bool decider_inside(const struct record *record)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].by_decider || (record->fields[i].shape.record != NULL &&
                                                record->fields[i].shape.record->decider_inside))
            return true;
    return false;
}

static struct record *record_parse(struct model *model, json_t *source)
{
    const char *name = name_bare(text_needed(source, "name", "a record"));
    struct record *known = model_record(model, name);
    if (known != NULL && !json_equal(known->source, source))
        fail(name, "two records of this name differ");
    if (known != NULL)
        return known;
    if (++model->depth > DEPTH_MAX)
        fail(name, "records nest deeper than %d: a record within itself?", DEPTH_MAX);
    const json_t *fields = json_object_get(source, "fields");
    struct record *record = ARENA_NEW(model->arena, struct record);
    *record = (struct record){.name = name,
        .cname = name_snake(model->arena, name),
        .doc = text_needed(source, "doc", name),
        .in = IN_COMMON,
        .field_count = json_array_size(fields),
        .one_of = json_object_get(source, "oneOf"),
        .source = source};
    if (record->field_count == 0)
        fail(name, "a record without fields");
    record->fields = arena_array(model->arena, record->field_count, sizeof(struct field));
    int has_bit = 0;
    for (size_t i = 0; i < record->field_count; i++)
        field_parse(model, json_array_get(fields, i), &record->fields[i], &has_bit);
    if (has_bit > HAS_BITS_MAX)
        fail(name, "more than %d nullable fields", HAS_BITS_MAX);
    record->decider_inside = decider_inside(record);
    conditions_check(record);
    if (model->record_count == TYPES_MAX)
        fail(name, "more than %d records", TYPES_MAX);
    model->depth--;
    model->records[model->record_count++] = record; /* after those that it holds */
    return record;
}

static int only_avsc(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 5 && strcmp(entry->d_name + len - 5, ".avsc") == 0;
}

static void folder_load(struct model *model, enum family_of in)
{
    char folder[400], path[800];
    snprintf(folder, sizeof folder, "%s/%s", model->folder, folders[in]);
    struct dirent **names = NULL;
    int count = scandir(folder, &names, only_avsc, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        json_t *source = file_load(path);
        const char *name = name_bare(text_needed(source, "name", path));
        if (strncmp(name, names[i]->d_name, strlen(names[i]->d_name) - 5) != 0)
            fail(path, "the file is not named after its type, %s", name);
        struct shape shape = shape_parse(model, source, path);
        if (shape.record != NULL && shape.kind == KIND_RECORD && shape.record->in != in) {
            shape.record->in = in;
            command_parse(model, shape.record);
        }
        free(names[i]);
    }
    free(names);
}

struct model *model_load(const char *folder)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct model *model = ARENA_NEW(arena, struct model);
    model->folder = folder;
    model->arena = arena;
    folder_load(model, IN_COMMON);
    for (enum family_of in = IN_REFERRAL; in < IN_COMMON; in++)
        folder_load(model, in);
    return model;
}
