/* One story, told in memory once, and again about as many people as a benchmark wants: same facts,
 * ids of their own. */
#include "bench.h"

#include "dossier/referee.h"
#include "support/story.h"

#include <stdlib.h>
#include <string.h>

struct bench_story {
    struct story *of;
    struct arena *arena;
};

struct bench_story *bench_story_new(void)
{
    struct bench_story *story = calloc(1, sizeof(*story));
    MUST(story != NULL);
    struct story *s = story->of = story_new();
    story->arena = arena_new(16 << 20);
    story_referred(s);
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    MUST(s->records <= BENCH_RECORDS_MAX);
    return story;
}

void bench_story_free(struct bench_story *story)
{
    story_free(story->of);
    arena_free(story->arena);
    free(story);
}

size_t bench_story_records(const struct bench_story *story)
{
    return story->of->records;
}

struct uuid bench_person(int n)
{
    char name[16];
    int len = snprintf(name, sizeof(name), "%d", n);
    return uuid_v8_hmac(VIEW("bench"), (struct view){name, (size_t)len});
}

/* Ids that the story minted are a byte, eleven zeros and a number: wherever they stand in the
 * record, each gets the person's mark; so does the person's own id. */
static void make_own(char *bytes, size_t len, int n)
{
    static const char minted[12] = {0x10}, person[16] = {0x77};
    struct uuid own = bench_person(n);
    for (size_t i = 0; i + 16 <= len; i++) {
        if (memcmp(bytes + i, person, sizeof(person)) == 0)
            memcpy(bytes + i, own.b, sizeof(own.b));
        else if (memcmp(bytes + i, minted, sizeof(minted)) == 0)
            memcpy(bytes + i + 1, own.b, 10);
        else
            continue;
        i += 15;
    }
}

void bench_story_event(
    struct bench_story *story, int n, size_t record, struct digest *history, struct buf *out)
{
    struct event event;
    arena_clear(story->arena);
    MUST(codec_read_event(story->of->registry, story->of->log[record], story->arena, &event) ==
         FRAME_OK);
    struct record_head *head = (struct record_head *)(uintptr_t)event.body;
    head->meta.history = *history;
    buf_clear(out);
    bench_must(codec_write_event(&event, out), "an event");
    make_own(out->ptr, out->len, n);
    *history = history_next(*history, buf_as_view(out));
}

void bench_story_risk(struct bench_story *story, int n, int round, struct buf *out)
{
    struct event event;
    arena_clear(story->arena);
    MUST(
        codec_read_event(story->of->registry, story->of->log[0], story->arena, &event) == FRAME_OK);
    MUST(event.type == EVENT_RISK_SHARED);
    struct record_head *head = (struct record_head *)(uintptr_t)event.body;
    memcpy(head->meta.id.b + 12, &(uint32_t){0x1000 + (uint32_t)round}, 4);
    struct command command = {COMMAND_SHARE_RISK, event.body};
    buf_clear(out);
    bench_must(codec_write_command(&command, out), "a command");
    make_own(out->ptr, out->len, n);
}
