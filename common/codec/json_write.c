#include "base/clock.h"
#include "codec/json.h"

#include <stdio.h>
#include <string.h>

struct writer {
    const struct codec_json_out *opts;
    struct buf *out;
    size_t len;
    char pointer[CHECK_POINTER_MAX];
};

static void write_record(struct writer *writer, const struct record_desc *desc, const void *record);

static void put_escaped(char c, struct buf *out)
{
    static const char letters[] = "btn.fr"; /* from \b, 8, to \r, 13; 11 has none */
    if (c == '"' || c == '\\') {
        buf_byte(out, '\\');
        buf_byte(out, (uint8_t)c);
    } else if (c >= '\b' && c <= '\r' && c != '\v') {
        buf_byte(out, '\\');
        buf_byte(out, (uint8_t)letters[c - '\b']);
    } else {
        buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
    }
}

void codec_json_text(struct view text, struct buf *out)
{
    buf_byte(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buf_put(out, text.ptr + from, i - from);
        put_escaped(text.ptr[i], out);
        from = i + 1;
    }
    buf_put(out, text.len == 0 ? "" : text.ptr + from, text.len - from);
    buf_byte(out, '"');
}

static void put_base64(struct view bytes, struct buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    buf_byte(out, '"');
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t three = (uint32_t)(uint8_t)bytes.ptr[i] << 16;
        three |= left > 1 ? (uint32_t)(uint8_t)bytes.ptr[i + 1] << 8 : 0;
        three |= left > 2 ? (uint32_t)(uint8_t)bytes.ptr[i + 2] : 0;
        char four[4] = {digits[three >> 18], digits[(three >> 12) & 63],
            left > 1 ? digits[(three >> 6) & 63] : '=', left > 2 ? digits[three & 63] : '='};
        buf_put(out, four, 4);
    }
    buf_byte(out, '"');
}

static void put_quoted(const char *text, struct buf *out)
{
    buf_byte(out, '"');
    buf_text(out, text);
    buf_byte(out, '"');
}

static void put_number(int64_t number, struct buf *out)
{
    buf_printf(out, "%lld", (long long)number);
}

static size_t enter(struct writer *writer, const char *name, size_t index)
{
    size_t before = writer->len;
    char *end = writer->pointer + before;
    size_t room = CHECK_POINTER_MAX - before;
    int added =
        name != NULL ? snprintf(end, room, "/%s", name) : snprintf(end, room, "/%zu", index);
    MUST(added > 0 && (size_t)added < room);
    writer->len = before + (size_t)added;
    return before;
}

static void write_value(
    struct writer *writer, enum kind kind, const struct field_desc *field, const void *at);

static void write_array(
    struct writer *writer, const struct field_desc *field, const struct array_any *array)
{
    buf_byte(writer->out, '[');
    for (size_t i = 0; i < array->len; i++) {
        if (i > 0)
            buf_byte(writer->out, ',');
        size_t before = enter(writer, NULL, i);
        write_value(
            writer, field->item_kind, field, (const char *)array->items + i * field->item_size);
        writer->len = before;
    }
    buf_byte(writer->out, ']');
}

static void write_value(
    struct writer *writer, enum kind kind, const struct field_desc *field, const void *at)
{
    struct buf *out = writer->out;
    char time[TIME_TEXT_MAX], hex[DIGEST_HEX_LEN + 1], uuid[UUID_TEXT_LEN + 1];
    switch (kind) {
    case KIND_BOOL:
        buf_text(out, *(const bool *)at ? "true" : "false");
        break;
    case KIND_INT:
        put_number(*(const int32_t *)at, out);
        break;
    case KIND_LONG:
        put_number(*(const int64_t *)at, out);
        break;
    case KIND_DATE:
        day_print(*(const int32_t *)at, time);
        put_quoted(time, out);
        break;
    case KIND_TIME:
        time_print(*(const int64_t *)at, time);
        put_quoted(time, out);
        break;
    case KIND_UUID:
        uuid_print(*(const struct uuid *)at, uuid);
        put_quoted(uuid, out);
        break;
    case KIND_DIGEST:
        digest_hex(*(const struct digest *)at, hex);
        put_quoted(hex, out);
        break;
    case KIND_TEXT:
        codec_json_text(*(const struct view *)at, out);
        break;
    case KIND_BYTES:
        put_base64(*(const struct view *)at, out);
        break;
    case KIND_ENUM: {
        int32_t index = *(const int32_t *)at;
        bool known = index >= 0 && index < field->enumeration->count;
        put_quoted(known ? field->enumeration->symbols[index] : "unknown", out);
        break;
    }
    case KIND_RECORD:
        write_record(writer, field->record, at);
        break;
    case KIND_ARRAY:
        write_array(writer, field, at);
        break;
    case KIND_MAX_:
        WRONG("a field of no kind");
    }
}

/* What stands for a field, or absent: it is left out. */
static bool shown(
    const struct writer *writer, const struct field_desc *field, const void *at, struct view *ret)
{
    const struct codec_json_out *opts = writer->opts;
    *ret = VIEW_NONE;
    if (field->sealed == SEALED_NO)
        return !(opts->no_meta && strcmp(writer->pointer, "/meta") == 0);
    if (opts->open == NULL)
        return opts->base64;
    *ret = opts->open(opts->arg, field, writer->pointer, *(const struct view *)at);
    return ret->ptr != NULL;
}

static void write_record(struct writer *writer, const struct record_desc *desc, const void *record)
{
    const char *before_field = "";
    buf_byte(writer->out, '{');
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        const void *at = (const char *)record + field->offset;
        struct view opened;
        if (!has_bit(record, field->has_bit))
            continue;
        size_t before = enter(writer, field->name, 0);
        if (shown(writer, field, at, &opened)) {
            buf_text(writer->out, before_field);
            put_quoted(field->name, writer->out);
            buf_byte(writer->out, ':');
            if (opened.ptr != NULL)
                buf_view(writer->out, opened);
            else
                write_value(writer, field->kind, field, at);
            before_field = ",";
        }
        writer->len = before;
    }
    buf_byte(writer->out, '}');
}

void codec_json_write(const struct record_desc *desc, const void *record,
    const struct codec_json_out *opts, struct buf *out)
{
    static const struct codec_json_out none = {0};
    struct writer writer = {.opts = opts != NULL ? opts : &none, .out = out};
    write_record(&writer, desc, record);
}

void codec_json_write_value(const struct field_desc *field, const void *value, struct buf *out)
{
    static const struct codec_json_out none = {0};
    struct writer writer = {.opts = &none, .out = out};
    write_value(&writer, field->kind, field, value);
}

static const struct {
    const char *name;
    const char *code;
} rules[CODEC_RULE_MAX_] = {
    [CODEC_MISSING] = {"missing", "field-missing"},
    [CODEC_TOO_LONG] = {"too-long", "field-too-long"},
    [CODEC_TOO_MANY] = {"too-many", "field-too-long"},
    [CODEC_TOO_FEW] = {"too-few", "field-invalid"},
    [CODEC_TOO_SMALL] = {"too-small", "field-invalid"},
    [CODEC_TOO_LARGE] = {"too-large", "field-invalid"},
    [CODEC_INVALID] = {"invalid", "field-invalid"},
    [CODEC_NOT_ALLOWED] = {"not-allowed", "field-not-allowed"},
    [CODEC_UNKNOWN_FIELD] = {"unknown-field", "field-not-allowed"},
    [CODEC_DUPLICATE] = {"duplicate", "field-invalid"},
    [CODEC_SYNTAX] = {"syntax", "field-invalid"},
    [CODEC_BODY_LARGE] = {"body-too-large", "field-too-long"},
    [CODEC_TOO_DEEP] = {"too-deep", "field-invalid"},
};

const char *codec_rule_code(enum codec_rule rule)
{
    MUST(rule < CODEC_RULE_MAX_);
    return rules[rule].code;
}

const char *codec_rule_name(enum codec_rule rule)
{
    MUST(rule < CODEC_RULE_MAX_);
    return rules[rule].name;
}
