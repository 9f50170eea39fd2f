/* Schedules of faults on one stack, and their results. */
#ifndef FAULTS_CAMPAIGN_H
#define FAULTS_CAMPAIGN_H

#include "scene.h"

struct campaign_conf {
    uint64_t seed; /* of the first schedule */
    int seeds;
    const char *only;    /* names of faults; NULL or "": all */
    const char *results; /* file: a line a fault is added, see matrix.c */
    int64_t seconds;     /* no new schedule after so many */
};
struct campaign {
    struct scene scene;
    FILE *results;
    int held, broken; /* invariants looked at, of all schedules */
};
/* The exit status. */
int campaign_run(const struct campaign_conf *conf);

/* Matrix of faults and invariants, and the table of recovery times, as Markdown, of one file. */
int matrix_print(const char *path);

#endif
