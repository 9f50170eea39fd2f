/* How far a long run is, and about how long it will take: a line now and then. */
#ifndef IMPORT_RM_PROGRESS_H
#define IMPORT_RM_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *out; /* NULL: none */
    size_t people;
    int64_t began_at, shown_at; /* monotonic µs */
};

/* A new part of the run begins. */
void progress_begin(struct progress *progress);
/* `what` people are done, `records` of whatever they have; prints when the last line is some
 * seconds old, or `last`. */
void progress_show(
    struct progress *progress, const char *what, size_t people, size_t records, bool last);

#endif
