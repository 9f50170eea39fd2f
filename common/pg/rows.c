#include "pg/rows.h"

#include "pg/pg_own.h"

#include <stdlib.h>
#include <string.h>

enum {
    TYPE_CHAR = 18,
    TYPE_NAME = 19,
    TYPE_JSON = 114,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
};
static const int64_t EPOCH_US = INT64_C(946684800000000);
static const int32_t EPOCH_DAYS = 10957;

struct pg_rows *pg_rows_of(PGresult *result)
{
    struct pg_rows *rows = calloc(1, sizeof *rows);
    MUST(rows != NULL);
    rows->result = result;
    return rows;
}

void pg_rows_free(struct pg_rows *rows)
{
    if (rows == NULL)
        return;
    PQclear(rows->result);
    free(rows);
}

void pg_rows_free_p(struct pg_rows **rows)
{
    pg_rows_free(*rows);
    *rows = NULL;
}

int pg_rows_count(const struct pg_rows *rows)
{
    return PQntuples(rows->result);
}

int pg_rows_columns(const struct pg_rows *rows)
{
    return PQnfields(rows->result);
}

int64_t pg_rows_affected(const struct pg_rows *rows)
{
    int64_t count;
    return view_to_i64(view_of(PQcmdTuples(rows->result)), &count) ? count : 0;
}

res_t pg_rows_ok(const struct pg_rows *rows)
{
    return rows->bad ? FATAL("postgres: a result is not what this program was built for")
                     : RES_DONE;
}

/* The cell's bytes; absent where it is NULL. False (and the result marked) where it is not there.
 */
static bool cell(struct pg_rows *rows, int row, int column, struct view *ret)
{
    if (row < 0 || row >= PQntuples(rows->result) || column < 0 ||
        column >= PQnfields(rows->result) || PQfformat(rows->result, column) != 1) {
        rows->bad = true;
        return false;
    }
    if (PQgetisnull(rows->result, row, column))
        *ret = VIEW_NONE;
    else
        *ret = (struct view){
            PQgetvalue(rows->result, row, column), (size_t)PQgetlength(rows->result, row, column)};
    return true;
}

/* A cell that may not be NULL, of one type and length. */
static bool fixed(
    struct pg_rows *rows, int row, int column, Oid type, size_t len, const uint8_t **ret)
{
    struct view bytes;
    if (!cell(rows, row, column, &bytes))
        return false;
    if (bytes.len != len || bytes.ptr == NULL || PQftype(rows->result, column) != type) {
        rows->bad = true;
        return false;
    }
    *ret = (const uint8_t *)bytes.ptr;
    return true;
}

static uint64_t be(const uint8_t *from, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | from[i];
    return value;
}

bool pg_is_null(struct pg_rows *rows, int row, int column)
{
    struct view bytes;
    return cell(rows, row, column, &bytes) && bytes.ptr == NULL;
}

bool pg_bool(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    return fixed(rows, row, column, PG_BOOL, 1, &bytes) && bytes[0] != 0;
}

int64_t pg_int(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    switch (PQftype(rows->result, column)) {
    case PG_INT2:
        return fixed(rows, row, column, PG_INT2, 2, &bytes) ? (int16_t)be(bytes, 2) : 0;
    case PG_INT4:
        return fixed(rows, row, column, PG_INT4, 4, &bytes) ? (int32_t)be(bytes, 4) : 0;
    default:
        return fixed(rows, row, column, PG_INT8, 8, &bytes) ? (int64_t)be(bytes, 8) : 0;
    }
}

/* infinity and -infinity are no days and no instants here. */
int32_t pg_date(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    int32_t day;
    if (!fixed(rows, row, column, PG_DATE, 4, &bytes))
        return 0;
    if (__builtin_add_overflow((int32_t)be(bytes, 4), EPOCH_DAYS, &day) ||
        (int32_t)be(bytes, 4) == INT32_MIN) {
        rows->bad = true;
        return 0;
    }
    return day;
}

int64_t pg_time(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    int64_t at_us;
    if (!fixed(rows, row, column, PG_TIME, 8, &bytes))
        return 0;
    if (__builtin_add_overflow((int64_t)be(bytes, 8), EPOCH_US, &at_us) ||
        (int64_t)be(bytes, 8) == INT64_MIN) {
        rows->bad = true;
        return 0;
    }
    return at_us;
}

double pg_double(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    if (PQftype(rows->result, column) == TYPE_FLOAT4) {
        if (!fixed(rows, row, column, TYPE_FLOAT4, 4, &bytes))
            return 0;
        uint32_t word = (uint32_t)be(bytes, 4);
        float value;
        memcpy(&value, &word, sizeof value);
        return (double)value;
    }
    if (!fixed(rows, row, column, TYPE_FLOAT8, 8, &bytes))
        return 0;
    uint64_t word = be(bytes, 8);
    double value;
    memcpy(&value, &word, sizeof value);
    return value;
}

struct uuid pg_uuid(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    struct uuid id = {{0}};
    if (fixed(rows, row, column, PG_UUID, sizeof id.b, &bytes))
        memcpy(id.b, bytes, sizeof id.b);
    return id;
}

struct digest pg_digest(struct pg_rows *rows, int row, int column)
{
    const uint8_t *bytes;
    struct digest digest = {{0}};
    if (fixed(rows, row, column, PG_BYTES, sizeof digest.b, &bytes))
        memcpy(digest.b, bytes, sizeof digest.b);
    return digest;
}

struct view pg_text(struct pg_rows *rows, int row, int column)
{
    static const Oid texts[] = {
        PG_TEXT, TYPE_VARCHAR, TYPE_NAME, TYPE_BPCHAR, TYPE_JSON, TYPE_CHAR};
    struct view bytes;
    if (!cell(rows, row, column, &bytes))
        return VIEW_NONE;
    Oid type = PQftype(rows->result, column);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i] == type)
            return bytes;
    if (type == PG_JSONB && (bytes.ptr == NULL || (bytes.len > 0 && bytes.ptr[0] == 1)))
        return bytes.ptr == NULL ? bytes : view_from(bytes, 1);
    rows->bad = true;
    return VIEW_NONE;
}

struct view pg_bytes(struct pg_rows *rows, int row, int column)
{
    struct view bytes;
    if (!cell(rows, row, column, &bytes))
        return VIEW_NONE;
    if (PQftype(rows->result, column) == PG_BYTES)
        return bytes;
    rows->bad = true;
    return VIEW_NONE;
}

struct pg_items pg_items(struct pg_rows *rows, int row, int column)
{
    enum { HEAD_EMPTY = 12, HEAD = 20 };
    struct pg_items items = {.rows = rows};
    struct view bytes;
    if (!cell(rows, row, column, &bytes) || bytes.ptr == NULL)
        return items;
    Oid type = PQftype(rows->result, column);
    bool array = type == PG_TEXT_ARRAY || type == PG_BYTES_ARRAY;
    uint64_t dimensions = bytes.len < HEAD_EMPTY ? 9 : be((const uint8_t *)bytes.ptr, 4);
    if (array && dimensions == 0)
        return items;
    if (!array || dimensions != 1 || bytes.len < HEAD) {
        rows->bad = true;
        return items;
    }
    items.left = (uint32_t)be((const uint8_t *)bytes.ptr + 12, 4);
    items.rest = view_from(bytes, HEAD);
    return items;
}

bool pg_items_next(struct pg_items *items, struct view *ret_item)
{
    if (items->left == 0)
        return false;
    uint64_t len = items->rest.len < 4 ? UINT64_MAX : be((const uint8_t *)items->rest.ptr, 4);
    bool null = len == UINT32_MAX;
    items->rest = view_from(items->rest, 4);
    if (!null && len > items->rest.len) {
        items->rows->bad = true;
        items->left = 0;
        return false;
    }
    items->left--;
    *ret_item = null ? VIEW_NONE : (struct view){items->rest.ptr, len};
    if (!null)
        items->rest = view_from(items->rest, len);
    return true;
}
