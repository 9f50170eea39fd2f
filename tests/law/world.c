#include "law/world.h"

#include "base/res.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(struct reader) == 12 && sizeof(struct instance) == 36, "padding");
_Static_assert(offsetof(struct world, instances) == 24, "padding");

#define LEFT(fault) offsetof(struct world, left.fault)

const struct act_row act_table[ACT_MAX_] = {
    [ACT_READ] = {"read", step_read, OF_INSTANCES, 1, false, 0},
    [ACT_DECIDE] = {"decide", step_decide, OF_INSTANCES, DOSSIERS, false, 0},
    [ACT_COMMIT] = {"commit", step_commit, OF_INSTANCES, 1, false, 0},
    [ACT_RESEND] = {"resend", step_resend, OF_INSTANCES, DOSSIERS * 2, false, 0},
    [ACT_LET_GO] = {"let go", step_let_go, OF_INSTANCES, DOSSIERS, false, 0},
    [ACT_LAND] = {"land", step_land, OF_NET, 1, false, 0},
    [ACT_CRASH] = {"crash", step_crash, OF_INSTANCES, 1, true, LEFT(crash)},
    [ACT_LOSE_STORE] = {"lose store", step_lose_store, OF_INSTANCES, 1, true, LEFT(crash)},
    [ACT_TAKE_OVER] = {"take over", step_take_over, OF_INSTANCES, 1, true, LEFT(takeover)},
    [ACT_DUPLICATE] = {"duplicate", step_duplicate, OF_NET, 1, true, LEFT(duplicate)},
    [ACT_DROP] = {"drop", step_drop, OF_NET, 1, true, LEFT(drop)},
    [ACT_ODD] = {"odd", step_odd, OF_INSTANCES, DOSSIERS, true, LEFT(odd)},
    [ACT_DELETE] = {"delete", step_delete, OF_LOG, 1, true, LEFT(loss)},
    [ACT_TRUNCATE] = {"truncate", step_truncate, OF_LOG, 1, true, LEFT(loss)},
};

int world_instances(const struct model *model)
{
    int count = 0;
    for (int family = 0; family < FAMILIES; family++)
        if (orders_count(model, family) > 0)
            count += 1 + model->zombies[family];
    MUST(count <= INSTANCES_MAX);
    return count;
}

void world_begin(const struct model *model, struct world *ret)
{
    MUST(!model->reduced || model->faults.loss == 0); /* a loser may come to count after a loss */
    *ret = (struct world){.left = model->faults};
    int count = 0;
    for (int family = 0; family < FAMILIES; family++)
        for (int i = 0; i <= model->zombies[family] && orders_count(model, family) > 0; i++)
            ret->instances[count++] = (struct instance){.family = (uint8_t)family, .owner = i == 0};
}

void world_send(struct world *world, uint32_t record)
{
    MUST(world->net_count < NET_MAX);
    int i = world->net_count++;
    for (; i > 0 && world->net[i - 1] > record; i--)
        world->net[i] = world->net[i - 1];
    world->net[i] = record;
}

void world_unsend(struct world *world, int place)
{
    world->net_count--;
    for (int i = place; i < world->net_count; i++)
        world->net[i] = world->net[i + 1];
    world->net[world->net_count] = 0;
}

static void cut_from_log(const struct model *model, struct world *world, int place)
{
    world->log_count--;
    for (int i = place; i < world->log_count; i++)
        world->log[i] = world->log[i + 1];
    world->log[world->log_count] = 0;
    for (int i = 0; i < world_instances(model); i++)
        if (world->instances[i].reader.pos > place)
            world->instances[i].reader.pos--;
    world->fresh.pos--;
}

/* What the referee ignores it ignores for every reader and for ever: versions and answered ids only
 * grow. Where nobody waits to read such a record (they let go of it instead) it can go. */
static void reduce(const struct law *law, struct world *world)
{
    struct reader reader = {.pos = 0};
    for (int i = 0; i < world->log_count;) {
        enum ruling ruling = reader_rule(law, &reader, world->log[i]);
        if (ruling == RULING_ANSWERED || ruling == RULING_LOST)
            cut_from_log(law->model, world, i);
        else
            i++;
    }
    for (int i = 0; i < world->net_count;) {
        reader = world->fresh;
        enum ruling ruling = reader_rule(law, &reader, world->net[i]);
        if (ruling == RULING_ANSWERED || ruling == RULING_LOST)
            world_unsend(world, i);
        else
            i++;
    }
}

/* Instances of one family differ in nothing but their state: sorted. */
static void sort_instances(const struct model *model, struct world *world)
{
    int count = world_instances(model);
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0; j--) {
            struct instance *a = &world->instances[j - 1], *b = &world->instances[j];
            if (a->family != b->family || memcmp(a, b, sizeof(*a)) <= 0)
                break;
            struct instance swap = *a;
            *a = *b;
            *b = swap;
        }
}

void world_settle(const struct law *law, struct world *world)
{
    if (law->model->reduced && !world->lost)
        reduce(law, world);
    sort_instances(law->model, world);
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

static const uint8_t *get(const uint8_t *at, void *ret, size_t len)
{
    memcpy(ret, at, len);
    return at + len;
}

size_t world_pack(const struct model *model, const struct world *world, uint8_t *ret)
{
    uint8_t *at = put(ret, world, offsetof(struct world, instances));
    at = put(at, world->instances, (size_t)world_instances(model) * sizeof(struct instance));
    at = put(at, world->log, world->log_count * sizeof(world->log[0]));
    at = put(at, world->net, world->net_count * sizeof(world->net[0]));
    return (size_t)(at - ret);
}

void world_unpack(const struct model *model, const uint8_t *packed, struct world *ret)
{
    *ret = (struct world){.log_count = 0};
    const uint8_t *at = get(packed, ret, offsetof(struct world, instances));
    at = get(at, ret->instances, (size_t)world_instances(model) * sizeof(struct instance));
    at = get(at, ret->log, ret->log_count * sizeof(ret->log[0]));
    (void)get(at, ret->net, ret->net_count * sizeof(ret->net[0]));
}

int act_range(const struct law *law, const struct world *world, enum act_kind kind)
{
    switch (act_table[kind].of) {
    case OF_NET:
        return world->net_count;
    case OF_LOG:
        return world->log_count;
    case OF_INSTANCES:
    default:
        return world_instances(law->model);
    }
}

bool act_is_due(const struct world *world, struct act act)
{
    const struct act_row *row = &act_table[act.kind];
    return !row->fault && (row->of != OF_INSTANCES || world->instances[act.which].owner);
}

bool act_is_own(enum act_kind kind)
{
    return act_table[kind].of == OF_INSTANCES && (!act_table[kind].fault || kind == ACT_ODD);
}

bool act_is_spent(const struct world *world, enum act_kind kind)
{
    const struct act_row *row = &act_table[kind];
    return row->fault && ((const uint8_t *)world)[row->left] == 0;
}
