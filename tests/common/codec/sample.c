#include "sample.h"

#include "base/clock.h"

#include <string.h>

uint64_t sample_next(struct sample *sample)
{
    uint64_t z = (sample->state += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static struct view sample_text(struct sample *sample)
{
    static const char *const bits[] = {"a", "Z", " ", "\n", "\"", "\\", "\x7f", "\x01", "\xc3\xa9",
        "\xe2\x82\xac", "\xf0\x9f\x98\x80", "plain words of a note "};
    size_t max = sample->text_max == 0 ? 40 : sample->text_max;
    size_t len = sample_next(sample) % (max + 1), at = 0;
    char *text = arena_alloc(sample->arena, len + 32);
    while (at < len) {
        const char *bit = bits[sample_next(sample) % ARRAY_LEN(bits)];
        memcpy(text + at, bit, strlen(bit));
        at += strlen(bit);
    }
    return (struct view){text, at};
}

static struct view sample_bytes(struct sample *sample)
{
    size_t max = sample->text_max == 0 ? 40 : sample->text_max;
    size_t len = sample_next(sample) % (max + 1);
    char *bytes = arena_alloc(sample->arena, len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)sample_next(sample);
    return (struct view){bytes, len};
}

/* Small and huge numbers alike, so that varints of every length are met. */
static int64_t sample_number(struct sample *sample, int bits)
{
    uint64_t number = sample_next(sample) >> (64 - bits);
    unsigned shift = (unsigned)(sample_next(sample) % (uint64_t)bits);
    int64_t value = (int64_t)(number >> shift);
    return (sample_next(sample) & 1) != 0 ? -value - 1 : value;
}

static void sample_value(
    struct sample *sample, enum kind kind, const struct field_desc *field, void *at)
{
    switch (kind) {
    case KIND_BOOL:
        *(bool *)at = (sample_next(sample) & 1) != 0;
        break;
    case KIND_INT:
        *(int32_t *)at = (int32_t)sample_number(sample, 31);
        break;
    case KIND_DATE:
        *(int32_t *)at = (int32_t)(sample_number(sample, 31) % DAY_MIN);
        break;
    case KIND_LONG:
        *(int64_t *)at = sample_number(sample, 63);
        break;
    case KIND_TIME:
        *(int64_t *)at = sample_number(sample, 63) % TIME_US_MIN;
        break;
    case KIND_UUID:
        for (size_t i = 0; i < 16; i++)
            ((uint8_t *)at)[i] = (uint8_t)sample_next(sample);
        break;
    case KIND_DIGEST:
        for (size_t i = 0; i < 32; i++)
            ((uint8_t *)at)[i] = (uint8_t)sample_next(sample);
        break;
    case KIND_TEXT:
        *(struct view *)at = sample_text(sample);
        break;
    case KIND_BYTES:
        *(struct view *)at = sample_bytes(sample);
        break;
    case KIND_ENUM:
        *(int32_t *)at = (int32_t)(sample_next(sample) % (uint64_t)field->enumeration->count);
        break;
    case KIND_RECORD:
        sample_record(sample, field->record, at);
        break;
    case KIND_ARRAY: {
        size_t max = sample->items_max == 0 ? 3 : sample->items_max;
        struct array_any array = {NULL, sample_next(sample) % (max + 1)};
        char *items = arena_array(sample->arena, array.len, field->item_size);
        for (size_t i = 0; i < array.len; i++)
            sample_value(sample, field->item_kind, field, items + i * field->item_size);
        array.items = items;
        memcpy(at, &array, sizeof array);
        break;
    }
    case KIND_MAX_:
        WRONG("a field of no kind");
    }
}

void sample_record(struct sample *sample, const struct record_desc *desc, void *ret_record)
{
    unsigned null_in = sample->null_in == 0 ? 3 : sample->null_in;
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (field->has_bit >= 0 && sample_next(sample) % null_in == 0)
            continue;
        if (field->has_bit >= 0)
            *(uint64_t *)ret_record |= UINT64_C(1) << field->has_bit;
        sample_value(sample, field->kind, field, (char *)ret_record + field->offset);
    }
}

static bool equal_value(
    enum kind kind, const struct field_desc *field, const void *a, const void *b)
{
    const struct array_any *left = a, *right = b;
    switch (kind) {
    case KIND_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case KIND_INT:
    case KIND_DATE:
    case KIND_ENUM:
        return *(const int32_t *)a == *(const int32_t *)b;
    case KIND_LONG:
    case KIND_TIME:
        return *(const int64_t *)a == *(const int64_t *)b;
    case KIND_UUID:
        return memcmp(a, b, sizeof(struct uuid)) == 0;
    case KIND_DIGEST:
        return memcmp(a, b, sizeof(struct digest)) == 0;
    case KIND_TEXT:
    case KIND_BYTES:
        return view_eq(*(const struct view *)a, *(const struct view *)b);
    case KIND_RECORD:
        return sample_equal(field->record, a, b);
    case KIND_ARRAY:
        if (left->len != right->len)
            return false;
        for (size_t i = 0; i < left->len; i++)
            if (!equal_value(field->item_kind, field,
                    (const char *)left->items + i * field->item_size,
                    (const char *)right->items + i * field->item_size))
                return false;
        return true;
    case KIND_MAX_:
        break;
    }
    WRONG("a field of no kind");
}

bool sample_equal(const struct record_desc *desc, const void *a, const void *b)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        bool there = has_bit(a, field->has_bit);
        if (there != has_bit(b, field->has_bit))
            return false;
        if (there && !equal_value(field->kind, field, (const char *)a + field->offset,
                         (const char *)b + field->offset))
            return false;
    }
    return true;
}
