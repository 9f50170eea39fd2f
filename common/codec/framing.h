/* Records as they stand on a topic: 0, the schema id in 4 bytes (big-endian), the Avro body; and
 * the registry of every schema id that we know, compiled once at start. */
#ifndef CODEC_FRAMING_H
#define CODEC_FRAMING_H

#include "codec/codec.h"
#include "event/event.h"

enum frame_fault {
    FRAME_OK,
    FRAME_UNKNOWN_SCHEMA, /* written by a newer program: upgrade me first */
    FRAME_CORRUPT,        /* not a frame, or not such a record: the same for every reader */
    FRAME_WRONG_KIND,     /* a command where an event is due, or the like */
    FRAME_NO_ROOM,        /* the arena's limit, not the record's fault: say so and stop */
};

struct codec_registry;

/* Compiles every row of schema_table. RES_FATAL: a schema of ours cannot be resolved (a build that
 * should not have passed its tests). Thread-safe once made. */
MUST_USE res_t codec_registry_new(struct codec_registry **ret);
void codec_registry_free(struct codec_registry *registry); /* NULL is fine */
void codec_registry_free_p(struct codec_registry **registry);

/* Body and arrays live in the arena, texts point into `bytes`. *ret is untouched on failure. */
MUST_USE enum frame_fault codec_read_event(const struct codec_registry *registry, struct view bytes,
    struct arena *arena, struct event *ret);
MUST_USE enum frame_fault codec_read_command(const struct codec_registry *registry,
    struct view bytes, struct arena *arena, struct command *ret);

/* Appends the frame in our newest schema; in the one that the release before wrote (`was` in
 * schemas/ids.tsv) wherever that says all of it, so that programs of that release read it, too,
 * until somebody states something new. RES_REJECT: the record cannot be written (codec_encode);
 * then `out` is as before. */
MUST_USE res_t codec_write_event(const struct event *event, struct buf *out);
MUST_USE res_t codec_write_command(const struct command *command, struct buf *out);

/* The packed dossier: the same framing, not on a topic. */
struct dossier;
MUST_USE enum frame_fault codec_read_dossier(const struct codec_registry *registry,
    struct view bytes, struct arena *arena, struct dossier **ret);
MUST_USE res_t codec_write_dossier(const struct dossier *dossier, struct buf *out);

#endif
