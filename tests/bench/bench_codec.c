/* A record of 800 bytes: decoded, encoded, and as a decider and a reader have it (decoded, folded
 * into its person's dossier, encoded), by our codec, by the straight table codec that a patient
 * person would write for exactly this schema (the limit), and by avro-c.
 *
 * usage: bench_codec            prints the lines
 *        bench_codec so-often N only decodes, folds and encodes, for an instruction counter */
#include "bench.h"
#include "straight.h"

#include "base/clock.h"
#include "codec/codec.h"
#include "codec/framing.h"
#include "dossier/dossier.h"
#include "instructions.h"
#include "support/story.h"

#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 401, TIMES = 2000, AVRO_TIMES = 200, BYTES = 800, ROOM = 1200 };

enum work { DECODE, ENCODE, WHOLE, WORK_MAX };
static const char *const work_names[WORK_MAX] = {"decode", "encode", "decode-evolve-encode"};

struct codec {
    struct story *story;
    const struct dossier *dossier; /* before the record */
    struct buf body;               /* the record */
    struct codec_plan *plan;
    struct arena *arena; /* of one record */
    struct buf out;
    struct feedback_given ours, theirs;
    uint8_t straight[ROOM];
    size_t straight_len;
    avro_value_t avro;
    char avro_out[ROOM];
    double times[WORK_MAX][3][ROUNDS];
};

/* A recorded session with its sealed notes, as they usually are: 800 bytes. */
static void feedback_of_800_bytes(struct codec *codec)
{
    static char sealed[BYTES];
    struct story *s = codec->story = story_new();
    story_started(s);
    struct appointment_booked *booked = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, booked));
    codec->dossier = s->dossier;
    struct feedback_given f = *story_held(s, booked->appointment_id);
    f.meta.actor.id = VIEW("sol.reyes@harbour-trust.example");
    f.meta.version = s->dossier->version + 1;
    SET(&f.meta, META_REQUEST_HASH);
    SET(&f.feedback, FEEDBACK_SUMMARY);
    SET(&f.feedback, FEEDBACK_RESPONSE);
    f.feedback.response = (struct view){sealed, 200};
    for (size_t len = 100; codec->body.len < BYTES; len++) {
        buf_clear(&codec->body);
        f.feedback.summary = (struct view){sealed, len};
        codec_encode(&feedback_given_desc, &f, &codec->body);
    }
    MUST(!codec->body.failed && codec->body.len <= BYTES + 2);
}

static const char *newest_text(enum event_type type)
{
    for (size_t i = 0; i < schema_count; i++)
        if (schema_table[i].id == event_schema_id[type])
            return schema_table[i].text;
    WRONG("an event without a schema");
}

static void codec_init(struct codec *codec)
{
    const char *schema = newest_text(EVENT_FEEDBACK_GIVEN);
    feedback_of_800_bytes(codec);
    codec->arena = arena_new((size_t)1 << 20);
    straight_of(&feedback_given_desc);
    bench_must(codec_plan_new(view_of(schema), &feedback_given_desc, &codec->plan), "the plan");
    avro_schema_t avro = NULL;
    MUST(avro_schema_from_json_length(schema, strlen(schema), &avro) == 0);
    avro_value_iface_t *iface = avro_generic_class_from_schema(avro);
    MUST(avro_generic_value_new(iface, &codec->avro) == 0);
    avro_value_iface_decref(iface);
    avro_schema_decref(avro);
}

static void codec_done(struct codec *codec)
{
    avro_value_decref(&codec->avro);
    codec_plan_free(codec->plan);
    arena_free(codec->arena);
    buf_done(&codec->body);
    buf_done(&codec->out);
    story_free(codec->story);
}

static void evolve(struct codec *codec, const struct feedback_given *body)
{
    struct dossier *after = NULL;
    struct event event = {EVENT_FEEDBACK_GIVEN, body};
    bench_must(dossier_evolve(codec->dossier, &event, codec->arena, &after), "evolve");
    MUST(after->referrals.len == 1 && after->referrals.items[0].appointments.len == 1 &&
         appointment_held(&after->referrals.items[0].appointments.items[0]));
}

static void ours_once(struct codec *codec, enum work work)
{
    if (work == WHOLE)
        arena_clear(codec->arena);
    if (work != ENCODE)
        bench_must(codec_decode(codec->plan, buf_as_view(&codec->body), codec->arena, &codec->ours),
            "decode");
    if (work == WHOLE)
        evolve(codec, &codec->ours);
    if (work == DECODE)
        return;
    buf_clear(&codec->out);
    codec_encode(&feedback_given_desc, &codec->ours, &codec->out);
    MUST(!codec->out.failed);
}

static void straight_once(struct codec *codec, enum work work)
{
    const uint8_t *from = (const uint8_t *)codec->body.ptr;
    if (work == WHOLE)
        arena_clear(codec->arena);
    if (work != ENCODE) {
        memset(&codec->theirs, 0, sizeof(codec->theirs));
        MUST(straight_decode(from, from + codec->body.len, (char *)&codec->theirs));
    }
    if (work == WHOLE)
        evolve(codec, &codec->theirs);
    if (work == DECODE)
        return;
    codec->straight_len = straight_encode((const char *)&codec->theirs, codec->straight, ROOM);
    MUST(codec->straight_len > 0);
}

static void avro_once(struct codec *codec, enum work work)
{
    if (work != ENCODE) {
        avro_value_reset(&codec->avro);
        avro_reader_t reader = avro_reader_memory(codec->body.ptr, (int64_t)codec->body.len);
        MUST(avro_value_read(reader, &codec->avro) == 0);
        avro_reader_free(reader);
    }
    if (work == WHOLE) { /* it knows no dossier: the same fold, of the same record */
        arena_clear(codec->arena);
        evolve(codec, &codec->theirs);
    }
    if (work == DECODE)
        return;
    avro_writer_t writer = avro_writer_memory(codec->avro_out, ROOM);
    MUST(avro_value_write(writer, &codec->avro) == 0);
    MUST(avro_writer_tell(writer) == (int64_t)codec->body.len);
    avro_writer_free(writer);
}

typedef void once_fn(struct codec *codec, enum work work);
static once_fn *const sides[] = {ours_once, straight_once, avro_once};

static double us_each(struct codec *codec, size_t side, enum work work)
{
    int times = sides[side] == avro_once ? AVRO_TIMES : TIMES;
    int64_t from = clock_monotonic();
    for (int i = 0; i < times; i++)
        sides[side](codec, work);
    return (double)(clock_monotonic() - from) / times;
}

/* The best round: what the machine can do when nothing else runs on it. */
static double least(const double *values)
{
    double best = values[0];
    for (int i = 1; i < ROUNDS; i++)
        best = values[i] < best ? values[i] : best;
    return best;
}

static void measure(struct codec *codec)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int work = 0; work < WORK_MAX; work++)
            for (size_t side = 0; side < ARRAY_LEN(sides); side++)
                codec->times[work][side][round] = us_each(codec, side, (enum work)work);
    /* All three read and wrote the same. */
    MUST(memcmp(&codec->ours, &codec->theirs, sizeof(codec->ours)) == 0);
    MUST(codec->out.len == codec->body.len && codec->straight_len == codec->body.len);
    MUST(memcmp(codec->out.ptr, codec->body.ptr, codec->body.len) == 0);
    MUST(memcmp(codec->straight, codec->body.ptr, codec->body.len) == 0);
    MUST(memcmp(codec->avro_out, codec->body.ptr, codec->body.len) == 0);
}

static void print(const struct codec *codec, int work)
{
    char name[64];
    double ours = least(codec->times[work][0]);
    snprintf(name, sizeof(name), "codec-%s-800-bytes", work_names[work]);
    bench_print(&(struct bench_line){name, "us", ours, least(codec->times[work][1]), .goal = 1.3});
    /* As rates: so many times faster. */
    snprintf(name, sizeof(name), "codec-%s-vs-avro-c", work_names[work]);
    bench_print(&(struct bench_line){
        name, "/us", 1 / ours, 1 / least(codec->times[work][2]), .goal = 8, .at_least = true});
}

/* Not inlined: the counter counts while we are in here. */
__attribute__((noinline)) static void whole_so_often(struct codec *codec, long times)
{
    for (long i = 0; i < times; i++)
        ours_once(codec, WHOLE);
}

int main(int argc, char **argv)
{
    enum { COUNTED = 500 };
    static struct codec codec;
    codec_init(&codec);
    if (argc == 3 && strcmp(argv[1], "so-often") == 0) {
        whole_so_often(&codec, 50); /* memory that is kept from record to record */
        whole_so_often(&codec, strtol(argv[2], NULL, 10));
        codec_done(&codec);
        return 0;
    }
    measure(&codec);
    for (int work = 0; work < WORK_MAX; work++)
        print(&codec, work);
    double count = instructions_of(argv[0], "whole_so_often", COUNTED) / (COUNTED + 50);
    if (count > 0)
        bench_print(&(struct bench_line){
            "codec-decode-evolve-encode-instructions", "", count, .limit = 6000, .goal = 1});
    codec_done(&codec);
    return 0;
}
