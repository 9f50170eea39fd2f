/* Kafka without us: librdkafka alone, with the settings that our daemons use, for the limits. */
#ifndef BENCH_BARE_KAFKA_H
#define BENCH_BARE_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

/* Exits where it fails, as all of these. Idempotent, acks=all, no linger. */
rd_kafka_t *bare_producer(void);
/* All partitions of the topic from its start. */
rd_kafka_t *bare_reader(const char *topic);
void bare_reader_close(rd_kafka_t *reader);
void bare_produce(rd_kafka_t *producer, const char *topic, int32_t partition,
    const rd_kafka_message_t *message); /* key and value of it */

/* One record at a time: produced, acknowledged, read back. */
struct bare_loop {
    rd_kafka_t *producer, *reader;
    const char *topic;
};
void bare_loop_open(struct bare_loop *loop, const char *topic);
void bare_loop_close(struct bare_loop *loop);
/* µs for a record of so many bytes. */
double bare_loop_once(struct bare_loop *loop, size_t bytes);

#endif
