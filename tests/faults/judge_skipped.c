/* I7: each record of a command topic has its outcome, or was parked with a reason; each record of
 * the stream that nobody can read was parked, too. */
#include "judge.h"

#include "flow/check.h"

#include <inttypes.h>
#include <string.h>

struct skipped {
    const struct walk *walk;
    struct arena *arena;
    struct pairs parked; /* (topic, place) as names of ids */
    bool stream;
};

static void name_place(struct view topic, int64_t partition, int64_t offset, struct uuid ret[2])
{
    int64_t place[2] = {partition, offset};
    ret[0] = uuid_v5((struct uuid){{0}}, topic);
    memcpy(ret[1].b, place, sizeof(ret[1].b));
}

static int64_t header_number(const struct kafka_record *record, const char *name)
{
    int64_t number = -1;
    if (!view_to_i64(kafka_record_header(record, name), &number))
        fail("I7: a parked record has no %s", name);
    return number;
}

static void take_parked(void *owner, const struct kafka_record *record)
{
    struct skipped *skipped = owner;
    struct uuid place[2];
    if (kafka_record_header(record, "origin-topic").len == 0)
        return; /* poison: nobody parked it */
    if (kafka_record_header(record, "reason").len == 0)
        fail("I7: a record was parked without a reason");
    name_place(kafka_record_header(record, "origin-topic"),
        header_number(record, "origin-partition"), header_number(record, "origin-offset"), place);
    pairs_add(&skipped->parked, place[0], place[1]);
}

static bool is_parked(const struct skipped *skipped, const struct kafka_record *record)
{
    struct uuid place[2];
    name_place(view_of(record->topic), record->partition, record->offset, place);
    return pairs_find(&skipped->parked, place[0], place[1]) != PAIR_NONE;
}

static bool is_answered(const struct skipped *skipped, const struct kafka_record *record)
{
    struct command command;
    arena_clear(skipped->arena);
    if (codec_read_command(skipped->walk->registry, record->value, skipped->arena, &command) !=
        FRAME_OK)
        return false;
    const struct meta *meta = command_meta(&command);
    return pairs_find(&skipped->walk->answers, meta->person, meta->id) != PAIR_NONE;
}

static bool is_readable(const struct skipped *skipped, const struct kafka_record *record)
{
    struct event event;
    arena_clear(skipped->walk->arena);
    return walk_readable(skipped->walk, record, &event);
}

static void take_record(void *owner, const struct kafka_record *record)
{
    const struct skipped *skipped = owner;
    bool fine = skipped->stream ? is_readable(skipped, record) : is_answered(skipped, record);
    if (!fine && !is_parked(skipped, record))
        fail("I7: %s partition %d offset %" PRId64 " has no outcome and is not parked",
            record->topic, (int)record->partition, record->offset);
}

void judge_skipped(const struct walk *walk)
{
    static const char *const topics[] = {
        "referral.commands", "session.commands", "risk.commands", "referral.events"};
    struct skipped skipped = {.walk = walk, .arena = arena_new(64 << 20)};
    int64_t ends[TOPIC_PARTITIONS];
    topic_read("parked", ends, take_parked, &skipped);
    for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
        skipped.stream = i == ARRAY_LEN(topics) - 1;
        topic_read(topics[i], ends, take_record, &skipped);
    }
    pairs_done(&skipped.parked);
    arena_free(skipped.arena);
}
