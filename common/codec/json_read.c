#include "base/clock.h"
#include "codec/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { BYTES_DEFAULT = 1 << 20, DEPTH_MAX = 32, FOUND_MAX = 64 };

struct found {
    struct codec_error error;
    bool soft; /* a check's, not a type's */
};

struct reader {
    struct arena *arena;
    bool from_import, partial;
    bool lenient; /* what was sealed by another version of us: unknown fields and symbols pass */
    size_t len;
    char pointer[CHECK_POINTER_MAX];
    size_t found_count;
    struct found found[FOUND_MAX];
};

static void read_object(
    struct reader *reader, const struct record_desc *desc, const json_t *object, char *record);

/* One error a field: what follows from it would only confuse. */
static void add(struct reader *reader, struct codec_error error, bool soft)
{
    if (reader->found_count == FOUND_MAX)
        return;
    for (size_t i = 0; i < reader->found_count; i++)
        if (strcmp(reader->found[i].error.pointer, error.pointer) == 0)
            return;
    reader->found[reader->found_count++] = (struct found){error, soft};
}

static void report(struct reader *reader, enum codec_rule rule, int64_t limit)
{
    struct codec_error error = {.rule = rule, .limit = limit};
    memcpy(error.pointer, reader->pointer, sizeof error.pointer);
    add(reader, error, false);
}

static bool report_check(void *arg, const struct check_error *check)
{
    struct reader *reader = arg;
    bool of_whole = check->rule == CHECK_MISSING || check->rule == CHECK_NOT_ALLOWED;
    if ((reader->partial && of_whole) || (check->rule == CHECK_MISSING && check->by_edge))
        return true;
    struct codec_error error = {.rule = (enum codec_rule)check->rule, .limit = check->limit};
    memcpy(error.pointer, check->pointer, sizeof error.pointer);
    add(reader, error, true);
    return reader->found_count < FOUND_MAX;
}

/* Down one step of the pointer, escaped as RFC 6901 has it; a name too long for it stays out. */
static size_t enter(struct reader *reader, const char *name)
{
    size_t before = reader->len, at = before;
    char *to = reader->pointer;
    to[at++] = '/';
    for (const char *c = name; *c != '\0' && at + 3 < CHECK_POINTER_MAX; c++) {
        if (*c == '~' || *c == '/') {
            to[at++] = '~';
            to[at++] = *c == '~' ? '0' : '1';
        } else {
            to[at++] = *c;
        }
    }
    bool whole = at + 3 < CHECK_POINTER_MAX;
    reader->len = whole ? at : before;
    to[reader->len] = '\0';
    return before;
}

static void leave(struct reader *reader, size_t before)
{
    reader->len = before;
    reader->pointer[before] = '\0';
}

static struct view text_of(const json_t *value)
{
    return (struct view){json_string_value(value), json_string_length(value)};
}

static bool read_int(const json_t *value, char *at)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < INT32_MIN || number > INT32_MAX)
        return false;
    memcpy(at, &(int32_t){(int32_t)number}, sizeof(int32_t));
    return true;
}

static bool read_symbol(
    const struct reader *reader, const struct enum_desc *desc, const json_t *value, char *at)
{
    if (!json_is_string(value))
        return false;
    int32_t index = desc_symbol(desc, text_of(value));
    int32_t unknown = desc->count - 1;
    bool may_be_unknown = desc->unknown_ok || reader->from_import || reader->lenient;
    if (index < 0 && reader->lenient)
        index = unknown;
    if (index < 0 || (index == unknown && !may_be_unknown))
        return false;
    memcpy(at, &index, sizeof index);
    return true;
}

static bool read_text(struct reader *reader, const json_t *value, char *at)
{
    if (!json_is_string(value))
        return false;
    struct view copy = arena_copy(reader->arena, text_of(value));
    memcpy(at, &copy, sizeof copy);
    return true; /* a full arena is seen at the end */
}

/* Values that are one JSON scalar; false: not of that type. */
static bool read_scalar(struct reader *reader, enum kind kind, const struct field_desc *field,
    const json_t *value, char *at)
{
    struct view text = text_of(value);
    int64_t number = json_integer_value(value);
    bool flag = json_is_true(value);
    switch (kind) {
    case KIND_BOOL:
        memcpy(at, &flag, sizeof flag);
        return json_is_boolean(value);
    case KIND_INT:
        return read_int(value, at);
    case KIND_LONG:
        memcpy(at, &number, sizeof number);
        return json_is_integer(value);
    case KIND_DATE:
        return text.ptr != NULL && day_parse(text, (int32_t *)(void *)at);
    case KIND_TIME:
        return text.ptr != NULL && time_parse(text, (int64_t *)(void *)at);
    case KIND_UUID:
        return text.ptr != NULL && uuid_parse(text, (struct uuid *)(void *)at);
    case KIND_DIGEST:
        return text.ptr != NULL && hex_parse(text, at, sizeof(struct digest));
    case KIND_TEXT:
        return read_text(reader, value, at);
    case KIND_ENUM:
        return read_symbol(reader, field->enumeration, value, at);
    case KIND_BYTES: /* bytes that are not sealed are nobody's to state */
    case KIND_RECORD:
    case KIND_ARRAY:
    case KIND_MAX_:
        break;
    }
    return false;
}

static void read_array(
    struct reader *reader, const struct field_desc *field, const json_t *value, char *at);

/* True if the value is there now; else it was reported. */
static bool read_value(struct reader *reader, enum kind kind, const struct field_desc *field,
    const json_t *value, char *at)
{
    if (kind == KIND_RECORD && json_is_object(value))
        read_object(reader, field->record, value, at);
    else if (kind == KIND_ARRAY && json_is_array(value))
        read_array(reader, field, value, at);
    else if (!read_scalar(reader, kind, field, value, at)) {
        report(reader, CODEC_INVALID, 0);
        return false;
    }
    return true;
}

static void read_array(
    struct reader *reader, const struct field_desc *field, const json_t *value, char *at)
{
    size_t count = json_array_size(value);
    char *items = arena_array(reader->arena, count, field->item_size);
    if (items == NULL)
        return;
    struct array_any array = {items, count};
    memcpy(at, &array, sizeof array);
    for (size_t i = 0; i < count; i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        size_t before = enter(reader, index);
        read_value(reader, field->item_kind, field, json_array_get(value, i),
            items + i * field->item_size);
        leave(reader, before);
    }
}

/* Room for any plain value that is not a record. */
union plain_value {
    int64_t number;
    struct view text;
    struct array_any array;
    struct digest digest;
};

/* Checks what will be sealed as its own type says and hands it out as canonical JSON. Blank text
 * counts as absent, because once sealed nobody can see that it is blank. */
static bool read_sealed(
    struct reader *reader, const struct field_desc *field, const json_t *value, char *at)
{
    const struct field_desc *plain = field->plain;
    union plain_value small = {0};
    char *temporary = (char *)&small;
    if (plain->kind == KIND_RECORD)
        temporary = arena_alloc(reader->arena, plain->record->size);
    if (temporary == NULL || !read_value(reader, plain->kind, plain, value, temporary))
        return false;
    if (plain->kind == KIND_TEXT && view_trim(small.text).len == 0)
        return false;
    struct check_at check = {reader->pointer, report_check, reader};
    check_value(plain, temporary, &check);
    struct buf json = {0};
    codec_json_write_value(plain, temporary, &json);
    struct view copy = arena_copy(reader->arena, buf_as_view(&json));
    buf_done(&json);
    memcpy(at, &copy, sizeof copy);
    return true;
}

/* Fields that the body may not state. */
static void refuse_keys(struct reader *reader, const struct record_desc *desc, const json_t *object)
{
    for (void *at = json_object_iter((json_t *)(uintptr_t)object); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        const char *key = json_object_iter_key(at);
        const struct field_desc *field = desc_field(desc, view_of(key));
        size_t before = enter(reader, key);
        if (field == NULL || (reader->len > 0 && strcmp(reader->pointer, "/meta") == 0))
            report(reader, CODEC_UNKNOWN_FIELD, 0);
        else if (field->by_decider ||
                 (!reader->from_import && (field->by_import || field->by_edge)))
            report(reader, CODEC_NOT_ALLOWED, 0);
        leave(reader, before);
    }
}

static void read_field(
    struct reader *reader, const struct field_desc *field, const json_t *value, char *record)
{
    if (value == NULL || json_is_null(value)) {
        if (field->has_bit < 0 && !reader->partial)
            report(reader, CODEC_MISSING, 0);
        return;
    }
    bool there = field->sealed != SEALED_NO
                     ? read_sealed(reader, field, value, record + field->offset)
                     : read_value(reader, field->kind, field, value, record + field->offset);
    if (there && field->has_bit >= 0)
        *(uint64_t *)(void *)record |= UINT64_C(1) << field->has_bit;
}

static void read_object(
    struct reader *reader, const struct record_desc *desc, const json_t *object, char *record)
{
    bool top = reader->len == 0;
    if (!reader->lenient)
        refuse_keys(reader, desc, object);
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (top && strcmp(field->name, "meta") == 0)
            continue;
        size_t before = enter(reader, field->name);
        read_field(reader, field, json_object_get(object, field->name), record);
        leave(reader, before);
    }
}

/* The deepest nesting of brackets outside strings; what is not JSON is the parser's to say. */
static size_t depth_of(struct view json)
{
    size_t depth = 0, most = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '{' || c == '['))
            most = ++depth > most ? depth : most;
        else if (!in_text && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return most;
}

static json_t *parse(struct reader *reader, struct view json, size_t bytes_max, size_t flags)
{
    json_error_t error = {0};
    if (json.len > bytes_max)
        report(reader, CODEC_BODY_LARGE, (int64_t)bytes_max);
    else if (depth_of(json) > DEPTH_MAX)
        report(reader, CODEC_TOO_DEEP, DEPTH_MAX);
    if (reader->found_count > 0)
        return NULL;
    const char *text = json.ptr == NULL ? "" : json.ptr;
    json_t *root = json_loadb(text, json.len, JSON_REJECT_DUPLICATES | flags, &error);
    if (root == NULL && json_error_code(&error) == json_error_duplicate_key)
        report(reader, CODEC_DUPLICATE, error.line);
    else if (root == NULL)
        report(reader, CODEC_SYNTAX, error.position);
    return root;
}

static int rank(enum codec_rule rule)
{
    static const char *const codes[] = {
        "field-missing", "field-too-long", "field-invalid", "field-not-allowed"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (strcmp(codec_rule_code(rule), codes[i]) == 0)
            return (int)i;
    WRONG("a rule without a code");
}

/* The answer: missing, too long, invalid, not allowed, in this order; hard ones only where `soft`.
 */
static const struct codec_error *first_of(const struct reader *reader, bool soft)
{
    const struct codec_error *first = NULL;
    for (size_t i = 0; i < reader->found_count; i++) {
        const struct found *found = &reader->found[i];
        if ((!soft || !found->soft) &&
            (first == NULL || rank(found->error.rule) < rank(first->rule)))
            first = &found->error;
    }
    return first;
}

res_t codec_json_read(const struct record_desc *desc, struct view json,
    struct codec_json_options *options, struct arena *arena, void *ret_record,
    struct codec_error *ret_error)
{
    struct codec_json_options none = {0};
    if (options == NULL)
        options = &none;
    struct reader reader = {
        .arena = arena, .from_import = options->from_import, .partial = options->partial};
    size_t bytes_max = options->bytes_max == 0 ? BYTES_DEFAULT : options->bytes_max;
    memset(ret_record, 0, desc->size);
    json_t *root = parse(&reader, json, bytes_max, 0);
    if (json_is_object(root)) {
        read_object(&reader, desc, root, ret_record);
        if (options->fill != NULL && first_of(&reader, true) == NULL)
            options->fill(options->arg, ret_record);
        check_each(desc, ret_record, report_check, &reader);
    } else if (root != NULL) {
        report(&reader, CODEC_INVALID, 0);
    }
    json_decref(root);
    options->error_count = reader.found_count;
    for (size_t i = 0; i < reader.found_count && i < options->errors_max; i++)
        if (options->errors != NULL)
            options->errors[i] = reader.found[i].error;
    if (arena_full(arena))
        return FATAL("the body needs more memory than the arena's limit");
    const struct codec_error *first = first_of(&reader, options->soft);
    if (first == NULL)
        return RES_DONE;
    *ret_error = *first;
    return REJECT("the body is not what its schema says");
}

res_t codec_json_read_plain(
    const struct field_desc *field, struct view json, struct arena *arena, void *ret_value)
{
    const struct field_desc *plain = field->plain != NULL ? field->plain : field;
    struct reader reader = {.arena = arena, .lenient = true, .partial = true};
    if (plain->kind == KIND_RECORD)
        memset(ret_value, 0, plain->record->size);
    json_t *root = parse(&reader, json, SIZE_MAX, JSON_DECODE_ANY);
    if (root != NULL)
        read_value(&reader, plain->kind, plain, root, ret_value);
    json_decref(root);
    if (arena_full(arena))
        return FATAL("the plaintext needs more memory than the arena's limit");
    return reader.found_count == 0 ? RES_DONE : REJECT("the plaintext is not of its field's type");
}
