#include "codec/codec.h"

#include <stdio.h>
#include <string.h>

enum { POINTER_MAX = 160 };

struct walk {
    codec_sealed_fn *visit;
    void *arg;
    char pointer[POINTER_MAX];
};

static res_t walk_record(
    struct walk *walk, const struct record_desc *desc, char *record, size_t pointer_len);

static res_t walk_field(
    struct walk *walk, const struct field_desc *field, char *at, size_t pointer_len)
{
    if (field->sealed != SEALED_NO)
        return walk->visit(walk->arg, field, walk->pointer, (struct view *)(void *)at);
    if (field->kind == KIND_RECORD)
        return walk_record(walk, field->record, at, pointer_len);
    if (field->kind != KIND_ARRAY || field->item_kind != KIND_RECORD)
        return RES_DONE;
    struct array_any array;
    memcpy(&array, at, sizeof array);
    for (size_t i = 0; i < array.len; i++) {
        int added = snprintf(walk->pointer + pointer_len, POINTER_MAX - pointer_len, "/%zu", i);
        size_t len = pointer_len + (size_t)added;
        MUST(len < POINTER_MAX);
        /* The items are const to their readers; whoever holds the record writable owns them. */
        char *item = (char *)(uintptr_t)array.items + i * field->item_size;
        TRY(walk_record(walk, field->record, item, len));
    }
    return RES_DONE;
}

static res_t walk_record(
    struct walk *walk, const struct record_desc *desc, char *record, size_t pointer_len)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (!has_bit(record, field->has_bit))
            continue;
        int added =
            snprintf(walk->pointer + pointer_len, POINTER_MAX - pointer_len, "/%s", field->name);
        size_t len = pointer_len + (size_t)added;
        MUST(len < POINTER_MAX);
        TRY(walk_field(walk, field, record + field->offset, len));
    }
    return RES_DONE;
}

res_t codec_each_sealed(
    const struct record_desc *desc, void *record, codec_sealed_fn *visit, void *arg)
{
    struct walk walk = {.visit = visit, .arg = arg};
    return walk_record(&walk, desc, record, 0);
}
