#include "thing.h"

static const char *const symbols[] = {"red", "dark-blue", "unknown"};
static const struct enum_desc colours = {.name = "Colour", .symbols = symbols, .count = 3};

static const struct field_desc part_fields[] = {
    {.name = "n", .kind = KIND_INT, .offset = offsetof(struct part, n), .has_bit = 0},
    {.name = "t", .kind = KIND_TEXT, .offset = offsetof(struct part, t), .has_bit = 1},
};
static const struct record_desc part_desc = {
    .name = "Part", .size = sizeof(struct part), .field_count = 2, .fields = part_fields};

#define AT(member) .offset = offsetof(struct thing, member)

static const struct field_desc thing_fields[] = {
    {.name = "wide", .kind = KIND_LONG, AT(wide), .has_bit = THING_WIDE},
    {.name = "number", .kind = KIND_INT, AT(number), .has_bit = -1, .default_json = "7"},
    {.name = "text",
        .kind = KIND_TEXT,
        AT(text),
        .has_bit = THING_TEXT,
        .aliases = "oldText olderText"},
    {.name = "raw", .kind = KIND_BYTES, AT(raw), .has_bit = THING_RAW},
    {.name = "colour",
        .kind = KIND_ENUM,
        AT(colour),
        .has_bit = THING_COLOUR,
        .enumeration = &colours},
    {.name = "parts",
        .kind = KIND_ARRAY,
        .item_kind = KIND_RECORD,
        AT(parts),
        .has_bit = THING_PARTS,
        .record = &part_desc,
        .item_size = sizeof(struct part)},
    {.name = "inner", .kind = KIND_RECORD, AT(inner), .has_bit = THING_INNER, .record = &part_desc},
    {.name = "id", .kind = KIND_UUID, AT(id), .has_bit = THING_ID},
    {.name = "words",
        .kind = KIND_ARRAY,
        .item_kind = KIND_TEXT,
        AT(words),
        .has_bit = THING_WORDS,
        .item_size = sizeof(struct view)},
    {.name = "at", .kind = KIND_TIME, AT(at), .has_bit = THING_AT},
    {.name = "day", .kind = KIND_DATE, AT(day), .has_bit = THING_DAY},
};
const struct record_desc thing_desc = {.name = "Thing",
    .size = sizeof(struct thing),
    .field_count = ARRAY_LEN(thing_fields),
    .fields = thing_fields};

enum res_do thing_decode(
    const char *writer, struct view bytes, struct arena *arena, struct thing *ret)
{
    CLEANUP(codec_plan_free_p) struct codec_plan *plan = NULL;
    if (codec_plan_new(view_of(writer), &thing_desc, &plan).act != RES_OK)
        return RES_FATAL;
    return codec_decode(plan, bytes, arena, ret).act;
}
