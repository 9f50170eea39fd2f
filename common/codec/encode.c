#include "base/clock.h"
#include "codec/plan.h"

#include <string.h>

/* Where the record is written. Each function takes the place of the next byte and gives the one
 * after it, so that it stays in a register; NULL: it cannot be written, or there is no room. */
struct writer {
    const uint8_t *end;
    struct buf *out; /* its length is told when it must grow, and at the end */
};

enum {
    VARINT_MAX = 10,
    VALUE_MAX = 1 + 32, /* a branch, and a number or a digest */
    SPARE = 1024,       /* asked for beyond what is needed: most records grow once */
};

__attribute__((cold, noinline)) static uint8_t *grown(
    struct writer *writer, const uint8_t *at, size_t need)
{
    struct buf *out = writer->out;
    size_t used = at == NULL ? out->len : (size_t)(at - (uint8_t *)out->ptr);
    out->len = used;
    if (buf_extend(out, need + SPARE) == NULL)
        return NULL;
    out->len = used;
    writer->end = (uint8_t *)out->ptr + used + need + SPARE;
    return (uint8_t *)out->ptr + used;
}

static inline uint8_t *room(struct writer *writer, uint8_t *at, size_t need)
{
    return (size_t)(writer->end - at) >= need ? at : grown(writer, at, need);
}

/* The room is there. */
static inline uint8_t *put_varint(uint8_t *at, int64_t number)
{
    uint64_t value = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    for (; value > 0x7f; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static inline uint8_t *put_stretch(struct writer *writer, uint8_t *at, struct view bytes)
{
    at = room(writer, at, VARINT_MAX + bytes.len);
    if (at == NULL)
        return NULL;
    at = put_varint(at, (int64_t)bytes.len);
    if (bytes.len > 0)
        memcpy(at, bytes.ptr, bytes.len);
    return at + bytes.len;
}

static uint8_t *put_record(
    struct writer *writer, uint8_t *at, const struct record_desc *desc, const char *record);
static uint8_t *put_array(struct writer *writer, uint8_t *at, const struct field_desc *field,
    const struct array_any *array);

/* One value of that kind; a value's room is there. */
static inline __attribute__((always_inline)) uint8_t *put_value(struct writer *writer, uint8_t *at,
    enum kind kind, const struct field_desc *field, const char *from)
{
    const struct view *text = (const void *)from;
    int32_t number;
    int64_t at_us;
    switch (kind) {
    case KIND_BOOL:
        *at++ = *from != 0;
        return at;
    case KIND_INT:
        return put_varint(at, *(const int32_t *)(const void *)from);
    case KIND_DATE:
        number = *(const int32_t *)(const void *)from;
        return number < DAY_MIN || number > DAY_MAX ? NULL : put_varint(at, number);
    case KIND_LONG:
        return put_varint(at, *(const int64_t *)(const void *)from);
    case KIND_TIME:
        at_us = *(const int64_t *)(const void *)from;
        return at_us < TIME_US_MIN || at_us > TIME_US_MAX ? NULL : put_varint(at, at_us);
    case KIND_UUID:
        memcpy(at, from, sizeof(struct uuid));
        return at + sizeof(struct uuid);
    case KIND_DIGEST:
        memcpy(at, from, sizeof(struct digest));
        return at + sizeof(struct digest);
    case KIND_TEXT:
        if (!codec_text_valid((const uint8_t *)text->ptr, text->len))
            return NULL;
        return put_stretch(writer, at, *text);
    case KIND_BYTES:
        return put_stretch(writer, at, *text);
    case KIND_ENUM:
        number = *(const int32_t *)(const void *)from;
        return number < 0 || number >= field->enumeration->count ? NULL : put_varint(at, number);
    case KIND_RECORD:
        return put_record(writer, at, field->record, from);
    case KIND_ARRAY:
        return put_array(writer, at, field, (const void *)from);
    case KIND_MAX_:
        break;
    }
    WRONG("a field of no kind");
}

static uint8_t *put_array(struct writer *writer, uint8_t *at, const struct field_desc *field,
    const struct array_any *array)
{
    const char *items = array->items;
    if (array->len > 0)
        at = put_varint(at, (int64_t)array->len);
    for (size_t i = 0; i < array->len && at != NULL; i++) {
        at = room(writer, at, VALUE_MAX);
        if (at != NULL)
            at = put_value(writer, at, field->item_kind, field, items + i * field->item_size);
    }
    if (at != NULL)
        at = room(writer, at, 1);
    if (at != NULL)
        *at++ = 0;
    return at;
}

static uint8_t *put_record(
    struct writer *writer, uint8_t *at, const struct record_desc *desc, const char *record)
{
    uint64_t has;
    memcpy(&has, record, sizeof has);
    const struct field_desc *field = desc->fields, *const end = field + desc->field_count;
    for (; field < end && at != NULL; field++) {
        at = room(writer, at, VALUE_MAX);
        if (at == NULL)
            return NULL;
        if (field->has_bit >= 0) {
            bool there = ((has >> field->has_bit) & 1) != 0;
            *at++ = there ? 2 : 0;
            if (!there)
                continue;
        }
        at = put_value(writer, at, field->kind, field, record + field->offset);
    }
    return at;
}

/* Room is asked for before it is known how much of it a value takes: so the limit is looked at when
 * all is written, and until then stands as far off as can be asked for in vain. */
void codec_encode(const struct record_desc *desc, const void *record, struct buf *out)
{
    if (out->failed)
        return;
    struct writer writer = {.out = out};
    size_t asked = out->limit, limit = buf_limit(out), start = out->len;
    out->limit = limit + VALUE_MAX + SPARE;
    uint8_t *at = grown(&writer, NULL, 0);
    if (at != NULL)
        at = put_record(&writer, at, desc, record);
    size_t len = at == NULL ? 0 : (size_t)(at - (uint8_t *)out->ptr);
    out->failed = at == NULL || len > limit;
    out->len = out->failed ? start : len;
    out->room = out->room < limit ? out->room : limit; /* what has room is within the limit */
    out->limit = asked;
}
