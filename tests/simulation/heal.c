/* Faults stop: what was on its way lands or never does, some die once more, and then everything
 * that is owed has to come. */
#include "sim.h"

#include "base/clock.h"

enum { ROUNDS_MAX = 160, LOUD_ROUNDS = 30 };

static void end_faults(struct sim *sim)
{
    while (sim->world->held_count > 0) {
        if (story_draw(&sim->luck, 2) == 0)
            world_drop(sim->world);
        else
            world_land(sim->world);
    }
    for (int n = 0; n < GATEWAYS; n++) {
        sim->gateways[n].producer->fate = FATE_WRITTEN;
        sim->gateways[n].away = false;
    }
    for (int n = 0; n < SINKS; n++) {
        sim->sinkers[n]->fate = BASE_FINE;
        sim->sinkers[n]->member->fate = FATE_WRITTEN;
        sim->sinkers[n]->member->reader_held = false;
        sim->sinkers[n]->member->dies_in = 0;
    }
}

static void heal_decider(struct sim *sim, int n)
{
    uint64_t luck = story_draw(&sim->luck, 6);
    if (luck < 3 && !sim->stopped[n])
        sim_kill_decider(sim, n, luck > 0);
    struct member *member = sim->deciders[n];
    member->fate = FATE_WRITTEN;
    member->reader_held = member->reports_held = member->commits_held = false;
    member->bounds_away = member->dies_in = 0;
    if (sim->groups[n / TWINS].in[n % TWINS])
        member->commit_answer = PORT_COMMIT_OK;
    if (story_draw(&sim->luck, 2) == 0)
        sim_group_tell(sim, n);
}

/* A new generation would make up for what a decider has forgotten to do: not always. */
static void heal_group(struct sim *sim, enum family family)
{
    bool fine = story_draw(&sim->luck, 3) > 0;
    for (int twin = 0; twin < TWINS; twin++)
        fine &= !sim->groups[family].in[twin] || !sim->stopped[(int)family * TWINS + twin];
    if (!fine)
        sim_group_change(sim, family, &sim->luck);
}

/* NULL: nothing is owed any more. */
static const char *owed(const struct sim *sim)
{
    const struct world *world = sim->world;
    for (int p = 0; p < WORLD_PARTITIONS; p++) {
        int64_t end = world->logs[WORLD_EVENTS][p].next;
        if (sim->base->state.positions[p].next != end)
            return "the projector did not come to the stream's end";
        for (int f = 0; f < FAMILY_MAX_; f++) {
            int64_t next = world->logs[f][p].next;
            if (next > 0 && world->committed[f][p] != next)
                return "commands were not answered, or their offsets not committed";
            const struct member *owner = sim_owner(sim, (enum family)f, p);
            if (owner == NULL || !decider_place(owner->decider, p).owned ||
                decider_place(owner->decider, p).events_next != end)
                return "a decider did not come to the stream's end";
        }
    }
    for (int n = 0; n < GATEWAYS; n++)
        if (waits_waiting(sim->gateways[n].waits) > 0)
            return "somebody still waits for an answer";
    return NULL;
}

static void round_of_steps(struct sim *sim, int round)
{
    for (int family = 0; family < FAMILY_MAX_; family++)
        sim_group_step(sim, (enum family)family, &sim->luck);
    for (int n = 0; n < DECIDERS; n++)
        sim_step_decider(sim, n, &sim->luck);
    for (int n = 0; n < SINKS; n++)
        sim_step_sink(sim, n);
    for (int n = 0; n < GATEWAYS; n++)
        sim_gateway_step(sim, n);
    /* Some records are sent again after up to half a minute. */
    sim->world->now += round < 20 ? 100 : round < 60 ? TIME_US_PER_S / 4 : 10 * TIME_US_PER_S;
}

void sim_heal(struct sim *sim)
{
    bool loud = sim->schedule->loud;
    int rounds = loud ? LOUD_ROUNDS : ROUNDS_MAX;
    sim->healing = true;
    end_faults(sim);
    for (int n = 0; n < DECIDERS; n++)
        heal_decider(sim, n);
    for (int family = 0; family < FAMILY_MAX_; family++)
        heal_group(sim, (enum family)family);
    for (int round = 0; loud && round < 6; round++) /* the log goes on before it is projected */
        round_of_steps(sim, round);
    sim_projectors_move(sim, &sim->luck);
    const char *due = "";
    for (int round = 0; round < rounds && due != NULL; round++) {
        round_of_steps(sim, round);
        due = owed(sim);
    }
    EXPECT(sim, due == NULL || loud, "not quiet after all faults stopped: %s", due);
}
