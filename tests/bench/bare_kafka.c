#include "bare_kafka.h"

#include "base/clock.h"
#include "bench.h"

#include <string.h>

static rd_kafka_t *client(rd_kafka_type_t type, const char *const (*settings)[2])
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (; (*settings)[0] != NULL; settings++)
        if (rd_kafka_conf_set(conf, (*settings)[0], (*settings)[1], why, sizeof(why)) !=
            RD_KAFKA_CONF_OK)
            bench_fail("librdkafka", why);
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof(why));
    if (rk == NULL)
        bench_fail("librdkafka", why);
    return rk;
}

rd_kafka_t *bare_producer(void)
{
    const char *const settings[][2] = {{"bootstrap.servers", bench_env("RB_KAFKA_BOOTSTRAP")},
        {"enable.idempotence", "true"}, {"acks", "all"}, {"linger.ms", "0"},
        {"partitioner", "murmur2_random"}, {"socket.nagle.disable", "true"},
        {"queue.buffering.max.messages", "100000"}, {NULL, NULL}};
    return client(RD_KAFKA_PRODUCER, settings);
}

rd_kafka_t *bare_reader(const char *topic)
{
    const char *const settings[][2] = {{"bootstrap.servers", bench_env("RB_KAFKA_BOOTSTRAP")},
        {"group.id", "bench-bare"}, {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"}, {"socket.nagle.disable", "true"},
        {"queued.max.messages.kbytes", "4096"}, {"fetch.wait.max.ms", "100"},
        {"fetch.error.backoff.ms", "100"}, {"check.crcs", "true"}, {NULL, NULL}};
    rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, settings);
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(BENCH_PARTITIONS);
    for (int32_t i = 0; i < BENCH_PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(rk, all) != RD_KAFKA_RESP_ERR_NO_ERROR)
        bench_fail(topic, "cannot be read");
    rd_kafka_topic_partition_list_destroy(all);
    return rk;
}

void bare_reader_close(rd_kafka_t *reader)
{
    rd_kafka_consumer_close(reader);
    rd_kafka_destroy(reader);
}

void bare_produce(
    rd_kafka_t *producer, const char *topic, int32_t partition, const rd_kafka_message_t *message)
{
    rd_kafka_resp_err_t err;
    do {
        err = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(message->key, message->key_len),
            RD_KAFKA_V_VALUE(message->payload, message->len), RD_KAFKA_V_END);
        rd_kafka_poll(producer, err == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 5 : 0);
    } while (err == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
        bench_fail(topic, rd_kafka_err2str(err));
}

void bare_loop_open(struct bare_loop *loop, const char *topic)
{
    bench_topic_make(topic);
    *loop = (struct bare_loop){bare_producer(), bare_reader(topic), topic};
    for (int i = 0; i < 50; i++) /* metadata, the producer's id, the first fetches */
        bare_loop_once(loop, 100);
}

void bare_loop_close(struct bare_loop *loop)
{
    bare_reader_close(loop->reader);
    rd_kafka_destroy(loop->producer);
}

double bare_loop_once(struct bare_loop *loop, size_t bytes)
{
    static char value[4096];
    static uint64_t count;
    enum { PATIENCE_US = 10000000 };
    MUST(bytes >= sizeof(count) && bytes <= sizeof(value));
    memcpy(value, &(uint64_t){++count}, sizeof(count));
    const rd_kafka_message_t message = {
        .key = &count, .key_len = sizeof(count), .payload = value, .len = bytes};
    int64_t from = clock_monotonic();
    bare_produce(loop->producer, loop->topic, (int32_t)(count % BENCH_PARTITIONS), &message);
    for (;;) {
        rd_kafka_message_t *got = rd_kafka_consumer_poll(loop->reader, 100);
        bool ours = got != NULL && got->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                    memcmp(got->payload, &count, sizeof(count)) == 0;
        if (got != NULL)
            rd_kafka_message_destroy(got);
        rd_kafka_poll(loop->producer, 0);
        if (ours)
            return (double)(clock_monotonic() - from);
        if (clock_monotonic() - from > PATIENCE_US)
            bench_fail(loop->topic, "a record does not come back");
    }
}
