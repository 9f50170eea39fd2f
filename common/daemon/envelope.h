/* What stands beside a record's bytes: CloudEvents attributes for other people's tools, and of
 * which request it is (obs/trace.h), for log lines. Nothing of it is believed: whoever decides
 * reads the record. */
#ifndef DAEMON_ENVELOPE_H
#define DAEMON_ENVELOPE_H

#include "codec/cloudevent.h"
#include "daemon/ports.h"
#include "obs/trace.h"

#define ENVELOPE_TRACE "traceparent"
#define ENVELOPE_REQUEST "x-request-id"

/* `headers` point into the struct itself: it is not to be copied or moved. */
struct envelope {
    struct record_header headers[CLOUDEVENT_HEADERS + 2];
    size_t count;
    struct cloudevent attributes;
    char traceparent[TRACE_TEXT_LEN + 1];
    struct uuid_text request;
};
struct envelope_of {
    const char *type; /* the record's name; static */
    const struct meta *meta;
    const char *service; /* who writes it; static */
    const struct trace *trace;
};
void envelope_make(struct envelope *ret, const struct envelope_of *of);

/* What the two headers of a record say; what cannot be read is as if it were not there. */
struct trace envelope_trace(const struct port_record *record);
/* Of a record of the stream, whose headers are looked up for it: where it fails. */
struct trace envelope_trace_of(const struct reader_port *events, const struct port_record *record);

#endif
