/* The projector's parts in this process: its sink, its apply, its statements, over real ports. */
#ifndef BENCH_PROJECTION_RUN_H
#define BENCH_PROJECTION_RUN_H

#include "bench.h"

enum { PROJECTION_PEOPLE = 10000, PROJECTION_BATCH = 1000 };

/* Puts this record of each person on the topic; their histories move on. */
void projection_fill(
    struct bench_story *story, const char *topic, size_t record, struct digest *histories);

/* Projects until `count` more records of the topic counted, with a fresh group and reader. */
struct projection_run {
    const char *topic;
    int64_t count;
    int64_t took_us; /* from the first record that came out of the client to the last commit */
    int64_t cpu_us;  /* of this process meanwhile, the client's threads included */
};
void projection_run(struct projection_run *run);
/* Their connection stays open between runs, as the projector's does. */
void projection_close(void);
/* The tables. */
void projection_migrate(const char *conninfo);

#endif
