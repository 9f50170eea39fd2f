#include "script.h"

#include "support/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct uuid derived(struct view run, int n, int step)
{
    char name[48];
    int len = snprintf(name, sizeof(name), "%d/%d", n, step);
    return uuid_v8_hmac(run, (struct view){name, (size_t)len});
}

static void add(struct script *script, struct step step, const void *body)
{
    struct buf out = {0};
    struct command command = {step.type, body};
    MUST(script->count < STEPS_MAX && codec_write_command(&command, &out).act == RES_OK);
    step.bytes = out.ptr;
    step.len = out.len;
    script->steps[script->count++] = step;
}

/* Every event of the story was accepted when it was decided in memory, and so must it be again. */
static void add_story(struct script *script, struct story *s)
{
    for (size_t i = 0; i < s->records; i++) {
        struct event event;
        MUST(codec_read_event(s->registry, s->log[i], s->arena, &event) == FRAME_OK);
        struct step step = {
            .group = (int)i, .type = event_table[event.type].command, .expected = event.type};
        add(script, step, event.body);
    }
}

static void add_race(struct script *script, struct story *s)
{
    struct step step = {
        .group = script->steps[script->count - 1].group + 1, .expected = EVENT_MAX_};
    const struct command together[] = {
        {COMMAND_SHARE_RISK, story_share(s)},
        {COMMAND_BOOK_APPOINTMENT, story_book(s, 1, "2026-12-09T14:00:00Z")},
        {COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "kim.osei")},
        {COMMAND_OPEN_RISK, story_open(s, "sol.reyes")},
        {COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")},
    };
    for (size_t i = 0; i < ARRAY_LEN(together); i++) {
        step.type = together[i].type;
        add(script, step, together[i].body);
    }
}

void scripts_init(struct scripts *scripts)
{
    *scripts = (struct scripts){.arena = arena_new(16 << 20)};
    MUST(codec_registry_new(&scripts->registry).act == RES_OK);
    for (int n = 0; n < SCRIPTS_MAX; n++) {
        STORY;
        story_planned(s, 1);
        if (n == 0)
            story_session(s, 1, "2026-12-07T09:30:00Z", "2026-12-09T14:00:00Z");
        add_story(&scripts->of[n], s);
        for (int i = 0; n == 1 && i < 4; i++)
            add_race(&scripts->of[n], s);
    }
}

void scripts_done(struct scripts *scripts)
{
    for (int n = 0; n < SCRIPTS_MAX; n++)
        script_done(&scripts->of[n]);
    codec_registry_free(scripts->registry);
    arena_free(scripts->arena);
}

void script_make(struct scripts *scripts, struct script *ret, struct view run, int n)
{
    const struct script *of = &scripts->of[n % SCRIPTS_MAX];
    *ret = (struct script){.person = derived(run, n, -1)};
    for (int i = 0; i < of->count; i++) {
        const struct step *from = &of->steps[i];
        struct command command;
        arena_clear(scripts->arena);
        MUST(codec_read_command(scripts->registry, (struct view){from->bytes, from->len},
                 scripts->arena, &command) == FRAME_OK);
        struct record_head *body = (struct record_head *)(uintptr_t)command.body;
        struct step step = *from;
        body->meta.person = ret->person;
        body->meta.id = step.id = derived(run, n, i);
        add(ret, step, body);
    }
}

void script_done(struct script *script)
{
    for (int i = 0; i < script->count; i++)
        free(script->steps[i].bytes);
}
