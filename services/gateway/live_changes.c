#include "gateway/live_changes.h"

#include <stdlib.h>

enum { FACTS_MAX = 2000 }; /* in one go */

res_t live_positions_read(struct gateway *gateway, struct positions *ret)
{
    static const struct pg_sql sql = {
        "positions", "SELECT partition, next_offset FROM read.position ORDER BY partition"};
    struct pg *pg;
    TRY(gateway_sql(gateway, &pg));
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, NULL, &rows));
    *ret = (struct positions){0};
    for (int i = 0; i < pg_rows_count(rows); i++) {
        int64_t partition = pg_int(rows, i, 0);
        if (partition < 0 || partition >= POSITIONS_MAX)
            return FATAL("live: more partitions than we take");
        ret->next[partition] = pg_int(rows, i, 1);
        if (partition >= ret->count)
            ret->count = (uint32_t)partition + 1;
    }
    return pg_rows_ok(rows);
}

/* The facts from `from` up to `to`, with what their referrals are listed under. */
static res_t read_rows(struct gateway *gateway, const struct positions *from,
    const struct positions *to, struct pg_rows **ret)
{
    static const struct pg_sql sql = {"changes",
        "SELECT f.person, f.referral, (SELECT string_agg(DISTINCT s.kind || ':' || s.code, E'\\n')"
        " FROM read.scope s WHERE s.person = f.person"
        " AND (f.referral IS NULL OR s.referral = f.referral)),"
        " EXISTS (SELECT FROM edge.restriction x WHERE x.person = f.person)"
        " FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS p (partition, low, high)"
        " JOIN read.fact f ON f.partition = p.partition AND f.log_offset >= p.low"
        " AND f.log_offset < p.high ORDER BY f.partition, f.log_offset LIMIT $4::bigint"};
    struct pg *pg;
    TRY(gateway_sql(gateway, &pg));
    struct pg_array partitions, low, high;
    pg_array_init(&partitions, PG_INT4, 0);
    pg_array_init(&low, PG_INT8, 0);
    pg_array_init(&high, PG_INT8, 0);
    for (uint32_t i = 0; i < to->count; i++) {
        int64_t start = i < from->count ? from->next[i] : 0;
        if (start >= to->next[i])
            continue;
        pg_array_int4(&partitions, (int32_t)i);
        pg_array_int8(&low, start);
        pg_array_int8(&high, to->next[i]);
    }
    struct pg_params params = {0};
    pg_put_array(&params, &partitions);
    pg_put_array(&params, &low);
    pg_put_array(&params, &high);
    pg_put_int8(&params, FACTS_MAX);
    res_t res = pg_exec(pg, &sql, &params, ret);
    pg_array_done(&partitions);
    pg_array_done(&low);
    pg_array_done(&high);
    return res;
}

res_t live_changes_read(struct gateway *gateway, const struct positions *from,
    const struct positions *to, struct live_changes *ret)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(read_rows(gateway, from, to, &rows));
    size_t count = (size_t)pg_rows_count(rows);
    struct live_change *items = calloc(count + 1, sizeof(*items));
    if (items == NULL)
        return RETRY("live: no memory");
    for (int i = 0; i < (int)count; i++) {
        items[i] = (struct live_change){.person = pg_uuid(rows, i, 0),
            .scopes = pg_text(rows, i, 2),
            .restricted = pg_bool(rows, i, 3)};
        if (!pg_is_null(rows, i, 1))
            items[i].referral = pg_uuid(rows, i, 1);
    }
    *ret = (struct live_changes){items, count, count == FACTS_MAX, TAKE(rows)};
    res_t res = pg_rows_ok(ret->rows);
    if (res.act != RES_OK)
        live_changes_done(ret);
    return res;
}

res_t live_judged_read(struct gateway *gateway, struct uuid person, struct live_changes *ret)
{
    static const struct pg_sql sql = {"judged",
        "SELECT string_agg(DISTINCT kind || ':' || code, E'\\n') FROM read.scope"
        " WHERE person = $1"};
    struct pg *pg;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(gateway_sql(gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    TRY(pg_exec(pg, &sql, &params, &rows));
    struct live_change *item = calloc(1, sizeof(*item));
    if (item == NULL)
        return RETRY("live: no memory");
    *item = (struct live_change){
        .person = person, .scopes = pg_text(rows, 0, 0), .restricted = true, .judged = true};
    *ret = (struct live_changes){.items = item, .count = 1, .rows = TAKE(rows)};
    return RES_DONE;
}

void live_changes_done(struct live_changes *changes)
{
    free(changes->items);
    pg_rows_free(changes->rows);
    *changes = (struct live_changes){0};
}

void live_asks_init(struct live_asks *asks)
{
    *asks = (struct live_asks){0};
    pg_array_init(&asks->persons, PG_UUID, 0);
    pg_array_init(&asks->users, PG_TEXT, 0);
}

void live_asks_done(struct live_asks *asks)
{
    pg_array_done(&asks->persons);
    pg_array_done(&asks->users);
    pg_rows_free(asks->rows);
    asks->rows = NULL;
}

void live_asks_put(struct live_asks *asks, struct uuid person, struct view user)
{
    if (asks->persons.count == LIVE_ASKS_MAX)
        return;
    pg_array_uuid(&asks->persons, person);
    pg_array_text(&asks->users, user);
}

res_t live_asks_send(struct live_asks *asks, struct gateway *gateway)
{
    static const struct pg_sql sql = {"live_hidden",
        "SELECT NOT edge.is_hidden(a.person, a.who) FROM unnest($1::uuid[], $2::text[])"
        " WITH ORDINALITY AS a (person, who, at) ORDER BY a.at"};
    struct pg *pg;
    if (asks->persons.count == 0)
        return RES_DONE;
    TRY(gateway_sql(gateway, &pg));
    struct pg_params params = {0};
    pg_put_array(&params, &asks->persons);
    pg_put_array(&params, &asks->users);
    TRY(pg_exec(pg, &sql, &params, &asks->rows));
    bool all = pg_rows_count(asks->rows) == (int)asks->persons.count;
    return all ? RES_DONE : FATAL("live: not every question has its answer");
}

enum live_answer live_asks_next(struct live_asks *asks)
{
    if (asks->rows == NULL || asks->next == pg_rows_count(asks->rows))
        return LIVE_UNKNOWN;
    return pg_bool(asks->rows, asks->next++, 0) ? LIVE_SEEN : LIVE_HIDDEN;
}

res_t live_outcomes_read(struct gateway *gateway, const struct pg_array *ids, struct pg_rows **ret)
{
    static const struct pg_sql sql = {"live_outcomes",
        "SELECT id, partition, log_offset FROM read.outcome WHERE id = ANY ($1::uuid[])"};
    struct pg *pg;
    TRY(gateway_sql(gateway, &pg));
    struct pg_params params = {0};
    pg_put_array(&params, ids);
    return pg_exec(pg, &sql, &params, ret);
}
