/* CloudEvents 1.0 attributes beside a record, as Kafka headers in binary content mode (CloudEvents'
 * Kafka protocol binding 1.0.2): for other people's tools. We never read them back. */
#ifndef CODEC_CLOUDEVENT_H
#define CODEC_CLOUDEVENT_H

#include "base/clock.h"
#include "event/event.h"

enum { CLOUDEVENT_HEADERS = 6, CLOUDEVENT_SOURCE_MAX = 32 };

/* `headers` point into the struct itself: it is not to be copied or moved. */
struct cloudevent {
    struct record_header headers[CLOUDEVENT_HEADERS];
    char id[UUID_TEXT_LEN + 1];
    char source[CLOUDEVENT_SOURCE_MAX];
    char time[TIME_TEXT_MAX];
};

/* specversion, id (the record's), source ("/" + the service that writes it), type (the record's
 * name, `type` is static), time (when it happened), content-type. An event has its command's id, so
 * it is the source that tells the two apart. */
void cloudevent_make(
    struct cloudevent *ret, const char *type, const struct meta *meta, const char *service);

#endif
