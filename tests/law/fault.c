/* What may come in between; each kind as often as the model says (act_is_spent). */
#include "law/world.h"

#include <string.h>

/* Everything in hand is gone; the commands are read again from where the group stands. */
static void start_again(const struct world *world, struct instance *instance)
{
    struct reader reader = instance->reader;
    uint8_t family = instance->family, committed = world->committed[family];
    *instance = (struct instance){
        .reader = reader, .family = family, .owner = 1, .start = committed, .known = committed};
}

/* Of an owner alone: a zombie that dies is one that does nothing any more. */
static bool crash(struct world *world, struct act act)
{
    struct instance *instance = &world->instances[act.which];
    if (!instance->owner || instance->reader.stopped)
        return false;
    world->left.crash--;
    start_again(world, instance);
    return true;
}

bool step_crash(struct law *law, struct world *world, struct act act)
{
    if (!crash(world, act))
        return false;
    struct reader *reader = &world->instances[act.which].reader;
    if (law_is_weak(law, WEAK_STORE_WITHOUT_IDS))
        reader->answered = 0;
    if (law_is_weak(law, WEAK_STORE_APART)) { /* the position is there, the last dossier is not */
        reader->answered &= (uint8_t) ~(1U << RECORD_ID(reader->history[0]));
        reader->history[0] >>= 4;
    }
    return true;
}

bool step_lose_store(struct law *law, struct world *world, struct act act)
{
    (void)law;
    if (!crash(world, act))
        return false;
    world->instances[act.which].reader = (struct reader){.pos = 0};
    return true;
}

bool step_take_over(struct law *law, struct world *world, struct act act)
{
    struct instance *instance = &world->instances[act.which];
    if (instance->owner || instance->reader.stopped)
        return false;
    world->left.takeover--;
    for (int i = 0; i < world_instances(law->model); i++)
        if (world->instances[i].family == instance->family)
            world->instances[i].owner = 0;
    start_again(world, instance);
    return true;
}

static bool is_copy(const struct world *world, uint8_t place)
{
    return place > 0 && world->net[place] == world->net[place - 1];
}

bool step_duplicate(struct law *law, struct world *world, struct act act)
{
    (void)law;
    if (is_copy(world, act.which))
        return false;
    world->left.duplicate--;
    world_send(world, world->net[act.which]);
    return true;
}

bool step_drop(struct law *law, struct world *world, struct act act)
{
    (void)law;
    if (is_copy(world, act.which))
        return false;
    world->left.drop--;
    world_unsend(world, act.which);
    return true;
}

static void lose_from(struct law *law, struct world *world)
{
    world->left.loss--;
    world->lost = 1;
    world->fresh = reader_of(law, world->log, world->log_count);
}

bool step_delete(struct law *law, struct world *world, struct act act)
{
    if (world->log[act.which] == 0)
        return false;
    struct reader before = world->fresh;
    bool must_show = !before.stopped && judge_must_show(law, world, act.which);
    world->log[act.which] = 0;
    lose_from(law, world);
    if (must_show)
        judge_loss(law, world, &before);
    return true;
}

/* No rule inside can see that the end is missing; what is decided on it afterwards must not count.
 */
bool step_truncate(struct law *law, struct world *world, struct act act)
{
    memset(
        &world->log[act.which], 0, (size_t)(world->log_count - act.which) * sizeof(world->log[0]));
    world->log_count = act.which;
    lose_from(law, world);
    return true;
}
