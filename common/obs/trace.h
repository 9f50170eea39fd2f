/* Which request a record or a log line belongs to, across daemons: W3C Trace Context
 * (https://www.w3.org/TR/trace-context-1/) and one id of the request itself. The gateway takes both
 * from the request or makes them; they travel as headers of Kafka records, from command to event,
 * and stand in log lines. Nothing is decided by them.
 *
 * `tracestate` is not carried: it is free text from outside, and records are kept for ever. */
#ifndef OBS_TRACE_H
#define OBS_TRACE_H

#include "base/id.h"

enum { TRACE_TEXT_LEN = 55, TRACE_SPAN_BYTES = 8 };

struct trace {
    struct uuid id; /* trace-id; zero: no trace is known */
    uint8_t span[TRACE_SPAN_BYTES];
    uint8_t flags;
    struct uuid request; /* zero: none */
};

/* A `traceparent`, into id, span and flags. False and *ret untouched: none that the standard takes.
 * Of a newer version than ours the parts that we know are read. */
bool trace_parse(struct view text, struct trace *ret);
/* As version 00, with a NUL. Only where there is a trace. */
void trace_print(const struct trace *trace, char ret[static TRACE_TEXT_LEN + 1]);
/* We are the next to work on it: a span of ours, in the trace that there is or in a new one. */
void trace_enter(struct trace *trace);

#endif
