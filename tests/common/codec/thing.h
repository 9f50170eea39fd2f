/* A record of every shape, for tests that write the writer's schema and bytes by hand. */
#ifndef TESTS_CODEC_THING_H
#define TESTS_CODEC_THING_H

#include "codec/codec.h"
#include "event/event.h"

struct part {
    uint64_t has;
    int32_t n;
    struct view t;
};
struct part_array {
    const struct part *items;
    size_t len;
};
struct thing {
    uint64_t has;
    int64_t wide;
    int32_t number;
    struct view text;
    struct view raw;
    int32_t colour;
    struct part_array parts;
    struct part inner;
    struct uuid id;
    struct view_array words;
    int64_t at;
    int32_t day;
};
enum {
    THING_WIDE,
    THING_TEXT,
    THING_RAW,
    THING_COLOUR,
    THING_PARTS,
    THING_INNER,
    THING_ID,
    THING_WORDS,
    THING_AT,
    THING_DAY
};
enum { COLOUR_RED, COLOUR_DARK_BLUE, COLOUR_UNKNOWN };

extern const struct record_desc thing_desc;

/* Compiles, decodes, frees. RES_FATAL stands for a schema that cannot be resolved. */
enum res_do thing_decode(
    const char *writer, struct view bytes, struct arena *arena, struct thing *ret);
/* A writer's record of one field. */
#define ONE(name, type) "{\"type\":\"record\",\"name\":\"W\",\"fields\":[" FIELD(name, type) "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define BYTES(literal) ((struct view){"" literal, sizeof(literal) - 1})
/* The same in a static table. */
#define RAW(literal)                                                                               \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

#endif
