/* What arrives from the log, made into something to work with, or told apart: the one place where
 * it is decided which records every reader ignores. Pure. */
#ifndef DAEMON_INTAKE_H
#define DAEMON_INTAKE_H

#include "codec/framing.h"
#include "daemon/ports.h"
#include "event/event.h"

enum intake {
    INTAKE_OK,
    INTAKE_UPGRADE, /* written under a schema that we do not know: stop, every reader must */
    INTAKE_CORRUPT, /* unreadable under a known schema, or not where it belongs: ignored by every
                       reader alike, so that all go on with the same history */
    INTAKE_NO_ROOM, /* our arena's fault, not the record's: stop, without a ruling */
};
/* A record of the stream. `ret` points into the record's bytes and the arena. */
enum intake intake_event(const struct codec_registry *registry, const struct port_record *record,
    struct arena *arena, struct event *ret);

/* Why a record is parked: static words, also the value of its header. */
struct intake_limits {
    enum family family;
    int32_t partitions;
    size_t bytes_max;
};
/* A record of a command topic. NULL: fine; else the reason for parking it. */
const char *intake_command(const struct codec_registry *registry,
    const struct intake_limits *limits, const struct port_record *record, struct arena *arena,
    struct command *ret);

/* The headers of a parked record: where it came from and why. `texts` backs them. */
enum { PARKED_HEADERS = 4, PARKED_TEXT_MAX = 24 };
struct parked {
    struct record_header headers[PARKED_HEADERS];
    char partition[PARKED_TEXT_MAX];
    char offset[PARKED_TEXT_MAX];
};
/* `topic` and `reason` are static. */
void parked_headers(
    struct parked *ret, const char *topic, const struct port_record *from, const char *reason);

#endif
