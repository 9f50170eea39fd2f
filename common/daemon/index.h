/* Numbers for the distinct ids, or pairs of ids, of one batch, in order of first appearance. Memory
 * is the arena's; the size is fixed at the start. */
#ifndef DAEMON_INDEX_H
#define DAEMON_INDEX_H

#include "base/arena.h"
#include "base/id.h"

struct index {
    struct uuid *first;  /* count of them */
    struct uuid *second; /* NULL where the keys are single ids */
    size_t count;
    uint32_t *slots; /* number + 1; 0: empty */
    size_t mask;
};
/* Room for `max` keys. FATAL: the arena is full. */
res_t index_init(struct index *index, size_t max, bool pairs, struct arena *arena) MUST_USE;
/* The key's number, a new one where it was not there. `second` is ignored for single ids. */
size_t index_of(struct index *index, struct uuid first, struct uuid second);
/* False: it is not there. */
bool index_find(
    const struct index *index, struct uuid first, struct uuid second, size_t *ret_number);

#endif
