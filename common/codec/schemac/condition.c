#include "codec/schemac/condition.h"

#include <stdio.h>
#include <string.h>

static const struct field *field_of(const struct record *record, struct view name)
{
    for (size_t i = 0; record != NULL && i < record->field_count; i++)
        if (view_eq_text(name, record->fields[i].name))
            return &record->fields[i];
    return NULL;
}

static const struct record *record_inside(const struct field *field)
{
    return field != NULL && field->shape.kind == KIND_RECORD ? field->shape.record : NULL;
}

static const struct field *field_named(const struct record *record, struct view path)
{
    const struct field *found = NULL;
    while (path.ptr != NULL) {
        found = field_of(record, view_cut(&path, '.'));
        record = record_inside(found);
    }
    return found;
}

static bool path_stated(const struct record *record, struct view path)
{
    while (path.ptr != NULL) {
        const struct field *field = field_of(record, view_cut(&path, '.'));
        if (field == NULL || field->by_decider || field->by_import || field->by_edge)
            return false;
        record = record_inside(field);
    }
    return true;
}

bool condition_stated(const struct record *record, const char *condition)
{
    struct view rest = view_of(condition);
    char joint = view_find(rest, '|') < rest.len ? '|' : '&';
    while (rest.ptr != NULL) {
        struct view term = view_trim(view_cut(&rest, joint));
        size_t end = 0;
        term = view_from(term, term.len > 0 && term.ptr[0] == '!' ? 1 : 0);
        while (end < term.len && strchr("=!>", term.ptr[end]) == NULL)
            end++;
        if (!path_stated(record, (struct view){term.ptr, end}))
            return false;
    }
    return true;
}

static bool symbol_known(const struct enumeration *enumeration, struct view symbol)
{
    for (size_t i = 0; i < enumeration->count; i++) {
        const char *known = enumeration->symbols[i];
        bool same = strlen(known) == symbol.len;
        for (size_t k = 0; same && k < symbol.len; k++)
            same = known[k] == (symbol.ptr[k] == '_' ? '-' : symbol.ptr[k]);
        if (same)
            return true;
    }
    return false;
}

static bool value_fits(const struct field *field, struct view value)
{
    int64_t number;
    switch (field->shape.kind) {
    case KIND_BOOL:
        return view_eq_text(value, "true") || view_eq_text(value, "false");
    case KIND_ENUM:
        return symbol_known(field->shape.enumeration, value);
    case KIND_INT:
    case KIND_LONG:
        return view_to_i64(value, &number);
    case KIND_TEXT:
        return true;
    case KIND_DATE:
    case KIND_TIME:
    case KIND_UUID:
    case KIND_DIGEST:
    case KIND_BYTES:
    case KIND_RECORD:
    case KIND_ARRAY:
    case KIND_MAX_:
        break;
    }
    return false;
}

static bool ordered(const struct field *field)
{
    enum kind kind = field->shape.kind;
    return kind == KIND_INT || kind == KIND_LONG || kind == KIND_DATE || kind == KIND_TIME;
}

static bool term_valid(const struct record *record, struct view term)
{
    size_t equals = view_find(term, '='), greater = view_find(term, '>');
    if (greater < term.len) {
        const struct field *a = field_named(record, (struct view){term.ptr, greater});
        const struct field *b = field_named(record, view_from(term, greater + 1));
        return a != NULL && b != NULL && ordered(a) && a->shape.kind == b->shape.kind;
    }
    if (equals < term.len) {
        bool not_equal = equals > 0 && term.ptr[equals - 1] == '!';
        struct view name = {term.ptr, equals - (not_equal ? 1 : 0)};
        const struct field *field = field_named(record, name);
        return field != NULL && value_fits(field, view_from(term, equals + 1));
    }
    if (term.len > 0 && term.ptr[0] == '!')
        term = view_from(term, 1);
    return field_named(record, term) != NULL;
}

static void condition_check(const struct record *record, const char *condition)
{
    if (condition == NULL)
        return;
    bool both = strchr(condition, '&') != NULL && strchr(condition, '|') != NULL;
    if (both || condition[0] == '\0')
        fail(record->name, "condition \"%s\": one of & and |, not both", condition);
    struct view rest = view_of(condition);
    char joint = strchr(condition, '|') != NULL ? '|' : '&';
    while (rest.ptr != NULL)
        if (!term_valid(record, view_trim(view_cut(&rest, joint))))
            fail(record->name, "condition \"%s\" names no field or symbol", condition);
}

void conditions_check(const struct record *record)
{
    for (size_t i = 0; i < record->field_count; i++)
        condition_check(record, record->fields[i].required_when);
    for (size_t i = 0; i < json_array_size(record->one_of); i++) {
        const json_t *one = json_array_get(record->one_of, i);
        condition_check(record, json_string_value(json_object_get(one, "when")));
        const json_t *fields = json_object_get(one, "fields");
        for (size_t k = 0; k < json_array_size(fields); k++)
            if (field_named(record, view_of(json_string_value(json_array_get(fields, k)))) == NULL)
                fail(record->name, "oneOf names a field that is not there");
    }
}
