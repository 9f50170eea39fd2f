/* Worlds that failed once, cut down to what the failure needed. They strike where they did as long
 * as actions draw what they drew: whatever was mended has a test of its own beside its code, too.
 */
#include "kept.h"

static const struct schedule kept_16928 = {
    .seed = UINT64_C(16928),
    .loud = false,
    .begins = 0,
    .slow = true,
    .count = 29,
    .actions =
        {
            {ACT_STEP, 0x1a1b09d1},
            {ACT_STEP, 0xb8251466},
            {ACT_STALE, 0x4eee1b97},
            {ACT_POST, 0xf5fe54cb},
            {ACT_POST, 0xda45df97},
            {ACT_POST, 0x2912da27},
            {ACT_STEP, 0x635d2b93},
            {ACT_POST, 0x7c7003de},
            {ACT_STEP, 0xc6dd86d2},
            {ACT_STEP, 0x3eace957},
            {ACT_STEP, 0x259171b5},
            {ACT_FATE, 0xef3e89ad},
            {ACT_POST, 0x41b2ba21},
            {ACT_STEP, 0x9f3d33fb},
            {ACT_REBALANCE, 0x45b506f1},
            {ACT_KILL_WITHIN, 0xc8bdab87},
            {ACT_STEP, 0x58f55b80},
            {ACT_POST_SAME_TIME, 0xccc6c8b3},
            {ACT_POST, 0x5c5dc478},
            {ACT_STEP, 0xb5b815ea},
            {ACT_POST, 0x969db27d},
            {ACT_STEP, 0xae97ce62},
            {ACT_STEP, 0xdc77bf34},
            {ACT_STEP, 0x6561d3ad},
            {ACT_STEP, 0x868b67e1},
            {ACT_POST, 0x86faba65},
            {ACT_STEP, 0xd169450b},
            {ACT_STEP, 0x50356f71},
            {ACT_STEP, 0x2136ba51},
        },
};

static const struct schedule kept_23127 = {
    .seed = UINT64_C(23127),
    .loud = false,
    .begins = 0,
    .slow = true,
    .count = 6,
    .actions =
        {
            {ACT_POST, 0x5e258ce2},
            {ACT_POST, 0x3de51027},
            {ACT_POST, 0xa507715d},
            {ACT_LATER, 0x5ef9429b},
            {ACT_STEP, 0x39dffb71},
            {ACT_POST_AGAIN, 0x9e61624a},
        },
};

const struct kept_world kept[] = {
    {"a decider that dies while it sends several records again ends in order", &kept_16928},
    {"nobody is told that nothing was recorded while an earlier request may still be", &kept_23127},
};
const size_t kept_count = sizeof(kept) / sizeof(kept[0]);
