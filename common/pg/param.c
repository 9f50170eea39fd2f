#include "pg/param.h"

#include "pg/pg_own.h"

#include <string.h>

/* Postgres counts from 2000-01-01. */
static const int64_t EPOCH_US = INT64_C(946684800000000);
enum {
    PG_BY_CAST = 0, /* the server takes the type from the statement's cast */
    EPOCH_DAYS = 10957,
    ARRAY_HEAD = 20,
    ARRAY_HEAD_EMPTY = 12,
    ARRAY_LIMIT = 64 << 20
};

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

static enum pg_type array_of(enum pg_type element)
{
    static const struct {
        enum pg_type element, array;
    } types[] = {{PG_BOOL, PG_BOOL_ARRAY}, {PG_BYTES, PG_BYTES_ARRAY}, {PG_INT2, PG_INT2_ARRAY},
        {PG_INT4, PG_INT4_ARRAY}, {PG_TEXT, PG_TEXT_ARRAY}, {PG_INT8, PG_INT8_ARRAY},
        {PG_DATE, PG_DATE_ARRAY}, {PG_TIME, PG_TIME_ARRAY}, {PG_UUID, PG_UUID_ARRAY},
        {PG_JSONB, PG_JSONB_ARRAY}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (types[i].element == element)
            return types[i].array;
    WRONG("an array of an element type without a row");
}

static void put_be4(uint8_t *to, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
}

static void put_be8(uint8_t *to, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(to, &value, sizeof value);
}

/* A row's length stands before it. */
static void row_close(const struct pg_array *array)
{
    if (array->row_at > 0 && !array->bytes.failed)
        put_be4((uint8_t *)array->bytes.ptr + array->row_at,
            (uint32_t)(array->bytes.len - array->row_at - 4));
}

/* Dimensions, NULLs?, element type, length, lower bound. An empty array has no dimension, and a
 * head of three words. */
void pg_put_array(struct pg_params *params, const struct pg_array *array)
{
    enum pg_type type = array->of_rows ? (enum pg_type)PG_BY_CAST : array_of(array->element);
    struct pg_value *value = value_new(params, type);
    value->failed = array->bytes.failed;
    if (value->failed)
        return;
    uint8_t *head = (uint8_t *)array->bytes.ptr;
    put_be4(head, array->count == 0 ? 0 : 1);
    put_be4(head + 4, array->has_null ? 1 : 0);
    put_be4(head + 8, (uint32_t)array->element);
    put_be4(head + 12, array->count);
    put_be4(head + 16, 1);
    row_close(array);
    value->bytes = buf_as_view(&array->bytes);
    if (array->count == 0)
        value->bytes.len = ARRAY_HEAD_EMPTY;
}

void pg_array_init(struct pg_array *array, enum pg_type element, size_t limit_bytes)
{
    *array = (struct pg_array){.element = element,
        .bytes = {.limit = limit_bytes == 0 ? (size_t)ARRAY_LIMIT : limit_bytes}};
    pg_array_clear(array);
}

void pg_array_init_rows(struct pg_array *array, uint32_t row_type, size_t limit_bytes)
{
    pg_array_init(array, (enum pg_type)row_type, limit_bytes);
    array->of_rows = true;
}

void pg_array_done(struct pg_array *array)
{
    buf_done(&array->bytes);
}

void pg_array_clear(struct pg_array *array)
{
    array->count = 0;
    array->has_null = false;
    array->row_at = 0;
    buf_clear(&array->bytes);
    (void)buf_extend(&array->bytes, ARRAY_HEAD);
}

void pg_array_row(struct pg_array *array, uint32_t columns)
{
    MUST(array->of_rows);
    row_close(array);
    array->row_at = array->bytes.len;
    array->count++;
    uint8_t *at = buf_extend(&array->bytes, 8);
    if (at != NULL)
        put_be4(at + 4, columns);
}

#define LEN_NULL UINT32_MAX /* no enumerator: those are ints */

/* An element or a row's column with room for `len` bytes; NULL: the array is failed. */
static uint8_t *element(struct pg_array *array, enum pg_type type, uint32_t len)
{
    size_t before = array->of_rows ? 8 : 4;
    MUST(array->of_rows || array->element == type);
    uint8_t *at = buf_extend(&array->bytes, before + (len == LEN_NULL ? 0 : len));
    if (at == NULL)
        return NULL;
    if (array->of_rows) {
        put_be4(at, (uint32_t)type);
    } else {
        array->count++;
        array->has_null |= len == LEN_NULL;
    }
    put_be4(at + before - 4, len);
    return at + before;
}

void pg_array_null(struct pg_array *array)
{
    MUST(!array->of_rows);
    (void)element(array, array->element, LEN_NULL);
}

void pg_array_null_of(struct pg_array *array, enum pg_type type)
{
    (void)element(array, type, LEN_NULL);
}

void pg_array_bool(struct pg_array *array, bool value)
{
    uint8_t *at = element(array, PG_BOOL, 1);
    if (at != NULL)
        *at = value ? 1 : 0;
}

void pg_array_int2(struct pg_array *array, int16_t value)
{
    uint8_t *at = element(array, PG_INT2, 2);
    if (at != NULL)
        put_be(at, (uint16_t)value, 2);
}

static void element_4(struct pg_array *array, enum pg_type type, uint32_t value)
{
    uint8_t *at = element(array, type, 4);
    if (at != NULL)
        put_be4(at, value);
}

static void element_8(struct pg_array *array, enum pg_type type, uint64_t value)
{
    uint8_t *at = element(array, type, 8);
    if (at != NULL)
        put_be8(at, value);
}

void pg_array_int4(struct pg_array *array, int32_t value)
{
    element_4(array, PG_INT4, (uint32_t)value);
}

void pg_array_int8(struct pg_array *array, int64_t value)
{
    element_8(array, PG_INT8, (uint64_t)value);
}

void pg_array_date(struct pg_array *array, int32_t day)
{
    element_4(array, PG_DATE, (uint32_t)date_of(day));
}

void pg_array_time(struct pg_array *array, int64_t at_us)
{
    element_8(array, PG_TIME, time_of(at_us));
}

void pg_array_uuid(struct pg_array *array, struct uuid id)
{
    uint8_t *at = element(array, PG_UUID, sizeof id.b);
    if (at != NULL)
        memcpy(at, id.b, sizeof id.b);
}

static void element_view(struct pg_array *array, enum pg_type type, struct view bytes)
{
    MUST(bytes.len < LEN_NULL);
    uint8_t *at = element(array, type, bytes.ptr == NULL ? LEN_NULL : (uint32_t)bytes.len);
    if (at != NULL && bytes.ptr != NULL && bytes.len > 0)
        memcpy(at, bytes.ptr, bytes.len);
}

void pg_array_text(struct pg_array *array, struct view text)
{
    element_view(array, PG_TEXT, text);
}

/* jsonb in binary is a version byte and the text. */
void pg_array_json(struct pg_array *array, struct view json)
{
    MUST(json.len < LEN_NULL - 1);
    uint8_t *at = element(array, PG_JSONB, json.ptr == NULL ? LEN_NULL : (uint32_t)json.len + 1);
    if (at == NULL || json.ptr == NULL)
        return;
    *at = 1;
    if (json.len > 0)
        memcpy(at + 1, json.ptr, json.len);
}

void pg_array_bytes(struct pg_array *array, struct view bytes)
{
    element_view(array, PG_BYTES, bytes);
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
