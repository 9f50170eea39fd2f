#include "gateway/early.h"

#include "gateway/command.h"
#include "gateway/route.h"

struct early_asks {
    struct pg_ask asks[EARLY_MAX_];
    bool queued[EARLY_MAX_];
};

static void queue(struct call *call, enum early which, const struct pg_sql *sql, struct uuid id)
{
    struct pg_ask *ask = &call->early->asks[which];
    ask->sql = sql;
    pg_put_uuid(&ask->params, id);
    call->early->queued[which] = true;
}

void early_prepare(struct call *call)
{
    if (call->route->command == COMMAND_MAX_ || uuid_is_zero(call->id))
        return;
    call->early = ARENA_NEW(call->arena, struct early_asks);
    if (call->early == NULL)
        return; /* then they are asked later */
    queue(call, EARLY_OUTCOME, &outcome_by_id, call->id);
    if (uuid_is_zero(call->person))
        return;
    if (call->route->command == COMMAND_SHARE_RISK)
        queue(call, EARLY_RISK, &risk_before, call->person);
    if (!edge_person_keys_cached(call->gateway->edge, call->person))
        queue(call, EARLY_KEYS, &edge_person_keys_sql, call->person);
}

static void take_keys(struct call *call)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = early_take(call, EARLY_KEYS);
    if (rows != NULL)
        edge_person_keys_cache(call->gateway->edge, call->person, rows);
}

res_t early_ask(struct call *call, const struct pg_sql *sql, const struct pg_params *params,
    struct pg_rows **ret)
{
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    if (call->early == NULL)
        return pg_exec(pg, sql, params, ret);
    struct pg_ask asks[1 + EARLY_MAX_] = {{.sql = sql, .params = *params}};
    enum early which[EARLY_MAX_];
    size_t count = 0;
    for (enum early i = 0; i < EARLY_MAX_; i++) {
        if (!call->early->queued[i])
            continue;
        call->early->queued[i] = false;
        asks[1 + count] = call->early->asks[i];
        which[count++] = i;
    }
    TRY(pg_ask_all(pg, asks, 1 + count));
    for (size_t i = 0; i < count; i++)
        call->early->asks[which[i]].rows = asks[1 + i].rows;
    take_keys(call);
    *ret = asks[0].rows;
    return RES_DONE;
}

struct pg_rows *early_take(struct call *call, enum early which)
{
    return call->early == NULL ? NULL : TAKE(call->early->asks[which].rows);
}

void early_free(struct call *call)
{
    for (enum early i = 0; i < EARLY_MAX_; i++)
        pg_rows_free(early_take(call, i));
}
