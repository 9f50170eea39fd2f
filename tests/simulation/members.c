/* Who runs in the world: started, stepped, killed, told. */
#include "sim.h"

#include "referrals/decide_referrals.h"
#include "risk/decide_risk.h"
#include "sessions/decide_sessions.h"

static const struct {
    const char *service, *topic;
    decide_fn *decide;
} families[FAMILY_MAX_] = {
    [FAMILY_REFERRAL] = {"referrals", "referral.commands", decide_referrals},
    [FAMILY_SESSION] = {"sessions", "session.commands", decide_sessions},
    [FAMILY_RISK] = {"risk", "risk.commands", decide_risk},
};

static void start_decider(struct sim *sim, int n)
{
    enum family family = (enum family)(n / TWINS);
    /* Where the log may lose records, what they answered should be asked again now and then. */
    int64_t commit_us = sim->schedule->loud ? 1000000 : n % TWINS == 0 ? 1 : 500;
    struct decider_conf conf = {.service = families[family].service,
        .commands_topic = families[family].topic,
        .family = family,
        .decide = families[family].decide,
        .partitions = WORLD_PARTITIONS,
        .pending_max = 8, /* so that it pauses now and then */
        .commit_us = commit_us,
        .keep_us = n % TWINS == 0 ? 5 : 300};
    sim->deciders[n] = member_new_of(sim->world, &conf);
    sim->deciders[n]->fate = sim_fate(sim);
}

static void start_sink(struct sim *sim, int n)
{
    size_t batch_max = n % 2 == 0 ? 2 : 16; /* one is often full, and on its way with the next */
    sim->sinkers[n] = sinker_new_of(sim->world, sim->base, batch_max);
}

void sim_people_new(struct sim *sim)
{
    for (int n = 0; n < DECIDERS; n++)
        start_decider(sim, n);
    for (int family = 0; family < FAMILY_MAX_; family++)
        sim_group_start(sim, (enum family)family);
    for (int n = 0; n < SINKS; n++)
        start_sink(sim, n);
    member_assign(sim->sinkers[0]->member);
    for (int n = 0; n < GATEWAYS; n++)
        sim_gateway_new(sim, n);
}

void sim_tally_decider(struct sim *sim, int n)
{
    struct decider_stats stats = member_stats(sim->deciders[n]);
    uint64_t *of = sim->tally->of;
    of[TALLY_LOST] += (uint64_t)stats.lost;
    of[TALLY_RESENT] += (uint64_t)stats.resent;
    of[TALLY_REPEATED] += (uint64_t)stats.repeated;
    of[TALLY_PARKED] += (uint64_t)stats.parked;
    of[TALLY_CORRUPT] += (uint64_t)stats.corrupt;
    of[TALLY_COMMITS_REFUSED] += (uint64_t)stats.commits_refused;
}

void sim_tally_sink(struct sim *sim, int n)
{
    struct sink_stats stats = sinker_stats(sim->sinkers[n]);
    uint64_t *of = sim->tally->of;
    of[TALLY_PARKED] += (uint64_t)stats.parked;
    of[TALLY_CORRUPT] += (uint64_t)stats.corrupt;
    of[TALLY_UNKNOWN] += (uint64_t)stats.unknown_commits;
    of[TALLY_NOT_OURS] += (uint64_t)stats.ownership_lost;
    of[TALLY_RETRIES] += (uint64_t)stats.retries;
}

void sim_people_free(struct sim *sim)
{
    for (int n = 0; n < DECIDERS; n++)
        sim_tally_decider(sim, n);
    for (int n = 0; n < SINKS; n++)
        sim_tally_sink(sim, n);
    for (int n = 0; n < GATEWAYS; n++)
        sim_gateway_free(sim, n);
    for (int n = 0; n < SINKS; n++)
        sinker_free(sim->sinkers[n]);
    for (int n = 0; n < DECIDERS; n++)
        member_free(sim->deciders[n]);
}

/* Of appends that nothing is wrong with. */
enum world_fate sim_fate(const struct sim *sim)
{
    return sim->schedule->slow && !sim->healing ? FATE_HELD : FATE_WRITTEN;
}

void sim_kill_decider(struct sim *sim, int n, bool keep_store)
{
    sim_tally_decider(sim, n);
    sim->tally->of[TALLY_DEATHS] += sim->deciders[n]->dead;
    member_restart(&sim->deciders[n], keep_store);
    sim->deciders[n]->fate = sim_fate(sim);
    sim_group_back(sim, n);
}

void sim_kill_sink(struct sim *sim, int n)
{
    sim_tally_sink(sim, n);
    sim->tally->of[TALLY_DEATHS] += sim->sinkers[n]->member->dead;
    sinker_free(sim->sinkers[n]);
    start_sink(sim, n);
}

static void stop_loudly(struct sim *sim, int n, const struct halt *halt)
{
    EXPECT(sim, sim->schedule->loud, "%s %d stopped loudly on a log that lost nothing: %s",
        n < DECIDERS ? "decider" : "projector", n < DECIDERS ? n : n - DECIDERS,
        halt_name(halt->why));
    sim->stopped[n] = true;
}

void sim_step_decider(struct sim *sim, int n, uint64_t *draw)
{
    struct member *member = sim->deciders[n];
    if (sim->stopped[n])
        return;
    res_t res = member_step(member);
    if (res.act == RES_OK)
        return;
    const struct halt *halt = decider_halt(member->decider);
    if (member->dead)
        sim_kill_decider(sim, n, story_draw(draw, 4) > 0);
    else if (halt->why != HALT_NOT)
        stop_loudly(sim, n, halt);
    else
        WRONG_IN(sim, "decider %d failed: %s", n, res.what);
}

void sim_step_sink(struct sim *sim, int n)
{
    struct sinker *sinker = sim->sinkers[n];
    if (sim->stopped[DECIDERS + n])
        return;
    res_t res = sinker_step(sinker);
    if (res.act == RES_OK)
        return;
    const struct halt *halt = sink_halt(sinker->sink);
    if (sinker->member->dead) {
        sim_kill_sink(sim, n);
        member_assign(sim->sinkers[n]->member);
    } else if (halt->why != HALT_NOT) {
        stop_loudly(sim, DECIDERS + n, halt);
    } else {
        WRONG_IN(sim, "projector %d failed: %s", n, res.what);
    }
}

static void give_partitions(struct sim *sim, int n, uint32_t partitions, uint64_t *draw)
{
    if (sim->stopped[DECIDERS + n])
        return;
    member_revoke(sim->sinkers[n]->member, story_draw(draw, 2) == 0);
    member_assign_some(sim->sinkers[n]->member, partitions);
}

void sim_projectors_move(struct sim *sim, uint64_t *draw)
{
    int n = (int)story_draw(draw, SINKS), other = (n + 1) % SINKS;
    if (sim->healing && sim->stopped[DECIDERS + n]) {
        n = other;
        other = (n + 1) % SINKS;
    }
    if (story_draw(draw, 3) == 0 && !sim->stopped[DECIDERS + other]) {
        give_partitions(sim, n, 1, draw);
        give_partitions(sim, other, 2, draw);
        return;
    }
    if (sim->healing || story_draw(draw, 2) == 0)
        member_revoke(sim->sinkers[other]->member, story_draw(draw, 2) == 0);
    give_partitions(sim, n, 3, draw);
}

/* What is in hand is finished where it can be; a process is not waited for for ever. */
void sim_stop_decider(struct sim *sim, int n, uint64_t *draw)
{
    struct member *member = sim->deciders[n];
    uint64_t patience = story_draw(draw, 5);
    decider_drain(member->decider);
    for (uint64_t i = 0; i < patience && !decider_idle(sim->deciders[n]->decider); i++)
        sim_step_decider(sim, n, draw);
    if (sim->deciders[n] != member || sim->stopped[n])
        return; /* it died of something else */
    decider_leave(member->decider);
    sim_kill_decider(sim, n, true);
}

void sim_stop_sink(struct sim *sim, int n)
{
    bool member = sim->sinkers[n]->member->accepted;
    sink_leave(sim->sinkers[n]->sink);
    sim_kill_sink(sim, n);
    if (member)
        member_assign(sim->sinkers[n]->member);
}
