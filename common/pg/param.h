/* Parameters of a statement, in Postgres's binary format, and arrays for unnest. */
#ifndef PG_PARAM_H
#define PG_PARAM_H

#include "base/buf.h"
#include "base/id.h"

enum pg_type {
    PG_BOOL = 16,
    PG_BYTES = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_DATE = 1082, /* int32_t, days since 1970-01-01 */
    PG_TIME = 1184, /* timestamptz; int64_t, µs since 1970 UTC */
    PG_UUID = 2950,
    PG_JSON = 114,
    PG_JSONB = 3802,
    PG_BOOL_ARRAY = 1000,
    PG_BYTES_ARRAY = 1001,
    PG_INT2_ARRAY = 1005,
    PG_INT4_ARRAY = 1007,
    PG_TEXT_ARRAY = 1009,
    PG_INT8_ARRAY = 1016,
    PG_DATE_ARRAY = 1182,
    PG_TIME_ARRAY = 1185,
    PG_UUID_ARRAY = 2951,
    PG_JSONB_ARRAY = 3807,
};

enum { PG_PARAMS_MAX = 64 };

/* One parameter: `bytes` are borrowed, or `small` holds them. */
struct pg_value {
    enum pg_type type;
    bool null;
    bool failed;       /* an array over its limit */
    uint8_t small_len; /* > 0: the value is small[0..small_len) */
    uint8_t small[16];
    struct view bytes;
};
/* Start with {0}. Texts, bytes and arrays are borrowed until pg_exec or pg_pipe_send returned.
 * More than PG_PARAMS_MAX is our bug and aborts. An absent view (ptr NULL) is NULL. */
struct pg_params {
    uint32_t count;
    struct pg_value values[PG_PARAMS_MAX];
};
void pg_put_null(struct pg_params *params, enum pg_type type);
void pg_put_bool(struct pg_params *params, bool value);
void pg_put_int4(struct pg_params *params, int32_t value);
void pg_put_int8(struct pg_params *params, int64_t value);
void pg_put_date(struct pg_params *params, int32_t day);
void pg_put_time(struct pg_params *params, int64_t at_us);
void pg_put_uuid(struct pg_params *params, struct uuid id);
void pg_put_text(struct pg_params *params, struct view text); /* UTF-8 without NUL */
void pg_put_bytes(struct pg_params *params, struct view bytes);
void pg_put_json(struct pg_params *params, struct view json); /* as json: jsonb columns take it */

/* A one-dimensional array, built in a buffer that grows and is used again. */
struct pg_array {
    enum pg_type element; /* PG_UUID for a uuid[] */
    uint32_t count;
    bool has_null;
    bool of_rows;
    size_t row_at; /* where the last row begins */
    struct buf bytes;
};
/* `limit_bytes` 0: 64 MiB. Beyond it the array is failed, and so is the statement (RES_REJECT). */
void pg_array_init(struct pg_array *array, enum pg_type element, size_t limit_bytes);
/* Of rows of a table: `row_type` is the number of the table's own type (pg_class.reltype), which is
 * another in each database. The statement casts it: unnest($1::schema.table[]) costs the server a
 * fraction of an array for each column. */
void pg_array_init_rows(struct pg_array *array, uint32_t row_type, size_t limit_bytes);
void pg_array_done(struct pg_array *array);
void pg_array_clear(struct pg_array *array); /* empty, same element */
/* Begins a row: all columns of the table follow, in its order, by the functions below. */
void pg_array_row(struct pg_array *array, uint32_t columns);
/* The element's type must be that of the array, else it is our bug and
 * aborts; in a row the server compares it with the column's. An absent view is NULL. */
void pg_array_null(struct pg_array *array);
void pg_array_bool(struct pg_array *array, bool value);
void pg_array_int2(struct pg_array *array, int16_t value);
void pg_array_int4(struct pg_array *array, int32_t value);
void pg_array_int8(struct pg_array *array, int64_t value);
void pg_array_date(struct pg_array *array, int32_t day);
void pg_array_time(struct pg_array *array, int64_t at_us);
void pg_array_uuid(struct pg_array *array, struct uuid id);
void pg_array_text(struct pg_array *array, struct view text);
void pg_array_json(struct pg_array *array, struct view json); /* JSONB */
void pg_array_bytes(struct pg_array *array, struct view bytes);
/* In a row: a column of that type that is NULL. */
void pg_array_null_of(struct pg_array *array, enum pg_type type);
/* Borrows the array until the statement was sent. A failed one makes the params failed. */
void pg_put_array(struct pg_params *params, const struct pg_array *array);

#endif
