/* Breadth first through every state that can be reached, so what is found is found on a shortest
 * way. States are byte strings; a state met before is known by a 64-bit fingerprint: two of N
 * states are taken for one with a probability of N²/2^65 (10 million: 3 in a million). */
#ifndef LAW_SEARCH_H
#define LAW_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct search;
enum { SEARCH_STATE_MAX = 512 };
enum search_verdict {
    SEARCH_ON,
    SEARCH_FOUND_HERE, /* the state that was expanded shows it */
    SEARCH_FOUND_NEXT  /* the state that was reached last does */
};

struct search_of {
    void *owner;
    /* Calls search_reached for each state that follows. */
    enum search_verdict (*expand)(void *owner, const uint8_t *state, struct search *search);
    size_t bytes_max;   /* of memory, about; 0: no bound */
    double seconds_max; /* of this process's time; 0: no bound */
};
struct search_result {
    uint64_t states, transitions;
    int depth;
    double seconds;
    bool complete; /* every state was seen, or something was found */
    bool found;
    size_t path_count; /* of acts, from the first state to what was found */
    uint32_t *path;    /* free it */
};

/* From `state`. */
struct search_result search_all(const struct search_of *of, const uint8_t *state, size_t len);
void search_reached(struct search *search, const uint8_t *state, size_t len, uint32_t act);

#endif
