/* The rules that can be taken away (base/weak.h), and what is tested of each. A build that knows no
 * such switch has none. */
#ifndef SIMULATION_WEAKENINGS_H
#define SIMULATION_WEAKENINGS_H

#include <stddef.h>

struct weakening {
    const char *name;
    const char *sentence;
};
extern const struct weakening weakenings[]; /* the first: nothing is taken away */
extern const size_t weakening_count;

void weaken(size_t which);

#endif
