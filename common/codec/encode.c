#include "codec/plan.h"

#include <string.h>

static void put_varint(struct buf *out, int64_t number)
{
    uint64_t value = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    if (value <= 0x7f) {
        buf_byte(out, (uint8_t)value);
        return;
    }
    uint8_t bytes[10];
    size_t len = 0;
    for (; value > 0x7f; value >>= 7)
        bytes[len++] = (uint8_t)(value | 0x80);
    bytes[len++] = (uint8_t)value;
    buf_put(out, bytes, len);
}

static void put_stretch(struct buf *out, struct view bytes)
{
    put_varint(out, (int64_t)bytes.len);
    buf_put(out, bytes.ptr, bytes.len);
}

static void put_array(
    const struct field_desc *field, const struct array_any *array, struct buf *out);

/* One value of that kind; what could not be read again fails the buffer. */
static void put_value(
    enum kind kind, const struct field_desc *field, const void *at, struct buf *out)
{
    const struct view *text = at;
    switch (kind) {
    case KIND_BOOL:
        buf_byte(out, *(const bool *)at ? 1 : 0);
        break;
    case KIND_INT:
    case KIND_DATE:
        put_varint(out, *(const int32_t *)at);
        break;
    case KIND_LONG:
    case KIND_TIME:
        put_varint(out, *(const int64_t *)at);
        break;
    case KIND_UUID:
        buf_put(out, at, sizeof(struct uuid));
        break;
    case KIND_DIGEST:
        buf_put(out, at, sizeof(struct digest));
        break;
    case KIND_TEXT:
        if (!codec_text_valid((const uint8_t *)text->ptr, text->len))
            out->failed = true;
        put_stretch(out, *text);
        break;
    case KIND_BYTES:
        put_stretch(out, *text);
        break;
    case KIND_ENUM:
        if (*(const int32_t *)at < 0 || *(const int32_t *)at >= field->enumeration->count)
            out->failed = true;
        put_varint(out, *(const int32_t *)at);
        break;
    case KIND_RECORD:
        codec_encode(field->record, at, out);
        break;
    case KIND_ARRAY:
        put_array(field, at, out);
        break;
    case KIND_MAX_:
        WRONG("a field of no kind");
    }
}

static void put_array(
    const struct field_desc *field, const struct array_any *array, struct buf *out)
{
    if (array->len > 0)
        put_varint(out, (int64_t)array->len);
    for (size_t i = 0; i < array->len; i++)
        put_value(field->item_kind, field, (const char *)array->items + i * field->item_size, out);
    buf_byte(out, 0);
}

void codec_encode(const struct record_desc *desc, const void *record, struct buf *out)
{
    for (uint32_t i = 0; i < desc->field_count && !out->failed; i++) {
        const struct field_desc *field = &desc->fields[i];
        bool there = has_bit(record, field->has_bit);
        if (field->has_bit >= 0)
            buf_byte(out, there ? 2 : 0);
        if (there)
            put_value(field->kind, field, (const char *)record + field->offset, out);
    }
}
