/* Who reads which topic and where it remembers how far: one row a reader. To add a sink: its row.
 */
#ifndef BROKERCTL_READERS_H
#define BROKERCTL_READERS_H

#include "brokerctl/lag.h"
#include "event/event.h"
#include "kafka/admin.h"

struct reader {
    const char *name;  /* of the daemon */
    const char *topic; /* static */
    const char *group; /* its positions are that group's offsets; or */
    const char *sql;   /* gives int4 partition, int8 next offset */
};
/* The deciders by the family of their commands, then the sinks. */
enum { READER_PROJECTOR = FAMILY_MAX_, READERS_COUNT };
extern const struct reader readers[READERS_COUNT];

struct readers_ask {
    const struct ctl *ctl;
    struct kafka_admin *admin;
    struct pg **pg; /* opened where a reader first needs it; the caller closes it */
};
/* Bounds, positions, and the time of the record that waits in each partition. RETRY, FATAL: Kafka
 * or Postgres did not answer. */
res_t readers_ask(
    const struct readers_ask *ask, const struct reader *reader, struct lag_reader *ret) MUST_USE;

#endif
