#include "codec/codec.h"
#include "codec/framing.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

/* Every schema: written, read, written again gives the same bytes and the same values. */
Test(codec, reads_back_what_it_wrote_for_every_schema, .timeout = 60)
{
    CLEANUP(codec_registry_free_p) struct codec_registry *registry = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)4 << 20);
    cr_assert_eq(codec_registry_new(&registry).act, RES_OK);
    struct sample sample = {.state = 7, .arena = arena};
    for (int type = 0; type < EVENT_MAX_; type++) {
        const struct record_desc *desc = event_table[type].desc;
        for (int i = 0; i < 50; i++) {
            struct buf bytes = {0}, again = {0};
            arena_clear(arena);
            void *record = arena_alloc(arena, desc->size);
            sample_record(&sample, desc, record);
            struct event event = {(enum event_type)type, record}, read;
            cr_assert_eq(codec_write_event(&event, &bytes).act, RES_OK);
            cr_assert_eq(codec_read_event(registry, buf_as_view(&bytes), arena, &read), FRAME_OK);
            cr_assert(read.type == event.type && sample_equal(desc, record, read.body));
            cr_assert_eq(codec_write_event(&read, &again).act, RES_OK);
            cr_assert(view_eq(buf_as_view(&bytes), buf_as_view(&again)));
            buf_done(&bytes);
            buf_done(&again);
        }
    }
}

Test(codec, every_command_and_the_dossier_come_back_too, .timeout = 60)
{
    CLEANUP(codec_registry_free_p) struct codec_registry *registry = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)4 << 20);
    cr_assert_eq(codec_registry_new(&registry).act, RES_OK);
    struct sample sample = {.state = 8, .arena = arena};
    for (int type = 0; type < COMMAND_MAX_; type++) {
        const struct record_desc *desc = command_table[type].desc;
        struct buf bytes = {0};
        void *record = arena_alloc(arena, desc->size);
        sample_record(&sample, desc, record);
        struct command command = {(enum command_type)type, record}, read;
        cr_assert_eq(codec_write_command(&command, &bytes).act, RES_OK);
        cr_assert_eq(codec_read_command(registry, buf_as_view(&bytes), arena, &read), FRAME_OK);
        cr_assert(read.type == command.type && sample_equal(desc, record, read.body));
        struct event event;
        cr_assert_eq(
            codec_read_event(registry, buf_as_view(&bytes), arena, &event), FRAME_WRONG_KIND);
        buf_done(&bytes);
    }
    struct dossier *dossier = arena_alloc(arena, dossier_desc.size), *read = NULL;
    struct buf bytes = {0};
    sample_record(&sample, &dossier_desc, dossier);
    cr_assert_eq(codec_write_dossier(dossier, &bytes).act, RES_OK);
    cr_assert_eq(codec_read_dossier(registry, buf_as_view(&bytes), arena, &read), FRAME_OK);
    cr_assert(sample_equal(&dossier_desc, dossier, read));
    buf_done(&bytes);
}

Test(framing, says_what_is_wrong_with_a_frame, .timeout = 10)
{
    CLEANUP(codec_registry_free_p) struct codec_registry *registry = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    cr_assert_eq(codec_registry_new(&registry).act, RES_OK);
    static const struct {
        const char *bytes;
        size_t len;
        enum frame_fault fault;
    } cases[] = {
        {"", 0, FRAME_CORRUPT},
        {"\0\0\0\0", 4, FRAME_CORRUPT},
        {"\1\0\0\0\1", 5, FRAME_CORRUPT},
        {"\0\0\0\0\0", 5, FRAME_UNKNOWN_SCHEMA},
        {"\0\x7f\xff\xff\xff", 5, FRAME_UNKNOWN_SCHEMA},
        {"\0\xff\xff\xff\xff", 5, FRAME_UNKNOWN_SCHEMA},
        {"{\"id\":1}", 8, FRAME_CORRUPT},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct event event = {.type = EVENT_MAX_};
        struct view bytes = {cases[i].bytes, cases[i].len};
        cr_expect_eq(codec_read_event(registry, bytes, arena, &event), cases[i].fault, "%zu", i);
        cr_expect_eq(event.type, EVENT_MAX_);
    }
}

/* Of every event: no prefix of it, nor it with a byte more, is a record. */
Test(framing, a_cut_or_lengthened_record_is_corrupt, .timeout = 60)
{
    CLEANUP(codec_registry_free_p) struct codec_registry *registry = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)4 << 20);
    cr_assert_eq(codec_registry_new(&registry).act, RES_OK);
    struct sample sample = {.state = 9, .arena = arena};
    for (int type = 0; type < EVENT_MAX_; type++) {
        struct buf bytes = {0};
        arena_clear(arena);
        void *record = arena_alloc(arena, event_table[type].desc->size);
        sample_record(&sample, event_table[type].desc, record);
        struct event event = {(enum event_type)type, record}, read;
        cr_assert_eq(codec_write_event(&event, &bytes).act, RES_OK);
        for (size_t len = 5; len < bytes.len; len++) {
            struct view cut = {bytes.ptr, len};
            cr_assert_eq(codec_read_event(registry, cut, arena, &read), FRAME_CORRUPT);
        }
        buf_byte(&bytes, 0);
        cr_assert_eq(codec_read_event(registry, buf_as_view(&bytes), arena, &read), FRAME_CORRUPT);
        buf_done(&bytes);
    }
}

Test(framing, an_arena_too_small_is_not_the_records_fault, .timeout = 10)
{
    CLEANUP(codec_registry_free_p) struct codec_registry *registry = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    CLEANUP(arena_free_p) struct arena *small = arena_new(64);
    cr_assert_eq(codec_registry_new(&registry).act, RES_OK);
    struct sample sample = {.state = 10, .arena = arena};
    void *record = arena_alloc(arena, event_table[0].desc->size);
    sample_record(&sample, event_table[0].desc, record);
    struct event event = {0, record}, read;
    struct buf bytes = {0};
    cr_assert_eq(codec_write_event(&event, &bytes).act, RES_OK);
    cr_assert_eq(codec_read_event(registry, buf_as_view(&bytes), small, &read), FRAME_NO_ROOM);
    buf_done(&bytes);
}

Test(codec, refuses_to_write_what_it_could_not_read, .timeout = 10)
{
    static const char *const bad[] = {"\xff", "ok\xc0\xaf", "\xed\xa0\x80"};
    struct actor actor = {.kind = ACTOR_KIND_SYSTEM, .id = VIEW("x")};
    struct buf out = {0};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        buf_clear(&out);
        actor.id = view_of(bad[i]);
        codec_encode(&actor_desc, &actor, &out);
        cr_expect(out.failed);
    }
    buf_clear(&out);
    actor.id = (struct view){"a\0b", 3};
    codec_encode(&actor_desc, &actor, &out);
    cr_expect(out.failed);
    buf_clear(&out);
    actor = (struct actor){.kind = ACTOR_KIND_MAX_, .id = VIEW("x")};
    codec_encode(&actor_desc, &actor, &out);
    cr_expect(out.failed);
    buf_clear(&out);
    actor.kind = ACTOR_KIND_UNKNOWN;
    codec_encode(&actor_desc, &actor, &out);
    cr_expect(!out.failed);
    buf_done(&out);
}

Test(codec, fills_a_buffer_to_its_limit_and_never_beyond, .timeout = 60)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)4 << 20);
    struct sample sample = {.state = 11, .arena = arena};
    for (int type = 0; type < EVENT_MAX_; type++) {
        const struct record_desc *desc = event_table[type].desc;
        struct buf whole = {0};
        void *record = arena_alloc(arena, desc->size);
        sample_record(&sample, desc, record);
        codec_encode(desc, record, &whole);
        cr_assert(!whole.failed && whole.len > 1);
        struct buf fits = {.limit = whole.len}, short_of_it = {.limit = whole.len - 1};
        codec_encode(desc, record, &fits);
        cr_expect(!fits.failed && view_eq(buf_as_view(&fits), buf_as_view(&whole)));
        buf_byte(&fits, 0);
        cr_expect(fits.failed && fits.len == whole.len, "and a byte more does not fit");
        codec_encode(desc, record, &short_of_it);
        cr_expect(short_of_it.failed && short_of_it.limit == whole.len - 1);
        buf_done(&whole);
        buf_done(&fits);
        buf_done(&short_of_it);
    }
}

static bool below_seals(const struct record_desc *desc)
{
    bool seals = false;
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (field->record != NULL)
            cr_expect_eq(
                field->record->seals, below_seals(field->record), "%s.%s", desc->name, field->name);
        seals |= field->sealed != SEALED_NO || (field->record != NULL && field->record->seals);
    }
    return seals;
}

/* Whoever seals or looks for what is sealed goes by it: a wrong one would leave text in the open.
 */
Test(codec, every_table_says_truly_whether_something_sealed_stands_in_it, .timeout = 20)
{
    int sealing = 0;
    for (int type = 0; type < EVENT_MAX_; type++) {
        const struct record_desc *desc = event_table[type].desc;
        cr_expect_eq(desc->seals, below_seals(desc), "%s", desc->name);
        sealing += desc->seals;
    }
    for (int type = 0; type < COMMAND_MAX_; type++) {
        const struct record_desc *desc = command_table[type].desc;
        cr_expect_eq(desc->seals, below_seals(desc), "%s", desc->name);
    }
    cr_expect(sealing > 0 && sealing < EVENT_MAX_);
}
