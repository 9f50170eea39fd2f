/* event_tables.c: the descriptor tables that the generic walkers go by. */
#include "codec/schemac/emit.h"

#include <string.h>

static const char *const kinds[KIND_MAX_] = {"KIND_BOOL", "KIND_INT", "KIND_LONG", "KIND_DATE",
    "KIND_TIME", "KIND_UUID", "KIND_DIGEST", "KIND_TEXT", "KIND_BYTES", "KIND_ENUM", "KIND_RECORD",
    "KIND_ARRAY"};

static void emit_enum_table(const struct enumeration *enumeration, struct buf *out)
{
    buf_printf(out, "static const char *const %s_symbols[] = {", enumeration->cname);
    for (size_t i = 0; i < enumeration->count; i++) {
        buf_text(out, i == 0 ? "" : ", ");
        emit_string(out, enumeration->symbols[i]);
    }
    buf_printf(out, "};\nconst struct enum_desc %s_enum = {", enumeration->cname);
    emit_string(out, enumeration->name);
    buf_printf(out, ", %s_symbols, %zu, %s};\n\n", enumeration->cname, enumeration->count,
        enumeration->unknown_ok ? "true" : "false");
}

static const char *item_type(enum kind kind)
{
    static const char *const types[KIND_MAX_] = {"bool", "int32_t", "int64_t", "int32_t", "int64_t",
        "struct uuid", "struct digest", "struct view", "struct view", "int32_t"};
    return types[kind];
}

static void emit_shape(const struct shape *shape, bool command, struct buf *out)
{
    buf_printf(out, ", .kind = %s", kinds[shape->kind]);
    if (shape->kind == KIND_ARRAY)
        buf_printf(out, ", .item_kind = %s", kinds[shape->item_kind]);
    if (shape->kind == KIND_ARRAY && shape->item_kind == KIND_RECORD)
        buf_printf(out, ", .item_size = sizeof(struct %s)", shape->record->cname);
    else if (shape->kind == KIND_ARRAY)
        buf_printf(out, ", .item_size = sizeof(%s)", item_type(shape->item_kind));
    if (shape->record != NULL)
        buf_printf(out, ", .record = &%s%s_desc", shape->record->cname,
            command && shape->record->decider_inside ? "_command" : "");
    if (shape->enumeration != NULL)
        buf_printf(out, ", .enumeration = &%s_enum", shape->enumeration->cname);
}

static void emit_limits(const struct field *field, struct buf *out)
{
    if (field->min != 0 || field->max != 0)
        buf_printf(out, ", .min = INT64_C(%lld), .max = INT64_C(%lld)", (long long)field->min,
            (long long)field->max);
    if (field->max_length != 0)
        buf_printf(out, ", .max_length = %lld", (long long)field->max_length);
    if (field->min_items != 0)
        buf_printf(out, ", .min_items = %lld", (long long)field->min_items);
    if (field->max_items != 0)
        buf_printf(out, ", .max_items = %lld", (long long)field->max_items);
    if (field->format != NULL) {
        buf_text(out, ", .format = ");
        emit_string(out, field->format);
    }
}

static void emit_names(const struct field *field, struct buf *out)
{
    buf_text(out, "{.name = ");
    emit_string(out, field->name);
    buf_text(out, ", .doc = ");
    emit_string(out, field->doc);
}

/* The plaintext's own description: what a sender writes where the stream has sealed bytes. */
static void emit_plain(const struct record *record, const struct field *field, struct buf *out)
{
    buf_printf(out, "static const struct field_desc %s_%s_plain = ", record->cname, field->cname);
    emit_names(field, out);
    emit_shape(&field->plain, false, out);
    buf_text(out, ", .has_bit = -1");
    emit_limits(field, out);
    buf_text(out, "};\n");
}

static void emit_texts(const struct field *field, struct buf *out)
{
    const char *const texts[][2] = {{"required_when", field->required_when},
        {"mints", field->mints}, {"default_json", field->default_json},
        {"aliases", field->aliases}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i][1] == NULL)
            continue;
        buf_printf(out, ", .%s = ", texts[i][0]);
        emit_string(out, texts[i][1]);
    }
}

static void emit_field(
    const struct record *record, const struct field *field, bool command, struct buf *out)
{
    buf_text(out, "    ");
    emit_names(field, out);
    emit_shape(&field->shape, command, out);
    buf_printf(out, ", .offset = offsetof(struct %s, %s), .has_bit = %d", record->cname,
        field->cname, field->has_bit);
    buf_text(out, field->required ? ", .required = true" : "");
    buf_text(out, field->by_decider ? ", .by_decider = true" : "");
    buf_text(out, field->by_import ? ", .by_import = true" : "");
    buf_text(out, field->by_edge ? ", .by_edge = true" : "");
    if (field->audience != 0)
        buf_printf(out, ", .audience = %u", field->audience);
    if (field->sealed != SEALED_NO)
        buf_printf(out, ", .sealed = %s, .plain = &%s_%s_plain",
            field->sealed == SEALED_RISK ? "SEALED_RISK" : "SEALED_PERSON", record->cname,
            field->cname);
    emit_limits(field, out);
    emit_texts(field, out);
    buf_text(out, "},\n");
}

static void emit_one_of(const struct record *record, struct buf *out)
{
    size_t count = json_array_size(record->one_of);
    for (size_t i = 0; i < count; i++) {
        const json_t *fields = json_object_get(json_array_get(record->one_of, i), "fields");
        buf_printf(out, "static const char *const %s_one_of_%zu[] = {", record->cname, i);
        for (size_t k = 0; k < json_array_size(fields); k++) {
            buf_text(out, k == 0 ? "" : ", ");
            emit_string(out, json_string_value(json_array_get(fields, k)));
        }
        buf_text(out, "};\n");
    }
    if (count == 0)
        return;
    buf_printf(out, "static const struct one_of_desc %s_one_of[] = {\n", record->cname);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(record->one_of, i);
        buf_text(out, "    {");
        emit_string(out, json_string_value(json_object_get(one, "when")));
        buf_printf(out, ", %s_one_of_%zu, %zu},\n", record->cname, i,
            json_array_size(json_object_get(one, "fields")));
    }
    buf_text(out, "};\n");
}

/* Records do not hold themselves: this ends. */
static bool seals(const struct record *record)
{
    for (size_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field->sealed != SEALED_NO ||
            (field->shape.record != NULL && seals(field->shape.record)))
            return true;
    }
    return false;
}

/* The record's table, or (command) the same without what the decider adds. */
static void emit_desc(const struct record *record, bool command, struct buf *out)
{
    bool own = record->command != NULL;
    const char *cname = command && own ? record->command_cname : record->cname;
    const char *suffix = command && !own ? "_command" : "";
    size_t count = 0;
    buf_printf(out, "static const struct field_desc %s%s_fields[] = {\n", cname, suffix);
    for (size_t i = 0; i < record->field_count; i++) {
        if (command && record->fields[i].by_decider)
            continue;
        emit_field(record, &record->fields[i], command, out);
        count++;
    }
    buf_printf(out, "};\nconst struct record_desc %s%s_desc = {.name = ", cname, suffix);
    if (command && own)
        emit_string(out, record->command);
    else
        buf_printf(out, "\"%s%s\"", record->name, command ? "Command" : "");
    buf_text(out, ",\n    .doc = ");
    emit_string(out, record->doc);
    buf_printf(
        out, ",\n    .size = sizeof(struct %s),\n    .field_count = %zu,\n", record->cname, count);
    buf_printf(out, "    .fields = %s%s_fields", cname, suffix);
    buf_text(out, seals(record) ? ",\n    .seals = true" : "");
    if (json_array_size(record->one_of) > 0)
        buf_printf(out, ",\n    .one_of = %s_one_of,\n    .one_of_count = %zu", record->cname,
            json_array_size(record->one_of));
    buf_text(out, "};\n\n");
}

void emit_tables(const struct model *model, struct buf *out)
{
    buf_text(out, "/* Generated from schemas/ by common/codec/schemac: do not edit. */\n"
                  "#include \"event/event.h\"\n\n");
    for (size_t i = 0; i < model->enum_count; i++)
        emit_enum_table(model->enums[i], out);
    for (size_t i = 0; i < model->record_count; i++) {
        const struct record *record = model->records[i];
        buf_printf(out,
            "_Static_assert(sizeof(struct %s) < UINT16_MAX, \"offsets are 16 bits\");\n",
            record->cname);
        for (size_t k = 0; k < record->field_count; k++)
            if (record->fields[k].sealed != SEALED_NO)
                emit_plain(record, &record->fields[k], out);
        emit_one_of(record, out);
        emit_desc(record, false, out);
        if (record->command != NULL || record->decider_inside)
            emit_desc(record, true, out);
    }
}
