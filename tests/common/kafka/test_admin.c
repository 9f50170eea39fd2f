#include "kafka/admin.h"

#include "mock.h"

#include <string.h>

static struct mock mock;
static struct kafka_admin *admin;

static void start(void)
{
    mock_start(&mock, 3);
    OK(kafka_admin_open(&mock.conf, &admin));
}

static void done(void)
{
    kafka_admin_close(admin);
    mock_stop(&mock);
}

TestSuite(admin, .init = start, .fini = done, .timeout = 60);

Test(admin, topics_are_listed_by_name_with_their_partitions)
{
    cr_assert_eq(rd_kafka_mock_topic_create(mock.cluster, "another", 2, 1), 0);
    cr_assert_eq(rd_kafka_mock_topic_create(mock.cluster, "__internal", 2, 1), 0);
    struct arena *arena = arena_new(1 << 16);
    struct kafka_topics topics;
    OK(kafka_topics_list(admin, arena, 10000, &topics));
    cr_assert_eq(topics.count, 2);
    cr_assert_str_eq(topics.items[0].name, "another");
    cr_assert_eq(topics.items[0].partitions, 2);
    cr_assert_str_eq(topics.items[1].name, "facts");
    cr_assert_eq(topics.items[1].partitions, 3);
    cr_assert_eq(topics.items[1].replication, 1);
    arena_free(arena);
}

Test(admin, offsets_are_asked_for_per_partition)
{
    facts_write(&mock, 1, 0, 4);
    int64_t low[3], high[3];
    const struct kafka_offsets ask = {"facts", 3, low, high};
    OK(kafka_topic_offsets(admin, &ask, 10000));
    for (int p = 0; p < 3; p++) {
        cr_assert_eq(low[p], 0);
        cr_assert_eq(high[p], p == 1 ? 4 : 0);
    }
}

Test(admin, a_cluster_that_is_away_means_try_again)
{
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    struct arena *arena = arena_new(1 << 16);
    struct kafka_topics topics;
    cr_assert_eq(kafka_topics_list(admin, arena, 500, &topics).act, RES_RETRY);
    const struct kafka_topic topic = {.name = "new", .partitions = 1, .replication = 1};
    cr_assert_eq(kafka_topics_create(admin, &topic, 1, 500).act, RES_RETRY);
    arena_free(arena);
}

Test(admin, a_topic_that_cannot_be_is_refused)
{
    const struct kafka_topic topic = {.name = "new", .partitions = -5, .replication = 1};
    cr_assert_eq(kafka_topics_create(admin, &topic, 1, 500).act, RES_FATAL);
}
