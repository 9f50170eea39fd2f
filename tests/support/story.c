#include "support/story.h"

#include "base/clock.h"
#include "referrals/decide_referrals.h"
#include "risk/decide_risk.h"
#include "sessions/decide_sessions.h"

#include <string.h>

struct story *story_new(void)
{
    struct arena *arena = arena_new(64 << 20);
    struct story *story = ARENA_NEW(arena, struct story);
    story->arena = arena;
    cr_assert_eq(codec_registry_new(&story->registry).act, RES_OK);
    story->dossier = dossier_empty(arena);
    story_at(story, "2026-11-23T10:00:00Z");
    as_practitioner(story);
    return story;
}

void story_free(struct story *story)
{
    codec_registry_free(story->registry);
    arena_free(story->arena);
}

void story_free_p(struct story **story)
{
    story_free(*story);
}

int64_t time_of(const char *text)
{
    int64_t ret;
    cr_assert(time_parse(view_of(text), &ret), "no time: %s", text);
    return ret;
}

int32_t day_of(const char *text)
{
    int32_t ret;
    cr_assert(day_parse(view_of(text), &ret), "no day: %s", text);
    return ret;
}

void story_at(struct story *story, const char *time)
{
    story->now = time_of(time);
}

struct uuid story_id(struct story *story)
{
    struct uuid id = {{0x10}};
    story->ids++;
    memcpy(id.b + 12, &story->ids, sizeof story->ids);
    return id;
}

static void set_actor(struct story *story, enum actor_kind kind, const char *id, const char *org)
{
    story->actor = (struct actor){.kind = (int32_t)kind, .id = view_of(id)};
    if (org == NULL)
        return;
    story->actor.organisation = view_of(org);
    SET(&story->actor, ACTOR_ORGANISATION);
}

void as_practitioner(struct story *story)
{
    set_actor(story, ACTOR_KIND_PRACTITIONER, "dana.price", "NORTH_PDU");
}

void as_worker(struct story *story, const char *user)
{
    set_actor(story, ACTOR_KIND_PROVIDER, user, "HOME_TRUST");
}

void as_import(struct story *story)
{
    set_actor(story, ACTOR_KIND_IMPORT, "import-rm", NULL);
}

void as_kind(struct story *story, enum actor_kind kind)
{
    set_actor(story, kind, "somebody", "SOMEWHERE");
}

/* -- deciding, framing, folding -----------------------------------------------------------------
 */

struct view story_pack(struct story *story, const struct dossier *dossier)
{
    struct buf out = {0};
    cr_assert_eq(codec_write_dossier(dossier, &out).act, RES_OK);
    struct view packed = arena_copy(story->arena, buf_as_view(&out));
    buf_done(&out);
    return packed;
}

/* The record as the log has it, and again as a reader has it. */
static struct view through_the_log(struct story *story, struct event *event)
{
    struct buf out = {0};
    res_t res = codec_write_event(event, &out);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    struct view bytes = arena_copy(story->arena, buf_as_view(&out));
    buf_done(&out);
    enum frame_fault fault = codec_read_event(story->registry, bytes, story->arena, event);
    cr_assert_eq(fault, FRAME_OK, "fault %d", fault);
    return bytes;
}

static struct event decided(struct story *story, const struct command *command)
{
    typedef res_t decide_fn(
        const struct dossier *, const struct command *, struct arena *, struct event *);
    static decide_fn *const deciders[] = {
        [FAMILY_REFERRAL] = decide_referrals,
        [FAMILY_SESSION] = decide_sessions,
        [FAMILY_RISK] = decide_risk,
    };
    struct event event;
    struct event again;
    decide_fn *decide = deciders[command_table[command->type].family];
    cr_assert_eq(decide(story->dossier, command, story->arena, &event).act, RES_OK);
    cr_assert_eq(decide(story->dossier, command, story->arena, &again).act, RES_OK);
    cr_assert_eq(event.type, again.type);
    return event;
}

static void fold(struct story *story, const struct event *event, struct view bytes)
{
    const struct meta *meta = event_meta(event);
    struct dossier_head head = dossier_head_of(story->dossier);
    struct referee_input input = {meta->version, meta->history};
    cr_assert_eq(referee_rule(&head, &input, false), RULING_COUNTS);
    struct dossier *after;
    cr_assert_eq(dossier_count(story->dossier, event, bytes, story->arena, &after).act, RES_OK);
    /* On in the packed form, as a decider with a store goes on. */
    struct view packed = story_pack(story, after);
    cr_assert_eq(
        codec_read_dossier(story->registry, packed, story->arena, &story->dossier), FRAME_OK);
    cr_assert(view_eq(packed, story_pack(story, story->dossier)), "packing loses something");
}

struct answer story_send(struct story *story, enum command_type type, const void *body)
{
    struct command command = {type, body};
    struct event event = decided(story, &command);
    /* The driver's part: the place in the history. */
    size_t size = event_table[event.type].desc->size;
    struct record_head *record = arena_alloc(story->arena, size);
    memcpy(record, event.body, size);
    record->meta.version = story->dossier->version + 1;
    record->meta.history = story->dossier->history;
    event.body = record;
    struct view bytes = through_the_log(story, &event);
    cr_assert_lt(story->records, STORY_RECORDS_MAX);
    story->log[story->records++] = bytes;
    story->last = event;
    fold(story, &event, bytes);
    if (event.type != EVENT_COMMAND_REFUSED) {
        cr_assert_eq(event.type, command_table[type].emits);
        return (struct answer){.accepted = true};
    }
    const struct command_refused *refused = event.body;
    struct view field = HAS(refused, COMMAND_REFUSED_FIELD) ? refused->field : VIEW_NONE;
    return (struct answer){false, refused->code, field};
}

bool story_waived(const struct story *story, const char *code)
{
    const struct meta *meta = event_meta(&story->last);
    for (size_t i = 0; HAS(meta, META_WAIVED) && i < meta->waived.len; i++)
        if (view_eq_text(meta->waived.items[i], code))
            return true;
    return false;
}

const struct dossier_referral *story_referral(const struct story *story)
{
    const struct dossier_referral *referral = dossier_referral(story->dossier, story->referral);
    cr_assert_not_null(referral);
    return referral;
}

struct dossier_referral *story_change(struct story *story)
{
    size_t at = (size_t)(story_referral(story) - story->dossier->referrals.items);
    size_t len = story->dossier->referrals.len;
    struct dossier_referral *items = arena_array(story->arena, len, sizeof *items);
    memcpy(items, story->dossier->referrals.items, len * sizeof *items);
    struct dossier *copy = ARENA_NEW(story->arena, struct dossier);
    *copy = *story->dossier;
    copy->referrals.items = items;
    story->dossier = copy;
    return &items[at];
}
