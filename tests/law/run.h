/* A model walked through whole. */
#ifndef LAW_RUN_H
#define LAW_RUN_H

#include "law/law.h"
#include "law/search.h"

#include <stdio.h>

struct run_bounds {
    size_t bytes_max;   /* of memory; 0: none */
    double seconds_max; /* 0: none */
};
/* `law->finding` says what was found. The result's path is the caller's to free. */
struct search_result run_model(struct law *law, struct run_bounds bounds);
/* The way to what was found, a line an act. */
void run_print(const struct law *law, const struct search_result *result, FILE *out);

#endif
