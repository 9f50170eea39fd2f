#include "base/clock.h"
#include "codec/plan.h"

#include <string.h>

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    struct arena *arena;
    bool no_room;
};

/* A zigzag varint in its shortest form: longer ones would give one value two spellings. NULL: not
 * one. The first byte is there. */
static const uint8_t *varint_long(const uint8_t *p, const uint8_t *end, int64_t *ret)
{
    uint64_t value = *p & 0x7f;
    unsigned shift = 0;
    while ((*p++ & 0x80) != 0) {
        shift += 7;
        if (p == end || shift > 63 || (shift == 63 && *p > 1))
            return NULL;
        value |= (uint64_t)(*p & 0x7f) << shift;
        if (*p == 0)
            return NULL;
    }
    *ret = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
    return p;
}

static inline const uint8_t *varint(const uint8_t *p, const uint8_t *end, int64_t *ret)
{
    if (p == end)
        return NULL;
    if (*p < 0x80) {
        *ret = (*p >> 1) ^ -(int64_t)(*p & 1);
        return p + 1;
    }
    return varint_long(p, end, ret);
}

/* A length and that many bytes. */
static inline const uint8_t *stretch(const uint8_t *p, const uint8_t *end, const uint8_t **ret_from)
{
    int64_t len;
    p = varint(p, end, &len);
    if (p == NULL || len < 0 || len > end - p)
        return NULL;
    *ret_from = p;
    return p + len;
}

static bool run(const struct op *op, struct cursor *cursor, char *base);

static bool items_grow(
    struct cursor *cursor, const struct item_plan *plan, size_t need, size_t *room, char **items)
{
    if (need <= *room)
        return true;
    size_t grown_room = *room == 0 || need > *room * 2 ? need : *room * 2;
    char *grown = arena_array(cursor->arena, grown_room, plan->item_size);
    if (grown == NULL) {
        cursor->no_room = true;
        return false;
    }
    if (*room > 0)
        memcpy(grown, *items, *room * plan->item_size);
    *items = grown;
    *room = grown_room;
    return true;
}

/* A block's count; *ret_end is where it must end, or NULL where it does not say. */
static bool block_begin(
    struct cursor *cursor, uint32_t bytes_min, size_t *ret_count, const uint8_t **ret_end)
{
    int64_t count, bytes;
    const uint8_t *p = varint(cursor->at, cursor->end, &count);
    *ret_end = NULL;
    if (p != NULL && count < 0) {
        p = varint(p, cursor->end, &bytes);
        if (p == NULL || count == INT64_MIN || bytes < 0 || bytes > cursor->end - p)
            return false;
        count = -count;
        *ret_end = p + bytes;
    }
    if (p == NULL || count > (cursor->end - p) / (int64_t)bytes_min)
        return false;
    cursor->at = p;
    *ret_count = (size_t)count;
    return true;
}

static bool run_array(const struct item_plan *plan, struct cursor *cursor, struct array_any *ret)
{
    size_t total = 0, room = 0, count;
    char *items = NULL;
    uint64_t nowhere = 0; /* what skipped items would set their has-bits in */
    for (;;) {
        const uint8_t *block_end;
        if (!block_begin(cursor, plan->bytes_min, &count, &block_end))
            return false;
        if (count == 0)
            break;
        if (ret != NULL && !items_grow(cursor, plan, total + count, &room, &items))
            return false;
        for (size_t i = 0; i < count; i++) {
            char *item = ret == NULL ? (char *)&nowhere : items + (total + i) * plan->item_size;
            if (!run(plan->ops, cursor, item))
                return false;
        }
        if (block_end != NULL && cursor->at != block_end)
            return false;
        total += count;
    }
    if (ret != NULL)
        *ret = (struct array_any){items, total};
    return true;
}

static void put_default(const struct default_value *value, char *at)
{
    if (value->kind == KIND_TEXT)
        memcpy(at, &value->text, sizeof value->text);
    else if (value->kind == KIND_BOOL)
        *at = value->number != 0;
    else if (value->kind == KIND_LONG || value->kind == KIND_TIME)
        memcpy(at, &value->number, sizeof value->number);
    else if (value->kind != KIND_ARRAY)
        memcpy(at, &(int32_t){(int32_t)value->number}, sizeof(int32_t));
}

/* Each takes one value from `p` and gives where the next begins, or NULL: not one. Inlined: the
 * loop keeps `p` and `end` in registers. */
#define TAKE_FN static inline __attribute__((always_inline)) const uint8_t *

TAKE_FN take_bool(const struct op *op, const uint8_t *p, const uint8_t *end, char *base)
{
    if (p == end || *p > 1)
        return NULL;
    if (op->code == OP_BOOL)
        base[op->offset] = (char)*p;
    return p + 1;
}

TAKE_FN take_int(const struct op *op, const uint8_t *p, const uint8_t *end, char *base)
{
    int64_t number;
    p = varint(p, end, &number);
    if (p == NULL || number < INT32_MIN || number > INT32_MAX)
        return NULL;
    if ((op->size & OP_CALENDAR) != 0 && (number < DAY_MIN || number > DAY_MAX))
        return NULL;
    if (op->code == OP_INT)
        memcpy(base + op->offset, &(int32_t){(int32_t)number}, sizeof(int32_t));
    return p;
}

TAKE_FN take_long(const struct op *op, const uint8_t *p, const uint8_t *end, char *base)
{
    int64_t number;
    p = varint(p, end, &number);
    if (p == NULL || ((op->size & OP_NARROW) != 0 && (number < INT32_MIN || number > INT32_MAX)) ||
        ((op->size & OP_CALENDAR) != 0 && (number < TIME_US_MIN || number > TIME_US_MAX)))
        return NULL;
    if (op->code == OP_LONG)
        memcpy(base + op->offset, &number, sizeof number);
    return p;
}

TAKE_FN take_fixed(const struct op *op, const uint8_t *p, const uint8_t *end, char *base)
{
    if ((size_t)(end - p) < op->size)
        return NULL;
    if (op->code == OP_FIXED)
        memcpy(base + op->offset, p, op->size);
    return p + op->size;
}

TAKE_FN take_stretch(const struct op *op, const uint8_t *p, const uint8_t *end, char *base)
{
    const uint8_t *from;
    bool text = op->code == OP_TEXT || op->code == OP_SKIP_TEXT;
    p = stretch(p, end, &from);
    if (p == NULL || (text && !codec_text_valid(from, (size_t)(p - from))))
        return NULL;
    if (op->code == OP_TEXT || op->code == OP_BYTES)
        *(struct view *)(void *)(base + op->offset) =
            (struct view){(const char *)from, (size_t)(p - from)};
    return p;
}

TAKE_FN take_enum(const struct op *op, const uint8_t *p, const uint8_t *end, char *base)
{
    int64_t number;
    p = varint(p, end, &number);
    if (p == NULL || number < 0 || number >= op->u.map->count)
        return NULL;
    if (op->code == OP_ENUM)
        memcpy(base + op->offset, &op->u.map->to[number], sizeof(int32_t));
    return p;
}

static const uint8_t *take_array(
    const struct op *op, const uint8_t *p, struct cursor *cursor, char *base)
{
    struct array_any *keep = (struct array_any *)(void *)(base + op->offset);
    cursor->at = p;
    bool fine = run_array(op->u.items, cursor, op->code == OP_ARRAY ? keep : NULL);
    return fine ? cursor->at : NULL;
}

/* The whole decoder: one pass over the operations, one over the bytes. */
static bool run(const struct op *op, struct cursor *cursor, char *base)
{
    const uint8_t *p = cursor->at, *const end = cursor->end;
    for (; p != NULL; op++) {
        if (op->is_union) {
            if (p == end || *p > 2 || (*p & 1) != 0)
                return false;
            if (*p++ == op->null_byte) {
                if (op->no_null_ok)
                    return false;
                op += op->jump;
                continue;
            }
        }
        if (op->mask != 0)
            *(uint64_t *)(void *)(base + op->has_offset) |= op->mask;
        switch ((enum op_code)op->code) {
        case OP_END:
            cursor->at = p;
            return true;
        case OP_ENTER:
            break;
        case OP_BOOL:
        case OP_SKIP_BOOL:
            p = take_bool(op, p, end, base);
            break;
        case OP_INT:
        case OP_SKIP_INT:
            p = take_int(op, p, end, base);
            break;
        case OP_LONG:
        case OP_SKIP_LONG:
            p = take_long(op, p, end, base);
            break;
        case OP_FIXED:
        case OP_SKIP_FIXED:
            p = take_fixed(op, p, end, base);
            break;
        case OP_TEXT:
        case OP_SKIP_TEXT:
        case OP_BYTES:
        case OP_SKIP_BYTES:
            p = take_stretch(op, p, end, base);
            break;
        case OP_ENUM:
        case OP_SKIP_ENUM:
            p = take_enum(op, p, end, base);
            break;
        case OP_ARRAY:
        case OP_SKIP_ARRAY:
            p = take_array(op, p, cursor, base);
            break;
        case OP_DEFAULT:
            put_default(op->u.value, base + op->offset);
            break;
        }
    }
    return false;
}

res_t codec_decode(
    const struct codec_plan *plan, struct view body, struct arena *arena, void *ret_record)
{
    const uint8_t *from = (const uint8_t *)(body.ptr == NULL ? "" : body.ptr);
    struct cursor cursor = {.at = from, .end = from + body.len, .arena = arena};
    memset(ret_record, 0, plan->reader->size);
    bool fine = run(plan->ops, &cursor, ret_record);
    if (cursor.no_room)
        return FATAL("the record needs more memory than the arena's limit");
    if (!fine)
        return REJECT("the bytes are not a record of their schema");
    if (cursor.at != cursor.end)
        return REJECT("bytes follow the record");
    return RES_DONE;
}

bool codec_text_valid(const uint8_t *text, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    size_t at = 0;
    uint64_t word;
    /* Eight bytes at a time while they are ASCII without NUL. */
    for (; len - at >= 8; at += 8) {
        memcpy(&word, text + at, 8);
        if (((word | (word - ones)) & highs) != 0)
            break;
    }
    if (at == len)
        return true;
    if (len >= 8 && len - at < 8) {
        memcpy(&word, text + len - 8, 8);
        if (((word | (word - ones)) & highs) == 0)
            return true;
    }
    struct view rest = {(const char *)text + at, len - at};
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] == '\0')
            return false;
    return utf8_valid(rest);
}
