#include "conf/value.h"

#include <inttypes.h>
#include <string.h>

enum { SECRET_BYTES_MAX = 16 << 10 };

static const struct {
    const char *suffix;
    int64_t us;
} units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", INT64_C(60000000)},
    {"h", INT64_C(3600000000)}, {"d", INT64_C(86400000000)}};

bool conf_duration(struct view text, int64_t *ret_us)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    int64_t n;
    if (!view_to_i64((struct view){text.ptr, digits}, &n))
        return false;
    struct view suffix = view_from(text, digits);
    if (suffix.len == 0 && n == 0) {
        *ret_us = 0;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (view_eq_text(suffix, units[i].suffix))
            return !__builtin_mul_overflow(n, units[i].us, &n) && (*ret_us = n, true);
    return false;
}

static bool bool_parse(struct view text, bool *ret)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"yes", true}, {"on", true}, {"1", true}, {"false", false},
        {"no", false}, {"off", false}, {"0", false}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (view_eq_text(text, words[i].word)) {
            *ret = words[i].value;
            return true;
        }
    return false;
}

static bool in_range(const struct conf_field *field, int64_t n)
{
    return (field->min == 0 && field->max == 0) || (n >= field->min && n <= field->max);
}

static bool word_allowed(const char *allowed, struct view text)
{
    struct view rest = view_of(allowed);
    if (rest.ptr == NULL)
        return true;
    while (rest.ptr != NULL)
        if (view_eq(view_cut(&rest, '|'), text))
            return true;
    return false;
}

bool conf_file_read(const char *path, size_t bytes_max, struct arena *texts, struct view *ret_text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    char *bytes = arena_alloc(texts, bytes_max + 1);
    size_t len = bytes == NULL ? 0 : fread(bytes, 1, bytes_max + 1, file);
    bool good = bytes != NULL && ferror(file) == 0 && len <= bytes_max;
    fclose(file);
    if (good)
        *ret_text = (struct view){bytes, len};
    return good;
}

static bool secret_parse(struct view text, struct arena *texts, struct view *ret)
{
    if (!view_starts(text, VIEW("file:"))) {
        *ret = text;
        return true;
    }
    char *path = arena_text(texts, view_from(text, 5));
    if (path == NULL || !conf_file_read(path, SECRET_BYTES_MAX, texts, ret))
        return false;
    if (ret->len > 0 && ret->ptr[ret->len - 1] == '\n')
        ret->len--;
    return true;
}

/* A value is one line: what is printed can be a config file. */
static bool is_one_line(struct view text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\t')
            return false;
    return true;
}

static bool text_parse(
    const struct conf_field *field, struct view text, struct arena *texts, const char **ret)
{
    bool empty_is_default = field->fallback != NULL && field->fallback[0] == '\0';
    if (field->kind == CONF_SECRET && !secret_parse(text, texts, &text))
        return false;
    if (field->kind != CONF_TEXT && text.len == 0 && !empty_is_default)
        return false;
    if (memchr(text.ptr, '\0', text.len) != NULL || !utf8_valid(text) ||
        (field->kind != CONF_SECRET && !is_one_line(text)) || !in_range(field, (int64_t)text.len) ||
        !word_allowed(field->allowed, text))
        return false;
    *ret = arena_text(texts, text);
    return *ret != NULL;
}

bool conf_value_parse(
    const struct conf_field *field, struct view text, struct arena *texts, void *ret_field)
{
    int64_t n;
    switch (field->kind) {
    case CONF_INT:
    case CONF_DURATION:
        if (!(field->kind == CONF_INT ? view_to_i64(text, &n) : conf_duration(text, &n)) ||
            !in_range(field, n))
            return false;
        *(int64_t *)ret_field = n;
        return true;
    case CONF_BOOL:
        return bool_parse(text, ret_field);
    case CONF_TEXT:
    case CONF_PATH:
    case CONF_SECRET:
        return text_parse(field, text, texts, ret_field);
    case CONF_MAX_:
        break;
    }
    WRONG("a setting without a kind");
}

static void duration_print(int64_t us, char ret[static 32])
{
    size_t unit = 0;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (us % units[i].us == 0)
            unit = i;
    if (us == 0)
        unit = 2;
    snprintf(ret, 32, "%" PRId64 "%s", us / units[unit].us, units[unit].suffix);
}

void conf_allowed_print(const struct conf_field *field, char ret[static CONF_ALLOWED_MAX])
{
    static const char *const kinds[] = {"text", "a whole number", "true or false",
        "a duration such as 20ms, 5s, 2m", "a path", "a secret, or file:PATH of one"};
    _Static_assert(ARRAY_LEN(kinds) == CONF_MAX_, "words for each kind");
    char low[32], high[32];
    bool limited = field->min != 0 || field->max != 0;
    if (field->allowed != NULL) {
        snprintf(ret, CONF_ALLOWED_MAX, "%s", field->allowed);
    } else if (limited && field->kind == CONF_DURATION) {
        duration_print(field->min, low);
        duration_print(field->max, high);
        snprintf(ret, CONF_ALLOWED_MAX, "%s, from %s to %s", kinds[field->kind], low, high);
    } else if (limited) {
        snprintf(ret, CONF_ALLOWED_MAX, "%s, %s%" PRId64 " to %" PRId64 "%s", kinds[field->kind],
            field->kind == CONF_INT ? "" : "of ", field->min, field->max,
            field->kind == CONF_INT ? "" : " bytes");
    } else {
        snprintf(ret, CONF_ALLOWED_MAX, "%s", kinds[field->kind]);
    }
}
