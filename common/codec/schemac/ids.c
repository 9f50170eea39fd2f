#include "codec/schemac/ids.h"

#include "codec/schemac/expand.h"

#include <avro.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *digest_of(const struct model *model, const char *text)
{
    char *hex = arena_alloc(model->arena, DIGEST_HEX_LEN + 1);
    digest_hex(sha256(view_of(text)), hex);
    return hex;
}

static void add(struct ids *ids, struct id_row row)
{
    if (ids->count == IDS_MAX)
        fail(row.record, "more than %d schema ids", IDS_MAX);
    ids->rows[ids->count++] = row;
}

static void want(
    const struct model *model, const struct record *record, bool command, struct ids *ids)
{
    const char *text = expand_record(model, record, command);
    avro_schema_t parsed = NULL;
    if (avro_schema_from_json_length(text, strlen(text), &parsed) != 0)
        fail(record->name, "not valid Avro: %s", avro_strerror());
    avro_schema_decref(parsed);
    add(ids, (struct id_row){.record = command ? record->command : record->name,
                 .sha256 = digest_of(model, text),
                 .text = text,
                 .newest = true});
}

struct ids ids_wanted(const struct model *model)
{
    struct ids ids = {arena_array(model->arena, IDS_MAX, sizeof(struct id_row)), 0};
    for (size_t i = 0; i < model->record_count; i++) {
        const struct record *record = model->records[i];
        bool on_wire = record->in <= IN_STREAM ||
                       (record->in == IN_DOSSIER && strcmp(record->name, "Dossier") == 0);
        if (on_wire)
            want(model, record, false, &ids);
        if (record->command != NULL)
            want(model, record, true, &ids);
    }
    return ids;
}

static const char *text_path(const struct model *model, const struct id_row *row)
{
    return arena_printf(model->arena, "%s/ids/%04d-%s.avsc", model->folder, row->id, row->record)
        .ptr;
}

static struct id_row row_parse(const struct model *model, struct view line)
{
    struct view rest = line;
    int64_t id;
    struct view number = view_cut(&rest, '\t');
    struct id_row row = {.record = arena_text(model->arena, view_cut(&rest, '\t')),
        .sha256 = arena_text(model->arena, view_cut(&rest, '\t')),
        .newest = view_eq_text(rest, "at"),
        .was = view_eq_text(rest, "was")};
    if (!view_to_i64(number, &id) || id < 1 || id > INT32_MAX || strlen(row.sha256) != 64 ||
        (rest.len > 0 && !row.newest && !row.was))
        fail("ids.tsv", "not a row: \"%.*s\"", VIEW_ARG(line));
    row.id = (int32_t)id;
    const char *path = text_path(model, &row);
    row.text = model_text(model, path);
    if (row.text == NULL)
        fail(path, "the text behind id %d is missing", row.id);
    if (strcmp(digest_of(model, row.text), row.sha256) != 0)
        fail(path, "is not the text that ids.tsv names: an id's text never changes");
    return row;
}

struct ids ids_read(const struct model *model)
{
    struct ids ids = {arena_array(model->arena, IDS_MAX, sizeof(struct id_row)), 0};
    const char *path = arena_printf(model->arena, "%s/ids.tsv", model->folder).ptr;
    struct view rest = view_of(model_text(model, path));
    while (rest.ptr != NULL) {
        struct view line = view_cut(&rest, '\n');
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        struct id_row row = row_parse(model, line);
        for (size_t i = 0; i < ids.count; i++)
            if (ids.rows[i].id == row.id)
                fail(path, "id %d stands there twice", row.id);
        add(&ids, row);
    }
    return ids;
}

static const struct id_row *newest_of(const struct ids *ids, const char *record)
{
    const struct id_row *found = NULL;
    for (size_t i = 0; i < ids->count; i++) {
        if (!ids->rows[i].newest || strcmp(ids->rows[i].record, record) != 0)
            continue;
        if (found != NULL)
            fail("ids.tsv", "%s has two newest rows", record);
        found = &ids->rows[i];
    }
    return found;
}

void ids_check(const struct ids *locked, const struct ids *wanted)
{
    size_t missing = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        const struct id_row *row = &wanted->rows[i];
        const struct id_row *found = newest_of(locked, row->record);
        if (found != NULL && strcmp(found->sha256, row->sha256) == 0)
            continue;
        fprintf(stderr, "schemac: %s in schemas/ids.tsv: %s\t%s\tat\n",
            found == NULL ? "no row yet" : "an older text", row->record, row->sha256);
        missing++;
    }
    if (missing > 0)
        fail("ids.tsv", "`make schema-ids` adds the %zu rows", missing);
}

static int32_t next_id(const struct ids *ids)
{
    int32_t last = 0;
    for (size_t i = 0; i < ids->count; i++)
        if (ids->rows[i].id > last)
            last = ids->rows[i].id;
    return last + 1;
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        fail(path, "%s", strerror(errno));
}

/* The newest is not any more. Unless a text before it is still what the last release wrote, it is
 * that one itself. */
static void row_retire(struct ids *ids, const char *record)
{
    struct id_row *newest = NULL, *was = NULL;
    for (size_t i = 0; i < ids->count; i++) {
        struct id_row *row = &ids->rows[i];
        if (strcmp(row->record, record) != 0)
            continue;
        newest = row->newest ? row : newest;
        was = row->was ? row : was;
    }
    if (newest == NULL)
        return;
    newest->newest = false;
    newest->was = was == NULL;
}

/* Marks the wanted text of a record as its newest; true if it had to be added. */
static bool row_settle(const struct model *model, const struct id_row *want, struct ids *ids)
{
    struct id_row *known = NULL;
    for (size_t i = 0; i < ids->count && known == NULL; i++)
        if (strcmp(ids->rows[i].record, want->record) == 0 &&
            strcmp(ids->rows[i].sha256, want->sha256) == 0)
            known = &ids->rows[i];
    if (known != NULL && known->newest)
        return false;
    row_retire(ids, want->record);
    if (known != NULL) {
        known->newest = true;
        known->was = false;
        return false;
    }
    struct id_row row = *want;
    row.id = next_id(ids);
    add(ids, row);
    file_write(text_path(model, &row), row.text);
    printf("schema id %d: %s\n", row.id, row.record);
    return true;
}

static void ids_write(const struct model *model, const struct ids *ids)
{
    struct view text = VIEW("# id\trecord\tSHA-256 of ids/<id>-<record>.avsc\tat: the newest; "
                            "was: written by the release before\n");
    for (size_t i = 0; i < ids->count; i++) {
        const struct id_row *row = &ids->rows[i];
        text = arena_printf(model->arena, "%.*s%d\t%s\t%s\t%s\n", VIEW_ARG(text), row->id,
            row->record, row->sha256,
            row->newest ? "at"
            : row->was  ? "was"
                        : "");
    }
    file_write(arena_printf(model->arena, "%s/ids.tsv", model->folder).ptr, text.ptr);
}

void ids_append(const struct model *model, const struct ids *wanted)
{
    struct ids ids = ids_read(model);
    const char *folder = arena_printf(model->arena, "%s/ids", model->folder).ptr;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        fail(folder, "%s", strerror(errno));
    size_t added = 0;
    for (size_t i = 0; i < wanted->count; i++)
        added += row_settle(model, &wanted->rows[i], &ids);
    ids_write(model, &ids);
    printf("%zu schema ids added\n", added);
}

void ids_release(const struct model *model)
{
    struct ids ids = ids_read(model);
    for (size_t i = 0; i < ids.count; i++)
        ids.rows[i].was = false;
    ids_write(model, &ids);
}
