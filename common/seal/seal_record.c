#include "seal/seal.h"

#include <stdio.h>
#include <string.h>

struct walk {
    const struct person_keys *keys;
    struct uuid record_id;
    struct arena *arena;
    char path[SEAL_PATH_MAX];
    size_t path_len;
};

static res_t walk_record(struct walk *walk, const struct record_desc *desc, void *record);

static res_t path_push(struct walk *walk, const char *name, size_t index)
{
    size_t room = sizeof walk->path - walk->path_len;
    char *at = walk->path + walk->path_len;
    int n = name != NULL ? snprintf(at, room, "/%s", name) : snprintf(at, room, "/%zu", index);
    if (n < 0 || (size_t)n >= room)
        return REJECT("a sealed field lies too deep");
    walk->path_len += (size_t)n;
    return RES_DONE;
}

static res_t walk_array(struct walk *walk, const struct field_desc *field, void *at)
{
    struct array_any array;
    memcpy(&array, at, sizeof array);
    if (array.len == 0)
        return RES_DONE;
    char *items = arena_array(walk->arena, array.len, field->item_size);
    if (items == NULL)
        return REJECT("too much to seal in one request");
    memcpy(items, array.items, array.len * field->item_size);
    size_t path_len = walk->path_len;
    for (size_t i = 0; i < array.len; i++) {
        TRY(path_push(walk, NULL, i));
        TRY(walk_record(walk, field->record, items + i * field->item_size));
        walk->path_len = path_len;
    }
    array.items = items;
    memcpy(at, &array, sizeof array);
    return RES_DONE;
}

static res_t walk_field(struct walk *walk, const struct field_desc *field, void *at)
{
    if (field->sealed != SEALED_NO) {
        struct view *bytes = at;
        struct seal_place place = {walk->record_id, field->sealed, {walk->path, walk->path_len}};
        return seal_bytes(walk->keys, place, *bytes, walk->arena, bytes);
    }
    if (field->kind == KIND_RECORD)
        return walk_record(walk, field->record, at);
    if (field->kind == KIND_ARRAY)
        return walk_array(walk, field, at);
    return RES_DONE;
}

static res_t walk_record(struct walk *walk, const struct record_desc *desc, void *record)
{
    size_t path_len = walk->path_len;
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (!field_seals(field) || !has_bit(record, field->has_bit))
            continue;
        TRY(path_push(walk, field->name, 0));
        TRY(walk_field(walk, field, (char *)record + field->offset));
        walk->path_len = path_len;
    }
    return RES_DONE;
}

res_t seal_record(const struct person_keys *keys, struct uuid record_id,
    const struct record_desc *desc, void *record, struct arena *arena)
{
    struct walk walk = {.keys = keys, .record_id = record_id, .arena = arena};
    return walk_record(&walk, desc, record);
}
