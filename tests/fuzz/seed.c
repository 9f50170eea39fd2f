/* Writes what the fuzz targets start from, of today's schemas: usage: seed FOLDER */
#include "../common/codec/sample.h"
#include "codec/json.h"
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder;

static void seed_write(const char *target, size_t number, struct view head, struct view rest)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%04zu", folder, target, number);
    FILE *file = fopen(path, "w");
    MUST(file != NULL);
    fwrite(head.ptr, 1, head.len, file);
    fwrite(rest.ptr, 1, rest.len, file);
    MUST(fclose(file) == 0);
}

static void seed_row(size_t row, struct sample *sample)
{
    const struct schema_row *schema = &schema_table[row];
    const struct record_desc *desc = fuzz_desc(schema);
    struct view text = {schema->text, schema->text_len};
    char first = (char)row;
    struct buf bytes = {0};
    void *record = arena_alloc(sample->arena, desc->size);
    sample_record(sample, desc, record);
    codec_encode(desc, record, &bytes);
    seed_write("fuzz_decode", row, (struct view){&first, 1}, buf_as_view(&bytes));
    char frame[5] = {0, (char)(schema->id >> 24), (char)(schema->id >> 16), (char)(schema->id >> 8),
        (char)schema->id};
    seed_write("fuzz_framing", row, (struct view){frame, 5}, buf_as_view(&bytes));
    struct view line = arena_printf(sample->arena, "%.*s\n", VIEW_ARG(text));
    if (text.len < 7000)
        seed_write("fuzz_schema", row, line, buf_as_view(&bytes));
    buf_done(&bytes);
}

static struct view plain_json(
    void *arg, const struct field_desc *field, const char *pointer, struct view sealed)
{
    (void)arg, (void)pointer, (void)sealed;
    return field->plain->kind == KIND_TEXT ? VIEW("\"some words\"") : VIEW("{}");
}

/* A body of each command in each of the three manners of fuzz_json.c. */
static void seed_command(int type, struct sample *sample)
{
    const struct record_desc *desc = command_table[type].desc;
    const struct codec_json_out shown = {.open = plain_json, .no_meta = true};
    for (int manner = 0; manner < 3; manner++) {
        char first = (char)(type + manner * COMMAND_MAX_);
        struct buf json = {0};
        void *record = arena_alloc(sample->arena, desc->size);
        sample_record(sample, desc, record);
        codec_json_write(desc, record, &shown, &json);
        seed_write(
            "fuzz_json", (size_t)(type * 3 + manner), (struct view){&first, 1}, buf_as_view(&json));
        buf_done(&json);
    }
}

int main(int argc, char **argv)
{
    MUST(argc == 2);
    folder = argv[1];
    mkdir(folder, 0777);
    struct sample sample = {.state = 1, .arena = fuzz_arena()};
    for (size_t row = 0; row < schema_count; row++)
        seed_row(row, &sample);
    for (int type = 0; type < COMMAND_MAX_; type++)
        seed_command(type, &sample);
    arena_free(sample.arena);
    return 0;
}
