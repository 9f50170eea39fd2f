/* A family's consumer group: who is in its present generation, and which partitions each has. A
 * member that is not in it any more is not told at once: a zombie, whose commits are refused. */
#include "sim.h"

enum { ALL = (1 << WORLD_PARTITIONS) - 1, PATIENCE = 8 };

static struct member *member_of(const struct sim *sim, enum family family, int twin)
{
    return sim->deciders[(int)family * TWINS + twin];
}

static bool is_stopped(const struct sim *sim, enum family family, int twin)
{
    return sim->stopped[(int)family * TWINS + twin];
}

/* One has everything, or both have a part. */
static struct group layout(const struct sim *sim, enum family family, uint64_t *draw)
{
    struct group group = {.pending = true};
    uint64_t which = story_draw(draw, 3);
    for (uint64_t twin = 0; twin < TWINS; twin++)
        group.in[twin] = (which == twin || which == TWINS) && !is_stopped(sim, family, (int)twin);
    uint32_t part = 1 + (uint32_t)story_draw(draw, ALL - 1);
    group.partitions[0] = group.in[1] ? part : ALL;
    group.partitions[1] = group.in[0] ? ALL ^ part : ALL;
    return group;
}

static void leave(struct sim *sim, enum family family, int twin, bool told)
{
    struct member *member = member_of(sim, family, twin);
    member->commit_answer = PORT_COMMIT_NOT_OURS;
    if (told)
        member_revoke(member, true);
}

static void join(struct sim *sim, enum family family, int twin, bool was_in)
{
    struct member *member = member_of(sim, family, twin);
    bool lost = !was_in || story_draw(&sim->luck, 3) == 0;
    member->commit_answer = PORT_COMMIT_OK;
    member->joining = !was_in; /* what it had is of another generation */
    member_revoke(member, lost);
}

void sim_group_start(struct sim *sim, enum family family)
{
    struct group *group = &sim->groups[family];
    *group = layout(sim, family, &sim->luck);
    group->pending = false;
    for (int twin = 0; twin < TWINS; twin++) {
        struct member *member = member_of(sim, family, twin);
        if (!group->in[twin])
            leave(sim, family, twin, false);
        /* The other one is a zombie from the beginning, or not there yet. */
        if (group->in[twin] || story_draw(&sim->luck, 2) == 0)
            member_assign_some(member, group->in[twin] ? group->partitions[twin] : ALL);
    }
}

void sim_group_change(struct sim *sim, enum family family, uint64_t *draw)
{
    struct group *group = &sim->groups[family];
    struct group next = layout(sim, family, draw);
    if (!next.in[0] && !next.in[1])
        return;
    for (int twin = 0; twin < TWINS; twin++)
        if (next.in[twin])
            join(sim, family, twin, group->in[twin]);
        else if (group->in[twin])
            leave(sim, family, twin, story_draw(draw, 3) == 0);
    *group = next;
}

/* Partitions are given once everybody has let go of theirs; who takes too long is out. */
void sim_group_step(struct sim *sim, enum family family, uint64_t *draw)
{
    struct group *group = &sim->groups[family];
    for (int twin = 0; twin < TWINS && group->pending; twin++) {
        if (!group->in[twin] || member_of(sim, family, twin)->news_count == 0)
            continue;
        int other = (twin + 1) % TWINS;
        if (!group->in[other] || sim->healing || story_draw(draw, PATIENCE) > 0)
            return;
        leave(sim, family, twin, false);
        group->in[twin] = false;
        group->partitions[other] = ALL;
    }
    for (int twin = 0; twin < TWINS && group->pending; twin++)
        if (group->in[twin])
            member_assign_some(member_of(sim, family, twin), group->partitions[twin]);
    group->pending = false;
}

/* A new process under the name of the one before has what that had; others wait to be let in. */
void sim_group_back(struct sim *sim, int n)
{
    struct group *group = &sim->groups[n / TWINS];
    struct member *member = sim->deciders[n];
    member->news_count = 0;
    member->commit_answer = group->in[n % TWINS] ? PORT_COMMIT_OK : PORT_COMMIT_NOT_OURS;
    if (group->in[n % TWINS] && !group->pending)
        member_assign_some(member, group->partitions[n % TWINS]);
}

void sim_group_tell(struct sim *sim, int n)
{
    if (!sim->groups[n / TWINS].in[n % TWINS])
        member_revoke(sim->deciders[n], true);
}

struct member *sim_owner(const struct sim *sim, enum family family, int32_t partition)
{
    const struct group *group = &sim->groups[family];
    for (int twin = 0; twin < TWINS && !group->pending; twin++)
        if (group->in[twin] && (group->partitions[twin] >> partition & 1) != 0)
            return member_of(sim, family, twin);
    return NULL;
}
