/* What goes on by itself: rule 4 of the law, and the network. */
#include "law/world.h"

#include "base/res.h"

static const struct order *orders(const struct law *law, const struct instance *instance)
{
    return law->model->orders[instance->family];
}

static bool passed(const struct reader *reader, unsigned dossier, uint32_t record)
{
    return history_version(RECORD_HISTORY(record)) < history_version(reader->history[dossier]);
}

static bool is_answered(const struct law *law, const struct instance *instance, int offset)
{
    return (instance->reader.answered >> orders(law, instance)[offset].id & 1) != 0;
}

static bool is_marked(const struct instance *instance, int offset)
{
    return (instance->done >> offset & 1) != 0;
}

/* Has the command at this offset its outcome, as far as the instance knows? */
static bool is_done(const struct law *law, const struct instance *instance, int offset)
{
    bool answered = is_answered(law, instance, offset);
    if (law_is_weak(law, WEAK_NO_SECOND_LOOK))
        return is_marked(instance, offset);
    if (law_is_weak(law, WEAK_LOST_IS_DONE))
        return answered || is_marked(instance, offset);
    return answered;
}

static bool is_committable(const struct law *law, const struct instance *instance, int offset)
{
    return is_done(law, instance, offset) ||
           (law_is_weak(law, WEAK_COMMIT_ON_PRODUCE) && is_marked(instance, offset));
}

static void mark_done(const struct law *law, struct instance *instance, uint32_t id)
{
    for (int i = 0; i < orders_count(law->model, instance->family); i++)
        if (orders(law, instance)[i].id == id)
            instance->done |= (uint8_t)(1U << i);
}

/* The record on its way was read back, or another one that answers its command: it waits no more.
 */
static void release(struct law *law, struct instance *instance, uint32_t record, enum ruling ruling)
{
    int family;
    unsigned dossier = order_of(law, RECORD_ID(record), &family)->dossier;
    for (int i = 0; i < 2; i++) {
        uint32_t *flight = &instance->flight[dossier][i];
        if (*flight == 0 || RECORD_ID(*flight) != RECORD_ID(record))
            continue;
        bool own = *flight == record;
        bool settled = ruling == RULING_COUNTS || ruling == RULING_ANSWERED;
        if (!settled && !(own && ruling == RULING_LOST))
            continue;
        if (law_is_weak(law, WEAK_NO_SECOND_LOOK) ? own && ruling == RULING_COUNTS
                                                  : law_is_weak(law, WEAK_LOST_IS_DONE))
            mark_done(law, instance, RECORD_ID(record));
        *flight = 0;
    }
    if (instance->flight[dossier][0] == 0) {
        instance->flight[dossier][0] = instance->flight[dossier][1];
        instance->flight[dossier][1] = 0;
    }
}

bool step_read(struct law *law, struct world *world, struct act act)
{
    struct instance *instance = &world->instances[act.which];
    struct reader *reader = &instance->reader;
    if (reader->stopped || reader->pos == world->log_count)
        return false;
    if (reader->pos > world->log_count) { /* its position lies beyond the log's end */
        reader->stopped = true;
        return true;
    }
    uint32_t record = world->log[reader->pos];
    struct reader before = *reader;
    reader->pos++;
    if (record == 0)
        return true;
    enum ruling ruling = reader_rule(law, reader, record);
    judge_reading(law, world, &before, act.which);
    if (!reader->stopped)
        release(law, instance, record, ruling);
    return true;
}

static bool in_flight(const struct instance *instance, unsigned dossier, uint32_t id)
{
    return RECORD_ID(instance->flight[dossier][0]) == id ||
           RECORD_ID(instance->flight[dossier][1]) == id;
}

/* The first command of the dossier that has no outcome yet and is not on its way; NULL: none. */
static const struct order *next_order(
    const struct law *law, const struct instance *instance, unsigned dossier)
{
    for (int i = instance->start; i < orders_count(law->model, instance->family); i++) {
        const struct order *order = &orders(law, instance)[i];
        if (order->dossier == dossier && !is_done(law, instance, i) &&
            !in_flight(instance, dossier, order->id))
            return order;
    }
    return NULL;
}

static bool decide(struct law *law, struct world *world, struct act act, bool odd)
{
    struct instance *instance = &world->instances[act.which];
    uint32_t *flight = instance->flight[act.sub];
    bool two = law_is_weak(law, WEAK_TWO_IN_FLIGHT) || law_is_weak(law, WEAK_TWO_ON_HOPE);
    if (instance->reader.stopped || (flight[0] != 0 && !(two && flight[1] == 0)))
        return false;
    const struct order *order = next_order(law, instance, act.sub);
    if (order == NULL)
        return false;
    uint32_t history = instance->reader.history[act.sub];
    if (flight[0] != 0 && law_is_weak(law, WEAK_TWO_ON_HOPE))
        history = flight[0];
    bool accept = facts_accept(law, order, history) != odd;
    uint32_t record = RECORD(history, order->id, accept ? 0U : 1U);
    flight[flight[0] != 0] = record;
    if (law_is_weak(law, WEAK_COMMIT_ON_PRODUCE))
        mark_done(law, instance, order->id);
    world_send(world, record);
    return true;
}

bool step_decide(struct law *law, struct world *world, struct act act)
{
    return decide(law, world, act, false);
}

bool step_odd(struct law *law, struct world *world, struct act act)
{
    world->left.odd--;
    return decide(law, world, act, true);
}

/* The offset below which every command has its outcome. */
static uint8_t answered_offset(const struct law *law, const struct instance *instance)
{
    int count = orders_count(law->model, instance->family), offset = instance->start;
    if (law_is_weak(law, WEAK_COMMIT_HIGHEST)) {
        for (int i = instance->start; i < count; i++)
            if (is_committable(law, instance, i))
                offset = i + 1;
    } else {
        while (offset < count && is_committable(law, instance, offset))
            offset++;
    }
    return (uint8_t)offset;
}

bool step_commit(struct law *law, struct world *world, struct act act)
{
    struct instance *instance = &world->instances[act.which];
    uint8_t offset = answered_offset(law, instance);
    bool fenced = !instance->owner && !law_is_weak(law, WEAK_COMMIT_UNFENCED);
    if (instance->reader.stopped || fenced || offset <= instance->known)
        return false;
    instance->known = world->committed[instance->family] = offset;
    return true;
}

static bool is_under_way(
    const struct world *world, const struct instance *instance, uint32_t record)
{
    for (int i = 0; i < world->net_count; i++)
        if (world->net[i] == record)
            return true;
    for (int i = instance->reader.pos; i < world->log_count; i++)
        if (world->log[i] == record)
            return true;
    return false;
}

bool step_resend(struct law *law, struct world *world, struct act act)
{
    struct instance *instance = &world->instances[act.which];
    unsigned dossier = act.sub / 2;
    uint32_t *flight = &instance->flight[dossier][act.sub % 2];
    if (*flight == 0 || instance->reader.stopped || law_is_weak(law, WEAK_NO_RESEND) ||
        is_under_way(world, instance, *flight))
        return false;
    if (passed(&instance->reader, dossier, *flight) && law->weak == 0)
        *flight = 0;
    else
        world_send(world, *flight);
    return true;
}

bool step_let_go(struct law *law, struct world *world, struct act act)
{
    struct instance *instance = &world->instances[act.which];
    uint32_t *flight = &instance->flight[act.sub][0];
    if (!law->model->reduced || *flight == 0 || !passed(&instance->reader, act.sub, *flight))
        return false;
    *flight = 0;
    return true;
}

bool step_land(struct law *law, struct world *world, struct act act)
{
    if (act.which > 0 && world->net[act.which] == world->net[act.which - 1])
        return false; /* a copy of the one before: the same */
    uint32_t record = world->net[act.which];
    if (world->log_count == (law->model->log_max > 0 ? law->model->log_max : LOG_MAX)) {
        law_found(law, IT_ENDS, "the log grows without bound");
        return true;
    }
    judge_landing(law, world, record);
    world_unsend(world, act.which);
    world->log[world->log_count++] = record;
    if (!world->fresh.stopped)
        (void)reader_rule(law, &world->fresh, record);
    world->fresh.pos = world->log_count;
    return true;
}
