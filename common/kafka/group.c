/* A member of a group: who owns which partition, and commits. */
#include "kafka/consumer_own.h"

#include "base/clock.h"

#include <string.h>

enum { LOOKS = 3, LOOK_WAIT_MS = 1000 };
enum { COMMITS_OPEN_MAX = 256, COMMITTED_WAIT_MS = 5000, COMMIT_WAIT_MS = 5000 };

/* Only notes the change: the owner hears of it from kafka_poll and answers in its own time; the
 * client waits for that before the group goes on. */
void kafka_on_rebalance(
    rd_kafka_t *rk, rd_kafka_resp_err_t err, kafka_list *partitions, void *owner)
{
    struct kafka_consumer *consumer = owner;
    if (consumer->closing) {
        rd_kafka_assign(rk, NULL);
        return;
    }
    kafka_list_free_p(&consumer->offered);
    consumer->offered = rd_kafka_topic_partition_list_copy(partitions);
    consumer->phase = KAFKA_PHASE_TOLD;
    if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        consumer->change = KAFKA_ASSIGNED;
    else
        consumer->change =
            err == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS && !rd_kafka_assignment_lost(rk)
                ? KAFKA_REVOKED
                : KAFKA_LOST;
    rd_kafka_yield(rk);
}

/* Where each partition is to be read on. */
static res_t ask_committed(struct kafka_consumer *consumer)
{
    TRY(KAFKA_RES(rd_kafka_committed(consumer->rk, consumer->offered, COMMITTED_WAIT_MS)));
    for (int i = 0; i < consumer->offered->cnt; i++)
        TRY(KAFKA_RES(consumer->offered->elems[i].err));
    return RES_DONE;
}

res_t kafka_group_change(struct kafka_consumer *consumer, struct kafka_event *ret)
{
    /* Asked here and not left to the client: it would start at an end of the log where a committed
     * offset is no longer in it, instead of telling us. */
    if (consumer->change == KAFKA_ASSIGNED && consumer->offered->cnt > 0) {
        res_t res = ask_committed(consumer);
        if (res.act == RES_RETRY) /* else its owner would be woken at once, over and over */
            kafka_wake_clear(consumer->wake);
        TRY(res);
    }
    kafka_positions_from(consumer, consumer->offered);
    if (consumer->change == KAFKA_LOST)
        kafka_list_free_p(&consumer->owned);
    consumer->phase = KAFKA_PHASE_AWAITED;
    consumer->waiting_since = consumer->change == KAFKA_ASSIGNED ? 0 : clock_monotonic();
    consumer->looks = 0;
    *ret = (struct kafka_event){.kind = consumer->change,
        .positions = consumer->positions,
        .position_count = consumer->position_count};
    return RES_DONE;
}

/* Seen after a broker came back: the client had lost its assignment and never joined again, while
 * all else of it went on. A new start joins at once. The broker must have been there all the time:
 * whoever waits for it is not at fault. */
res_t kafka_group_waits(struct kafka_consumer *consumer)
{
    const struct rd_kafka_metadata *there = NULL;
    int64_t since = consumer->waiting_since;
    if (since == 0 || clock_monotonic() - since < consumer->join_us / LOOKS)
        return RES_DONE;
    rd_kafka_resp_err_t err = rd_kafka_metadata(consumer->rk, 0, NULL, &there, LOOK_WAIT_MS);
    consumer->waiting_since = clock_monotonic();
    consumer->looks = err == RD_KAFKA_RESP_ERR_NO_ERROR ? consumer->looks + 1 : 0;
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(there);
    return consumer->looks >= LOOKS ? FATAL("kafka: the group does not take us") : RES_DONE;
}

res_t kafka_group_accept(struct kafka_consumer *consumer, bool paused)
{
    MUST(consumer->phase == KAFKA_PHASE_AWAITED && consumer->change == KAFKA_ASSIGNED);
    consumer->phase = KAFKA_PHASE_QUIET;
    kafka_list *list = TAKE(consumer->offered);
    for (int i = 0; i < list->cnt; i++)
        if (list->elems[i].offset < 0)
            list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
    kafka_list_free_p(&consumer->owned);
    consumer->owned = list;
    TRY(KAFKA_RES(rd_kafka_assign(consumer->rk, list)));
    if (paused && list->cnt > 0)
        TRY(KAFKA_RES(rd_kafka_pause_partitions(consumer->rk, list)));
    return RES_DONE;
}

res_t kafka_group_release(struct kafka_consumer *consumer)
{
    MUST(consumer->phase == KAFKA_PHASE_AWAITED && consumer->change != KAFKA_ASSIGNED);
    consumer->phase = KAFKA_PHASE_QUIET;
    kafka_list_free_p(&consumer->owned);
    kafka_list_free_p(&consumer->offered);
    return KAFKA_RES(rd_kafka_assign(consumer->rk, NULL));
}

bool kafka_group_owns(const struct kafka_consumer *consumer, const char *topic, int32_t partition)
{
    return consumer->owned != NULL &&
           rd_kafka_topic_partition_list_find(consumer->owned, topic, partition) != NULL;
}

static bool owns_all(
    const struct kafka_consumer *consumer, const struct kafka_position *next, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!kafka_group_owns(consumer, next[i].topic, next[i].partition))
            return false;
    return !rd_kafka_assignment_lost(consumer->rk);
}

static enum kafka_commit commit_of(rd_kafka_resp_err_t err)
{
    static const rd_kafka_resp_err_t not_ours[] = {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
        RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR__FATAL};
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return KAFKA_COMMIT_OK;
    for (size_t i = 0; i < ARRAY_LEN(not_ours); i++)
        if (not_ours[i] == err)
            return KAFKA_COMMIT_NOT_OURS;
    return KAFKA_COMMIT_FAILED;
}

/* The worst of the request's and its partitions' answers. */
static enum kafka_commit commit_answer(rd_kafka_event_t *event, rd_kafka_resp_err_t *ret_err)
{
    const kafka_list *list = rd_kafka_event_topic_partition_list(event);
    rd_kafka_resp_err_t err = rd_kafka_event_error(event);
    for (int i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && list != NULL && i < list->cnt; i++)
        err = list->elems[i].err;
    *ret_err = err;
    return commit_of(err);
}

static void queue_free_p(rd_kafka_queue_t **queue)
{
    rd_kafka_queue_destroy(*queue);
}

res_t kafka_commit(struct kafka_consumer *consumer, const struct kafka_position *next, size_t count,
    enum kafka_commit *ret_commit)
{
    MUST(consumer->group && count > 0);
    *ret_commit = KAFKA_COMMIT_NOT_OURS;
    if (!owns_all(consumer, next, count))
        return RES_DONE;
    CLEANUP(kafka_list_free_p) kafka_list *list = kafka_list_of(next, count);
    CLEANUP(queue_free_p) rd_kafka_queue_t *answers = rd_kafka_queue_new(consumer->rk);
    *ret_commit = KAFKA_COMMIT_FAILED;
    rd_kafka_resp_err_t err = rd_kafka_commit_queue(consumer->rk, list, answers, NULL, NULL);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return RES_DONE;
    rd_kafka_event_t *event = rd_kafka_queue_poll(answers, COMMIT_WAIT_MS);
    if (event == NULL)
        return RES_DONE;
    *ret_commit = commit_answer(event, &err);
    rd_kafka_event_destroy(event);
    err = kafka_fatal_cause(consumer->rk, err);
    return err == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID ? KAFKA_RES(err) : RES_DONE;
}

res_t kafka_commit_start(
    struct kafka_consumer *consumer, const struct kafka_position *next, size_t count)
{
    MUST(consumer->group && count > 0 && count <= KAFKA_PARTITIONS_MAX);
    if (consumer->commits_open == COMMITS_OPEN_MAX)
        return RETRY("kafka: too many commits are under way");
    if (!owns_all(consumer, next, count))
        return RETRY("kafka: the partition is not ours");
    CLEANUP(kafka_list_free_p) kafka_list *list = kafka_list_of(next, count);
    TRY(KAFKA_RES(rd_kafka_commit_queue(consumer->rk, list, consumer->commits, NULL, NULL)));
    consumer->commits_open++;
    return RES_DONE;
}

bool kafka_group_committed(struct kafka_consumer *consumer, struct kafka_event *ret)
{
    if (consumer->commits_open == 0)
        return false;
    rd_kafka_event_t *event = rd_kafka_queue_poll(consumer->commits, 0);
    if (event == NULL)
        return false;
    rd_kafka_resp_err_t err;
    consumer->commits_open--;
    enum kafka_commit commit = commit_answer(event, &err);
    kafka_positions_from(consumer, rd_kafka_event_topic_partition_list(event));
    rd_kafka_event_destroy(event);
    *ret = (struct kafka_event){.kind = KAFKA_COMMITTED,
        .commit = commit,
        .positions = consumer->positions,
        .position_count = consumer->position_count};
    return true;
}
