/* Groups, readers and producers in common/kafka. Each borrows its handle and is used by the loop's
 * thread alone. */
#ifndef DAEMON_PORT_KAFKA_H
#define DAEMON_PORT_KAFKA_H

#include "daemon/ports.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

/* One consumer as a group or as a reader of one topic. */
struct port_consumer {
    struct kafka_consumer *consumer;
    const char *topic;                                   /* static */
    struct port_position positions[PORT_PARTITIONS_MAX]; /* of the last event */
};
struct group_port port_group(struct port_consumer *self);
struct reader_port port_reader(struct port_consumer *self);

/* Reports wait here between the client's poll and the driver's question. */
struct port_producer {
    struct kafka_producer *producer; /* opened with port_producer_report and this as owner */
    const char *topics[2];           /* by enum port_topic; static */
    struct port_report *reports;     /* a ring */
    size_t room, first, count;
};
kafka_report_fn port_producer_report;
void port_producer_done(struct port_producer *self); /* after the producer was closed */
struct producer_port port_producer(struct port_producer *self);

#endif
