#include "brokerctl/rebuild.h"

int64_t rebuild_behind(const struct swap_positions *at, const int64_t *to, int32_t partitions)
{
    int64_t behind = 0;
    for (int32_t i = 0; i < partitions; i++)
        if (at->next[i] < to[i])
            behind += to[i] - at->next[i];
    return behind;
}

int32_t rebuild_cut(const int64_t *low, int32_t partitions)
{
    for (int32_t i = 0; i < partitions; i++)
        if (low[i] > 0)
            return i;
    return -1;
}
