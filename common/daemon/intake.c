#include "daemon/intake.h"

#include <stdio.h>
#include <string.h>

static bool is_key_of(struct view key, struct uuid person)
{
    return key.len == sizeof(person.b) && memcmp(key.ptr, person.b, sizeof(person.b)) == 0;
}

enum intake intake_event(const struct codec_registry *registry, const struct port_record *record,
    struct arena *arena, struct event *ret)
{
    struct event event;
    switch (codec_read_event(registry, record->value, arena, &event)) {
    case FRAME_OK:
        break;
    case FRAME_UNKNOWN_SCHEMA:
        return INTAKE_UPGRADE;
    case FRAME_NO_ROOM:
        return INTAKE_NO_ROOM;
    case FRAME_CORRUPT:
    case FRAME_WRONG_KIND:
    default:
        return INTAKE_CORRUPT;
    }
    const struct meta *meta = event_meta(&event);
    /* A record under another key could stand in another partition than its dossier, where no reader
     * of the dossier's partition would meet it: it is nobody's. */
    if (!is_key_of(record->key, meta->person) || uuid_is_zero(meta->person) || meta->version < 1)
        return INTAKE_CORRUPT;
    *ret = event;
    return INTAKE_OK;
}

const char *intake_command(const struct codec_registry *registry,
    const struct intake_limits *limits, const struct port_record *record, struct arena *arena,
    struct command *ret)
{
    struct command command;
    if (record->value.len > limits->bytes_max)
        return "too-large";
    switch (codec_read_command(registry, record->value, arena, &command)) {
    case FRAME_OK:
        break;
    case FRAME_UNKNOWN_SCHEMA:
        return "unknown-schema";
    case FRAME_WRONG_KIND:
        return "not-a-command";
    case FRAME_NO_ROOM:
        return "too-large";
    case FRAME_CORRUPT:
    default:
        return "unreadable";
    }
    const struct meta *meta = command_meta(&command);
    if (command_table[command.type].family != limits->family)
        return "other-family";
    if (uuid_is_zero(meta->person) || uuid_is_zero(meta->id))
        return "no-id";
    if (!is_key_of(record->key, meta->person))
        return "wrong-key";
    if (partition_of(record->key, limits->partitions) != record->partition)
        return "wrong-partition";
    *ret = command;
    return NULL;
}

void parked_headers(
    struct parked *ret, const char *topic, const struct port_record *from, const char *reason)
{
    snprintf(ret->partition, sizeof(ret->partition), "%d", from->partition);
    snprintf(ret->offset, sizeof(ret->offset), "%lld", (long long)from->offset);
    ret->headers[0] = (struct record_header){"origin-topic", view_of(topic)};
    ret->headers[1] = (struct record_header){"origin-partition", view_of(ret->partition)};
    ret->headers[2] = (struct record_header){"origin-offset", view_of(ret->offset)};
    ret->headers[3] = (struct record_header){"reason", view_of(reason)};
}
