#include "kafka/admin.h"

#include "kafka/client.h"

#include <stdlib.h>
#include <string.h>

struct kafka_admin {
    rd_kafka_t *rk;
};

typedef const struct rd_kafka_metadata metadata_t;

static void metadata_free_p(metadata_t **metadata)
{
    if (*metadata != NULL)
        rd_kafka_metadata_destroy(*metadata);
}

static void event_free_p(rd_kafka_event_t **event)
{
    if (*event != NULL)
        rd_kafka_event_destroy(*event);
}

static void list_free_p(rd_kafka_topic_partition_list_t **list)
{
    rd_kafka_topic_partition_list_destroy(*list);
}

static void queue_free_p(rd_kafka_queue_t **queue)
{
    rd_kafka_queue_destroy(*queue);
}

res_t kafka_admin_open(const struct kafka_conf *conf, struct kafka_admin **ret)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = calloc(1, sizeof *admin);
    MUST(admin != NULL);
    rd_kafka_conf_t *client;
    TRY(kafka_client_conf(conf, &(struct kafka_settings){NULL, NULL}, &client));
    TRY(kafka_client_new(RD_KAFKA_PRODUCER, client, &admin->rk));
    *ret = TAKE(admin);
    return RES_DONE;
}

void kafka_admin_close(struct kafka_admin *admin)
{
    if (admin == NULL)
        return;
    if (admin->rk != NULL)
        rd_kafka_destroy(admin->rk);
    free(admin);
}

void kafka_admin_close_p(struct kafka_admin **admin)
{
    kafka_admin_close(*admin);
    *admin = NULL;
}

static res_t topic_new(const struct kafka_topic *topic, rd_kafka_NewTopic_t **ret)
{
    char why[128];
    rd_kafka_NewTopic_t *made =
        rd_kafka_NewTopic_new(topic->name, topic->partitions, topic->replication, why, sizeof why);
    if (made == NULL)
        return FATAL("kafka: a topic's name or partition count is not allowed");
    for (size_t i = 0; i < KAFKA_TOPIC_PROPERTIES_MAX && topic->properties[i].name != NULL; i++)
        rd_kafka_NewTopic_set_config(made, topic->properties[i].name, topic->properties[i].value);
    *ret = made;
    return RES_DONE;
}

struct topic_list {
    rd_kafka_NewTopic_t *items[KAFKA_TOPICS_MAX];
    size_t count;
};

static void topic_list_done(struct topic_list *list)
{
    rd_kafka_NewTopic_destroy_array(list->items, list->count);
}

/* OK also where a topic was there already: topics_check looks at those. */
static res_t topics_send(struct kafka_admin *admin, struct topic_list *list, int wait_ms)
{
    CLEANUP(queue_free_p) rd_kafka_queue_t *answers = rd_kafka_queue_new(admin->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(admin->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_operation_timeout(options, wait_ms, NULL, 0);
    rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, NULL, 0);
    rd_kafka_CreateTopics(admin->rk, list->items, list->count, options, answers);
    rd_kafka_AdminOptions_destroy(options);
    CLEANUP(event_free_p) rd_kafka_event_t *event = rd_kafka_queue_poll(answers, wait_ms + 1000);
    if (event == NULL)
        return RETRY("kafka: topics were not made in time");
    TRY(KAFKA_RES(rd_kafka_event_error(event)));
    size_t count = 0;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    if (result == NULL)
        return RETRY("kafka: an answer that is none to making topics");
    const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(result, &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t err = rd_kafka_topic_result_error(topics[i]);
        if (err != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            TRY(KAFKA_RES(err));
    }
    return RES_DONE;
}

static res_t topics_check(
    struct kafka_admin *admin, const struct kafka_topic *topics, size_t count, int wait_ms)
{
    CLEANUP(metadata_free_p) metadata_t *metadata = NULL;
    TRY(KAFKA_RES(rd_kafka_metadata(admin->rk, 1, NULL, &metadata, wait_ms)));
    for (size_t i = 0; i < count; i++) {
        int32_t have = -1;
        for (int k = 0; k < metadata->topic_cnt; k++)
            if (strcmp(metadata->topics[k].topic, topics[i].name) == 0)
                have = metadata->topics[k].partition_cnt;
        if (have <= 0)
            return RETRY("kafka: a topic just made is not seen yet");
        if (have != topics[i].partitions)
            return FATAL("kafka: a topic has another number of partitions than it should");
    }
    return RES_DONE;
}

res_t kafka_topics_create(
    struct kafka_admin *admin, const struct kafka_topic *topics, size_t count, int wait_ms)
{
    MUST(count > 0 && count <= KAFKA_TOPICS_MAX);
    CLEANUP(topic_list_done) struct topic_list list = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        TRY(topic_new(&topics[i], &list.items[i]));
        list.count++;
    }
    TRY(topics_send(admin, &list, wait_ms));
    return topics_check(admin, topics, count, wait_ms);
}

static int by_name(const void *a, const void *b)
{
    const struct kafka_topic *left = a, *right = b;
    return strcmp(left->name, right->name);
}

res_t kafka_topics_list(
    struct kafka_admin *admin, struct arena *arena, int wait_ms, struct kafka_topics *ret)
{
    CLEANUP(metadata_free_p) metadata_t *metadata = NULL;
    TRY(KAFKA_RES(rd_kafka_metadata(admin->rk, 1, NULL, &metadata, wait_ms)));
    struct kafka_topic *items =
        arena_array(arena, (size_t)metadata->topic_cnt, sizeof(struct kafka_topic));
    if (items == NULL)
        return REJECT("kafka: too many topics to list");
    size_t count = 0;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        if (strncmp(topic->topic, "__", 2) == 0)
            continue;
        items[count].name = arena_text(arena, view_of(topic->topic));
        items[count].partitions = topic->partition_cnt;
        items[count].replication = topic->partition_cnt == 0 ? 0 : topic->partitions[0].replica_cnt;
        if (items[count++].name == NULL)
            return REJECT("kafka: too many topics to list");
    }
    qsort(items, count, sizeof *items, by_name);
    *ret = (struct kafka_topics){items, count};
    return RES_DONE;
}

res_t kafka_topic_offsets(struct kafka_admin *admin, const struct kafka_offsets *ask, int wait_ms)
{
    for (int32_t p = 0; p < ask->partitions; p++)
        TRY(KAFKA_RES(rd_kafka_query_watermark_offsets(
            admin->rk, ask->topic, p, &ask->ret_low[p], &ask->ret_high[p], wait_ms)));
    return RES_DONE;
}

/* OK also where a partition has no committed offset. */
static res_t committed_read(rd_kafka_event_t *event, const struct kafka_committed *ask)
{
    size_t count = 0;
    const rd_kafka_ListConsumerGroupOffsets_result_t *result =
        rd_kafka_event_ListConsumerGroupOffsets_result(event);
    const rd_kafka_group_result_t **groups =
        result == NULL ? NULL : rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    if (count != 1)
        return RETRY("kafka: an answer that is none to asking for a group's offsets");
    TRY(KAFKA_RES(rd_kafka_error_code(rd_kafka_group_result_error(groups[0]))));
    const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(groups[0]);
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *at = &list->elems[i];
        TRY(KAFKA_RES(at->err));
        if (at->partition >= 0 && at->partition < ask->partitions && at->offset >= 0)
            ask->ret_next[at->partition] = at->offset;
    }
    return RES_DONE;
}

res_t kafka_group_offsets(struct kafka_admin *admin, const struct kafka_committed *ask, int wait_ms)
{
    CLEANUP(list_free_p)
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(ask->partitions);
    for (int32_t p = 0; p < ask->partitions; p++) {
        rd_kafka_topic_partition_list_add(list, ask->topic, p);
        ask->ret_next[p] = KAFKA_FROM_START;
    }
    CLEANUP(queue_free_p) rd_kafka_queue_t *answers = rd_kafka_queue_new(admin->rk);
    rd_kafka_ListConsumerGroupOffsets_t *wanted =
        rd_kafka_ListConsumerGroupOffsets_new(ask->group, list);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(admin->rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, NULL, 0);
    rd_kafka_ListConsumerGroupOffsets(admin->rk, &wanted, 1, options, answers);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ListConsumerGroupOffsets_destroy(wanted);
    CLEANUP(event_free_p) rd_kafka_event_t *event = rd_kafka_queue_poll(answers, wait_ms + 1000);
    if (event == NULL)
        return RETRY("kafka: no answer to asking for a group's offsets");
    TRY(KAFKA_RES(rd_kafka_event_error(event)));
    return committed_read(event, ask);
}
