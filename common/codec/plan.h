/* What codec_plan_new compiles and codec_decode runs: a flat list of operations. Private to codec.
 */
#ifndef CODEC_PLAN_H
#define CODEC_PLAN_H

#include "codec/codec.h"

enum op_code {
    OP_END,
    OP_ENTER, /* a record begins here; null jumps over it */
    OP_BOOL,
    OP_INT,
    OP_LONG,
    OP_FIXED,
    OP_TEXT,
    OP_BYTES,
    OP_ENUM,
    OP_ARRAY,
    OP_SKIP_BOOL,
    OP_SKIP_INT,
    OP_SKIP_LONG,
    OP_SKIP_FIXED,
    OP_SKIP_TEXT,
    OP_SKIP_BYTES,
    OP_SKIP_ENUM,
    OP_SKIP_ARRAY,
    OP_DEFAULT, /* reads nothing */
};

enum op_limit {
    OP_NARROW = 1,   /* the writer's was an int: still 32 bits on the wire */
    OP_CALENDAR = 2, /* a time or a day: of the years 1 to 9999 */
};

struct op {
    uint64_t mask; /* has-bit to set when there is a value; 0: none */
    union {
        const struct enum_map *map;
        const struct item_plan *items;
        const struct default_value *value;
    } u;
    uint32_t jump;   /* operations left out when null */
    uint32_t size;   /* OP_FIXED, OP_SKIP_FIXED: bytes; OP_INT, OP_LONG: bits of enum op_limit */
    uint16_t offset; /* of the field, from the base of the item or record */
    uint16_t has_offset; /* of the `has` that `mask` belongs to */
    uint8_t code;
    uint8_t is_union;   /* a branch byte stands before */
    uint8_t null_byte;  /* its value for null; the other branch is 2 - null_byte */
    uint8_t no_null_ok; /* null here is an error */
};

struct enum_map {
    int32_t count; /* writer's symbols */
    int32_t unknown;
    int32_t to[]; /* the reader's index of each */
};

struct item_plan {
    const struct op *ops;
    uint32_t item_size; /* in memory; 0: skipped */
    uint32_t bytes_min; /* encoded, at least 1 */
};

struct default_value {
    enum kind kind;
    int64_t number;
    struct view text;
};

struct codec_plan {
    struct arena *arena;
    const struct record_desc *reader;
    const struct op *ops;
};

/* UTF-8 without NUL. */
bool codec_text_valid(const uint8_t *text, size_t len);

#endif
