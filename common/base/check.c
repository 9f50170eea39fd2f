#include "base/check.h"

#include <stdio.h>
#include <string.h>

enum { LENGTH_DEFAULT = 200, ITEMS_DEFAULT = 100 };

struct walk {
    check_fn *found;
    void *arg;
    bool stopped;
    bool by_edge; /* of the field at hand */
    size_t len;
    char pointer[CHECK_POINTER_MAX];
};

static void walk_record(struct walk *walk, const struct record_desc *desc, const void *record);

const char *check_code(enum check_rule rule)
{
    static const char *const codes[CHECK_MAX_] = {[CHECK_MISSING] = "field-missing",
        [CHECK_TOO_LONG] = "field-too-long",
        [CHECK_TOO_MANY] = "field-too-long",
        [CHECK_TOO_FEW] = "field-invalid",
        [CHECK_TOO_SMALL] = "field-invalid",
        [CHECK_TOO_LARGE] = "field-invalid",
        [CHECK_INVALID] = "field-invalid",
        [CHECK_NOT_ALLOWED] = "field-not-allowed"};
    return codes[rule];
}

/* Of several codes the lowest is the answer: what is missing before what is wrong. */
static int rank(enum check_rule rule)
{
    static const int ranks[CHECK_MAX_] = {[CHECK_MISSING] = 0,
        [CHECK_TOO_LONG] = 1,
        [CHECK_TOO_MANY] = 1,
        [CHECK_TOO_FEW] = 2,
        [CHECK_TOO_SMALL] = 2,
        [CHECK_TOO_LARGE] = 2,
        [CHECK_INVALID] = 2,
        [CHECK_NOT_ALLOWED] = 3};
    return ranks[rule];
}

static void report(struct walk *walk, enum check_rule rule, int64_t limit)
{
    if (walk->stopped)
        return;
    struct check_error error = {.rule = rule, .limit = limit, .by_edge = walk->by_edge};
    memcpy(error.pointer, walk->pointer, sizeof error.pointer);
    walk->stopped = !walk->found(walk->arg, &error);
}

/* Goes down one step; gives the length to come back to. */
static size_t enter(struct walk *walk, const char *name, size_t index)
{
    size_t before = walk->len;
    char *end = walk->pointer + before;
    size_t room = CHECK_POINTER_MAX - before;
    int added =
        name != NULL ? snprintf(end, room, "/%s", name) : snprintf(end, room, "/%zu", index);
    MUST(added > 0 && (size_t)added < room);
    walk->len = before + (size_t)added;
    return before;
}

static void leave(struct walk *walk, size_t before)
{
    walk->len = before;
    walk->pointer[before] = '\0';
}

static bool blank(struct view text)
{
    return view_trim(text).len == 0;
}

static void check_number(struct walk *walk, const struct field_desc *field, int64_t number)
{
    if (field->min == 0 && field->max == 0)
        return;
    if (number < field->min)
        report(walk, CHECK_TOO_SMALL, field->min);
    else if (number > field->max)
        report(walk, CHECK_TOO_LARGE, field->max);
}

static void check_text(struct walk *walk, const struct field_desc *field, struct view text)
{
    uint32_t limit = field->max_length == 0 ? LENGTH_DEFAULT : field->max_length;
    if (text.len > limit && utf8_count(text) > limit)
        report(walk, CHECK_TOO_LONG, limit);
    else if (field->format != NULL && text.len > 0 && !check_format(field->format, text))
        report(walk, CHECK_INVALID, 0);
}

static void walk_value(
    struct walk *walk, const struct field_desc *field, enum kind kind, const void *at)
{
    switch (kind) {
    case KIND_INT:
        check_number(walk, field, *(const int32_t *)at);
        break;
    case KIND_LONG:
        check_number(walk, field, *(const int64_t *)at);
        break;
    case KIND_TEXT:
        check_text(walk, field, *(const struct view *)at);
        break;
    case KIND_ENUM:
        if (*(const int32_t *)at < 0 || *(const int32_t *)at >= field->enumeration->count)
            report(walk, CHECK_INVALID, 0);
        break;
    case KIND_RECORD:
        walk_record(walk, field->record, at);
        break;
    case KIND_ARRAY: {
        const struct array_any *array = at;
        uint32_t most = field->max_items == 0 ? ITEMS_DEFAULT : field->max_items;
        if (array->len > most)
            report(walk, CHECK_TOO_MANY, most);
        else if (array->len < field->min_items)
            report(walk, array->len == 0 ? CHECK_MISSING : CHECK_TOO_FEW, field->min_items);
        for (size_t i = 0; i < array->len && i < most && !walk->stopped; i++) {
            size_t before = enter(walk, NULL, i);
            walk_value(
                walk, field, field->item_kind, (const char *)array->items + i * field->item_size);
            leave(walk, before);
        }
        break;
    }
    case KIND_BOOL:
    case KIND_DATE:
    case KIND_TIME:
    case KIND_UUID:
    case KIND_DIGEST:
    case KIND_BYTES:
        break;
    case KIND_MAX_:
        WRONG("a field of no kind");
    }
}

static void walk_field(struct walk *walk, const struct record_desc *desc, const void *record,
    const struct field_desc *field)
{
    const void *at = (const char *)record + field->offset;
    bool there = has_bit(record, field->has_bit);
    bool due = field->required;
    walk->by_edge = field->by_edge;
    if (field->required_when != NULL) {
        due = check_condition(desc, record, field->required_when);
        if (there && !due)
            report(walk, CHECK_NOT_ALLOWED, 0);
    }
    bool empty = there && field->kind == KIND_TEXT && blank(*(const struct view *)at);
    if (due && (!there || empty))
        report(walk, CHECK_MISSING, 0);
    else if (there && field->sealed == SEALED_NO)
        walk_value(walk, field, field->kind, at);
}

/* Exactly one: none is reported at the first field, each further one at its own. */
static void walk_one_of(struct walk *walk, const struct record_desc *desc, const void *record,
    const struct one_of_desc *one)
{
    if (one->when != NULL && !check_condition(desc, record, one->when))
        return;
    size_t met = 0;
    for (size_t i = 0; i < one->count; i++) {
        const struct field_desc *field = desc_field(desc, view_of(one->fields[i]));
        MUST(field != NULL);
        if (!has_bit(record, field->has_bit) || ++met == 1)
            continue;
        size_t before = enter(walk, field->name, 0);
        report(walk, CHECK_NOT_ALLOWED, 0);
        leave(walk, before);
    }
    if (met > 0)
        return;
    size_t before = enter(walk, one->fields[0], 0);
    report(walk, CHECK_MISSING, 0);
    leave(walk, before);
}

static void walk_record(struct walk *walk, const struct record_desc *desc, const void *record)
{
    for (uint32_t i = 0; i < desc->field_count && !walk->stopped; i++) {
        size_t before = enter(walk, desc->fields[i].name, 0);
        walk_field(walk, desc, record, &desc->fields[i]);
        leave(walk, before);
    }
    for (uint32_t i = 0; i < desc->one_of_count && !walk->stopped; i++)
        walk_one_of(walk, desc, record, &desc->one_of[i]);
}

void check_each(const struct record_desc *desc, const void *record, check_fn *found, void *arg)
{
    struct walk walk = {.found = found, .arg = arg};
    walk_record(&walk, desc, record);
}

void check_value(const struct field_desc *field, const void *value, const struct check_at *at)
{
    struct walk walk = {.found = at->found, .arg = at->arg};
    int len = snprintf(walk.pointer, sizeof walk.pointer, "%s", at->pointer);
    MUST(len >= 0 && len < CHECK_POINTER_MAX);
    walk.len = (size_t)len;
    if (field->kind == KIND_TEXT && field->required && blank(*(const struct view *)value))
        report(&walk, CHECK_MISSING, 0);
    else
        walk_value(&walk, field, field->kind, value);
}

struct first {
    bool any;
    struct check_error error;
};

static bool keep_first(void *arg, const struct check_error *error)
{
    struct first *first = arg;
    if (!first->any || rank(error->rule) < rank(first->error.rule))
        *first = (struct first){true, *error};
    return rank(first->error.rule) > 0;
}

bool check_record(const struct record_desc *desc, const void *record, struct check_error *ret_error)
{
    struct first first = {0};
    check_each(desc, record, keep_first, &first);
    if (first.any)
        *ret_error = first.error;
    return !first.any;
}
