/* The referee: whether a record of the log counts. Every reader applies the same function to every
 * record, in log order, per dossier; that is all that keeps writers from harm (the law of the log).
 * Pure. Not for what a record means: that is dossier.h. */
#ifndef DOSSIER_REFEREE_H
#define DOSSIER_REFEREE_H

#include "base/id.h"
#include "base/view.h"

/* How far a dossier has come. Empty: version 0, history all zeros. */
struct dossier_head {
    int64_t version;
    struct digest history;
};

/* What a record says of its own place: meta.version, meta.history. */
struct referee_input {
    int64_t version;
    struct digest history;
};

enum ruling {
    RULING_COUNTS,   /* apply it (a refusal: note it), then move the head with history_next */
    RULING_ANSWERED, /* ignore: its id has its answer */
    RULING_LOST,     /* ignore: it lost a race; its id stays unanswered */
    RULING_GAP,      /* stop loudly: the log lost something before this record */
    RULING_FORKED,   /* stop loudly: decided on a history that no longer exists */
    RULING_MAX_
};

/* `answered`: the record's id has its answer in this dossier already. */
enum ruling referee_rule(
    const struct dossier_head *head, const struct referee_input *record, bool answered);

/* True for the two rulings after which no reader may go on. */
bool ruling_stops(enum ruling ruling);
/* "counts", "answered", "lost", "gap", "forked": for log lines. */
const char *ruling_text(enum ruling ruling);

/* SHA-256(history ‖ bytes); `record_bytes` as they stand on the log, framing included. */
struct digest history_next(struct digest history, struct view record_bytes);

#endif
