/* event.h: enums, structs, and what an event and a command are. */
#include "codec/schemac/emit.h"

#include <string.h>

static const char intro[] =
    "/* Generated from schemas/ by common/codec/schemac: do not edit. */\n"
    "#ifndef EVENT_EVENT_H\n#define EVENT_EVENT_H\n\n#include \"base/desc.h\"\n#include "
    "\"base/res.h\"\n\n"
    "/* The field is there; bits are NAME_OF_RECORD_FIELD. */\n"
    "#define HAS(ptr, BIT) ((((ptr)->has >> (BIT)) & 1u) != 0)\n"
    "#define SET(ptr, BIT) ((void)((ptr)->has |= UINT64_C(1) << (BIT)))\n\n"
    "struct bool_array {\n    const bool *items;\n    size_t len;\n};\n"
    "struct int_array {\n    const int32_t *items;\n    size_t len;\n};\n"
    "struct long_array {\n    const int64_t *items;\n    size_t len;\n};\n"
    "struct uuid_array {\n    const struct uuid *items;\n    size_t len;\n};\n"
    "struct digest_array {\n    const struct digest *items;\n    size_t len;\n};\n"
    "struct view_array {\n    const struct view *items;\n    size_t len;\n};\n\n";

static const char *type_of(enum kind kind)
{
    static const char *const types[KIND_MAX_] = {[KIND_BOOL] = "bool",
        [KIND_INT] = "int32_t",
        [KIND_LONG] = "int64_t",
        [KIND_DATE] = "int32_t",
        [KIND_TIME] = "int64_t",
        [KIND_UUID] = "struct uuid",
        [KIND_DIGEST] = "struct digest",
        [KIND_TEXT] = "struct view",
        [KIND_BYTES] = "struct view",
        [KIND_ENUM] = "int32_t"};
    return types[kind];
}

static const char *array_of(enum kind kind)
{
    static const char *const arrays[KIND_MAX_] = {[KIND_BOOL] = "bool_array",
        [KIND_INT] = "int_array",
        [KIND_LONG] = "long_array",
        [KIND_DATE] = "int_array",
        [KIND_TIME] = "long_array",
        [KIND_UUID] = "uuid_array",
        [KIND_DIGEST] = "digest_array",
        [KIND_TEXT] = "view_array",
        [KIND_BYTES] = "view_array",
        [KIND_ENUM] = "int_array"};
    return arrays[kind];
}

/* A comment cannot end inside its text. */
static void comment(struct buf *out, const char *before, const char *text, const char *after)
{
    buf_text(out, before);
    for (const char *c = text; *c != '\0'; c++)
        buf_byte(out, (uint8_t)(c[0] == '*' && c[1] == '/' ? '+' : c[0]));
    buf_text(out, after);
}

static void emit_enum(struct model *model, const struct enumeration *enumeration, struct buf *out)
{
    const char *upper = name_upper(model->arena, enumeration->name);
    if (enumeration->doc != NULL)
        comment(out, "/* ", enumeration->doc, " */\n");
    buf_printf(out, "enum %s {\n", enumeration->cname);
    for (size_t i = 0; i < enumeration->count; i++)
        buf_printf(out, "    %s_%s,\n", upper, name_upper(model->arena, enumeration->symbols[i]));
    buf_printf(out, "    %s_MAX_\n};\nextern const struct enum_desc %s_enum;\n\n", upper,
        enumeration->cname);
}

static void emit_member(const struct field *field, struct buf *out)
{
    const struct shape *shape = &field->shape;
    bool of_records = shape->kind == KIND_ARRAY && shape->item_kind == KIND_RECORD;
    MUST(shape->record != NULL || (shape->kind != KIND_RECORD && !of_records));
    if (shape->kind == KIND_RECORD)
        buf_printf(out, "    struct %s %s;", shape->record->cname, field->cname);
    else if (of_records)
        buf_printf(out, "    struct %s_array %s;", shape->record->cname, field->cname);
    else if (shape->kind == KIND_ARRAY)
        buf_printf(out, "    struct %s %s;", array_of(shape->item_kind), field->cname);
    else
        buf_printf(out, "    %s %s;", type_of(shape->kind), field->cname);
    comment(out, " /* ", field->doc, "");
    if (shape->enumeration != NULL)
        buf_printf(out, "; enum %s", shape->enumeration->cname);
    if (field->sealed != SEALED_NO)
        buf_text(out, field->sealed == SEALED_RISK ? "; sealed: risk" : "; sealed: person");
    buf_text(out, " */\n");
}

static void emit_struct(struct model *model, struct record *record, struct buf *out)
{
    if (record->declared)
        return;
    record->declared = true;
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].shape.record != NULL)
            emit_struct(model, record->fields[i].shape.record, out);
    comment(out, "/* ", record->doc, " */\n");
    buf_printf(out, "struct %s {\n    uint64_t has;\n", record->cname);
    for (size_t i = 0; i < record->field_count; i++)
        emit_member(&record->fields[i], out);
    buf_printf(out, "};\nstruct %s_array {\n    const struct %s *items;\n    size_t len;\n};\n",
        record->cname, record->cname);
    const char *upper = name_upper(model->arena, record->name);
    bool any = false;
    for (size_t i = 0; i < record->field_count; i++) {
        if (record->fields[i].has_bit < 0)
            continue;
        buf_printf(out, "%s    %s_%s = %d,\n", any ? "" : "enum {\n", upper,
            name_upper(model->arena, record->fields[i].name), record->fields[i].has_bit);
        any = true;
    }
    buf_text(out, any ? "};\n" : "");
    buf_printf(out, "extern const struct record_desc %s_desc;\n", record->cname);
    if (record->decider_inside && record->command == NULL)
        buf_printf(out, "extern const struct record_desc %s_command_desc;\n", record->cname);
    if (record->command != NULL)
        buf_printf(out, "extern const struct record_desc %s_desc; /* its command */\n",
            record->command_cname);
    buf_text(out, "\n");
}

static void emit_type_lists(
    struct model *model, const struct record **events, size_t count, struct buf *out)
{
    buf_text(out, "enum family {\n    FAMILY_REFERRAL,\n    FAMILY_SESSION,\n    FAMILY_RISK,\n"
                  "    FAMILY_MAX_ /* the stream's own records */\n};\n\nenum event_type {\n");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "    EVENT_%s,\n", name_upper(model->arena, events[i]->name));
    buf_text(out, "    EVENT_MAX_\n};\n\nenum command_type {\n");
    for (size_t i = 0; i < count; i++)
        if (events[i]->command != NULL)
            buf_printf(out, "    COMMAND_%s,\n", name_upper(model->arena, events[i]->command));
    buf_text(out, "    COMMAND_MAX_\n};\n\n");
}

static const char tail[] =
    "struct event_row {\n    const char *name;\n    enum family family;\n"
    "    enum command_type command; /* COMMAND_MAX_: none */\n"
    "    const struct record_desc *desc;\n};\n"
    "extern const struct event_row event_table[EVENT_MAX_];\n\n"
    "struct command_row {\n    const char *name;\n    enum family family;\n"
    "    enum event_type emits;\n    uint32_t who; /* a bit per enum actor_kind */\n"
    "    const char *route; /* under /v1 */\n    const struct record_desc *desc;\n};\n"
    "extern const struct command_row command_table[COMMAND_MAX_];\n\n"
    "enum { SCHEMA_DOSSIER = -1 };\n"
    "struct schema_row {\n    int32_t id;\n    bool is_command;\n"
    "    int32_t type; /* enum event_type or command_type; SCHEMA_DOSSIER */\n"
    "    const char *name;\n    const char *text; /* the writer's schema, self-contained */\n"
    "    size_t text_len;\n    bool newest; /* what we write */\n"
    "    /* How an older one is written; NULL: the newest, or in no way any more. */\n"
    "    const struct edition *edition;\n};\n"
    "extern const struct schema_row schema_table[];\nextern const size_t schema_count;\n"
    "/* The newest id of each. */\nextern const int32_t event_schema_id[EVENT_MAX_];\n"
    "extern const int32_t command_schema_id[COMMAND_MAX_];\n"
    "extern const int32_t dossier_schema_id;\n"
    "/* What the release before this one wrote where it was another; else NULL. */\n"
    "extern const struct edition *const event_schema_was[EVENT_MAX_];\n"
    "extern const struct edition *const command_schema_was[COMMAND_MAX_];\n"
    "extern const struct edition *const dossier_schema_was;\n\n"
    "/* Every event's and command's struct begins so. */\n"
    "struct record_head {\n    uint64_t has;\n    struct meta meta;\n};\n"
    "struct event {\n    enum event_type type;\n    const void *body;\n};\n"
    "struct command {\n    enum command_type type;\n    const void *body;\n};\n"
    "static inline const struct meta *event_meta(const struct event *event)\n{\n"
    "    return &((const struct record_head *)event->body)->meta;\n}\n"
    "static inline const struct meta *command_meta(const struct command *command)\n{\n"
    "    return &((const struct record_head *)command->body)->meta;\n}\n\n#endif\n";

void emit_header(struct model *model, struct buf *out)
{
    const struct record *events[TYPES_MAX];
    size_t count = emit_events(model, events);
    buf_text(out, intro);
    for (size_t i = 0; i < model->enum_count; i++)
        emit_enum(model, model->enums[i], out);
    for (size_t i = 0; i < model->record_count; i++)
        emit_struct(model, model->records[i], out);
    emit_type_lists(model, events, count, out);
    buf_text(out, tail);
}

size_t emit_events(const struct model *model, const struct record **ret)
{
    size_t count = 0;
    for (enum family_of in = IN_REFERRAL; in <= IN_STREAM; in++)
        for (size_t i = 0; i < model->record_count; i++)
            if (model->records[i]->in == in)
                ret[count++] = model->records[i];
    return count;
}

void emit_string(struct buf *out, const char *text)
{
    if (text == NULL) {
        buf_text(out, "NULL");
        return;
    }
    buf_byte(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            buf_byte(out, '\\');
        if (*c == '\n')
            buf_text(out, "\\n");
        else
            buf_byte(out, (uint8_t)*c);
    }
    buf_byte(out, '"');
}
