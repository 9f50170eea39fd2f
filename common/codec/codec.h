/* Avro to structs and back by descriptor tables. A plan is compiled once from a writer's schema and
 * our reader's table; decoding is one loop over its operations. Bytes are never trusted: every
 * length, count, index, depth and UTF-8 sequence is checked, memory stays within a constant times
 * the input, and nothing may follow the value. */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/desc.h"

/* Appends the record in its own schema's layout. A field whose has-bit is clear is null. Sets
 * buf.failed for what could not be read again: bad UTF-8 or NUL in text, an enum out of range, a
 * time or day not of the years 1 to 9999. */
void codec_encode(const struct record_desc *desc, const void *record, struct buf *out);

/* The same in an older version's layout; sets buf.failed, too, where that version would lose
 * something: a field that it lacks and the record has, a symbol that it does not know. */
void codec_encode_older(const struct edition *edition, const struct record_desc *desc,
    const void *record, struct buf *out);

struct codec_plan;

/* `writer` is the writer's self-contained schema as JSON. Fields are matched by name or alias, enum
 * symbols by name (others become "unknown"), int may become long, string and bytes each other,
 * absent fields their default. RES_REJECT: not a schema, or the two cannot be resolved.
 * The plan keeps `reader` but not the text. Thread-safe once made. */
MUST_USE res_t codec_plan_new(
    struct view writer, const struct record_desc *reader, struct codec_plan **ret);
/* What is lost or in the way between a writer's schema and our table: for the test that today's
 * schemas read every older one whole. */
struct codec_gap {
    char pointer[200]; /* of the field: "/terms/kind"; an array's items have no step of their own */
    const char *what;  /* fixed words */
    const char *symbol; /* the writer's enum symbol that we lack; else NULL */
};
typedef void codec_gap_fn(void *arg, const struct codec_gap *gap);
/* Tells each gap that a plan would have: a field or symbol that we drop, and the first thing that
 * cannot be resolved at all; then RES_REJECT. A gap is good for the call. */
MUST_USE res_t codec_plan_gaps(
    struct view writer, const struct record_desc *reader, codec_gap_fn *found, void *arg);
void codec_plan_free(struct codec_plan *plan); /* NULL is fine */
void codec_plan_free_p(struct codec_plan **plan);

/* Decodes all of `body` into *ret_record (the reader's struct, any content before). Texts and bytes
 * are views into `body`, arrays live in the arena. RES_REJECT: the bytes are not such a record;
 * RES_FATAL: the arena's limit. After a failure *ret_record holds nothing to rely on. */
MUST_USE res_t codec_decode(
    const struct codec_plan *plan, struct view body, struct arena *arena, void *ret_record);

#endif
