#include "dossier/referee.h"

#include "base/res.h"
#include "base/weak.h"

enum ruling referee_rule(
    const struct dossier_head *head, const struct referee_input *record, bool answered)
{
    if (WEAK(SEEN_FIRST) && answered)
        return RULING_ANSWERED;
    /* Gap and fork first: "answered" first would hide the proof that the log lost something. */
    if (record->version > head->version && record->version - head->version > 1)
        return RULING_GAP;
    bool next = record->version > head->version;
    if (next && !digest_eq(record->history, head->history))
        return RULING_FORKED;
    if (answered)
        return RULING_ANSWERED;
    return next ? RULING_COUNTS : RULING_LOST;
}

bool ruling_stops(enum ruling ruling)
{
    return ruling == RULING_GAP || ruling == RULING_FORKED;
}

const char *ruling_text(enum ruling ruling)
{
    static const char *const texts[] = {
        [RULING_COUNTS] = "counts",
        [RULING_ANSWERED] = "answered",
        [RULING_LOST] = "lost",
        [RULING_GAP] = "gap",
        [RULING_FORKED] = "forked",
    };
    _Static_assert(ARRAY_LEN(texts) == RULING_MAX_, "a ruling has no text");
    MUST(ruling < RULING_MAX_);
    return texts[ruling];
}

struct digest history_next(struct digest history, struct view record_bytes)
{
    struct view parts[] = {{(const char *)history.b, sizeof history.b}, record_bytes};
    return sha256_of(parts, ARRAY_LEN(parts));
}
