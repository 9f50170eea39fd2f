#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "brokerctl/stream.h"

struct tail {
    const struct ctl *ctl;
    struct codec_registry *registry;
    struct arena *arena;
    struct buf line;
    bool json, once, refused;
    const char *from, *type, *person, *referral;
    struct uuid person_id, referral_id;
};

static bool wanted(const struct tail *tail, const struct event *event)
{
    const struct meta *meta = event_meta(event);
    if (tail->refused && event->type != EVENT_COMMAND_REFUSED)
        return false;
    if (tail->type != NULL && strcmp(event_table[event->type].name, tail->type) != 0)
        return false;
    if (tail->person != NULL && !uuid_eq(meta->person, tail->person_id))
        return false;
    return tail->referral == NULL ||
           (HAS(meta, META_REFERRAL) && uuid_eq(meta->referral, tail->referral_id));
}

static void put_human(struct tail *tail, const struct kafka_record *at, const struct event *event)
{
    const struct meta *meta = event_meta(event);
    struct buf *out = &tail->line;
    char time[TIME_TEXT_MAX];
    CLEANUP(buf_done) struct buf body = {0};
    time_print(meta->recorded_at, time);
    buf_printf(out, "%s %" PRId32 ":%" PRId64 " v%" PRId64 " %s person %s", time, at->partition,
        at->offset, meta->version, event_table[event->type].name, uuid_text(meta->person).text);
    if (HAS(meta, META_REFERRAL))
        buf_printf(out, " referral %s", uuid_text(meta->referral).text);
    buf_text(out, " by ");
    ctl_put_actor(&meta->actor, out);
    ctl_put_fields(event_table[event->type].desc, event->body, &body);
    buf_text(out, body.len == 0 ? "" : " | ");
    buf_view(out, buf_as_view(&body));
    buf_byte(out, '\n');
}

static void put_json(struct tail *tail, const struct kafka_record *at, const struct event *event)
{
    struct buf *out = &tail->line;
    buf_printf(out, "{\"partition\":%" PRId32 ",\"offset\":%" PRId64 ",\"type\":\"%s\",\"record\":",
        at->partition, at->offset, event_table[event->type].name);
    ctl_put_json(event_table[event->type].desc, event->body, out);
    buf_text(out, "}\n");
}

/* CTL_OK: go on. */
static int show(struct tail *tail, const struct kafka_record *record)
{
    struct event event;
    arena_clear(tail->arena);
    buf_clear(&tail->line);
    enum frame_fault fault = codec_read_event(tail->registry, record->value, tail->arena, &event);
    if (fault == FRAME_UNKNOWN_SCHEMA)
        return ctl_fail(tail->ctl, CTL_UNREACHABLE,
            "%d:%" PRId64 " is of a schema that this program does not know: upgrade it",
            record->partition, record->offset);
    if (fault != FRAME_OK) {
        (void)fprintf(stderr, "%d:%" PRId64 " cannot be read and counts for nobody\n",
            record->partition, record->offset);
        return CTL_OK;
    }
    if (!wanted(tail, &event))
        return CTL_OK;
    if (tail->json)
        put_json(tail, record, &event);
    else
        put_human(tail, record, &event);
    bool written = !tail->line.failed &&
                   fwrite(tail->line.ptr, 1, tail->line.len, stdout) == tail->line.len &&
                   fflush(stdout) == 0;
    return written ? CTL_OK : CTL_UNREACHABLE;
}

/* "start", "end", or a number of records of each partition. */
static bool from_offsets(const struct tail *tail, const struct stream *stream, int64_t *ret)
{
    int64_t last = 0;
    bool start = strcmp(tail->from, "start") == 0;
    if (!start && strcmp(tail->from, "end") != 0 &&
        (!view_to_i64(view_of(tail->from), &last) || last < 0))
        return false;
    for (int32_t i = 0; i < stream->partitions; i++) {
        ret[i] = stream->high[i] - last;
        if (start || ret[i] < stream->low[i])
            ret[i] = stream->low[i];
    }
    return true;
}

static bool at_end(const struct stream *stream, const int64_t *next)
{
    for (int32_t i = 0; i < stream->partitions; i++)
        if (next[i] < stream->high[i])
            return false;
    return true;
}

static int follow(struct tail *tail, struct stream *stream)
{
    int64_t next[STREAM_PARTITIONS_MAX] = {0};
    struct stream_start from[STREAM_PARTITIONS_MAX];
    if (!from_offsets(tail, stream, next))
        return ctl_fail(tail->ctl, CTL_USAGE, "--from is start, end or a number of records");
    for (int32_t i = 0; i < stream->partitions; i++)
        from[i] = (struct stream_start){i, next[i]};
    res_t res = stream_start(stream, from, (size_t)stream->partitions);
    while (res.act == RES_OK || res.act == RES_RETRY) {
        if (tail->once && at_end(stream, next))
            return CTL_OK;
        struct kafka_record record;
        bool any = false;
        res = stream_next(stream, 1000, &record, &any);
        if (!any)
            continue;
        next[record.partition] = record.offset + 1;
        int code = show(tail, &record);
        kafka_record_done(&record);
        if (code != CTL_OK)
            return code;
    }
    return ctl_fail_res(tail->ctl, res);
}

static bool parse_ids(struct tail *tail)
{
    return (tail->person == NULL || uuid_parse(view_of(tail->person), &tail->person_id)) &&
           (tail->referral == NULL || uuid_parse(view_of(tail->referral), &tail->referral_id));
}

static bool type_known(const char *name)
{
    for (size_t i = 0; i < EVENT_MAX_; i++)
        if (strcmp(event_table[i].name, name) == 0)
            return true;
    return false;
}

static int tail_open(struct tail *tail)
{
    struct stream stream = {0};
    res_t res = codec_registry_new(&tail->registry);
    if (res.act == RES_OK)
        res = stream_open(tail->ctl, STREAM_TOPIC, &stream);
    int code = res.act == RES_OK ? follow(tail, &stream) : ctl_fail_res(tail->ctl, res);
    stream_close(&stream);
    codec_registry_free(tail->registry);
    return code;
}

int tail_run(const struct ctl *ctl)
{
    struct tail tail = {.ctl = ctl, .from = "end"};
    const struct ctl_option options[] = {
        {"from", "start, end (default), or the last N records of each partition",
            .text = &tail.from},
        {"once", "stop where the log ended when we began; else follow it", .flag = &tail.once},
        {"json", "a JSON object a line", .flag = &tail.json},
        {"type", "only this event: AppointmentBooked, CommandRefused, ...", .text = &tail.type},
        {"refused", "only refusals", .flag = &tail.refused},
        {"person", "only this person (pseudonymous id)", .text = &tail.person},
        {"referral", "only this referral", .text = &tail.referral},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options)};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    if (!parse_ids(&tail))
        return ctl_fail(ctl, CTL_USAGE, "--person and --referral are ids");
    if (tail.type != NULL && !type_known(tail.type))
        return ctl_fail(ctl, CTL_USAGE, "there is no event %s", tail.type);
    tail.arena = arena_new((size_t)64 << 20);
    code = tail_open(&tail);
    buf_done(&tail.line);
    arena_free(tail.arena);
    return code;
}
