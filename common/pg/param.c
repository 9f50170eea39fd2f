#include "pg/param.h"

#include "pg/pg_own.h"

#include <string.h>

/* Postgres counts from 2000-01-01. */
static const int64_t EPOCH_US = INT64_C(946684800000000);
enum { EPOCH_DAYS = 10957, ARRAY_HEAD = 20, ARRAY_LIMIT = 64 << 20 };

static void put_be(uint8_t *to, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static struct pg_value *value_new(struct pg_params *params, enum pg_type type)
{
    MUST(params->count < PG_PARAMS_MAX);
    struct pg_value *value = &params->values[params->count++];
    value->type = type;
    value->null = false;
    value->failed = false;
    value->small_len = 0;
    value->bytes = VIEW_NONE;
    return value;
}

static void put_number(struct pg_params *params, enum pg_type type, uint64_t n, uint8_t bytes)
{
    struct pg_value *value = value_new(params, type);
    value->small_len = bytes;
    put_be(value->small, n, bytes);
}

void pg_put_null(struct pg_params *params, enum pg_type type)
{
    value_new(params, type)->null = true;
}

void pg_put_bool(struct pg_params *params, bool value)
{
    put_number(params, PG_BOOL, value ? 1 : 0, 1);
}

void pg_put_int4(struct pg_params *params, int32_t value)
{
    put_number(params, PG_INT4, (uint32_t)value, 4);
}

void pg_put_int8(struct pg_params *params, int64_t value)
{
    put_number(params, PG_INT8, (uint64_t)value, 8);
}

static uint64_t date_of(int32_t day)
{
    return (uint32_t)(day - EPOCH_DAYS);
}

static uint64_t time_of(int64_t at_us)
{
    return (uint64_t)at_us - (uint64_t)EPOCH_US;
}

void pg_put_date(struct pg_params *params, int32_t day)
{
    put_number(params, PG_DATE, date_of(day), 4);
}

void pg_put_time(struct pg_params *params, int64_t at_us)
{
    put_number(params, PG_TIME, time_of(at_us), 8);
}

void pg_put_uuid(struct pg_params *params, struct uuid id)
{
    struct pg_value *value = value_new(params, PG_UUID);
    value->small_len = sizeof id.b;
    memcpy(value->small, id.b, sizeof id.b);
}

static void put_view(struct pg_params *params, enum pg_type type, struct view bytes)
{
    struct pg_value *value = value_new(params, type);
    value->null = bytes.ptr == NULL;
    value->bytes = bytes;
}

void pg_put_text(struct pg_params *params, struct view text)
{
    put_view(params, PG_TEXT, text);
}

void pg_put_bytes(struct pg_params *params, struct view bytes)
{
    put_view(params, PG_BYTES, bytes);
}

void pg_put_array(struct pg_params *params, const struct pg_array *array)
{
    static const struct {
        enum pg_type element, array;
    } types[] = {{PG_BOOL, PG_BOOL_ARRAY}, {PG_BYTES, PG_BYTES_ARRAY}, {PG_INT2, PG_INT2_ARRAY},
        {PG_INT4, PG_INT4_ARRAY}, {PG_TEXT, PG_TEXT_ARRAY}, {PG_INT8, PG_INT8_ARRAY},
        {PG_DATE, PG_DATE_ARRAY}, {PG_TIME, PG_TIME_ARRAY}, {PG_UUID, PG_UUID_ARRAY},
        {PG_JSONB, PG_JSONB_ARRAY}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (types[i].element == array->element) {
            struct pg_value *value = value_new(params, types[i].array);
            value->bytes = buf_as_view(&array->bytes);
            value->failed = array->bytes.failed;
            return;
        }
    WRONG("an array of an element type without a row");
}

/* Dimensions, NULLs?, element type, length, lower bound; written anew with each element. */
static void array_head(struct pg_array *array)
{
    if (array->bytes.failed)
        return;
    uint8_t *head = (uint8_t *)array->bytes.ptr;
    put_be(head, array->count == 0 ? 0 : 1, 4);
    put_be(head + 4, array->has_null ? 1 : 0, 4);
    put_be(head + 8, (uint64_t)array->element, 4);
    put_be(head + 12, array->count, 4);
    put_be(head + 16, 1, 4);
}

void pg_array_init(struct pg_array *array, enum pg_type element, size_t limit_bytes)
{
    *array = (struct pg_array){.element = element,
        .bytes = {.limit = limit_bytes == 0 ? (size_t)ARRAY_LIMIT : limit_bytes}};
    pg_array_clear(array);
}

void pg_array_done(struct pg_array *array)
{
    buf_done(&array->bytes);
}

void pg_array_clear(struct pg_array *array)
{
    static const uint8_t head[ARRAY_HEAD];
    array->count = 0;
    array->has_null = false;
    buf_clear(&array->bytes);
    buf_put(&array->bytes, head, sizeof head);
    array_head(array);
    /* An empty array has a head of three words and no dimension. */
    if (!array->bytes.failed)
        array->bytes.len = 12;
}

static void element_put(struct pg_array *array, struct view before, struct view bytes)
{
    uint8_t len[4];
    if (array->count == 0 && !array->bytes.failed)
        array->bytes.len = ARRAY_HEAD;
    put_be(len, bytes.ptr == NULL ? UINT32_MAX : before.len + bytes.len, sizeof len);
    buf_put(&array->bytes, len, sizeof len);
    if (bytes.ptr != NULL) {
        buf_view(&array->bytes, before);
        buf_view(&array->bytes, bytes);
    } else {
        array->has_null = true;
    }
    array->count++;
    array_head(array);
}

static void element_number(struct pg_array *array, enum pg_type type, uint64_t n, size_t len)
{
    uint8_t bytes[8];
    MUST(array->element == type);
    put_be(bytes, n, len);
    element_put(array, VIEW_NONE, (struct view){(const char *)bytes, len});
}

void pg_array_null(struct pg_array *array)
{
    element_put(array, VIEW_NONE, VIEW_NONE);
}

void pg_array_bool(struct pg_array *array, bool value)
{
    element_number(array, PG_BOOL, value ? 1 : 0, 1);
}

void pg_array_int2(struct pg_array *array, int16_t value)
{
    element_number(array, PG_INT2, (uint16_t)value, 2);
}

void pg_array_int4(struct pg_array *array, int32_t value)
{
    element_number(array, PG_INT4, (uint32_t)value, 4);
}

void pg_array_int8(struct pg_array *array, int64_t value)
{
    element_number(array, PG_INT8, (uint64_t)value, 8);
}

void pg_array_date(struct pg_array *array, int32_t day)
{
    element_number(array, PG_DATE, date_of(day), 4);
}

void pg_array_time(struct pg_array *array, int64_t at_us)
{
    element_number(array, PG_TIME, time_of(at_us), 8);
}

void pg_array_uuid(struct pg_array *array, struct uuid id)
{
    MUST(array->element == PG_UUID);
    element_put(array, VIEW_NONE, (struct view){(const char *)id.b, sizeof id.b});
}

void pg_array_text(struct pg_array *array, struct view text)
{
    MUST(array->element == PG_TEXT || array->element == PG_JSONB);
    /* jsonb in binary is a version byte and the text. */
    element_put(array, array->element == PG_JSONB ? VIEW("\1") : VIEW_NONE, text);
}

void pg_array_bytes(struct pg_array *array, struct view bytes)
{
    MUST(array->element == PG_BYTES);
    element_put(array, VIEW_NONE, bytes);
}

void pg_put_json(struct pg_params *params, struct view json)
{
    /* Not jsonb, whose binary form begins with a version byte; the server casts on assignment. */
    put_view(params, PG_JSON, json);
}

res_t pg_params_wire(const struct pg_params *params, struct pg_wire_params *ret)
{
    ret->count = params == NULL ? 0 : (int)params->count;
    for (int i = 0; i < ret->count; i++) {
        const struct pg_value *value = &params->values[i];
        struct view bytes = value->bytes;
        if (value->failed || bytes.len > INT32_MAX)
            return REJECT("postgres: an array or a value is over its limit");
        if (value->small_len > 0)
            bytes = (struct view){(const char *)value->small, value->small_len};
        ret->types[i] = (Oid)value->type;
        ret->values[i] = value->null ? NULL : bytes.ptr;
        ret->lengths[i] = (int)bytes.len;
        ret->formats[i] = 1;
    }
    return RES_DONE;
}
