#include "support/world/world_base.h"

#include "base/arena.h"
#include "base/weak.h"
#include "daemon/fold.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void state_clear(struct base_state *state)
{
    for (size_t i = 0; i < state->dossier_count; i++)
        free(state->dossiers[i].packed);
    free(state->dossiers);
    free(state->effects);
}

static void state_done(struct base_state *state)
{
    if (state != NULL)
        state_clear(state);
    free(state);
}

static void *copy_of(const void *items, size_t count, size_t size)
{
    void *copy = malloc(count * size + 1);
    cr_assert(copy != NULL);
    if (count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

static struct base_state *state_copy(const struct base_state *from)
{
    struct base_state *copy = copy_of(from, 1, sizeof(*from));
    copy->dossier_room = from->dossier_count;
    copy->effect_room = from->effect_count;
    copy->dossiers = copy_of(from->dossiers, from->dossier_count, sizeof(*from->dossiers));
    copy->effects = copy_of(from->effects, from->effect_count, sizeof(*from->effects));
    for (size_t i = 0; i < copy->dossier_count; i++) {
        copy->dossiers[i].packed = malloc(copy->dossiers[i].packed_len + 1);
        memcpy(copy->dossiers[i].packed, from->dossiers[i].packed, copy->dossiers[i].packed_len);
    }
    return copy;
}

struct base *base_new(void)
{
    struct base *base = calloc(1, sizeof(*base));
    for (int32_t i = 0; i < WORLD_PARTITIONS; i++)
        base->state.positions[i].partition = i;
    return base;
}

void base_free(struct base *base)
{
    state_done(base->tx);
    state_clear(&base->state);
    free(base);
}

static res_t claim(
    void *self, const int32_t *partitions, size_t count, struct database_position *ret)
{
    struct sinker *sinker = self;
    MAY_DIE(sinker->member);
    if (sinker->fate == BASE_AWAY)
        return RETRY("away");
    sinker->base->claims++;
    if (WEAK(CLAIM_AFTER_LOADING) && !sinker->loaded) {
        sinker->loaded = true;
        memcpy(sinker->early, sinker->base->state.positions, sizeof(sinker->early));
        return RETRY("loaded, not claimed yet");
    }
    for (size_t i = 0; i < count; i++) {
        struct database_position *at = &sinker->base->state.positions[partitions[i]];
        at->epoch++;
        ret[i] = *at;
        if (sinker->loaded)
            ret[i].next = sinker->early[partitions[i]].next;
    }
    sinker->loaded = false;
    return RES_DONE;
}

static struct base_dossier *find(struct base_state *state, struct uuid person)
{
    for (size_t i = 0; i < state->dossier_count; i++)
        if (uuid_eq(state->dossiers[i].person, person))
            return &state->dossiers[i];
    return NULL;
}

static res_t load(void *self, const struct database_wanted *wanted, struct arena *arena,
    struct database_loaded *ret)
{
    struct sinker *sinker = self;
    struct base_state *state = &sinker->base->state;
    MAY_DIE(sinker->member);
    if (sinker->fate == BASE_AWAY)
        return RETRY("away");
    sinker->overlaps += sinker->committing;
    if (sinker->earlier != NULL && sinker->overlaps % 3 > 0)
        state = sinker->earlier;
    ret->dossiers = arena_array(arena, wanted->person_count, sizeof(*ret->dossiers));
    ret->answered = arena_array(arena, wanted->answer_count, sizeof(*ret->answered));
    ret->person_count = wanted->person_count;
    size_t bytes = 0;
    for (size_t i = 0; i < wanted->person_count; i++) {
        const struct base_dossier *at = find(state, wanted->persons[i]);
        bytes += at == NULL ? 0 : at->packed_len;
        if (at != NULL && bytes > wanted->dossier_bytes_max && bytes > at->packed_len) {
            ret->person_count = i;
            break;
        }
        if (at != NULL)
            ret->dossiers[i] = (struct port_dossier){at->version, at->history,
                arena_copy(arena, (struct view){at->packed, at->packed_len})};
    }
    for (size_t i = 0; i < wanted->answer_count; i++)
        for (size_t e = 0; e < state->effect_count; e++)
            ret->answered[i] |= uuid_eq(state->effects[e].person, wanted->answer_persons[i]) &&
                                uuid_eq(state->effects[e].id, wanted->answer_ids[i]);
    return RES_DONE;
}

static res_t begin(void *self, const struct database_move *moves, size_t count, bool live,
    struct database_tx **ret)
{
    struct sinker *sinker = self;
    struct base *base = sinker->base;
    MAY_DIE(sinker->member);
    if (sinker->fate == BASE_AWAY)
        return RETRY("away");
    cr_assert(base->tx == NULL, "one transaction at a time");
    base->tx = state_copy(&base->state);
    base->begins++;
    base->last_live = live;
    sinker->moves_hold = true;
    for (size_t i = 0; i < count; i++) {
        struct database_position *at = &base->tx->positions[moves[i].partition];
        if (at->epoch != moves[i].epoch ||
            (at->next != moves[i].from && !WEAK(CLAIM_AFTER_LOADING)))
            sinker->moves_hold = false;
        at->next = moves[i].next;
        base->last_moves[i] = moves[i];
    }
    base->last_move_count = count;
    *ret = (struct database_tx *)base->tx;
    return RES_DONE;
}

static void give_up(struct base *base)
{
    state_done(base->tx);
    base->tx = NULL;
}

static void rollback(void *self)
{
    struct sinker *sinker = self;
    if (sinker->member->dead)
        return;
    cr_assert_not(sinker->committing, "nobody knows what became of it");
    give_up(sinker->base);
}

static void keep(struct sinker *sinker)
{
    struct base *base = sinker->base;
    state_clear(&base->state);
    base->state = *base->tx;
    free(base->tx);
    base->tx = NULL;
    base->commits++;
    if (base->kept != NULL)
        base->kept(base->owner, sinker->batch);
}

static enum database_commit decide(struct sinker *sinker)
{
    if (!sinker->moves_hold)
        return sinker->fate == BASE_REPLACED ? DATABASE_REPLACED : DATABASE_NOT_OURS;
    if (sinker->fate == BASE_ROLLS_BACK)
        return DATABASE_ROLLED_BACK;
    if (sinker->fate == BASE_UNKNOWN_DONE || sinker->fate == BASE_UNKNOWN_LOST)
        return DATABASE_UNKNOWN;
    return DATABASE_COMMITTED;
}

/* Done at once, and told when asked: whoever claims meanwhile would have to wait for the rows. */
static void commit_start(void *self)
{
    struct sinker *sinker = self;
    cr_assert(sinker->base->tx != NULL && !sinker->committing);
    sinker->committing = true;
    sinker->earlier = state_copy(&sinker->base->state);
    sinker->outcome = decide(sinker);
    if (sinker->outcome == DATABASE_COMMITTED ||
        (sinker->moves_hold && sinker->fate == BASE_UNKNOWN_DONE))
        keep(sinker);
    else
        give_up(sinker->base);
}

static void push(void *self)
{
    struct sinker *sinker = self;
    cr_assert(sinker->committing, "nothing to push");
    sinker->pushes++;
}

static res_t commit(void *self, enum database_commit *ret)
{
    struct sinker *sinker = self;
    MAY_DIE(sinker->member);
    if (!sinker->committing)
        commit_start(self);
    MAY_DIE(sinker->member); /* it is committed, and who asked does not learn it */
    sinker->committing = false;
    state_done(TAKE(sinker->earlier));
    *ret = sinker->outcome;
    return RES_DONE;
}

static void *room_for(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = 2 * *room + 16;
    void *more = realloc(items, *room * size);
    cr_assert(more != NULL);
    return more;
}

static res_t apply(void *owner, const struct sink_batch *batch, struct database_tx *tx)
{
    struct sinker *sinker = owner;
    struct base_state *state = (struct base_state *)tx;
    if (batch->record_count > sinker->largest)
        sinker->largest = batch->record_count;
    sinker->batch = batch;
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct sink_record *record = &batch->records[i];
        state->effects = room_for(
            state->effects, state->effect_count, &state->effect_room, sizeof(*state->effects));
        state->effects[state->effect_count++] = (struct base_effect){
            record->meta->person, record->meta->id, record->meta->version, record->event.type};
    }
    if (batch->dossier_count > sinker->dossiers_most)
        sinker->dossiers_most = batch->dossier_count;
    if (sinker->fate == BASE_BREAKS_IN_APPLY)
        return RETRY("broken");
    for (size_t i = 0; i < batch->dossier_count; i++) {
        const struct sink_dossier *from = &batch->dossiers[i];
        struct base_dossier *at = find(state, from->person);
        if (at == NULL) {
            state->dossiers = room_for(state->dossiers, state->dossier_count, &state->dossier_room,
                sizeof(*state->dossiers));
            at = &state->dossiers[state->dossier_count++];
        } else {
            free(at->packed);
        }
        *at = (struct base_dossier){from->person, from->after->version, from->after->history,
            malloc(from->packed.len + 1), from->packed.len};
        memcpy(at->packed, from->packed.ptr, from->packed.len);
    }
    return RES_DONE;
}

void sinker_remake(struct sinker *sinker)
{
    struct decider_ports of = member_ports(sinker->member);
    struct sink_ports ports = {.members = of.commands,
        .events = of.events,
        .producer = of.producer,
        .clock = of.clock,
        .database = {.self = sinker,
            .claim = claim,
            .load = load,
            .begin = begin,
            .commit_start = commit_start,
            .push = push,
            .commit = commit,
            .rollback = rollback}};
    sink_free(sinker->sink);
    sinker->sink = sink_new(&sinker->conf, &ports, sinker->member->world->registry);
}

struct sinker *sinker_new(struct world *world, struct base *base)
{
    return sinker_new_of(world, base, 0);
}

struct sinker *sinker_new_of(struct world *world, struct base *base, size_t batch_max)
{
    struct sinker *sinker = calloc(1, sizeof(*sinker));
    sinker->member = member_new_bare(world);
    sinker->base = base;
    sinker->conf = (struct sink_conf){.service = "projector",
        .partitions = WORLD_PARTITIONS,
        .apply = apply,
        .owner = sinker,
        .parks = true,
        .batch_max = batch_max,
        .gather_us = 10};
    sinker_remake(sinker);
    return sinker;
}

struct sinker *sinker_start(struct world *world, struct base *base)
{
    struct sinker *sinker = sinker_new(world, base);
    member_assign(sinker->member);
    return sinker;
}

void sinker_free(struct sinker *sinker)
{
    give_up(sinker->base);
    state_done(sinker->earlier);
    sink_free(sinker->sink);
    member_free(sinker->member);
    free(sinker);
}

res_t sinker_step(struct sinker *sinker)
{
    bool more;
    sinker->member->world->now++;
    return sink_step(sinker->sink, &more);
}

void sinker_run(struct sinker *sinker)
{
    for (int i = 0; i < 40; i++) {
        res_t res = sinker_step(sinker);
        cr_assert(res.act == RES_OK, "%s", res.what);
    }
}

struct sink_stats sinker_stats(const struct sinker *sinker)
{
    struct sink_stats stats;
    sink_stats(sinker->sink, &stats);
    return stats;
}

/* Folds one person's records by the pure functions alone. */
static const struct dossier *fold_person(
    struct world *world, int32_t partition, struct uuid person, struct arena *arena)
{
    const struct world_log *log = &world->logs[WORLD_EVENTS][partition];
    const struct dossier *dossier = NULL;
    struct uuid *seen = calloc(log->count + 1, sizeof(*seen));
    size_t seen_count = 0;
    for (size_t i = 0; i < log->count; i++) {
        struct event event;
        struct folded folded;
        struct view bytes = record_value(&log->records[i]);
        if (codec_read_event(world->registry, bytes, arena, &event) != FRAME_OK ||
            !uuid_eq(event_meta(&event)->person, person))
            continue;
        bool answered = false;
        for (size_t s = 0; s < seen_count; s++)
            answered |= uuid_eq(seen[s], event_meta(&event)->id);
        cr_assert(
            fold_record(dossier, &(struct fold_input){&event, bytes, answered}, arena, &folded)
                .act == RES_OK);
        if (folded.ruling != RULING_COUNTS)
            continue;
        dossier = folded.after;
        seen[seen_count++] = event_meta(&event)->id;
    }
    free(seen);
    return dossier;
}

void base_check(const struct base *base, struct world *world)
{
    const struct base_state *state = &base->state;
    struct arena *arena = arena_new(64 << 20);
    size_t records = 0;
    for (size_t i = 0; i < state->dossier_count; i++) {
        const struct base_dossier *row = &state->dossiers[i];
        struct view key = {(const char *)row->person.b, 16};
        const struct dossier *dossier =
            fold_person(world, partition_of(key, WORLD_PARTITIONS), row->person, arena);
        struct buf out = {0};
        cr_assert(dossier != NULL);
        cr_assert(fold_pack(dossier, &out).act == RES_OK);
        cr_assert_eq(dossier->version, row->version);
        cr_assert(view_eq(buf_as_view(&out), (struct view){row->packed, row->packed_len}));
        records += (size_t)row->version;
        buf_done(&out);
    }
    cr_assert_eq(records, state->effect_count, "each counted record once");
    for (size_t i = 0; i < state->effect_count; i++)
        for (size_t j = i + 1; j < state->effect_count; j++)
            cr_assert(!uuid_eq(state->effects[i].person, state->effects[j].person) ||
                      state->effects[i].version != state->effects[j].version);
    arena_free(arena);
}
