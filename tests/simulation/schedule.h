/* What happens in one simulated world, in order: drawn from a seed before it begins, so that it can
 * be cut down to what a failure needs, printed, and kept as a test. */
#ifndef SIMULATION_SCHEDULE_H
#define SIMULATION_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum action_kind {
#define ACTION(NAME, weight, loud) ACT_##NAME,
#include "actions.inc"
#undef ACTION
    ACT_MAX_
};
/* Everything else about an action is drawn from its own number, whatever stands around it. */
struct action {
    enum action_kind kind;
    uint32_t draw;
};

enum { ACTIONS_MAX = 256 };
struct schedule {
    uint64_t seed; /* of what nobody shrinks: how the world heals */
    /* The log may lose what it acknowledged, or hold what this release cannot read: readers may
     * stop loudly, and must not go on wrongly. */
    bool loud;
    int begins; /* how far a case is when the world begins; 0: there is none */
    bool slow;  /* appends take their time unless a fault says otherwise */
    size_t count;
    struct action actions[ACTIONS_MAX];
};

void schedule_draw(struct schedule *ret, uint64_t seed);
const char *action_name(enum action_kind kind);

#endif
