/* The schema compiler: reads schemas/, writes what is generated from them. A build tool. */
#include "codec/schemac/emit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] = "usage: schemac gen SCHEMAS OUT [QUERIES]   writes OUT/event/, "
                            "OUT/openapi.json and OUT/asyncapi.json\n"
                            "       schemac ids SCHEMAS                 adds missing schema ids\n"
                            "       schemac release SCHEMAS             "
                            "what is written from here on is all of it `at`\n";

/* A file whose text is the same is left alone, so that nothing is compiled again. */
static void write_changed(const char *folder, const char *name, const struct buf *text)
{
    char path[600], temporary[620];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    if (text->failed)
        fail(path, "longer than 16 MiB");
    FILE *old = fopen(path, "r");
    bool same = old != NULL;
    for (size_t i = 0; same && i < text->len; i++)
        same = fgetc(old) == (unsigned char)text->ptr[i];
    same = same && fgetc(old) == EOF;
    if (old != NULL)
        fclose(old);
    if (same)
        return;
    FILE *file = fopen(temporary, "w");
    if (file == NULL || fwrite(text->ptr, 1, text->len, file) != text->len || fclose(file) != 0 ||
        rename(temporary, path) != 0)
        fail(path, "%s", strerror(errno));
}

static void folder_make(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        fail(path, "%s", strerror(errno));
}

static json_t *queries_load(const char *path)
{
    if (path == NULL)
        return NULL;
    json_error_t error;
    json_t *queries = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (queries == NULL)
        fail(path, "line %d: %s", error.line, error.text);
    return queries;
}

static struct view topics_load(const struct model *model)
{
    const char *path = arena_printf(model->arena, "%s/topics.tsv", model->folder).ptr;
    const char *text = model_text(model, path);
    if (text == NULL)
        fail(path, "is not there");
    return view_of(text);
}

static void generate(struct model *model, const char *out, const char *queries)
{
    struct ids wanted = ids_wanted(model), locked = ids_read(model);
    ids_check(&locked, &wanted);
    char events[500];
    snprintf(events, sizeof events, "%s/event", out);
    folder_make(out);
    folder_make(events);
    struct buf text = {0};
    emit_header(model, &text);
    write_changed(events, "event.h", &text);
    buf_clear(&text);
    emit_tables(model, &text);
    write_changed(events, "event_tables.c", &text);
    buf_clear(&text);
    emit_rows(model, &locked, &text);
    write_changed(events, "event_rows.c", &text);
    buf_clear(&text);
    json_t *fragment = queries_load(queries);
    emit_openapi(model, fragment, &text);
    json_decref(fragment);
    write_changed(out, "openapi.json", &text);
    struct buf embedded = {0};
    emit_embedded(buf_as_view(&text), &embedded);
    write_changed(events, "openapi.c", &embedded);
    buf_clear(&text);
    buf_text(&text, "/* The API's OpenAPI 3.1 document, as served. Generated. */\n"
                    "#ifndef EVENT_OPENAPI_H\n#define EVENT_OPENAPI_H\n\n#include <stddef.h>\n\n"
                    "extern const char openapi_json[];\nextern const size_t openapi_json_len;\n\n"
                    "#endif\n");
    write_changed(events, "openapi.h", &text);
    buf_clear(&text);
    emit_asyncapi(model, &locked, topics_load(model), &text);
    write_changed(out, "asyncapi.json", &text);
    buf_done(&embedded);
    buf_done(&text);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "ids") == 0) {
        struct model *model = model_load(argv[2]);
        struct ids wanted = ids_wanted(model);
        ids_append(model, &wanted);
        arena_free(model->arena);
        return 0;
    }
    if (argc >= 3 && strcmp(argv[1], "release") == 0) {
        struct model *model = model_load(argv[2]);
        ids_release(model);
        arena_free(model->arena);
        return 0;
    }
    if (argc < 4 || strcmp(argv[1], "gen") != 0) {
        fputs(usage, stderr);
        return 2;
    }
    struct model *model = model_load(argv[2]);
    generate(model, argv[3], argc > 4 ? argv[4] : NULL);
    arena_free(model->arena);
    return 0;
}
