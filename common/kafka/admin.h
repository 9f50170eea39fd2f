/* Topics: making them, listing them, asking for their bounds and for what a group has committed.
 * For the start, brokerctl and tests. */
#ifndef KAFKA_ADMIN_H
#define KAFKA_ADMIN_H

#include "base/arena.h"
#include "kafka/kafka.h"

struct kafka_admin;

res_t kafka_admin_open(const struct kafka_conf *conf, struct kafka_admin **ret) MUST_USE;
void kafka_admin_close(struct kafka_admin *admin); /* NULL is fine */
void kafka_admin_close_p(struct kafka_admin **admin);

enum { KAFKA_TOPICS_MAX = 64, KAFKA_TOPIC_PROPERTIES_MAX = 8 };
struct kafka_topic {
    const char *name;
    int32_t partitions;
    int32_t replication; /* -1: the broker's default; from kafka_topics_list: of partition 0 */
    struct kafka_property
        properties[KAFKA_TOPIC_PROPERTIES_MAX]; /* ends with a NULL name or full */
};
/* One that is there already is fine if its partition count is the same, else FATAL (keys depend on
 * it). Its other settings are left as they are. */
res_t kafka_topics_create(struct kafka_admin *admin, const struct kafka_topic *topics, size_t count,
    int wait_ms) MUST_USE;

struct kafka_topics {
    const struct kafka_topic *items; /* by name; internal ones (__...) left out; no properties */
    size_t count;
};
res_t kafka_topics_list(
    struct kafka_admin *admin, struct arena *arena, int wait_ms, struct kafka_topics *ret) MUST_USE;

/* Per partition: first offset there is and the one after the last. ret_low and ret_high hold
 * `partitions` each. */
struct kafka_offsets {
    const char *topic;
    int32_t partitions;
    int64_t *ret_low, *ret_high;
};
res_t kafka_topic_offsets(
    struct kafka_admin *admin, const struct kafka_offsets *ask, int wait_ms) MUST_USE;

/* Per partition: the offset that the group has committed (the next record), KAFKA_FROM_START where
 * it has none. A group that never was has none. ret_next holds `partitions`. RETRY: no coordinator
 * yet, no answer within wait_ms. */
struct kafka_committed {
    const char *group;
    const char *topic;
    int32_t partitions;
    int64_t *ret_next;
};
res_t kafka_group_offsets(
    struct kafka_admin *admin, const struct kafka_committed *ask, int wait_ms) MUST_USE;

#endif
