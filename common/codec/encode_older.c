/* An older version's layout by today's encoder: what that version lacks is left out, everything
 * beside it is written as it is. */
#include "codec/codec.h"

#include "base/res.h"

#include <string.h>

static const struct edition_record *touched(
    const struct edition *edition, const struct record_desc *desc)
{
    for (size_t i = 0; i < edition->record_count; i++)
        if (edition->records[i].desc == desc)
            return &edition->records[i];
    return NULL;
}

/* Would who reads it without this field take it for the same? */
static bool reads_as_default(const struct field_desc *field, const void *record)
{
    const char *at = (const char *)record + field->offset;
    if (field->has_bit >= 0)
        return !has_bit(record, field->has_bit);
    if (field->kind == KIND_ARRAY)
        return ((const struct array_any *)(const void *)at)->len == 0;
    MUST(field->kind == KIND_BOOL);
    return *(const bool *)(const void *)at == (strcmp(field->default_json, "true") == 0);
}

/* All the symbols of a field or its items were known then. */
static bool symbols_known(
    const struct edition *edition, const struct field_desc *field, const void *record)
{
    const void *at = (const char *)record + field->offset;
    const struct array_any *array = at;
    const int32_t *symbols = field->kind == KIND_ARRAY ? array->items : at;
    size_t count = field->kind == KIND_ARRAY ? array->len : 1;
    for (size_t i = 0; i < edition->enum_count; i++)
        for (size_t k = 0; edition->enums[i].enumeration == field->enumeration && k < count; k++)
            if (symbols[k] >= edition->enums[i].count)
                return false;
    return true;
}

static void put_array(const struct edition *edition, const struct field_desc *field,
    const struct array_any *array, struct buf *out)
{
    static const struct field_desc len[] = {
        {.kind = KIND_LONG, .offset = offsetof(struct array_any, len), .has_bit = -1}};
    static const struct record_desc head = {.field_count = 1, .fields = len};
    if (array->len > 0)
        codec_encode(&head, array, out);
    for (size_t i = 0; i < array->len && !out->failed; i++)
        codec_encode_older(
            edition, field->record, (const char *)array->items + i * field->item_size, out);
    buf_byte(out, 0);
}

/* A field with a touched record in it. */
static void put_touched(const struct edition *edition, const struct field_desc *field,
    const void *record, struct buf *out)
{
    const void *at = (const char *)record + field->offset;
    bool there = has_bit(record, field->has_bit);
    if (field->has_bit >= 0)
        buf_byte(out, there ? 2 : 0);
    if (there && field->kind == KIND_RECORD)
        codec_encode_older(edition, field->record, at, out);
    else if (there)
        put_array(edition, field, at, out);
}

/* Fields side by side that are today what they were then. */
static void put_same(
    const struct field_desc *from, const struct field_desc *to, const void *record, struct buf *out)
{
    const struct record_desc part = {.field_count = (uint32_t)(to - from), .fields = from};
    if (to > from)
        codec_encode(&part, record, out);
}

void codec_encode_older(const struct edition *edition, const struct record_desc *desc,
    const void *record, struct buf *out)
{
    const struct edition_record *older = touched(edition, desc);
    const struct field_desc *same = desc->fields, *field = same, *end = same + desc->field_count;
    for (; older != NULL && field < end && !out->failed; field++) {
        size_t place = (size_t)(field - desc->fields);
        bool lacks = place < 64 && (older->lacks >> place & 1) != 0;
        bool there = has_bit(record, field->has_bit);
        if (lacks ? !reads_as_default(field, record)
                  : there && field->enumeration != NULL && !symbols_known(edition, field, record))
            out->failed = true;
        if (!lacks && (field->record == NULL || touched(edition, field->record) == NULL))
            continue;
        put_same(same, field, record, out);
        if (!lacks)
            put_touched(edition, field, record, out);
        same = field + 1;
    }
    if (!out->failed)
        put_same(same, end, record, out);
}
