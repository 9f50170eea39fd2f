#include "mustachec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena *memory;

void stop_at(struct place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", place.file, place.line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

char *name_of(struct view text)
{
    char *copy = arena_text(memory, text);
    MUST(copy != NULL);
    return copy;
}

struct view file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        stop_at((struct place){path, 0}, "cannot be opened");
    struct buf bytes = {0};
    char block[8192];
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        buf_put(&bytes, block, n);
    if (ferror(file) || bytes.failed)
        stop_at((struct place){path, 0}, "cannot be read");
    fclose(file);
    struct view text = arena_copy(memory, buf_as_view(&bytes));
    buf_done(&bytes);
    if (!utf8_valid(text) || memchr(text.ptr, 0, text.len) != NULL)
        stop_at((struct place){path, 0}, "is not plain UTF-8");
    return text;
}

static void file_write(const char *path, const struct buf *bytes)
{
    MUST(!bytes->failed);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes->ptr, 1, bytes->len, file) != bytes->len || fclose(file) != 0)
        stop_at((struct place){path, 0}, "cannot be written");
}

struct outputs {
    struct buf template_h, template_c, text_h, text_c;
};

static void outputs_begin(struct outputs *out, const char *views_include)
{
    static const char *const note = "/* Written by mustachec. */\n";
    buf_printf(&out->template_h,
        "%s#ifndef PAGES_TEMPLATES_H\n#define PAGES_TEMPLATES_H\n\n#include \"base/buf.h\"\n"
        "#include \"%s\"\n\n",
        note, views_include);
    buf_printf(&out->template_c,
        "%s#include \"pages/templates.h\"\n\n#include \"gateway/pages/escape.h\"\n", note);
    buf_printf(&out->text_h,
        "%s#ifndef PAGES_TEXT_H\n#define PAGES_TEXT_H\n\n#include \"gateway/pages/words.h\"\n\n",
        note);
    buf_printf(&out->text_c, "%s#include \"pages/text.h\"\n\n", note);
}

static void outputs_end(struct outputs *out, const char *folder)
{
    buf_text(&out->template_h, "\n#endif\n");
    buf_text(&out->text_h, "\n#endif\n");
    const struct {
        const char *name;
        struct buf *bytes;
    } files[] = {{"templates.h", &out->template_h}, {"templates.c", &out->template_c},
        {"text.h", &out->text_h}, {"text.c", &out->text_c}};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        file_write(arena_printf(memory, "%s/%s", folder, files[i].name).ptr, files[i].bytes);
        buf_done(files[i].bytes);
    }
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* mustachec [--any-html] --out FOLDER --views INCLUDE FILE... : headers (.h), catalogue (.txt) and
 * templates (.html), in any order. --any-html leaves out the rules on HTML (for the tests of the
 * Mustache rules alone). */
int main(int argc, char **argv)
{
    const char *folder = NULL, *views = NULL;
    bool lint = true;
    memory = arena_new(256u << 20);
    struct outputs out = {0};
    struct template **templates = arena_array(memory, (size_t)argc, sizeof *templates);
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--any-html") == 0)
            lint = false;
        else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc)
            folder = argv[++i];
        else if (strcmp(argv[i], "--views") == 0 && i + 1 < argc)
            views = argv[++i];
        else if (ends_with(argv[i], ".h"))
            types_read(argv[i]);
        else if (ends_with(argv[i], ".txt"))
            catalogue_read(argv[i]);
        else if (ends_with(argv[i], ".html"))
            templates[count++] = template_parse(argv[i]);
        else
            stop_at((struct place){argv[i], 0}, "is no header, catalogue or template");
    }
    if (folder == NULL || views == NULL)
        stop_at((struct place){"mustachec", 0}, "--out and --views are needed");
    outputs_begin(&out, views);
    for (size_t i = 0; i < count; i++)
        template_emit(templates[i], lint, &out.template_h, &out.template_c);
    catalogue_emit(&out.text_h, &out.text_c);
    outputs_end(&out, folder);
    arena_free(memory);
    return 0;
}
