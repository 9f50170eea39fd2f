/* Records produced from several threads, their reports taken by one, and read back by another,
 * while the client's own threads log and wake: against the cluster in this process. */
#include "common/kafka/mock.h"
#include "threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { WRITERS = 3, EACH = 300, PARTITIONS = 3 };

struct shared {
    struct mock mock;
    struct kafka_producer *producer;
    atomic_int queued, written;
};

static void *write_some(void *owner)
{
    struct shared *shared = owner;
    for (int i = 0; i < EACH; i++) {
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        const struct kafka_message message = {.topic = "facts",
            .partition = i % PARTITIONS,
            .key = VIEW("k"),
            .value = view_of(value)};
        OK_OR_DIE(kafka_produce(shared->producer, &message));
        atomic_fetch_add(&shared->queued, 1);
    }
    return NULL;
}

static void on_report(void *owner, const struct kafka_report *report)
{
    struct shared *shared = owner;
    MUST(report->outcome == KAFKA_WRITTEN);
    atomic_fetch_add(&shared->written, 1);
}

static void *read_all(void *owner)
{
    struct shared *shared = owner;
    struct kafka_position at[PARTITIONS];
    struct kafka_consumer *reader = reader_open(&shared->mock);
    for (int i = 0; i < PARTITIONS; i++)
        at[i] = (struct kafka_position){"facts", i, KAFKA_FROM_START};
    OK_OR_DIE(kafka_assign(reader, at, PARTITIONS));
    for (int read = 0; read < WRITERS * EACH;) {
        struct kafka_event event = next_event(reader);
        if (event.kind != KAFKA_RECORD)
            continue;
        kafka_record_done(&event.record);
        read++;
    }
    kafka_consumer_close(reader);
    return NULL;
}

void threads_kafka(void)
{
    struct shared shared = {0};
    pthread_t writers[WRITERS], reader;
    mock_start(&shared.mock, PARTITIONS);
    const struct kafka_producer_conf conf = {
        .kafka = shared.mock.conf, .on_report = on_report, .owner = &shared};
    OK_OR_DIE(kafka_producer_open(&conf, &shared.producer));
    MUST(pthread_create(&reader, NULL, read_all, &shared) == 0);
    for (int i = 0; i < WRITERS; i++)
        MUST(pthread_create(&writers[i], NULL, write_some, &shared) == 0);
    while (
        atomic_load(&shared.queued) < WRITERS * EACH || kafka_producer_pending(shared.producer) > 0)
        OK_OR_DIE(kafka_producer_poll(shared.producer, 10));
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    OK_OR_DIE(kafka_flush(shared.producer, 10000));
    MUST(atomic_load(&shared.written) == WRITERS * EACH);
    pthread_join(reader, NULL);
    kafka_producer_close(shared.producer);
    mock_stop(&shared.mock);
}
