#include "straight.h"

#include "base/res.h"

#include <string.h>

enum { ROWS_MAX = 400 };

struct row {
    uint8_t kind;
    uint8_t nullable;
    int8_t bit;
    uint16_t offset;
    uint16_t has;
    uint16_t jump;
    int32_t symbols;
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static void flatten(const struct record_desc *desc, size_t base)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        size_t at = row_count++;
        MUST(at < ROWS_MAX);
        rows[at] = (struct row){.kind = (uint8_t)field->kind,
            .nullable = field->has_bit >= 0,
            .bit = field->has_bit,
            .offset = (uint16_t)(base + field->offset),
            .has = (uint16_t)base,
            .symbols = field->enumeration == NULL ? 0 : field->enumeration->count};
        if (field->kind == KIND_RECORD)
            flatten(field->record, base + field->offset);
        rows[at].jump = (uint16_t)(row_count - at - 1);
    }
}

void straight_of(const struct record_desc *desc)
{
    row_count = 0;
    flatten(desc, 0);
}

static const uint8_t *number_of(const uint8_t *p, const uint8_t *end, int64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
        value |= (uint64_t)(*p & 0x7f) << shift;
        if ((*p++ & 0x80) == 0) {
            *ret = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
            return p;
        }
    }
    return NULL;
}

static inline const uint8_t *fixed_of(const uint8_t *p, const uint8_t *end, size_t size, char *at)
{
    if ((size_t)(end - p) < size)
        return NULL;
    memcpy(at, p, size);
    return p + size;
}

static bool plain_text(const uint8_t *p, size_t len)
{
    uint64_t bad = 0, word;
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        memcpy(&word, p + i, 8);
        bad |= (word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080);
    }
    for (; i < len; i++)
        bad |= (uint64_t)(p[i] - 1u) & 0x80;
    return bad == 0 || utf8_valid((struct view){(const char *)p, len});
}

/* The branch of a nullable row: 1 a value, 0 null, -1 neither. */
static inline int branch(const struct row *row, const uint8_t *p, const uint8_t *end, char *record)
{
    if (p == end || (*p != 0 && *p != 2))
        return -1;
    if (*p == 0)
        return 0;
    *(uint64_t *)(void *)(record + row->has) |= UINT64_C(1) << row->bit;
    return 1;
}

bool straight_decode(const uint8_t *p, const uint8_t *end, char *record)
{
    int64_t n;
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        if (row->nullable) {
            int there = branch(row, p++, end, record);
            if (there < 0)
                return false;
            if (there == 0) {
                i += row->jump;
                continue;
            }
        }
        char *at = record + row->offset;
        switch ((enum kind)row->kind) {
        case KIND_BOOL:
            if (p == end || *p > 1)
                return false;
            *at = (char)*p++;
            break;
        case KIND_INT:
        case KIND_DATE:
        case KIND_ENUM:
            p = number_of(p, end, &n);
            if (p == NULL || n < INT32_MIN || n > INT32_MAX)
                return false;
            if (row->kind == KIND_ENUM && (n < 0 || n >= row->symbols))
                return false;
            memcpy(at, &(int32_t){(int32_t)n}, 4);
            break;
        case KIND_LONG:
        case KIND_TIME:
            p = number_of(p, end, &n);
            if (p == NULL)
                return false;
            memcpy(at, &n, 8);
            break;
        case KIND_UUID:
        case KIND_DIGEST:
            p = fixed_of(p, end, row->kind == KIND_UUID ? 16 : 32, at);
            if (p == NULL)
                return false;
            break;
        case KIND_TEXT:
        case KIND_BYTES:
            p = number_of(p, end, &n);
            if (p == NULL || n < 0 || n > end - p ||
                (row->kind == KIND_TEXT && !plain_text(p, (size_t)n)))
                return false;
            memcpy(at, &(struct view){(const char *)p, (size_t)n}, sizeof(struct view));
            p += n;
            break;
        case KIND_RECORD:
            break;
        case KIND_ARRAY: /* the record measured has none */
        case KIND_MAX_:
            return false;
        }
    }
    return p == end;
}

/* --- back into bytes ---------------------------------------------------------------------------*/

static inline uint8_t *number_to(uint8_t *p, const uint8_t *end, int64_t number)
{
    if (end - p < 10)
        return NULL;
    uint64_t value = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    for (; value > 0x7f; value >>= 7)
        *p++ = (uint8_t)(value | 0x80);
    *p++ = (uint8_t)value;
    return p;
}

static inline uint8_t *bytes_to(uint8_t *p, const uint8_t *end, const void *from, size_t len)
{
    if (p == NULL || (size_t)(end - p) < len)
        return NULL;
    memcpy(p, from, len);
    return p + len;
}

static inline uint8_t *stretch_to(uint8_t *p, const uint8_t *end, const char *at, bool text)
{
    struct view view;
    memcpy(&view, at, sizeof(view));
    if (text && !plain_text((const uint8_t *)view.ptr, view.len))
        return NULL;
    return bytes_to(number_to(p, end, (int64_t)view.len), end, view.ptr, view.len);
}

static inline uint8_t *int_to(uint8_t *p, const uint8_t *end, const char *at, int32_t below)
{
    int32_t number;
    memcpy(&number, at, sizeof(number));
    return below > 0 && (number < 0 || number >= below) ? NULL : number_to(p, end, number);
}

size_t straight_encode(const char *record, uint8_t *out, size_t room)
{
    uint8_t *p = out;
    const uint8_t *end = out + room;
    for (size_t i = 0; i < row_count && p != NULL; i++) {
        const struct row *row = &rows[i];
        if (row->nullable) {
            bool there = has_bit(record + row->has, row->bit);
            if (p == end)
                return 0;
            *p++ = there ? 2 : 0;
            if (!there) {
                i += row->jump;
                continue;
            }
        }
        const char *at = record + row->offset;
        int64_t number;
        switch ((enum kind)row->kind) {
        case KIND_BOOL:
            p = bytes_to(p, end, at, 1);
            break;
        case KIND_INT:
        case KIND_DATE:
        case KIND_ENUM:
            p = int_to(p, end, at, row->symbols);
            break;
        case KIND_LONG:
        case KIND_TIME:
            memcpy(&number, at, sizeof(number));
            p = number_to(p, end, number);
            break;
        case KIND_UUID:
            p = bytes_to(p, end, at, 16);
            break;
        case KIND_DIGEST:
            p = bytes_to(p, end, at, 32);
            break;
        case KIND_TEXT:
        case KIND_BYTES:
            p = stretch_to(p, end, at, row->kind == KIND_TEXT);
            break;
        case KIND_RECORD:
            break;
        case KIND_ARRAY:
        case KIND_MAX_:
            return 0;
        }
    }
    return p == NULL ? 0 : (size_t)(p - out);
}
