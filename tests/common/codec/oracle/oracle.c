#include "oracle.h"

#include <avro.h>
#include <stdlib.h>
#include <string.h>

struct oracle {
    avro_schema_t schema;
    avro_value_iface_t *iface;
};

struct oracle *oracle_new(struct view schema)
{
    struct oracle *oracle = calloc(1, sizeof *oracle);
    if (avro_schema_from_json_length(schema.ptr, schema.len, &oracle->schema) != 0) {
        free(oracle);
        return NULL;
    }
    oracle->iface = avro_generic_class_from_schema(oracle->schema);
    return oracle;
}

void oracle_free_p(struct oracle **oracle)
{
    if (*oracle == NULL)
        return;
    avro_value_iface_decref((*oracle)->iface);
    avro_schema_decref((*oracle)->schema);
    free(*oracle);
    *oracle = NULL;
}

static int put_record(avro_value_t *value, const struct record_desc *desc, const void *record);

/* avro_value_set_string_len counts the NUL. */
static int put_text(avro_value_t *value, struct view text)
{
    char *copy = malloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    int failed = avro_value_set_string_len(value, copy, text.len + 1);
    free(copy);
    return failed;
}

static int put_value(
    avro_value_t *value, enum kind kind, const struct field_desc *field, const void *at)
{
    const struct view *bytes = at;
    const struct array_any *array = at;
    uint8_t fixed[32];
    switch (kind) {
    case KIND_BOOL:
        return avro_value_set_boolean(value, *(const bool *)at);
    case KIND_INT:
    case KIND_DATE:
        return avro_value_set_int(value, *(const int32_t *)at);
    case KIND_LONG:
    case KIND_TIME:
        return avro_value_set_long(value, *(const int64_t *)at);
    case KIND_UUID:
        memcpy(fixed, at, 16);
        return avro_value_set_fixed(value, fixed, 16);
    case KIND_DIGEST:
        memcpy(fixed, at, 32);
        return avro_value_set_fixed(value, fixed, 32);
    case KIND_TEXT:
        return put_text(value, *bytes);
    case KIND_BYTES:
        return avro_value_set_bytes(value, (void *)(uintptr_t)bytes->ptr, bytes->len);
    case KIND_ENUM:
        return avro_value_set_enum(value, *(const int32_t *)at);
    case KIND_RECORD:
        return put_record(value, field->record, at);
    case KIND_ARRAY:
        for (size_t i = 0; i < array->len; i++) {
            avro_value_t item;
            if (avro_value_append(value, &item, NULL) != 0 ||
                put_value(&item, field->item_kind, field,
                    (const char *)array->items + i * field->item_size) != 0)
                return 1;
        }
        return 0;
    case KIND_MAX_:
        break;
    }
    return 1;
}

static int put_record(avro_value_t *value, const struct record_desc *desc, const void *record)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        avro_value_t at, branch;
        if (avro_value_get_by_index(value, i, &at, NULL) != 0)
            return 1;
        bool there = has_bit(record, field->has_bit);
        branch = at;
        if (field->has_bit >= 0 && avro_value_set_branch(&at, there ? 1 : 0, &branch) != 0)
            return 1;
        if (!there && avro_value_set_null(&branch) != 0)
            return 1;
        if (there &&
            put_value(&branch, field->kind, field, (const char *)record + field->offset) != 0)
            return 1;
    }
    return 0;
}

bool oracle_encode(
    struct oracle *oracle, const struct record_desc *desc, const void *record, struct buf *out)
{
    avro_value_t value;
    if (avro_generic_value_new(oracle->iface, &value) != 0)
        return false;
    size_t size = 0;
    bool fine = put_record(&value, desc, record) == 0 && avro_value_sizeof(&value, &size) == 0;
    char *bytes = malloc(size + 1);
    avro_writer_t writer = avro_writer_memory(bytes, (int64_t)size);
    fine = fine && avro_value_write(writer, &value) == 0;
    if (fine)
        buf_put(out, bytes, (size_t)avro_writer_tell(writer));
    avro_writer_free(writer);
    free(bytes);
    avro_value_decref(&value);
    return fine && !out->failed;
}

static int get_record(const avro_value_t *value, const struct record_desc *desc,
    struct arena *arena, void *ret_record);

static int get_value(const avro_value_t *value, enum kind kind, const struct field_desc *field,
    struct arena *arena, void *at)
{
    const void *bytes = NULL;
    const char *text = NULL;
    size_t len = 0;
    int flag = 0, failed = 0;
    switch (kind) {
    case KIND_BOOL:
        failed = avro_value_get_boolean(value, &flag);
        *(bool *)at = flag != 0;
        return failed;
    case KIND_INT:
    case KIND_DATE:
        return avro_value_get_int(value, at);
    case KIND_LONG:
    case KIND_TIME:
        return avro_value_get_long(value, at);
    case KIND_UUID:
    case KIND_DIGEST:
        if (avro_value_get_fixed(value, &bytes, &len) != 0)
            return 1;
        memcpy(at, bytes, len);
        return 0;
    case KIND_TEXT:
        if (avro_value_get_string(value, &text, &len) != 0)
            return 1;
        *(struct view *)at = arena_copy(arena, (struct view){text, len - 1});
        return 0;
    case KIND_BYTES:
        if (avro_value_get_bytes(value, &bytes, &len) != 0)
            return 1;
        *(struct view *)at = arena_copy(arena, (struct view){bytes == NULL ? "" : bytes, len});
        return 0;
    case KIND_ENUM:
        return avro_value_get_enum(value, at);
    case KIND_RECORD:
        return get_record(value, field->record, arena, at);
    case KIND_ARRAY: {
        if (avro_value_get_size(value, &len) != 0)
            return 1;
        char *items = arena_array(arena, len, field->item_size);
        for (size_t i = 0; i < len; i++) {
            avro_value_t item;
            if (avro_value_get_by_index(value, i, &item, NULL) != 0 ||
                get_value(&item, field->item_kind, field, arena, items + i * field->item_size) != 0)
                return 1;
        }
        memcpy(at, &(struct array_any){items, len}, sizeof(struct array_any));
        return 0;
    }
    case KIND_MAX_:
        break;
    }
    return 1;
}

static int get_record(const avro_value_t *value, const struct record_desc *desc,
    struct arena *arena, void *ret_record)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        avro_value_t at, branch;
        int which = 1;
        if (avro_value_get_by_index(value, i, &at, NULL) != 0)
            return 1;
        branch = at;
        if (field->has_bit >= 0 && (avro_value_get_discriminant(&at, &which) != 0 ||
                                       avro_value_get_current_branch(&at, &branch) != 0))
            return 1;
        if (which == 0)
            continue;
        if (field->has_bit >= 0)
            *(uint64_t *)ret_record |= UINT64_C(1) << field->has_bit;
        if (get_value(&branch, field->kind, field, arena, (char *)ret_record + field->offset) != 0)
            return 1;
    }
    return 0;
}

bool oracle_decode(struct oracle *oracle, const struct record_desc *desc, struct view body,
    struct arena *arena, void *ret_record)
{
    avro_value_t value;
    if (avro_generic_value_new(oracle->iface, &value) != 0)
        return false;
    avro_reader_t reader = avro_reader_memory(body.ptr, (int64_t)body.len);
    char more;
    bool fine = avro_value_read(reader, &value) == 0 && avro_read(reader, &more, 1) != 0 &&
                get_record(&value, desc, arena, ret_record) == 0;
    avro_reader_free(reader);
    avro_value_decref(&value);
    return fine;
}
