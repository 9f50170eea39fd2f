/* check.h's conditions and formats: what is read from the text of an attribute. */
#include "base/check.h"

#include "base/res.h"

/* A field of the record or, after dots, of one nested in it; NULL where it is absent. Aborts on a
 * name that does not exist. */
static const void *find(const struct record_desc *desc, const void *record, struct view path,
    const struct field_desc **ret_field)
{
    const void *at = record;
    const struct field_desc *field = NULL;
    while (path.ptr != NULL) {
        struct view name = view_cut(&path, '.');
        field = desc == NULL ? NULL : desc_field(desc, name);
        if (field == NULL)
            WRONG("a condition names no field");
        if (at != NULL)
            at = has_bit(at, field->has_bit) ? (const char *)at + field->offset : NULL;
        desc = field->kind == KIND_RECORD ? field->record : NULL;
    }
    MUST(field != NULL);
    *ret_field = field;
    return at;
}

static int64_t number_at(const struct field_desc *field, const void *at)
{
    bool wide = field->kind == KIND_LONG || field->kind == KIND_TIME;
    return wide ? *(const int64_t *)at : *(const int32_t *)at;
}

static bool symbol_is(const char *symbol, struct view value)
{
    for (size_t i = 0; i < value.len; i++)
        if (symbol[i] != (value.ptr[i] == '_' ? '-' : value.ptr[i]))
            return false;
    return symbol[value.len] == '\0';
}

static bool equals(const struct field_desc *field, const void *at, struct view value)
{
    int64_t number;
    switch (field->kind) {
    case KIND_BOOL:
        return *(const bool *)at == view_eq_text(value, "true");
    case KIND_ENUM: {
        int32_t index = *(const int32_t *)at;
        return index >= 0 && index < field->enumeration->count &&
               symbol_is(field->enumeration->symbols[index], value);
    }
    case KIND_TEXT:
        return view_eq(*(const struct view *)at, value);
    case KIND_INT:
    case KIND_LONG:
        return view_to_i64(value, &number) && number == number_at(field, at);
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
    WRONG("a condition compares a field that has no such value");
}

static bool term_holds(const struct record_desc *desc, const void *record, struct view term)
{
    const struct field_desc *field, *other;
    size_t greater = view_find(term, '>'), equal = view_find(term, '=');
    if (greater < term.len) {
        const void *a = find(desc, record, (struct view){term.ptr, greater}, &field);
        const void *b = find(desc, record, view_from(term, greater + 1), &other);
        return a != NULL && b != NULL && number_at(field, a) > number_at(other, b);
    }
    if (equal < term.len) {
        bool differs = equal > 0 && term.ptr[equal - 1] == '!';
        struct view name = {term.ptr, equal - (differs ? 1 : 0)};
        const void *at = find(desc, record, name, &field);
        return at != NULL && equals(field, at, view_from(term, equal + 1)) != differs;
    }
    if (term.len > 0 && term.ptr[0] == '!')
        return find(desc, record, view_from(term, 1), &field) == NULL;
    return find(desc, record, term, &field) != NULL;
}

bool check_condition(const struct record_desc *desc, const void *record, const char *condition)
{
    struct view rest = view_of(condition);
    bool any = view_find(rest, '|') < rest.len;
    while (rest.ptr != NULL)
        if (term_holds(desc, record, view_trim(view_cut(&rest, any ? '|' : '&'))) == any)
            return any;
    return !any;
}

static bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_crn(struct view text)
{
    bool fits = text.len == 7 && upper(text.ptr[0]);
    for (size_t i = 1; fits && i < 7; i++)
        fits = digit(text.ptr[i]);
    return fits;
}

/* Upper case, no spaces: area, district, unit. */
static bool is_postcode(struct view text)
{
    if (text.len < 5 || text.len > 7)
        return false;
    struct view out = {text.ptr, text.len - 3};
    const char *in = text.ptr + out.len;
    if (!digit(in[0]) || !upper(in[1]) || !upper(in[2]))
        return false;
    size_t letters = out.len > 1 && upper(out.ptr[1]) ? 2 : 1;
    if (!upper(out.ptr[0]) || out.len <= letters || !digit(out.ptr[letters]))
        return false;
    return out.len == letters + 1 ||
           (out.len == letters + 2 && (upper(out.ptr[letters + 1]) || digit(out.ptr[letters + 1])));
}

static bool has_char(struct view text, char c)
{
    return view_find(text, c) < text.len;
}

/* Two letters (no I, O), four digits, the kind's two letters; no pair that is easily confused. */
static bool is_reference(struct view text)
{
    bool fits = text.len == 8;
    for (size_t i = 0; fits && i < 8; i++)
        fits = i >= 2 && i < 6 ? digit(text.ptr[i]) : upper(text.ptr[i]);
    if (!fits || has_char((struct view){text.ptr, 2}, 'I') ||
        has_char((struct view){text.ptr, 2}, 'O'))
        return false;
    static const char pairs[][2] = {{'0', 'O'}, {'1', 'I'}, {'5', 'S'}, {'8', 'B'}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (has_char(text, pairs[i][0]) && has_char(text, pairs[i][1]))
            return false;
    return true;
}

static bool word_char(char c)
{
    return upper(c) || digit(c) || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* One @ between two parts without spaces or controls; the domain has a dot, no empty label. */
static bool is_email(struct view text)
{
    size_t at = view_find(text, '@');
    struct view domain = view_from(text, at + 1);
    if (at == 0 || at > 64 || at + 1 >= text.len || !has_char(domain, '.') || text.len > 320)
        return false;
    for (size_t i = 0; i < at; i++)
        if (!word_char(text.ptr[i]) && !has_char(VIEW("!#$%&'*+-/=?^_`{|}~."), text.ptr[i]))
            return false;
    while (domain.ptr != NULL) {
        struct view label = view_cut(&domain, '.');
        if (label.len == 0 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (!word_char(label.ptr[i]) && label.ptr[i] != '-')
                return false;
    }
    return true;
}

static bool is_code(struct view text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80 ||
            (!word_char(text.ptr[i]) && !has_char(VIEW("-_.:/"), text.ptr[i])))
            return false;
    return text.len > 0;
}

bool check_format(const char *format, struct view text)
{
    static const struct {
        const char *name;
        bool (*fits)(struct view text);
    } formats[] = {{"crn", is_crn}, {"postcode", is_postcode}, {"reference", is_reference},
        {"email", is_email}, {"code", is_code}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (view_eq_text(view_of(format), formats[i].name))
            return formats[i].fits(text);
    return false;
}
