/* The technical half of why: what of a person is on its way, or stuck. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "brokerctl/parked.h"
#include "brokerctl/readers.h"
#include "brokerctl/why.h"
#include "daemon/decider_measure.h"

enum { ASK_MS = 10000, RECORD_BYTES = 64 << 20, LOOKED_MAX = 100000 };

struct looking {
    const struct why_waits *waits;
    struct kafka_admin *admin;
    struct arena *arena;
    int32_t partition; /* the person's, of every topic */
    int64_t found;     /* commands without an answer */
    int64_t parked;
};

/* --- commands ----------------------------------------------------------------------------------*/

static res_t look_at_command(void *owner, const struct kafka_record *record)
{
    struct looking *looking = owner;
    struct command command;
    bool answered = false;
    arena_clear(looking->arena);
    if (codec_read_command(looking->waits->registry, record->value, looking->arena, &command) !=
        FRAME_OK)
        return RES_DONE; /* will be parked */
    const struct meta *meta = command_meta(&command);
    if (!uuid_eq(meta->person, looking->waits->person))
        return RES_DONE;
    TRY(ctl_is_answered(looking->waits->pg, meta->person, meta->id, &answered));
    if (answered)
        return RES_DONE;
    CLEANUP(buf_done) struct buf age = {0};
    int64_t now = clock_now();
    ctl_put_duration(now > record->at_us ? now - record->at_us : 0, &age);
    printf("%s%s %s unanswered for %.*s, %s %" PRId32 ":%" PRId64 "\n",
        looking->found++ == 0 ? "commands   " : "           ", command_table[command.type].name,
        uuid_text(meta->id).text, VIEW_ARG(buf_as_view(&age)), record->topic, record->partition,
        record->offset);
    return RES_DONE;
}

/* A decider commits an offset once everything before it has its answer on the log. */
static res_t look_at_topic(struct looking *looking, const struct reader *reader)
{
    CLEANUP(stream_close) struct stream stream = {0};
    int64_t next[STREAM_PARTITIONS_MAX];
    TRY(stream_open(looking->waits->ctl, reader->topic, &stream));
    struct kafka_committed ask = {reader->group, reader->topic, stream.partitions, next};
    TRY(kafka_group_offsets(looking->admin, &ask, ASK_MS));
    int32_t at = looking->partition;
    int64_t from = next[at] < stream.low[at] ? stream.low[at] : next[at];
    if (stream.high[at] - from > LOOKED_MAX) {
        printf("           (only the first %d of %" PRId64 " that wait in %s %" PRId32
               " are looked at)\n",
            LOOKED_MAX, stream.high[at] - from, reader->topic, at);
        stream.high[at] = from + LOOKED_MAX;
    }
    struct stream_reading reading = {
        .from = {{at, from}}, .count = 1, .each = look_at_command, .owner = looking};
    return stream_read(&stream, &reading);
}

static res_t look_at_commands(struct looking *looking)
{
    for (enum family family = 0; family < FAMILY_MAX_; family++)
        TRY(look_at_topic(looking, &readers[family]));
    if (looking->found == 0)
        printf("commands   none of this person's is without an answer\n");
    return RES_DONE;
}

/* --- projector, parked -------------------------------------------------------------------------*/

static res_t look_at_projector(const struct looking *looking)
{
    static struct lag_reader projector; /* too large for the stack */
    CLEANUP(buf_done) struct buf age = {0};
    struct pg *pg = looking->waits->pg;
    struct readers_ask ask = {looking->waits->ctl, looking->admin, &pg};
    TRY(readers_ask(&ask, &readers[READER_PROJECTOR], &projector));
    const struct lag_part *part = &projector.parts[looking->partition];
    ctl_put_duration(lag_us(part, clock_now()), &age);
    printf("projector  partition %" PRId32 ": %" PRId64 " records, %.*s behind%s\n",
        looking->partition, lag_records(part), VIEW_ARG(buf_as_view(&age)),
        lag_is_outside(part) ? ", OUTSIDE THE LOG" : "");
    return RES_DONE;
}

static res_t look_at_parked_one(void *owner, const struct parked_record *parked)
{
    struct looking *looking = owner;
    CLEANUP(buf_done) struct buf line = {0};
    if (!parked_is_of(parked, looking->waits->person))
        return RES_DONE;
    parked_put_line(parked, &line);
    printf("%s%.*s\n", looking->parked++ == 0 ? "parked     " : "           ",
        VIEW_ARG(buf_as_view(&line)));
    return RES_DONE;
}

static res_t look_at_parked(struct looking *looking)
{
    const struct parked_walk walk = {
        looking->waits->ctl, looking->waits->registry, looking->arena, look_at_parked_one, looking};
    TRY(parked_walk(&walk));
    if (looking->parked == 0)
        printf("parked     nothing of this person's\n");
    return RES_DONE;
}

res_t why_waits_show(const struct why_waits *waits)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = NULL;
    CLEANUP(arena_free_p) struct arena *arena = arena_new(RECORD_BYTES);
    struct kafka_conf kafka = stream_kafka(waits->ctl);
    struct view key = {(const char *)waits->person.b, sizeof waits->person.b};
    TRY(kafka_admin_open(&kafka, &admin));
    struct looking looking = {.waits = waits,
        .admin = admin,
        .arena = arena,
        .partition = partition_of(key, DECIDER_PARTITIONS)};
    TRY(look_at_commands(&looking));
    TRY(look_at_projector(&looking));
    return look_at_parked(&looking);
}
