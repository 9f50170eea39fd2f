#include "schedule.h"

#include "support/story.h"

static const struct {
    const char *name;
    uint32_t weight;
    bool loud;
} table[ACT_MAX_] = {
#define ACTION(NAME, weight, loud) [ACT_##NAME] = {#NAME, (weight), (loud)},
#include "actions.inc"
#undef ACTION
};

enum { SHORT = 40, LONG = 100, LOUD_EVERY = 6, BEGINS = 5 };

const char *action_name(enum action_kind kind)
{
    return table[kind].name;
}

/* Not all faults in every world: where few kinds meet, each has its way more often. */
struct mix {
    uint32_t weights[ACT_MAX_];
    uint32_t all;
    uint32_t posts, faults; /* so many of 16 actions; the rest are steps */
};

static void mix_draw(struct mix *mix, bool loud, uint64_t *seed)
{
    uint64_t some = 1 + story_draw(seed, 4); /* of four kinds */
    *mix = (struct mix){
        .posts = 2 + (uint32_t)story_draw(seed, 4), .faults = (uint32_t)story_draw(seed, 8)};
    for (int kind = 0; kind < ACT_MAX_; kind++) {
        bool on = story_draw(seed, 4) < some || kind == ACT_LAND || (table[kind].loud && loud);
        if (!on || (table[kind].loud && !loud))
            continue;
        mix->weights[kind] = table[kind].weight;
        mix->all += table[kind].weight;
    }
}

static enum action_kind kind_draw(const struct mix *mix, uint64_t *seed)
{
    uint32_t sort = (uint32_t)story_draw(seed, 16);
    if (sort < mix->posts)
        return ACT_POST;
    if (sort >= mix->posts + mix->faults)
        return ACT_STEP;
    uint64_t at = story_draw(seed, mix->all);
    int kind = 0;
    for (; at >= mix->weights[kind]; kind++)
        at -= mix->weights[kind];
    return (enum action_kind)kind;
}

void schedule_draw(struct schedule *ret, uint64_t seed)
{
    uint64_t state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (int i = 0; i < 8; i++)
        story_draw(&state, 2); /* neighbours' first draws are alike */
    struct mix mix;
    *ret = (struct schedule){.seed = seed, .loud = story_draw(&state, LOUD_EVERY) == 0};
    ret->begins = story_draw(&state, 2) == 0 ? 0 : (int)story_draw(&state, BEGINS);
    ret->slow = story_draw(&state, 2) == 0;
    mix_draw(&mix, ret->loud, &state);
    ret->count = SHORT + story_draw(&state, LONG - SHORT);
    for (size_t i = 0; i < ret->count; i++) {
        enum action_kind kind = kind_draw(&mix, &state);
        ret->actions[i] = (struct action){kind, (uint32_t)story_draw(&state, UINT32_MAX)};
    }
}
