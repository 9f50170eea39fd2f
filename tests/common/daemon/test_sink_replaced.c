/* Another database takes the place of the one that the sink writes: it goes on at once. */
#include "support/world/world_base.h"

#include <criterion/criterion.h>

static void fill(struct world *world, int from)
{
    for (int i = from; i < from + 10; i++) {
        struct uuid person = person_in(i % 2, i % 3);
        world_rival(world, person, i, world_next(world, person));
    }
}

Test(sink_replaced, claims_at_once_and_goes_on_from_the_positions_that_stand_there, .timeout = 20)
{
    struct world *world = world_new();
    struct base *base = base_new();
    struct sinker *sinker = sinker_start(world, base);
    fill(world, 0);
    sinker_run(sinker);
    for (int i = 0; i < WORLD_PARTITIONS; i++)
        base->state.positions[i].epoch += 5;
    sinker->fate = BASE_REPLACED;
    fill(world, 10);
    int64_t before = world->now;
    sinker_run(sinker);
    cr_expect_lt(world->now - before, 100, "no clock was moved on for it");
    cr_expect_eq(base->state.effect_count, 20);
    cr_expect_eq(sinker_stats(sinker).ownership_lost, 0);
    base_check(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}
