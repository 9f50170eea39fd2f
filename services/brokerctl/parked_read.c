#include "brokerctl/parked.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "brokerctl/readers.h"
#include "daemon/decider_measure.h"
#include "daemon/intake.h"

enum { COMMAND_BYTES_MAX = 262144 }; /* command_bytes_max of the deciders, by default */

/* --- what it is --------------------------------------------------------------------------------*/

static const char *topic_of(struct view name)
{
    for (size_t i = 0; i < READERS_COUNT; i++)
        if (view_eq_text(name, readers[i].topic))
            return readers[i].topic;
    return "unknown";
}

static void reason_of(struct view text, char *ret, size_t room)
{
    bool good = text.len > 0 && text.len < room;
    for (size_t i = 0; good && i < text.len; i++)
        good = (text.ptr[i] >= 'a' && text.ptr[i] <= 'z') || text.ptr[i] == '-';
    (void)snprintf(ret, room, "%.*s", good ? (int)text.len : 7, good ? text.ptr : "unknown");
}

static int64_t number_of(struct view text)
{
    int64_t number = -1;
    return text.ptr != NULL && view_to_i64(text, &number) && number >= 0 ? number : -1;
}

static bool decode(
    const struct codec_registry *registry, struct arena *arena, struct parked_record *parked)
{
    struct command command;
    struct event event;
    enum frame_fault fault = codec_read_command(registry, parked->source.value, arena, &command);
    if (fault == FRAME_OK) {
        parked->kind = PARKED_COMMAND;
        parked->type = command_table[command.type].name;
        parked->desc = command_table[command.type].desc;
        parked->body = command.body;
        parked->meta = command_meta(&command);
        return true;
    }
    if (fault == FRAME_WRONG_KIND)
        fault = codec_read_event(registry, parked->source.value, arena, &event);
    if (fault == FRAME_OK) {
        parked->kind = PARKED_EVENT;
        parked->type = event_table[event.type].name;
        parked->desc = event_table[event.type].desc;
        parked->body = event.body;
        parked->meta = event_meta(&event);
    }
    return fault != FRAME_NO_ROOM;
}

bool parked_of(const struct codec_registry *registry, const struct parked_source *source,
    struct arena *arena, struct parked_record *ret)
{
    struct parked_record parked = {.source = *source,
        .topic = topic_of(source->topic),
        .from_partition = number_of(source->from_partition),
        .from_offset = number_of(source->from_offset)};
    reason_of(source->reason, parked.reason, sizeof parked.reason);
    if (!decode(registry, arena, &parked))
        return false;
    *ret = parked;
    return true;
}

static bool key_is(struct view key, struct uuid person)
{
    return key.len == sizeof person.b && memcmp(key.ptr, person.b, sizeof person.b) == 0;
}

bool parked_is_of(const struct parked_record *parked, struct uuid person)
{
    return key_is(parked->source.key, person) ||
           (parked->meta != NULL && uuid_eq(parked->meta->person, person));
}

/* --- whether it can go back --------------------------------------------------------------------*/

const char *parked_refuses(const struct codec_registry *registry,
    const struct parked_record *parked, struct arena *arena, const char **ret_reason)
{
    *ret_reason = NULL;
    if (parked->source.key.len == 0)
        return "it has no key";
    if (strcmp(parked->topic, readers[READER_PROJECTOR].topic) == 0)
        return "it is a record of the stream, which the deciders alone write";
    for (enum family family = 0; family < FAMILY_MAX_; family++) {
        if (strcmp(parked->topic, readers[family].topic) != 0)
            continue;
        struct command command;
        struct intake_limits limits = {family, DECIDER_PARTITIONS, COMMAND_BYTES_MAX};
        /* It is sent by its key, wherever it stood before. */
        struct port_record record = {
            .partition = partition_of(parked->source.key, DECIDER_PARTITIONS),
            .key = parked->source.key,
            .value = parked->source.value};
        *ret_reason = intake_command(registry, &limits, &record, arena, &command);
        return *ret_reason == NULL ? NULL : "it would be parked again";
    }
    return "nobody knows which topic it came from";
}

/* --- as text -----------------------------------------------------------------------------------*/

static void put_from(const struct parked_record *parked, struct buf *out)
{
    buf_printf(out, "%s", parked->topic);
    if (parked->from_partition >= 0 && parked->from_offset >= 0)
        buf_printf(out, " %" PRId64 ":%" PRId64, parked->from_partition, parked->from_offset);
}

void parked_put_line(const struct parked_record *parked, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    time_print(parked->source.at_us, time);
    buf_printf(out, "%" PRId32 ":%-8" PRId64 " %s %-16s from ", parked->source.partition,
        parked->source.offset, time, parked->reason);
    put_from(parked, out);
    if (parked->meta != NULL)
        buf_printf(out, " %s id %s person %s", parked->type, uuid_text(parked->meta->id).text,
            uuid_text(parked->meta->person).text);
    else
        buf_printf(out, " %zu bytes", parked->source.value.len);
}

void parked_put_json(const struct parked_record *parked, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    time_print(parked->source.at_us, time);
    buf_printf(out,
        "{\"partition\":%" PRId32 ",\"offset\":%" PRId64 ",\"at\":\"%s\",\"reason\":\"%s\","
        "\"topic\":\"%s\",\"fromPartition\":%" PRId64 ",\"fromOffset\":%" PRId64 ",\"bytes\":%zu",
        parked->source.partition, parked->source.offset, time, parked->reason, parked->topic,
        parked->from_partition, parked->from_offset, parked->source.value.len);
    if (parked->meta != NULL) {
        buf_printf(out, ",\"type\":\"%s\",\"record\":", parked->type);
        ctl_put_json(parked->desc, parked->body, out);
    }
    buf_byte(out, '}');
}

/* A key that is no id may be a name: it is not shown. */
static void put_key(struct view key, struct buf *out)
{
    struct uuid id;
    if (key.len == sizeof id.b) {
        memcpy(id.b, key.ptr, sizeof id.b);
        buf_text(out, uuid_text(id).text);
    } else {
        buf_printf(out, "no id, %zu bytes", key.len);
    }
}

/* Bytes that cannot be read are not known to be sealed: their digest stands for them. */
static void put_content(const struct parked_record *parked, struct buf *out)
{
    char hex[DIGEST_HEX_LEN + 1];
    digest_hex(sha256(parked->source.value), hex);
    buf_printf(out, "bytes    %zu (SHA-256 %s)\n", parked->source.value.len, hex);
    if (parked->meta == NULL) {
        buf_text(out, "content  cannot be read\n");
        return;
    }
    CLEANUP(buf_done) struct buf fields = {0};
    ctl_put_fields(parked->desc, parked->body, &fields);
    buf_printf(out, "%s  %s\nid       %s\nperson   %s\n",
        parked->kind == PARKED_COMMAND ? "command" : "event  ", parked->type,
        uuid_text(parked->meta->id).text, uuid_text(parked->meta->person).text);
    buf_text(out, "by       ");
    ctl_put_actor(&parked->meta->actor, out);
    buf_printf(out, "\ncontent  %.*s\n", VIEW_ARG(buf_as_view(&fields)));
}

void parked_put_all(const struct parked_record *parked, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    time_print(parked->source.at_us, time);
    buf_printf(out, "parked   %" PRId32 ":%" PRId64 " at %s\nreason   %s\nfrom     ",
        parked->source.partition, parked->source.offset, time, parked->reason);
    put_from(parked, out);
    buf_text(out, "\nkey      ");
    put_key(parked->source.key, out);
    buf_byte(out, '\n');
    put_content(parked, out);
}

bool parked_place_parse(struct view text, int32_t *ret_partition, int64_t *ret_offset)
{
    struct view rest = text;
    int64_t partition = number_of(view_cut(&rest, ':'));
    int64_t offset = number_of(rest);
    if (partition < 0 || partition >= STREAM_PARTITIONS_MAX || offset < 0)
        return false;
    *ret_partition = (int32_t)partition;
    *ret_offset = offset;
    return true;
}
