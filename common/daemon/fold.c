#include "daemon/fold.h"

#include "base/weak.h"

#include <stdio.h>

struct digest fold_fingerprint(void)
{
    char edition[32];
    int len = snprintf(edition, sizeof(edition), "fold %d", FOLD_EDITION);
    struct digest digest = sha256((struct view){edition, (size_t)len});
    for (size_t i = 0; i < schema_count; i++)
        digest =
            history_next(digest, (struct view){schema_table[i].text, schema_table[i].text_len});
    return digest;
}

static enum family family_of(const struct event *event)
{
    enum command_type type = event_table[event->type].command;
    if (event->type == EVENT_COMMAND_REFUSED) {
        const struct command_refused *refused = event->body;
        type = 0;
        while (type < COMMAND_MAX_ - 1 && !view_eq_text(refused->command, command_table[type].name))
            type++;
    }
    return command_table[type].family;
}

/* Of the simulation alone: a race that is lost by the law, won. With a version a family the
 * digest's first bytes stand for them. */
static bool is_won(const struct event *event, const struct dossier_head *head)
{
    if (WEAK(FAMILY_VERSIONS))
        return event_meta(event)->history.b[family_of(event)] == head->history.b[family_of(event)];
    return event->type == EVENT_COMMAND_REFUSED ? WEAK(REFUSALS_UNCHECKED) : WEAK(EVENTS_UNCHECKED);
}

res_t fold_record(const struct dossier *before, const struct fold_input *input, struct arena *arena,
    struct folded *ret)
{
    const struct meta *meta = event_meta(input->event);
    if (before == NULL)
        before = dossier_empty(arena);
    if (before == NULL)
        return FATAL("no room for a dossier");
    struct dossier_head head = dossier_head_of(before);
    struct referee_input place = {meta->version, meta->history};
    struct folded folded = {
        .ruling = referee_rule(&head, &place, input->answered), .before_version = head.version};
    if (folded.ruling == RULING_LOST && is_won(input->event, &head))
        folded.ruling = RULING_COUNTS;
    if (folded.ruling == RULING_COUNTS)
        TRY(dossier_count(before, input->event, input->bytes, arena, &folded.after));
    if (folded.ruling == RULING_COUNTS && WEAK(FAMILY_VERSIONS)) {
        folded.after->history = before->history;
        folded.after->history.b[family_of(input->event)]++;
    }
    *ret = folded;
    return RES_DONE;
}

res_t fold_pack(const struct dossier *dossier, struct buf *out)
{
    TRY(codec_write_dossier(dossier, out));
    return out->failed ? FATAL("a dossier grew beyond its limit") : RES_DONE;
}

res_t fold_unpack(const struct codec_registry *registry, struct view packed, struct arena *arena,
    const struct dossier **ret)
{
    struct dossier *dossier = NULL;
    if (codec_read_dossier(registry, packed, arena, &dossier) != FRAME_OK)
        return FATAL("a remembered dossier cannot be read: delete the state, it is rebuilt");
    *ret = dossier;
    return RES_DONE;
}
