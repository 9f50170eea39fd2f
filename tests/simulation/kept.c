/* Worlds that failed once, cut down to what the failure needed. */
#include "kept.h"

static const struct schedule kept_2281 = {
    .seed = UINT64_C(2281),
    .loud = false,
    .begins = 0,
    .slow = true,
    .count = 31,
    .actions =
        {
            {ACT_STEP, 0xcc8b6c23},
            {ACT_STEP, 0xb4b1913a},
            {ACT_POST, 0x17790749},
            {ACT_POST, 0x285e3731},
            {ACT_STEP, 0x0eb9ec2b},
            {ACT_TELL, 0x390d4ba8},
            {ACT_STEP, 0x2ec39b4b},
            {ACT_POST, 0x8cec97cf},
            {ACT_POST, 0xa184e684},
            {ACT_POST, 0xa322f300},
            {ACT_POST, 0xc86ba50c},
            {ACT_POST, 0x0402d69c},
            {ACT_STEP, 0xb9cde2b5},
            {ACT_POST, 0x3088257d},
            {ACT_FATE, 0x0bdf7bb1},
            {ACT_STEP, 0xb1b2863d},
            {ACT_STEP, 0x4b67dcab},
            {ACT_STEP, 0xb1382eae},
            {ACT_STEP, 0xe113e065},
            {ACT_STEP, 0x0f8960fa},
            {ACT_STEP, 0x290759b0},
            {ACT_STEP, 0x6207f37a},
            {ACT_STEP, 0x47ab6454},
            {ACT_CORRUPT_RECORD, 0x06667e2a},
            {ACT_POST, 0xe669745f},
            {ACT_POST, 0x7c2f1dfd},
            {ACT_KILL_WITHIN, 0xe77a8b49},
            {ACT_POST, 0xbe1d4fdf},
            {ACT_STEP, 0xedf3cb78},
            {ACT_STEP, 0xc2f9e869},
            {ACT_STEP, 0x5a207fae},
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
    {"a decider that dies while it sends several records again ends in order", &kept_2281},
    {"nobody is told that nothing was recorded while an earlier request may still be", &kept_23127},
};
const size_t kept_count = sizeof(kept) / sizeof(kept[0]);
