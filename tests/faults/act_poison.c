/* Records that no honest program writes, on every topic: what cannot be read, what is too large,
 * what says that it is longer than it is, what nobody may have sent. None of it may change
 * anything, and each must be parked or ruled out. An id that nobody knows is not among them where a
 * reader has to stop for it (the stream): that is a scene of its own. */
#include "base/clock.h"
#include "fault.h"
#include "flow/check.h"
#include "kafka/producer.h"
#include "rng.h"
#include "support/story.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 12, LARGE = 990000, HEAD = 5, FLUSH_MS = 10000 };

static const char *const topics[] = {
    "referral.commands", "session.commands", "risk.commands", "referral.events", "parked", NULL};
enum { STREAM = 3, TOPICS = 5 };

struct poison {
    struct arena *arena;
    struct view pieces[PIECES_MAX];
    size_t count;
};

static struct view bytes_of(struct poison *poison, struct view head, int fill, size_t len)
{
    char *bytes = arena_alloc(poison->arena, len);
    MUST(bytes != NULL && head.len <= len);
    memset(bytes, fill, len);
    memcpy(bytes, head.ptr, head.len);
    return (struct view){bytes, len};
}

static void add(struct poison *poison, struct view piece)
{
    MUST(poison->count < PIECES_MAX);
    poison->pieces[poison->count++] = piece;
}

/* A field's length as Avro writes it (zigzag, seven bits a byte) for 1,048,576. */
static const char mebibyte[] = {(char)0x80, (char)0x80, (char)0x80, 1};

/* Made of a record that could be read: `frame`. */
static void spoil(struct poison *poison, struct view frame)
{
    struct view head = {frame.ptr, HEAD};
    char *nul = (char *)(uintptr_t)bytes_of(poison, frame, 0, frame.len).ptr;
    add(poison, VIEW("hello"));
    add(poison, (struct view){"\0\0", 2});
    add(poison, (struct view){frame.ptr, frame.len - 3});
    add(poison, bytes_of(poison, head, 0xff, 64));   /* lengths and counts without an end */
    add(poison, bytes_of(poison, head, 0x02, 4096)); /* one in one in one ... */
    add(poison, bytes_of(poison, VIEW(""), 'x', LARGE));
    struct view large = bytes_of(poison, head, 'x', LARGE);
    memcpy((char *)(uintptr_t)large.ptr + HEAD, mebibyte, sizeof(mebibyte));
    add(poison, large);
    memset(nul + frame.len / 2, 0, 2); /* in the middle of a text, most likely */
    add(poison, (struct view){nul, frame.len});
}

/* As it stands, but nobody may have sent it: its key is another's. */
static struct view an_event(struct arena *arena)
{
    STORY;
    (void)story_send(s, COMMAND_SHARE_RISK, story_share(s));
    return arena_copy(arena, s->log[0]);
}

static void put(struct kafka_producer *producer, const char *topic, struct view piece)
{
    struct uuid key = uuid_random();
    struct kafka_message message = {.topic = topic,
        .partition = KAFKA_BY_KEY,
        .key = {(const char *)key.b, sizeof(key.b)},
        .value = piece};
    must(kafka_produce(producer, &message), "poison");
}

static void ignore_report(void *owner, const struct kafka_report *report)
{
    (void)owner;
    (void)report; /* a broker may be away just now: what never came does no harm */
}

void act_poison(struct fault *fault)
{
    struct poison poison = {.arena = arena_new(32 << 20)};
    struct kafka_producer *producer = NULL;
    struct kafka_producer_conf conf = {.kafka = flow_kafka(),
        .topics = topics,
        .give_up_ms = FLUSH_MS,
        .on_report = ignore_report};
    must(kafka_producer_open(&conf, &producer), "producer");
    struct view event = an_event(poison.arena);
    spoil(&poison, event);
    add(&poison, event);
    for (int t = 0; t < TOPICS; t++)
        for (size_t i = 0; i < poison.count; i++)
            put(producer, topics[t], poison.pieces[i]);
    (void)!kafka_flush(producer, FLUSH_MS + 1000).act;
    kafka_producer_close(producer);
    arena_free(poison.arena);
    fault->healed_us = clock_monotonic();
}
