/* A batch whose dossiers are too much to be held at once is cut short, and nothing is lost. */
#include "support/world/world_base.h"

#include <criterion/criterion.h>

TestSuite(sink_cut, .timeout = 20);

enum { PEOPLE = 6, ROUNDS = 5 };

static void fill(struct world *world, int from)
{
    for (int i = from; i < from + PEOPLE * ROUNDS; i++) {
        struct uuid person = person_in(i % 2, i % PEOPLE);
        world_rival(world, person, i, world_next(world, person));
        if (i % 7 == 3)
            world_append(world, WORLD_EVENTS, i % 2, VIEW("-"), VIEW("no record"));
    }
}

/* How many bytes the dossiers of two people take, once they have some records. */
static size_t two_people(const struct base *base)
{
    return base->state.dossiers[0].packed_len + base->state.dossiers[1].packed_len;
}

static struct sinker *start_cut(struct world *world, struct base *base, size_t dossier_bytes_max)
{
    struct sinker *sinker = sinker_new(world, base);
    sinker->conf.dossier_bytes_max = dossier_bytes_max;
    sinker_remake(sinker);
    member_assign(sinker->member);
    return sinker;
}

static void expect_complete(struct base *base, struct world *world)
{
    base_check(base, world);
    cr_assert_eq(base->state.dossier_count, PEOPLE);
    for (int i = 0; i < WORLD_PARTITIONS; i++)
        cr_assert_eq(base->state.positions[i].next, world->logs[WORLD_EVENTS][i].next);
}

Test(sink_cut, a_batch_holds_no_more_dossiers_than_it_may_and_nothing_is_lost)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0);
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    size_t before = base->state.effect_count, most = two_people(base);
    cr_assert_eq(before, PEOPLE * ROUNDS);
    fill(world, PEOPLE * ROUNDS);
    sinker_free(sinker);
    sinker = start_cut(world, base, most);
    for (int i = 0; i < 20; i++)
        sinker_run(sinker);
    cr_expect_eq(base->state.effect_count, 2 * before);
    cr_expect_leq(sinker->dossiers_most, 2, "the next person's was too much");
    cr_expect_eq(sinker_stats(sinker).records - sinker_stats(sinker).corrupt, (int64_t)before);
    expect_complete(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink_cut, a_dossier_that_is_too_much_by_itself_is_worked_on_alone)
{
    struct world *world = world_new();
    struct base *base = base_new();
    fill(world, 0);
    struct sinker *sinker = sinker_start(world, base);
    sinker_run(sinker);
    fill(world, PEOPLE * ROUNDS);
    sinker_free(sinker);
    sinker = start_cut(world, base, 1);
    for (int i = 0; i < 40; i++)
        sinker_run(sinker);
    cr_expect_eq(sinker->dossiers_most, 1);
    expect_complete(base, world);
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(sink_cut, what_was_cut_off_comes_again_after_any_failure_of_the_database)
{
    static const enum base_fate fates[] = {
        BASE_AWAY, BASE_ROLLS_BACK, BASE_UNKNOWN_DONE, BASE_UNKNOWN_LOST, BASE_BREAKS_IN_APPLY};
    for (size_t f = 0; f < ARRAY_LEN(fates); f++)
        for (int steps = 1; steps < 12; steps++) {
            struct world *world = world_new();
            struct base *base = base_new();
            fill(world, 0);
            struct sinker *sinker = sinker_start(world, base);
            sinker_run(sinker);
            fill(world, PEOPLE * ROUNDS);
            sinker_free(sinker);
            sinker = start_cut(world, base, two_people(base));
            for (int i = 0; i < steps; i++)
                cr_assert_eq(sinker_step(sinker).act, RES_OK);
            sinker->fate = fates[f];
            cr_assert_eq(sinker_step(sinker).act, RES_OK);
            cr_assert_eq(sinker_step(sinker).act, RES_OK);
            sinker->fate = BASE_FINE;
            for (int i = 0; i < 20; i++) {
                world->now += 2000000;
                sinker_run(sinker);
            }
            expect_complete(base, world);
            sinker_free(sinker);
            base_free(base);
            world_free(world);
        }
}
