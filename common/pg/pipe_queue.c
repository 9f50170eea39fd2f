/* What a pipeline holds back. libpq takes whatever it is given into one buffer and moves the rest
 * of it down after each write that the socket took in part: a batch of megabytes would be moved
 * dozens of times. So it is given a statement when it has sent most of what it had, and the others
 * wait here, copied. */
#include "pg/pg_own.h"

#include <string.h>

enum { HANDED_MAX = 64 << 10, QUEUE_MAX = 512 << 20 };

/* A statement as it stands in the queue; its types, lengths (-1: NULL) and values follow. */
struct queued {
    struct pg_order order;
    int count;
    size_t bytes;
};

static res_t enqueue(
    struct pg *pg, const struct pg_order *order, const struct pg_wire_params *params)
{
    struct queued head = {.order = *order, .count = params == NULL ? 0 : params->count};
    struct buf *queue = &pg->queue;
    int lengths[PG_PARAMS_MAX];
    for (int i = 0; i < head.count; i++) {
        lengths[i] = params->values[i] == NULL ? -1 : params->lengths[i];
        head.bytes += lengths[i] < 0 ? 0 : (size_t)lengths[i];
    }
    queue->limit = QUEUE_MAX;
    buf_put(queue, &head, sizeof head);
    if (head.count > 0) {
        buf_put(queue, params->types, (size_t)head.count * sizeof params->types[0]);
        buf_put(queue, lengths, (size_t)head.count * sizeof lengths[0]);
    }
    for (int i = 0; i < head.count; i++)
        if (lengths[i] > 0)
            buf_put(queue, params->values[i], (size_t)lengths[i]);
    return queue->failed ? REJECT("postgres: a transaction is over its limit") : RES_DONE;
}

static void take(struct pg *pg, void *to, size_t len)
{
    memcpy(to, pg->queue.ptr + pg->queue_at, len);
    pg->queue_at += len;
}

static bool is_empty(const struct pg *pg)
{
    return pg->queue_at == pg->queue.len;
}

static res_t prepare(
    struct pg *pg, const struct pg_order *order, const struct pg_wire_params *params)
{
    if (pg_name_known(pg->names, pg->name_count, order->name) ||
        pg_name_known(pg->preparing, pg->preparing_count, order->name))
        return RES_DONE;
    MUST(pg->name_count + pg->preparing_count < PG_NAMES_MAX);
    if (PQsendPrepare(pg->conn, order->name, order->text, params->count, params->types) != 1)
        return PG_FAILED(pg, NULL);
    pg->steps[pg->step_count++] = (struct pg_step){PG_STEP_PREPARE, order->name};
    pg_name_add(pg->preparing, &pg->preparing_count, order->name);
    return RES_DONE;
}

/* To libpq, which sends it when it can. */
static res_t hand(struct pg *pg, const struct pg_order *order, const struct pg_wire_params *params)
{
    int sent;
    if (order->kind == PG_STEP_STATEMENT) {
        TRY(prepare(pg, order, params));
        sent = PQsendQueryPrepared(pg->conn, order->name, params->count, params->values,
            params->lengths, params->formats, 1);
    } else if (order->kind == PG_STEP_SYNC) {
        sent = PQpipelineSync(pg->conn);
    } else {
        sent = PQsendQueryParams(pg->conn, order->text, 0, NULL, NULL, NULL, NULL, 1);
    }
    if (sent != 1)
        return PG_FAILED(pg, NULL);
    for (int i = 0; params != NULL && i < params->count; i++)
        pg->handed += (size_t)params->lengths[i];
    if (order->kind != PG_STEP_SYNC)
        pg->steps[pg->step_count++] = (struct pg_step){order->kind, NULL};
    return RES_DONE;
}

/* What was queued counts on: each has its step, sent or not. */
static void let_go(struct pg *pg)
{
    buf_clear(&pg->queue);
    pg->queue_at = 0;
}

static res_t hand_next(struct pg *pg)
{
    struct queued head;
    struct pg_wire_params params;
    take(pg, &head, sizeof head);
    params.count = head.count;
    take(pg, params.types, (size_t)head.count * sizeof params.types[0]);
    take(pg, params.lengths, (size_t)head.count * sizeof params.lengths[0]);
    const char *value = pg->queue.ptr + pg->queue_at;
    for (int i = 0; i < head.count; i++) {
        bool null = params.lengths[i] < 0;
        params.values[i] = null ? NULL : value;
        params.lengths[i] = null ? 0 : params.lengths[i];
        params.formats[i] = 1;
        value += params.lengths[i];
    }
    pg->queue_at += head.bytes;
    res_t res = hand(pg, &head.order, &params);
    if (is_empty(pg))
        let_go(pg);
    return res;
}

void pg_queue_clear(struct pg *pg)
{
    let_go(pg);
    pg->queued = 0;
}

res_t pg_queue_push(struct pg *pg, bool *ret_waits)
{
    for (;;) {
        int left = PQflush(pg->conn);
        if (left < 0)
            return PG_FAILED(pg, NULL);
        *ret_waits = left > 0;
        pg->handed = left > 0 ? pg->handed : 0;
        if (left > 0 || is_empty(pg))
            return RES_DONE;
        while (!is_empty(pg) && pg->handed < HANDED_MAX)
            TRY(hand_next(pg));
    }
}

res_t pg_queue_send(
    struct pg *pg, const struct pg_order *order, const struct pg_wire_params *params)
{
    pg->queued++;
    if (is_empty(pg) && pg->handed < HANDED_MAX)
        return hand(pg, order, params);
    bool waits;
    TRY(enqueue(pg, order, params));
    return pg_queue_push(pg, &waits);
}
