/* How an older schema is written by today's tables: its text is walked beside the model, and what
 * it lacks is noted. Fields that came since, and symbols that came since, can be left out; any
 * other difference (another order, another type) makes it one that is only read. */
#include "codec/schemac/emit.h"

#include <string.h>

enum { LACKS_MAX = 64 };

struct walk {
    const struct model *model;
    bool command;
    struct buf records, enums; /* rows of C */
    size_t record_count, enum_count;
    const void *touched[TYPES_MAX]; /* records and enums that lack something at some depth */
    size_t touched_count;
    const char *why; /* the first thing that is in the way */
};

static bool refuse(struct walk *walk, const char *name, const char *why)
{
    if (walk->why == NULL)
        walk->why = arena_printf(walk->model->arena, "%s: %s", name, why).ptr;
    return false;
}

static bool is_touched(const struct walk *walk, const void *type)
{
    for (size_t i = 0; i < walk->touched_count; i++)
        if (walk->touched[i] == type)
            return true;
    return false;
}

static void touch(struct walk *walk, const void *type)
{
    if (walk->touched_count == TYPES_MAX)
        fail("schemas", "more types than %d", TYPES_MAX);
    walk->touched[walk->touched_count++] = type;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static const char *table_of(const struct walk *walk, const struct record *record)
{
    bool own = record->command != NULL;
    const char *name = walk->command && own ? record->command_cname : record->cname;
    bool other = walk->command && !own && record->decider_inside;
    return arena_printf(walk->model->arena, "%s%s_desc", name, other ? "_command" : "").ptr;
}

/* Ours are spelled as in JSON: not-held is not_held there. */
static bool same_symbol(const char *theirs, const char *ours)
{
    size_t i = 0;
    while (ours[i] != '\0' && (theirs[i] == ours[i] || (theirs[i] == '_' && ours[i] == '-')))
        i++;
    return theirs[i] == '\0' && ours[i] == '\0';
}

static bool walk_enum(struct walk *walk, const json_t *symbols, const struct enumeration *ours)
{
    size_t count = json_array_size(symbols);
    if (count == 0 || count > ours->count)
        return refuse(walk, ours->name, "has fewer symbols");
    for (size_t i = 0; i + 1 < count; i++)
        if (!same_symbol(json_string_value(json_array_get(symbols, i)), ours->symbols[i]))
            return refuse(walk, ours->name, "has its symbols in another order");
    if (count == ours->count)
        return true;
    /* The last is "unknown", which stands in another place now. */
    buf_printf(&walk->enums, "    {&%s_enum, %zu},\n", ours->cname, count - 1);
    walk->enum_count++;
    touch(walk, ours);
    return true;
}

static const char *word_of(enum kind kind)
{
    static const char *const words[KIND_MAX_] = {"boolean", "int", "long", "int", "long", "fixed",
        "fixed", "string", "bytes", "enum", "record", "array"};
    return words[kind];
}

/* Named before: the name is the type's. */
static const char *name_of(const struct shape *shape)
{
    if (shape->kind == KIND_RECORD)
        return shape->record->name;
    if (shape->kind == KIND_ENUM)
        return shape->enumeration->name;
    return shape->kind == KIND_UUID ? "Uuid" : shape->kind == KIND_DIGEST ? "Digest" : "";
}

static bool walk_record(struct walk *walk, const json_t *fields, const struct record *ours);

static bool walk_type(struct walk *walk, const json_t *type, const struct shape *shape)
{
    const char *word = json_is_string(type) ? json_string_value(type) : text_of(type, "type");
    if (json_is_string(type) && strcmp(name_bare(word), name_of(shape)) == 0)
        return true;
    if (strcmp(word, word_of(shape->kind)) != 0)
        return refuse(walk, word, "is of another type now");
    if (shape->kind == KIND_RECORD)
        return walk_record(walk, json_object_get(type, "fields"), shape->record);
    if (shape->kind == KIND_ENUM)
        return walk_enum(walk, json_object_get(type, "symbols"), shape->enumeration);
    struct shape item = *shape;
    item.kind = shape->item_kind;
    return shape->kind != KIND_ARRAY || walk_type(walk, json_object_get(type, "items"), &item);
}

static bool walk_field(struct walk *walk, const json_t *type, const struct field *ours)
{
    if ((ours->has_bit >= 0) != json_is_array(type))
        return refuse(walk, ours->name, "is nullable, or is not, unlike then");
    if (ours->has_bit < 0)
        return walk_type(walk, type, &ours->shape);
    const char *first = json_string_value(json_array_get(type, 0));
    if (json_array_size(type) != 2 || first == NULL || strcmp(first, "null") != 0)
        return refuse(walk, ours->name, "is another union now");
    return walk_type(walk, json_array_get(type, 1), &ours->shape);
}

/* Left out, it must read as what it was: absent, empty or its default. */
static bool can_lack(const struct field *field)
{
    if (field->has_bit >= 0)
        return field->default_json == NULL;
    return field->default_json != NULL &&
           (field->shape.kind == KIND_ARRAY || field->shape.kind == KIND_BOOL);
}

static bool has_name(const json_t *field, const struct field *ours)
{
    const char *name = text_of(field, "name");
    struct view rest = view_of(ours->aliases);
    bool same = strcmp(name, ours->name) == 0;
    while (!same && rest.ptr != NULL)
        same = view_eq_text(view_cut(&rest, ' '), name);
    return same;
}

static bool walk_record(struct walk *walk, const json_t *fields, const struct record *ours)
{
    uint64_t lacks = 0;
    size_t met = 0, place = 0;
    bool below = false;
    for (size_t i = 0; i < ours->field_count; i++) {
        const struct field *field = &ours->fields[i];
        if (walk->command && field->by_decider)
            continue;
        const json_t *theirs = json_array_get(fields, met);
        if (has_name(theirs, field)) {
            if (!walk_field(walk, json_object_get(theirs, "type"), field))
                return false;
            below = below || is_touched(walk, field->shape.record) ||
                    is_touched(walk, field->shape.enumeration);
            met++;
        } else if (can_lack(field) && place < LACKS_MAX) {
            lacks |= UINT64_C(1) << place;
        } else {
            return refuse(walk, field->name, "came since and cannot be left out");
        }
        place++;
    }
    if (met != json_array_size(fields))
        return refuse(walk, ours->name, "has its fields in another order");
    if (lacks == 0 && !below)
        return true;
    touch(walk, ours);
    buf_printf(&walk->records, "    {&%s, UINT64_C(%llu)},\n", table_of(walk, ours),
        (unsigned long long)lacks);
    walk->record_count++;
    return true;
}

static void emit_list(const char *type, const struct buf *rows, int32_t id, struct buf *out)
{
    if (rows->len == 0)
        return;
    buf_printf(out, "static const struct edition_%s edition_%d_%ss[] = {\n", type, id, type);
    buf_view(out, buf_as_view(rows));
    buf_text(out, "};\n");
}

static void emit_list_name(
    const char *type, const struct buf *rows, size_t count, int32_t id, struct buf *out)
{
    if (rows->len == 0)
        buf_text(out, ", NULL, 0");
    else
        buf_printf(out, ", edition_%d_%ss, %zu", id, type, count);
}

bool emit_edition(const struct model *model, const struct id_row *row, const struct record *record,
    bool command, struct buf *out, const char **ret_why)
{
    struct walk walk = {.model = model, .command = command};
    json_t *root = json_loads(row->text, JSON_REJECT_DUPLICATES, NULL);
    bool fine = walk_record(&walk, json_object_get(root, "fields"), record);
    if (fine) {
        emit_list("record", &walk.records, row->id, out);
        emit_list("enum", &walk.enums, row->id, out);
        buf_printf(out, "static const struct edition edition_%d = {%d", row->id, row->id);
        emit_list_name("record", &walk.records, walk.record_count, row->id, out);
        emit_list_name("enum", &walk.enums, walk.enum_count, row->id, out);
        buf_text(out, "};\n");
    }
    *ret_why = walk.why;
    json_decref(root);
    buf_done(&walk.records);
    buf_done(&walk.enums);
    return fine;
}
