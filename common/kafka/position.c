/* Where a consumer reads: assigning, seeking, pausing, bounds. */
#include "kafka/consumer_own.h"

res_t kafka_assign(struct kafka_consumer *consumer, const struct kafka_position *at, size_t count)
{
    MUST(!consumer->group && count <= KAFKA_PARTITIONS_MAX);
    CLEANUP(kafka_list_free_p) kafka_list *list = kafka_list_of(at, count);
    return KAFKA_RES(rd_kafka_assign(consumer->rk, count == 0 ? NULL : list));
}

res_t kafka_seek(struct kafka_consumer *consumer, struct kafka_position to, int wait_ms)
{
    CLEANUP(kafka_list_free_p) kafka_list *list = kafka_list_of(&to, 1);
    rd_kafka_error_t *error = rd_kafka_seek_partitions(consumer->rk, list, wait_ms);
    if (error != NULL) {
        rd_kafka_resp_err_t err = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
        return KAFKA_RES(err);
    }
    return KAFKA_RES(list->elems[0].err);
}

res_t kafka_pause(struct kafka_consumer *consumer, const char *topic, int32_t partition)
{
    CLEANUP(kafka_list_free_p) kafka_list *list = kafka_list_one(topic, partition);
    TRY(KAFKA_RES(rd_kafka_pause_partitions(consumer->rk, list)));
    return KAFKA_RES(list->elems[0].err);
}

/* The client's fetching thread sleeps up to a second beside a partition that was resumed; a seek to
 * where we are anyway wakes it. That nothing was read so far, or that the seek is refused, costs
 * only the sleep. */
static void fetch_wake(struct kafka_consumer *consumer, kafka_list *list)
{
    if (rd_kafka_position(consumer->rk, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    rd_kafka_topic_partition_t *at = &list->elems[0];
    const rd_kafka_topic_partition_t *start =
        consumer->owned == NULL
            ? NULL
            : rd_kafka_topic_partition_list_find(consumer->owned, at->topic, at->partition);
    if (at->offset < 0 && start != NULL)
        at->offset = start->offset;
    if (at->offset == RD_KAFKA_OFFSET_INVALID)
        return;
    rd_kafka_error_t *refused = rd_kafka_seek_partitions(consumer->rk, list, 0);
    if (refused != NULL)
        rd_kafka_error_destroy(refused);
}

res_t kafka_resume(struct kafka_consumer *consumer, const char *topic, int32_t partition)
{
    CLEANUP(kafka_list_free_p) kafka_list *list = kafka_list_one(topic, partition);
    TRY(KAFKA_RES(rd_kafka_resume_partitions(consumer->rk, list)));
    TRY(KAFKA_RES(list->elems[0].err));
    fetch_wake(consumer, list);
    return RES_DONE;
}

res_t kafka_bounds_get(struct kafka_consumer *consumer, struct kafka_position of, int wait_ms,
    struct kafka_bounds *ret)
{
    struct kafka_bounds bounds;
    TRY(KAFKA_RES(rd_kafka_query_watermark_offsets(
        consumer->rk, of.topic, of.partition, &bounds.low, &bounds.high, wait_ms)));
    *ret = bounds;
    return RES_DONE;
}

int64_t kafka_end_known(struct kafka_consumer *consumer, const char *topic, int32_t partition)
{
    int64_t low, high;
    if (rd_kafka_get_watermark_offsets(consumer->rk, topic, partition, &low, &high) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < 0)
        return -1;
    return high;
}
