/* The codec's limit: what a patient person would write for exactly one schema: one row a field, in
 * the wire's order; the same checks, no resolution, no arrays, nothing skipped. */
#ifndef BENCH_STRAIGHT_H
#define BENCH_STRAIGHT_H

#include "base/desc.h"

/* Makes the rows; one schema at a time. */
void straight_of(const struct record_desc *desc);
/* `record` is zeroed; false: not such a record. */
bool straight_decode(const uint8_t *p, const uint8_t *end, char *record);
/* Bytes written; 0: they do not fit, or it cannot be written. */
size_t straight_encode(const char *record, uint8_t *out, size_t room);

#endif
