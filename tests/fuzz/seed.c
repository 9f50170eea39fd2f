/* Writes what the fuzz targets start from, of today's schemas: usage: seed FOLDER */
#include "../common/codec/sample.h"
#include "codec/json.h"
#include "fuzz.h"
#include "support/story.h"

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
    size_t len = bytes.len + sizeof frame;
    char piece[7] = {(char)(len >> 8), (char)len, frame[0], frame[1], frame[2], frame[3], frame[4]};
    if (schema->type != SCHEMA_DOSSIER)
        seed_write("fuzz_fold", row, (struct view){piece, sizeof piece}, buf_as_view(&bytes));
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

/* The commands of a story, as on their topics. */
static void seed_story(size_t number, struct story *s)
{
    struct buf all = {0};
    for (size_t i = 0; i < s->records; i++) {
        struct event event;
        struct buf one = {0};
        MUST(codec_read_event(s->registry, s->log[i], s->arena, &event) == FRAME_OK);
        struct command command = {event_table[event.type].command, event.body};
        MUST(codec_write_command(&command, &one).act == RES_OK);
        buf_byte(&all, (uint8_t)(one.len >> 8));
        buf_byte(&all, (uint8_t)one.len);
        buf_view(&all, buf_as_view(&one));
        buf_done(&one);
    }
    seed_write("fuzz_fold", number, VIEW(""), buf_as_view(&all));
    buf_done(&all);
    story_free(s);
}

static struct uuid booked(struct story *s, int32_t session, const char *at, const char *start)
{
    story_at(s, at);
    struct appointment_booked *book = story_book(s, session, start);
    MUST(SENT(COMMAND_BOOK_APPOINTMENT, book).accepted);
    return book->appointment_id;
}

static void seed_stories(void)
{
    struct story *s = story_new();
    story_planned(s, 1);
    story_session(s, 1, "2026-12-03T10:00:00Z", "2026-12-09T14:00:00Z");
    MUST(SENT(COMMAND_SUBMIT_REPORT, story_report(s)).accepted);
    seed_story(1000, s);
    s = story_new();
    story_started(s);
    struct uuid first = booked(s, 0, "2026-11-24T10:00:00Z", "2026-11-26T14:00:00Z");
    MUST(SENT(COMMAND_RESCHEDULE_APPOINTMENT, story_move(s, first, "2026-11-27T14:00:00Z"))
             .accepted);
    MUST(SENT(COMMAND_RECORD_CONTACT_ATTEMPT, story_attempt(s, (struct uuid){{0}})).accepted);
    MUST(SENT(COMMAND_ADD_CASE_NOTE, story_note(s)).accepted);
    struct concern_raised *concern = story_concern(s);
    MUST(SENT(COMMAND_RAISE_CONCERN, concern).accepted);
    MUST(SENT(COMMAND_READ_CONCERN, story_read_concern(s, concern->concern_id)).accepted);
    MUST(SENT(COMMAND_NOTE_RISK_CHANGE, story_risk_change(s, true)).accepted);
    MUST(SENT(COMMAND_CONFIRM_RISK, story_confirm(s)).accepted);
    MUST(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, 0)).accepted);
    seed_story(1001, s);
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
    seed_stories();
    arena_free(sample.arena);
    return 0;
}
