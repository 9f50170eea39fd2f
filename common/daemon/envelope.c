#include "daemon/envelope.h"

#include <string.h>

void envelope_make(struct envelope *ret, const struct envelope_of *of)
{
    cloudevent_make(&ret->attributes, of->type, of->meta, of->service);
    memcpy(ret->headers, ret->attributes.headers, sizeof(ret->attributes.headers));
    ret->count = CLOUDEVENT_HEADERS;
    if (!uuid_is_zero(of->trace->id)) {
        trace_print(of->trace, ret->traceparent);
        ret->headers[ret->count++] =
            (struct record_header){ENVELOPE_TRACE, view_of(ret->traceparent)};
    }
    if (!uuid_is_zero(of->trace->request)) {
        ret->request = uuid_text(of->trace->request);
        ret->headers[ret->count++] =
            (struct record_header){ENVELOPE_REQUEST, view_of(ret->request.text)};
    }
}

struct trace envelope_trace(const struct port_record *record)
{
    struct trace trace = {0};
    (void)trace_parse(record->traceparent, &trace);
    (void)uuid_parse(record->request, &trace.request);
    return trace;
}

struct trace envelope_trace_of(const struct reader_port *events, const struct port_record *record)
{
    struct port_record whole = events->with_headers(events->self, record);
    return envelope_trace(&whole);
}
