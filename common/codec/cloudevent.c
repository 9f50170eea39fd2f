#include "codec/cloudevent.h"

#include <stdio.h>

void cloudevent_make(
    struct cloudevent *ret, const char *type, const struct meta *meta, const char *service)
{
    struct uuid_text id = uuid_text(meta->id);
    snprintf(ret->id, sizeof ret->id, "%s", id.text);
    int len = snprintf(ret->source, sizeof ret->source, "/%s", service);
    MUST(len > 0 && (size_t)len < sizeof ret->source);
    time_print(meta->occurred_at, ret->time);
    const struct record_header headers[CLOUDEVENT_HEADERS] = {
        {"ce_specversion", VIEW("1.0")},
        {"ce_id", view_of(ret->id)},
        {"ce_source", view_of(ret->source)},
        {"ce_type", view_of(type)},
        {"ce_time", view_of(ret->time)},
        {"content-type", VIEW("application/avro")},
    };
    for (size_t i = 0; i < CLOUDEVENT_HEADERS; i++)
        ret->headers[i] = headers[i];
}
