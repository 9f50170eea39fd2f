#include "codec/plan.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 24, OPS_MAX = 20000, NAMES_MAX = 300, PLAN_BYTES_MAX = 16 << 20 };

struct op_list {
    struct op *ops;
    size_t count, room;
};

struct builder {
    struct arena *arena;
    const json_t *named[NAMES_MAX]; /* the writer's types so far, by name */
    size_t named_count;
    size_t total;
    int depth;
    const char *why;      /* the first thing that cannot be resolved */
    struct codec_gap gap; /* its pointer: the field at hand */
    codec_gap_fn *found;  /* NULL: nobody asks */
    void *arg;
};

/* Where a writer's value goes. `kind` KIND_MAX_: nowhere, it is skipped. */
struct target {
    enum kind kind;
    const struct record_desc *record;
    const struct enum_desc *enumeration;
    const struct field_desc *field; /* arrays: the items' shape */
    size_t offset;
};

static const struct target SKIP = {.kind = KIND_MAX_};

/* Each gives the least bytes of the encoded value, or -1 with b->why. */
static int64_t compile_value(struct builder *b, struct op_list *list, const json_t *writer,
    const struct target *target, struct op op);

static void tell(struct builder *b, const char *what, const char *symbol)
{
    b->gap.what = what;
    b->gap.symbol = symbol;
    if (b->found != NULL)
        b->found(b->arg, &b->gap);
}

static int64_t refuse(struct builder *b, const char *why)
{
    if (b->why == NULL) {
        b->why = why;
        tell(b, why, NULL);
    }
    return -1;
}

/* Down to a field; gives the length to come back to. What does not fit is left out. */
static size_t enter(struct builder *b, const char *name)
{
    size_t before = strlen(b->gap.pointer), room = sizeof b->gap.pointer - before;
    int len = snprintf(b->gap.pointer + before, room, "/%s", name);
    if (len < 0 || (size_t)len >= room)
        b->gap.pointer[before] = '\0';
    return before;
}

static bool push(struct builder *b, struct op_list *list, struct op op)
{
    if (b->total++ >= OPS_MAX)
        return refuse(b, "a schema of too many fields") > 0;
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : list->room * 2;
        struct op *grown = arena_array(b->arena, room, sizeof *grown);
        if (grown == NULL)
            return refuse(b, "a schema of too many fields") > 0;
        if (list->count > 0)
            memcpy(grown, list->ops, list->count * sizeof *grown);
        list->ops = grown;
        list->room = room;
    }
    list->ops[list->count++] = op;
    return true;
}

static const char *bare(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* A name's definition (it stands earlier in the text), or the type itself. */
static const json_t *resolve(const struct builder *b, const json_t *type)
{
    if (!json_is_string(type))
        return type;
    for (size_t i = 0; i < b->named_count; i++)
        if (strcmp(text_of(b->named[i], "name"), bare(json_string_value(type))) == 0 ||
            strcmp(bare(text_of(b->named[i], "name")), bare(json_string_value(type))) == 0)
            return b->named[i];
    return type;
}

static bool remember(struct builder *b, const json_t *type)
{
    if (text_of(type, "name")[0] == '\0')
        return refuse(b, "a named type without a name") > 0;
    for (size_t i = 0; i < b->named_count; i++)
        if (b->named[i] == type)
            return true;
    if (b->named_count == NAMES_MAX)
        return refuse(b, "a schema of too many types") > 0;
    b->named[b->named_count++] = type;
    return true;
}

static const char *word_of(const json_t *type)
{
    return json_is_string(type) ? json_string_value(type) : text_of(type, "type");
}

static bool kind_is_long(enum kind kind)
{
    return kind == KIND_LONG || kind == KIND_TIME;
}

static bool kind_is_int(enum kind kind)
{
    return kind == KIND_INT || kind == KIND_DATE;
}

static int64_t push_simple(struct builder *b, struct op_list *list, struct op op, int code)
{
    op.code = (uint8_t)code;
    int64_t least = op.code == OP_FIXED || op.code == OP_SKIP_FIXED ? (int64_t)op.size : 1;
    return push(b, list, op) ? least : -1;
}

static int64_t compile_primitive(
    struct builder *b, struct op_list *list, const char *word, const struct target *t, struct op op)
{
    bool skip = t->kind == KIND_MAX_;
    uint32_t calendar = t->kind == KIND_TIME || t->kind == KIND_DATE ? OP_CALENDAR : 0;
    if (strcmp(word, "boolean") == 0 && (skip || t->kind == KIND_BOOL))
        return push_simple(b, list, op, skip ? OP_SKIP_BOOL : OP_BOOL);
    if (strcmp(word, "int") == 0 && kind_is_long(t->kind)) {
        op.size = OP_NARROW | calendar;
        return push_simple(b, list, op, OP_LONG);
    }
    if (strcmp(word, "int") == 0 && (skip || kind_is_int(t->kind))) {
        op.size = calendar;
        return push_simple(b, list, op, skip ? OP_SKIP_INT : OP_INT);
    }
    if (strcmp(word, "long") == 0 && (skip || kind_is_long(t->kind))) {
        op.size = calendar;
        return push_simple(b, list, op, skip ? OP_SKIP_LONG : OP_LONG);
    }
    bool text = strcmp(word, "string") == 0;
    if ((text || strcmp(word, "bytes") == 0) && skip)
        return push_simple(b, list, op, text ? OP_SKIP_TEXT : OP_SKIP_BYTES);
    if (text || strcmp(word, "bytes") == 0) {
        /* Bytes that become text are checked, text that becomes bytes was. */
        if (t->kind == KIND_TEXT || (t->kind == KIND_BYTES && text))
            return push_simple(b, list, op, OP_TEXT);
        if (t->kind == KIND_BYTES)
            return push_simple(b, list, op, OP_BYTES);
    }
    op.size = strcmp(word, "float") == 0 ? 4 : 8;
    if (skip && (strcmp(word, "float") == 0 || strcmp(word, "double") == 0))
        return push_simple(b, list, op, OP_SKIP_FIXED);
    return refuse(b, "the writer's type cannot become the reader's");
}

static int64_t compile_fixed(struct builder *b, struct op_list *list, const json_t *writer,
    const struct target *t, struct op op)
{
    int64_t size = json_integer_value(json_object_get(writer, "size"));
    int64_t due = t->kind == KIND_UUID ? 16 : t->kind == KIND_DIGEST ? 32 : -1;
    if (!remember(b, writer))
        return -1;
    if (size < 1 || size > 65536 || (t->kind != KIND_MAX_ && size != due))
        return refuse(b, "a fixed of another size");
    op.size = (uint32_t)size;
    return push_simple(b, list, op, t->kind == KIND_MAX_ ? OP_SKIP_FIXED : OP_FIXED);
}

/* Avro's names hold no dash, JSON's spelling does. */
static int32_t reader_symbol(const struct enum_desc *reader, const char *symbol)
{
    for (int32_t i = 0; i < reader->count; i++) {
        const char *ours = reader->symbols[i];
        size_t k = 0;
        while (ours[k] != '\0' && (ours[k] == symbol[k] || (ours[k] == '-' && symbol[k] == '_')))
            k++;
        if (ours[k] == '\0' && symbol[k] == '\0')
            return i;
    }
    return -1;
}

static int64_t compile_enum(struct builder *b, struct op_list *list, const json_t *writer,
    const struct target *t, struct op op)
{
    const json_t *symbols = json_object_get(writer, "symbols");
    size_t count = json_array_size(symbols);
    bool skip = t->kind == KIND_MAX_;
    if (!remember(b, writer))
        return -1;
    if (count == 0 || count > 10000 || (!skip && t->kind != KIND_ENUM))
        return refuse(b, "the writer's enum cannot become the reader's field");
    struct enum_map *map = arena_alloc(b->arena, sizeof *map + count * sizeof map->to[0]);
    if (map == NULL)
        return refuse(b, "a schema of too many fields");
    map->count = (int32_t)count;
    for (size_t i = 0; i < count; i++) {
        const char *symbol = json_string_value(json_array_get(symbols, i));
        if (symbol == NULL)
            return refuse(b, "an enum symbol that is not text");
        int32_t ours = skip ? 0 : reader_symbol(t->enumeration, symbol);
        if (ours < 0)
            tell(b, "a symbol that we read as unknown", symbol);
        map->to[i] = ours < 0 ? t->enumeration->count - 1 : ours;
    }
    op.u.map = map;
    return push_simple(b, list, op, skip ? OP_SKIP_ENUM : OP_ENUM);
}

static int64_t compile_array(struct builder *b, struct op_list *list, const json_t *writer,
    const struct target *t, struct op op)
{
    bool skip = t->kind == KIND_MAX_;
    if (!skip && t->kind != KIND_ARRAY)
        return refuse(b, "the writer's array cannot become the reader's field");
    struct target item = SKIP;
    if (!skip)
        item = (struct target){.kind = t->field->item_kind,
            .record = t->field->record,
            .enumeration = t->field->enumeration,
            .field = t->field};
    struct op_list ops = {0};
    const json_t *type = resolve(b, json_object_get(writer, "items"));
    if (json_is_array(type))
        return refuse(b, "an array of unions");
    int64_t least = compile_value(b, &ops, type, &item, (struct op){0});
    struct item_plan *items = ARENA_NEW(b->arena, struct item_plan);
    if (least < 0 || items == NULL || !push(b, &ops, (struct op){.code = OP_END}))
        return refuse(b, "a schema of too many fields");
    if (least == 0)
        return refuse(b, "an array of items without bytes");
    *items = (struct item_plan){.ops = ops.ops,
        .item_size = skip ? 0 : t->field->item_size,
        .bytes_min = least > UINT16_MAX ? UINT16_MAX : (uint32_t)least};
    op.u.items = items;
    return push_simple(b, list, op, skip ? OP_SKIP_ARRAY : OP_ARRAY);
}

static bool alias_has(const char *aliases, const char *name)
{
    struct view rest = view_of(aliases);
    while (rest.ptr != NULL)
        if (view_eq_text(view_cut(&rest, ' '), name))
            return true;
    return false;
}

static const struct field_desc *reader_field(const struct record_desc *reader, const char *name)
{
    const struct field_desc *found = desc_field(reader, view_of(name));
    for (uint32_t i = 0; found == NULL && i < reader->field_count; i++)
        if (alias_has(reader->fields[i].aliases, name))
            found = &reader->fields[i];
    return found;
}

static int64_t compile_field(struct builder *b, struct op_list *list, const json_t *type,
    const struct field_desc *field, size_t base)
{
    struct target target = SKIP;
    struct op op = {.has_offset = (uint16_t)base};
    if (field != NULL) {
        target = (struct target){.kind = field->kind,
            .record = field->record,
            .enumeration = field->enumeration,
            .field = field,
            .offset = base + field->offset};
        if (target.offset > UINT16_MAX)
            return refuse(b, "a record of more than 64 KiB in memory");
        op.offset = (uint16_t)target.offset;
        op.mask = field->has_bit < 0 ? 0 : UINT64_C(1) << field->has_bit;
        op.no_null_ok = field->has_bit < 0;
    }
    type = resolve(b, type);
    if (!json_is_array(type))
        return compile_value(b, list, type, &target, op);
    const char *first = word_of(json_array_get(type, 0)),
               *second = word_of(json_array_get(type, 1));
    bool null_first = strcmp(first, "null") == 0;
    if (json_array_size(type) != 2 || null_first == (strcmp(second, "null") == 0))
        return refuse(b, "a union of another form than null and one type");
    op.is_union = 1;
    op.null_byte = null_first ? 0 : 2;
    const json_t *inner = resolve(b, json_array_get(type, null_first ? 1 : 0));
    return compile_value(b, list, inner, &target, op) < 0 ? -1 : 1;
}

static bool default_parse(
    struct builder *b, const struct field_desc *field, struct default_value *ret)
{
    json_t *json = json_loads(field->default_json, JSON_DECODE_ANY, NULL);
    *ret = (struct default_value){.kind = field->kind};
    if (json_is_string(json) && field->kind == KIND_ENUM)
        ret->number = reader_symbol(field->enumeration, json_string_value(json));
    else if (json_is_string(json) && field->kind == KIND_TEXT)
        ret->text = arena_copy(b->arena, view_of(json_string_value(json)));
    else if (json_is_boolean(json) && field->kind == KIND_BOOL)
        ret->number = json_is_true(json);
    else if (json_is_integer(json) && (kind_is_int(field->kind) || kind_is_long(field->kind)))
        ret->number = json_integer_value(json);
    else if (!json_is_array(json) || field->kind != KIND_ARRAY)
        refuse(b, "a default that is not of its field's type");
    json_decref(json);
    return b->why == NULL;
}

/* A field that the writer lacks: absent, its default, or no way to read this schema. */
static bool compile_absent(
    struct builder *b, struct op_list *list, const struct field_desc *field, size_t base)
{
    if (field->default_json == NULL)
        return field->has_bit >= 0 || refuse(b, "the writer lacks a field without default") > 0;
    struct default_value *value = ARENA_NEW(b->arena, struct default_value);
    if (value == NULL || !default_parse(b, field, value))
        return refuse(b, "a default that cannot be kept") > 0;
    return push(b, list,
        (struct op){.code = OP_DEFAULT,
            .u.value = value,
            .offset = (uint16_t)(base + field->offset),
            .has_offset = (uint16_t)base,
            .mask = field->has_bit < 0 ? 0 : UINT64_C(1) << field->has_bit});
}

static bool name_twice(const json_t *fields, size_t at)
{
    const char *name = text_of(json_array_get(fields, at), "name");
    for (size_t i = 0; i < at; i++)
        if (strcmp(text_of(json_array_get(fields, i), "name"), name) == 0)
            return true;
    return name[0] == '\0';
}

/* The fields of ours that the writer's record has not. */
static bool compile_rest(
    struct builder *b, struct op_list *list, const struct target *t, const bool *met)
{
    for (uint32_t i = 0; t->record != NULL && i < t->record->field_count; i++) {
        size_t before = enter(b, t->record->fields[i].name);
        if (!met[i] && !compile_absent(b, list, &t->record->fields[i], t->offset))
            return false;
        b->gap.pointer[before] = '\0';
    }
    return true;
}

/* The fields of a record at `base`; the sum of their least bytes, or -1. */
static int64_t compile_fields(struct builder *b, struct op_list *list, const json_t *writer,
    const struct record_desc *reader, size_t base)
{
    const json_t *fields = json_object_get(writer, "fields");
    bool *met = reader == NULL ? NULL : arena_array(b->arena, reader->field_count, sizeof *met);
    if (!json_is_array(fields) || (reader != NULL && met == NULL))
        return refuse(b, "a record without fields");
    int64_t least = 0;
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const struct field_desc *ours =
            reader == NULL ? NULL : reader_field(reader, text_of(field, "name"));
        if (name_twice(fields, i) || (ours != NULL && met[ours - reader->fields]))
            return refuse(b, "a field that stands there twice");
        size_t before = enter(b, text_of(field, "name"));
        if (ours != NULL)
            met[ours - reader->fields] = true;
        else if (reader != NULL)
            tell(b, "a field that none of ours is, by name or alias", NULL);
        int64_t bytes = compile_field(b, list, json_object_get(field, "type"), ours, base);
        if (bytes < 0)
            return -1;
        least += bytes;
        b->gap.pointer[before] = '\0';
    }
    return compile_rest(b, list, &(struct target){.record = reader, .offset = base}, met) ? least
                                                                                          : -1;
}

static int64_t compile_record(struct builder *b, struct op_list *list, const json_t *writer,
    const struct target *t, struct op op)
{
    if (t->kind != KIND_MAX_ && t->kind != KIND_RECORD)
        return refuse(b, "the writer's record cannot become the reader's field");
    if (!remember(b, writer))
        return -1;
    op.code = OP_ENTER;
    bool enter = op.is_union != 0 || op.mask != 0;
    size_t at = list->count;
    if (enter && !push(b, list, op))
        return -1;
    bool skip = t->kind == KIND_MAX_;
    int64_t least = compile_fields(b, list, writer, skip ? NULL : t->record, skip ? 0 : t->offset);
    if (least >= 0 && enter)
        list->ops[at].jump = (uint32_t)(list->count - at - 1);
    return least;
}

static int64_t compile_value(struct builder *b, struct op_list *list, const json_t *writer,
    const struct target *target, struct op op)
{
    if (b->depth >= DEPTH_MAX)
        return refuse(b, "a schema that nests too deep, or within itself");
    const char *word = word_of(writer);
    int64_t least;
    b->depth++;
    if (json_is_object(writer) && strcmp(word, "record") == 0)
        least = compile_record(b, list, writer, target, op);
    else if (json_is_object(writer) && strcmp(word, "enum") == 0)
        least = compile_enum(b, list, writer, target, op);
    else if (json_is_object(writer) && strcmp(word, "fixed") == 0)
        least = compile_fixed(b, list, writer, target, op);
    else if (json_is_object(writer) && strcmp(word, "array") == 0)
        least = compile_array(b, list, writer, target, op);
    else
        least = compile_primitive(b, list, word, target, op);
    b->depth--;
    return least;
}

static res_t plan_make(struct builder *b, struct view writer, const struct record_desc *reader,
    struct codec_plan **ret)
{
    json_t *root = json_loadb(writer.ptr, writer.len, JSON_REJECT_DUPLICATES, NULL);
    if (root == NULL || strcmp(word_of(root), "record") != 0) {
        json_decref(root);
        return REJECT("the writer's schema is not a record in JSON");
    }
    b->arena = arena_new(PLAN_BYTES_MAX);
    struct op_list ops = {0};
    struct target target = {.kind = KIND_RECORD, .record = reader};
    int64_t least = compile_value(b, &ops, root, &target, (struct op){0});
    if (least >= 0)
        push(b, &ops, (struct op){.code = OP_END});
    json_decref(root);
    struct codec_plan *plan = malloc(sizeof *plan);
    if (least < 0 || b->why != NULL || plan == NULL) {
        arena_free(b->arena);
        free(plan);
        return REJECT(b->why != NULL ? b->why : "no memory for a plan");
    }
    *plan = (struct codec_plan){b->arena, reader, ops.ops};
    *ret = plan;
    return RES_DONE;
}

res_t codec_plan_new(struct view writer, const struct record_desc *reader, struct codec_plan **ret)
{
    struct builder b = {0};
    return plan_make(&b, writer, reader, ret);
}

res_t codec_plan_gaps(
    struct view writer, const struct record_desc *reader, codec_gap_fn *found, void *arg)
{
    struct builder b = {.found = found, .arg = arg};
    CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
    return plan_make(&b, writer, reader, &plan);
}

void codec_plan_free(struct codec_plan *plan)
{
    if (plan == NULL)
        return;
    arena_free(plan->arena);
    free(plan);
}

void codec_plan_free_p(struct codec_plan **plan)
{
    codec_plan_free(*plan);
    *plan = NULL;
}
