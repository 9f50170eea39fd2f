/* What the log says, against what Postgres says: for every test that has to know. Each of these
 * prints and exits with 1 where it does not hold. */
#ifndef FLOW_CHECK_H
#define FLOW_CHECK_H

#include "pg/pg.h"
#include "walk.h"

enum { TOPIC_PARTITIONS = 12 };

/* Every record that the topic holds now, each partition in order. */
typedef void topic_record_fn(void *owner, const struct kafka_record *record);
void topic_read(const char *topic, int64_t ret_ends[static TOPIC_PARTITIONS], topic_record_fn *take,
    void *owner);
/* The whole stream, by the referee. */
void stream_walk(struct walk *walk, int64_t ret_ends[static TOPIC_PARTITIONS]);

/* To RB_PG. */
struct pg *flow_pg(void);
/* Until the projection has come to the ends, a minute at most. */
void projection_wait(const int64_t ends[static TOPIC_PARTITIONS], struct pg *pg);
/* The outcomes in Postgres are those that count on the log, each in its place, and no other. */
void outcomes_compare(const struct walk *walk, struct pg *pg);

#endif
