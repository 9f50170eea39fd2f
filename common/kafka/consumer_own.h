/* The inside of struct kafka_consumer, shared by consumer.c (opening, polling) and group.c (owning
 * and committing). Of common/kafka alone. */
#ifndef KAFKA_CONSUMER_OWN_H
#define KAFKA_CONSUMER_OWN_H

#include "kafka/client.h"
#include "kafka/consumer.h"

enum { KAFKA_NAMES_MAX = 16 };

enum kafka_phase {
    KAFKA_PHASE_QUIET,   /* nothing to tell about the assignment */
    KAFKA_PHASE_TOLD,    /* the client told us of one; its event is not delivered yet */
    KAFKA_PHASE_AWAITED, /* delivered; waiting for accept or release */
};

struct kafka_consumer {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    rd_kafka_queue_t *commits; /* group only: answers to kafka_commit_start */
    int wake;
    bool group;
    bool closing;
    enum kafka_phase phase;
    enum kafka_event_kind change; /* ASSIGNED, REVOKED or LOST, while phase is not QUIET */
    int64_t join_us;              /* group only: how long it may go without an assignment */
    int64_t waiting_since; /* group only: without an assignment, looked at then; 0: it has one */
    int looks;             /* at which the broker was there, meanwhile */
    rd_kafka_topic_partition_list_t *offered;
    rd_kafka_topic_partition_list_t *owned;
    res_t trouble;                /* of a callback, told at the next poll */
    char *names[KAFKA_NAMES_MAX]; /* topics, so that positions can name them */
    size_t name_count;
    struct kafka_position positions[KAFKA_PARTITIONS_MAX]; /* of the last event */
    size_t position_count;
    size_t commits_open;
};

typedef rd_kafka_topic_partition_list_t kafka_list;

void kafka_list_free_p(kafka_list **list);
kafka_list *kafka_list_of(const struct kafka_position *positions, size_t count);
/* One partition, no offset. */
kafka_list *kafka_list_one(const char *topic, int32_t partition);
/* Into consumer->positions; a negative offset becomes KAFKA_FROM_START. */
void kafka_positions_from(struct kafka_consumer *consumer, const kafka_list *list);
/* A lasting copy of a topic's name. */
const char *kafka_name_of(struct kafka_consumer *consumer, const char *topic);

/* What lies behind _FATAL; any other error as it is. */
rd_kafka_resp_err_t kafka_fatal_cause(rd_kafka_t *rk, rd_kafka_resp_err_t err);

/* group.c */
void kafka_on_rebalance(
    rd_kafka_t *rk, rd_kafka_resp_err_t err, kafka_list *partitions, void *consumer);
/* The event of a change that was told; asks for the committed offsets first. */
res_t kafka_group_change(struct kafka_consumer *consumer, struct kafka_event *ret) MUST_USE;
/* FATAL: not taken into the group for too long, though the broker is there. */
res_t kafka_group_waits(struct kafka_consumer *consumer) MUST_USE;
/* True: *ret is KAFKA_COMMITTED. */
bool kafka_group_committed(struct kafka_consumer *consumer, struct kafka_event *ret);

#endif
