/* Numbers that a seed draws: the same on every machine (splitmix64). */
#ifndef FAULTS_RNG_H
#define FAULTS_RNG_H

#include <stdint.h>

static inline uint64_t rng_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* From low to high, both may come. */
static inline int rng_between(uint64_t *state, int low, int high)
{
    return low + (int)(rng_next(state) % (uint64_t)(high - low + 1));
}

#endif
