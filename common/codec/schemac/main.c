/* The schema compiler: reads schemas/, writes what is generated from them. A build tool. */
#include "codec/schemac/emit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] = "usage: schemac gen SCHEMAS OUT [QUERIES]   writes OUT/event/, "
                            "OUT/openapi.json and OUT/asyncapi.json\n"
                            "       schemac ids SCHEMAS [QUERIES]       adds missing schema ids\n"
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

/* What is made from the schemas whatever their ids are. */
struct made {
    struct buf header, tables, openapi, asyncapi;
};

static struct made make(struct model *model, const struct ids *ids, const char *queries)
{
    struct made made = {0};
    emit_header(model, &made.header);
    emit_tables(model, &made.tables);
    json_t *fragment = queries_load(queries);
    emit_openapi(model, fragment, &made.openapi);
    json_decref(fragment);
    emit_asyncapi(model, ids, topics_load(model), &made.asyncapi);
    return made;
}

static void made_done(struct made *made)
{
    buf_done(&made->header);
    buf_done(&made->tables);
    buf_done(&made->openapi);
    buf_done(&made->asyncapi);
}

static void generate(struct model *model, const char *out, const char *queries)
{
    struct ids wanted = ids_wanted(model), locked = ids_read(model);
    ids_check(&locked, &wanted);
    struct made made = make(model, &locked, queries);
    char events[500];
    snprintf(events, sizeof events, "%s/event", out);
    folder_make(out);
    folder_make(events);
    write_changed(events, "event.h", &made.header);
    write_changed(events, "event_tables.c", &made.tables);
    write_changed(out, "openapi.json", &made.openapi);
    write_changed(out, "asyncapi.json", &made.asyncapi);
    struct buf text = {0};
    emit_rows(model, &locked, &text);
    write_changed(events, "event_rows.c", &text);
    buf_clear(&text);
    emit_embedded(buf_as_view(&made.openapi), &text);
    write_changed(events, "openapi.c", &text);
    buf_clear(&text);
    buf_text(&text, "/* The API's OpenAPI 3.1 document, as served. Generated. */\n"
                    "#ifndef EVENT_OPENAPI_H\n#define EVENT_OPENAPI_H\n\n#include <stddef.h>\n\n"
                    "extern const char openapi_json[];\nextern const size_t openapi_json_len;\n\n"
                    "#endif\n");
    write_changed(events, "openapi.h", &text);
    buf_done(&text);
    made_done(&made);
}

/* An id is for ever: none is given to what `gen` refuses. Whether an older text can still be
 * written is asked by `gen` alone, because a release may be the answer. */
static void give_ids(struct model *model, const char *queries)
{
    struct ids wanted = ids_wanted(model);
    struct made made = make(model, &wanted, queries);
    made_done(&made);
    ids_append(model, &wanted);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "ids") == 0) {
        struct model *model = model_load(argv[2]);
        give_ids(model, argc > 3 ? argv[3] : NULL);
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
