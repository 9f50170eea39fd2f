#include "gateway/access.h"

#include "gateway/early.h"

static void scope_add(struct access_scopes *scopes, const char *kind, struct view code)
{
    if (code.len == 0)
        return;
    pg_array_text(&scopes->kinds, view_of(kind));
    pg_array_text(&scopes->codes, code);
}

void access_scopes_of(const struct identity *who, struct access_scopes *ret)
{
    *ret = (struct access_scopes){0};
    pg_array_init(&ret->kinds, PG_TEXT, 0);
    pg_array_init(&ret->codes, PG_TEXT, 0);
    switch (who->kind) {
    case ACTOR_KIND_PROVIDER:
        for (uint32_t i = 0; i < who->contract_count; i++)
            scope_add(ret, "contract", who->contracts[i]);
        if (who->contract_count == 0)
            scope_add(ret, "organisation", who->organisation);
        break;
    case ACTOR_KIND_PRACTITIONER:
        scope_add(ret, "practitioner", who->user);
        for (uint32_t i = 0; i < who->unit_count; i++)
            scope_add(ret, "unit", who->units[i]);
        break;
    case ACTOR_KIND_SYSTEM:
    case ACTOR_KIND_ADMINISTRATOR:
        ret->all = true;
        break;
    case ACTOR_KIND_COMMISSIONER:
    case ACTOR_KIND_DEADLINES:
    case ACTOR_KIND_IMPORT:
    case ACTOR_KIND_UNKNOWN:
    case ACTOR_KIND_MAX_:
        break;
    }
}

void access_scopes_done(struct access_scopes *scopes)
{
    pg_array_done(&scopes->kinds);
    pg_array_done(&scopes->codes);
}

static void scopes_done_p(struct access_scopes *scopes)
{
    access_scopes_done(scopes);
}

res_t access_referral(struct call *call, struct uuid referral, struct uuid *ret_person, bool *ret)
{
    static const struct pg_sql sql = {"gate_referral",
        "SELECT r.person, EXISTS (SELECT FROM read.scope s"
        " JOIN unnest($2::text[], $3::text[]) AS mine (kind, code) USING (kind, code)"
        " WHERE s.person = r.person AND s.referral = r.referral), edge.is_hidden(r.person, $4)"
        " FROM read.referral r WHERE r.referral = $1 ORDER BY r.submitted_at LIMIT 1"};
    CLEANUP(scopes_done_p) struct access_scopes scopes;
    access_scopes_of(&call->who, &scopes);
    struct pg_params params = {0};
    pg_put_uuid(&params, referral);
    pg_put_array(&params, &scopes.kinds);
    pg_put_array(&params, &scopes.codes);
    pg_put_text(&params, call->who.user);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(early_ask(call, &sql, &params, &rows));
    bool may =
        pg_rows_count(rows) == 1 && (scopes.all || pg_bool(rows, 0, 1)) && !pg_bool(rows, 0, 2);
    if (may)
        *ret_person = pg_uuid(rows, 0, 0);
    TRY(pg_rows_ok(rows));
    *ret = may;
    return RES_DONE;
}

res_t access_person(struct call *call, struct uuid person, bool *ret)
{
    static const struct pg_sql sql = {"gate_person",
        "SELECT EXISTS (SELECT FROM edge.person WHERE person = $1),"
        " EXISTS (SELECT FROM read.referral WHERE person = $1),"
        " EXISTS (SELECT FROM read.scope s"
        " JOIN unnest($2::text[], $3::text[]) AS mine (kind, code) USING (kind, code)"
        " WHERE s.person = $1), edge.is_hidden($1, $4)"};
    CLEANUP(scopes_done_p) struct access_scopes scopes;
    access_scopes_of(&call->who, &scopes);
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    pg_put_array(&params, &scopes.kinds);
    pg_put_array(&params, &scopes.codes);
    pg_put_text(&params, call->who.user);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(early_ask(call, &sql, &params, &rows));
    bool known = pg_bool(rows, 0, 0);
    bool referred = pg_bool(rows, 0, 1);
    bool mine = scopes.all || pg_bool(rows, 0, 2);
    bool hidden = pg_bool(rows, 0, 3);
    TRY(pg_rows_ok(rows));
    *ret = known && !hidden && (mine || (!referred && call->who.kind == ACTOR_KIND_PRACTITIONER));
    return RES_DONE;
}

res_t access_outcome(struct call *call, struct uuid id, struct access_outcome *ret)
{
    struct uuid person = {{0}};
    *ret = (struct access_outcome){0};
    TRY(outcome_find(call->gateway, id, call->arena, &ret->outcome, &ret->found));
    if (ret->found)
        person = ret->outcome.person;
    else if (!waits_sent(call->gateway->waits, id, &person))
        return RES_DONE;
    return access_person(call, person, &ret->may);
}

res_t access_check(struct call *call, enum problem_code *ret)
{
    const struct route *route = call->route;
    *ret = PROBLEM_MAX_;
    if (route->who == WHO_ANYONE)
        return RES_DONE;
    if (!identity_known(&call->who)) {
        *ret = PROBLEM_SIGN_IN;
        return RES_DONE;
    }
    if ((route->who & UINT32_C(1) << call->who.kind) == 0 ||
        (call->who.read_only && route->method != HTTP_GET)) {
        *ret = PROBLEM_NOT_PERMITTED;
        return RES_DONE;
    }
    bool may = true;
    if (!uuid_is_zero(call->referral))
        TRY(access_referral(call, call->referral, &call->person, &may));
    else if (!uuid_is_zero(call->person))
        TRY(access_person(call, call->person, &may));
    if (!may)
        *ret = PROBLEM_NOT_FOUND;
    return RES_DONE;
}
