/* The text catalogue: what becomes a constant, a function with named values, or a plural. */
#include "mustachec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_MAX = 4096 };
static struct text texts[TEXTS_MAX];
static size_t text_count;

/* The plural categories of CLDR; English has two of them. */
static const char *const plurals[] = {"zero", "one", "two", "few", "many", "other"};

static void find_values(struct text *text)
{
    for (struct view rest = text->words; view_find(rest, '{') < rest.len;) {
        rest = view_from(rest, view_find(rest, '{') + 1);
        struct view name = {rest.ptr, view_find(rest, '}')};
        if (name.len == 0 || name.len == rest.len)
            stop_at(text->place, "a brace does not close");
        for (size_t i = 0; i < name.len; i++)
            if (!islower((unsigned char)name.ptr[i]))
                stop_at(text->place, "{%.*s} is no name of small letters", VIEW_ARG(name));
        bool known = false;
        for (size_t i = 0; i < text->value_count; i++)
            known = known || view_eq(text->values[i], name);
        if (!known && text->value_count == TEXT_VALUES_MAX)
            stop_at(text->place, "more than %d values", (int)TEXT_VALUES_MAX);
        if (!known)
            text->values[text->value_count++] = name;
    }
}

/* The key without its plural category; the whole key where it has none. */
static struct view plural_stem(struct view key)
{
    return (struct view){key.ptr, view_find(key, '[')};
}

static void check_plural(struct view key, struct place place)
{
    struct view category = view_from(key, plural_stem(key).len);
    if (category.len == 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(plurals); i++)
        if (view_eq(category, arena_printf(memory, "[%s]", plurals[i])))
            return;
    stop_at(place, "'%.*s' is no plural category", VIEW_ARG(category));
}

static void add_line(struct view line, struct place place)
{
    line = view_trim(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return;
    size_t equals = view_find(line, '=');
    struct text text = {.key = view_trim((struct view){line.ptr, equals}),
        .words = view_trim(view_from(line, equals + 1)),
        .place = place};
    if (equals == line.len || text.key.len == 0 || text.words.len == 0)
        stop_at(place, "a line is: key = text");
    for (size_t i = 0; i < text.key.len; i++)
        if (!isalnum((unsigned char)text.key.ptr[i]) && memchr(".-[]", text.key.ptr[i], 4) == NULL)
            stop_at(place, "the key '%.*s' has other signs than letters, digits, '.' and '-'",
                VIEW_ARG(text.key));
    check_plural(text.key, place);
    if (catalogue_find(text.key) != NULL)
        stop_at(place, "the key '%.*s' stands here twice", VIEW_ARG(text.key));
    if (text_count == TEXTS_MAX)
        stop_at(place, "more than %d texts", (int)TEXTS_MAX);
    find_values(&text);
    texts[text_count++] = text;
}

void catalogue_read(const char *path)
{
    struct view rest = file_read(path);
    for (struct place place = {path, 1}; rest.ptr != NULL; place.line++)
        add_line(view_cut(&rest, '\n'), place);
}

const struct text *catalogue_find(struct view key)
{
    for (size_t i = 0; i < text_count; i++)
        if (view_eq(texts[i].key, key))
            return &texts[i];
    return NULL;
}

/* "today.changed-since" -> "today_changed_since", "total[one]" -> "total_one" */
static const char *c_name(struct view key)
{
    char *name = name_of(key);
    for (char *c = name; *c != '\0'; c++)
        if (*c == ']')
            *c = '\0';
        else if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

/* A text with values: text_NAME(arena, .value = view, ...). The values' names are a struct's
 * members, so a wrong one does not compile. */
struct function {
    const char *name;
    const char *pattern; /* C expression of the words */
    const struct text *text;
    bool plural; /* {n} is a number that also chooses the pattern */
};

static void emit_declaration(struct buf *header, const struct function *f)
{
    buf_printf(header, "struct text_%s_ {\n", f->name);
    for (size_t i = 0; i < f->text->value_count; i++)
        if (!f->plural || !view_eq_text(f->text->values[i], "n"))
            buf_printf(header, "    struct view %.*s;\n", VIEW_ARG(f->text->values[i]));
    buf_printf(header,
        "%s};\nstruct view text_%s_(struct arena *arena, struct text_%s_ values);\n"
        "#define text_%s(arena, ...) text_%s_((arena), (struct text_%s_){__VA_ARGS__})\n",
        f->plural ? "    int64_t n;\n" : "", f->name, f->name, f->name, f->name, f->name);
}

static void emit_definition(struct buf *source, const struct function *f)
{
    buf_printf(source,
        "struct view text_%s_(struct arena *arena, struct text_%s_ values)\n{\n"
        "    const struct word words[] = {",
        f->name, f->name);
    for (size_t i = 0; i < f->text->value_count; i++) {
        struct view value = f->text->values[i];
        bool number = f->plural && view_eq_text(value, "n");
        buf_printf(source, "{VIEW(\"%.*s\"), %svalues.%.*s%s}, ", VIEW_ARG(value),
            number ? "words_number(arena, " : "", VIEW_ARG(value), number ? ")" : "");
    }
    buf_text(source, f->text->value_count == 0 ? "{{0}, {0}}};\n" : "};\n");
    buf_printf(source, "    return words_fill(arena, %s, (struct words){words, %zu});\n}\n",
        f->pattern, f->text->value_count);
}

static void emit_functions(struct buf *header, struct buf *source, const struct text *text)
{
    struct view stem = plural_stem(text->key);
    bool plural = stem.len < text->key.len;
    const char *name = c_name(stem);
    if (plural ? !view_eq_text(view_from(text->key, stem.len), "[other]") : text->value_count == 0)
        return;
    if (plural && catalogue_find(arena_printf(memory, "%.*s[one]", VIEW_ARG(stem))) == NULL)
        stop_at(text->place, "'%.*s[one]' is missing", VIEW_ARG(stem));
    struct view pattern =
        plural ? arena_printf(memory, "values.n == 1 ? TEXT_%s_one : TEXT_%s_other", name, name)
               : arena_printf(memory, "TEXT_%s", name);
    struct function f = {name, name_of(pattern), text, plural};
    emit_declaration(header, &f);
    emit_definition(source, &f);
}

static int by_key(const void *a, const void *b)
{
    return view_cmp(((const struct text *)a)->key, ((const struct text *)b)->key);
}

void catalogue_emit(struct buf *header, struct buf *source)
{
    qsort(texts, text_count, sizeof *texts, by_key);
    for (size_t i = 0; i < text_count; i++) {
        const char *name = c_name(texts[i].key);
        buf_printf(header, "#define TEXT_INIT_%s {", name);
        emit_literal(header, texts[i].words);
        buf_printf(header, ", %zu}\n#define TEXT_%s ((struct view)TEXT_INIT_%s)\n",
            texts[i].words.len, name, name);
    }
    for (size_t i = 0; i < text_count; i++)
        emit_functions(header, source, &texts[i]);
    buf_text(header, "extern const struct word text_table[]; /* by key */\n"
                     "extern const size_t text_count;\n");
    buf_text(source,
        "#define ROW(key, words) {{\"\" key, sizeof(key) - 1}, {\"\" words, sizeof(words) - 1}}\n"
        "const struct word text_table[] = {\n");
    for (size_t i = 0; i < text_count; i++) {
        buf_printf(source, "    ROW(\"%.*s\", ", VIEW_ARG(texts[i].key));
        emit_literal(source, texts[i].words);
        buf_text(source, "),\n");
    }
    if (text_count == 0)
        buf_text(source, "    ROW(\"\", \"\"),\n");
    buf_printf(source, "};\nconst size_t text_count = %zu;\n", text_count);
}
