#include "daemon/index.h"

#include <string.h>

res_t index_init(struct index *index, size_t max, bool pairs, struct arena *arena)
{
    size_t slots = 16;
    while (slots < 2 * max)
        slots *= 2;
    *index = (struct index){.mask = slots - 1,
        .first = arena_array(arena, max, sizeof(struct uuid)),
        .second = pairs ? arena_array(arena, max, sizeof(struct uuid)) : NULL,
        .slots = arena_array(arena, slots, sizeof(uint32_t))};
    if (index->first == NULL || index->slots == NULL || (pairs && index->second == NULL))
        return FATAL("no room for a batch's index");
    return RES_DONE;
}

/* Ids are HMACs or random: their bytes spread evenly, and nobody outside chooses them. */
static size_t hash_of(struct uuid first, struct uuid second)
{
    uint64_t a, b;
    memcpy(&a, first.b, sizeof(a));
    memcpy(&b, second.b, sizeof(b));
    return (size_t)((a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd) >> 20);
}

/* The key's slot, or the empty one where it would go. */
static size_t slot_of(const struct index *index, struct uuid first, struct uuid second)
{
    size_t slot = hash_of(first, second) & index->mask;
    for (; index->slots[slot] != 0; slot = (slot + 1) & index->mask) {
        size_t i = index->slots[slot] - 1;
        if (uuid_eq(index->first[i], first) &&
            (index->second == NULL || uuid_eq(index->second[i], second)))
            break;
    }
    return slot;
}

/* Of single ids. */
static const struct uuid NO_SECOND;

size_t index_of(struct index *index, struct uuid first, struct uuid second)
{
    size_t slot = slot_of(index, first, index->second == NULL ? NO_SECOND : second);
    if (index->slots[slot] != 0)
        return index->slots[slot] - 1;
    size_t i = index->count++;
    MUST(index->count <= index->mask);
    index->first[i] = first;
    if (index->second != NULL)
        index->second[i] = second;
    index->slots[slot] = (uint32_t)index->count;
    return i;
}

bool index_find(
    const struct index *index, struct uuid first, struct uuid second, size_t *ret_number)
{
    size_t slot = slot_of(index, first, index->second == NULL ? NO_SECOND : second);
    if (index->slots[slot] == 0)
        return false;
    *ret_number = index->slots[slot] - 1;
    return true;
}
