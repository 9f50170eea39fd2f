/* One record of the stream against the dossier it is about: the referee's ruling, and the dossier
 * afterwards. Pure; the same for every reader. */
#ifndef DAEMON_FOLD_H
#define DAEMON_FOLD_H

#include "codec/framing.h"
#include "dossier/dossier.h"
#include "event/event.h"

/* Of all that a packed dossier depends on: what is remembered under another one is dropped and
 * rebuilt. FOLD_EDITION goes up whenever evolve gives other dossiers from the same records. */
enum { FOLD_EDITION = 1 };
struct digest fold_fingerprint(void);

struct fold_input {
    const struct event *event;
    struct view bytes; /* as on the log */
    bool answered;     /* is its id answered already? */
};
struct folded {
    enum ruling ruling;
    int64_t before_version;
    struct dossier *after; /* RULING_COUNTS, else NULL; the arena's */
};
/* `before` NULL: there is none yet. FATAL: the arena is full. */
res_t fold_record(const struct dossier *before, const struct fold_input *input, struct arena *arena,
    struct folded *ret) MUST_USE;

/* A dossier as bytes, framed. FATAL: too large, or not readable. */
res_t fold_pack(const struct dossier *dossier, struct buf *out) MUST_USE;
res_t fold_unpack(const struct codec_registry *registry, struct view packed, struct arena *arena,
    const struct dossier **ret) MUST_USE;

#endif
