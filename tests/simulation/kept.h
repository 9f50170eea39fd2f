#ifndef SIMULATION_KEPT_H
#define SIMULATION_KEPT_H

#include "schedule.h"

struct kept_world {
    const char *sentence; /* what holds now */
    const struct schedule *schedule;
};
extern const struct kept_world kept[];
extern const size_t kept_count;

#endif
