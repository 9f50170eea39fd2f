/* A model of the sinks' rule: rows and position in one transaction, written only where epoch and
 * position are still those that were claimed. Two projectors take a partition from one another and
 * die at any step, over every log of a few records, lawful or not; each gathers and rules its next
 * batch while the one before is under way. The referee is the real one. */
#ifndef LAW_PROJECTOR_H
#define LAW_PROJECTOR_H

#include "law/law.h"
#include "law/search.h"

#include <stdio.h>

struct projector_bounds {
    uint8_t log_max; /* records, at most 4 */
    uint8_t epochs;  /* claims in all */
    double seconds_max;
};
/* `law->model` is set here. The result's path is the caller's to free. */
struct search_result projector_run(struct law *law, struct projector_bounds bounds);
void projector_print(const struct law *law, const struct search_result *result, FILE *out);

#endif
