/* Today: a provider's sessions, what changed for a practitioner; a commissioner's flows. */
#include "gateway/access.h"
#include "gateway/model.h"

#include "base/clock.h"

#include <stdlib.h>

enum { SESSIONS_MAX = 200, CHANGED_MAX = 20, FLOWS_MAX = 2000 };

static void scopes_done_p(struct access_scopes *scopes)
{
    access_scopes_done(scopes);
}

/* Every column of a session row; $1 kinds, $2 codes, $3 user, $4 from, $5 to, $6 limit. */
#define SESSIONS(condition, order)                                                                 \
    "WITH mine AS (SELECT DISTINCT person, referral FROM read.scope"                               \
    " JOIN unnest($1::text[], $2::text[]) AS m (kind, code) USING (kind, code)"                    \
    " WHERE " NOT_HIDDEN("person",                                                                 \
        "$3") ")"                                                                                  \
              " SELECT a.person, a.referral, n.reference, a.session, a.start_at, a.method, "       \
              "a.state, a.live,"                                                                   \
              " coalesce(k.risk_version, 0)::integer, k.risk_version IS NOT NULL AND NOT EXISTS"   \
              " (SELECT FROM read.acknowledgement r WHERE r.person = a.person AND r.worker = $3"   \
              " AND r.risk_version = k.risk_version), n.submitted_record"                          \
              " FROM mine JOIN read.appointment a USING (person, referral)"                        \
              " JOIN read.referral n USING (person, referral)"                                     \
              " LEFT JOIN read.risk k ON k.person = a.person"                                      \
              " WHERE " condition " ORDER BY " order ", a.person, a.appointment LIMIT $6::bigint"
static const struct pg_sql sessions_today = {"sessions_today",
    SESSIONS("a.start_at >= $4 AND a.start_at < $5 AND a.cancelled_at IS NULL"
             " AND EXISTS (SELECT FROM read.appointment_worker w WHERE w.person = a.person"
             " AND w.referral = a.referral AND w.appointment = a.appointment AND w.worker = $3)",
        "a.start_at")};
static const struct pg_sql sessions_unrecorded = {"sessions_unrecorded",
    SESSIONS("a.start_at < $4 AND a.start_at < $5 AND a.live"
             " AND EXISTS (SELECT FROM read.appointment_worker w WHERE w.person = a.person"
             " AND w.referral = a.referral AND w.appointment = a.appointment AND w.worker = $3)",
        "a.start_at")};
static const struct pg_sql sessions_next = {"sessions_next",
    SESSIONS("a.start_at >= $4 AND a.start_at >= $5 AND a.live"
             " AND EXISTS (SELECT FROM read.appointment_worker w WHERE w.person = a.person"
             " AND w.referral = a.referral AND w.appointment = a.appointment AND w.worker = $3)",
        "a.start_at")};

struct span {
    const struct pg_sql *sql;
    int64_t from_us, to_us, limit;
};

static res_t read_session(struct call *call, struct pg_rows *rows, int row, struct session_row *ret)
{
    struct person_known known;
    int64_t start = pg_time(rows, row, 4);
    bool live = pg_bool(rows, row, 7);
    *ret = (struct session_row){
        .referral = pg_uuid(rows, row, 1),
        .reference = arena_copy(call->arena, pg_text(rows, row, 2)),
        .session = (int32_t)pg_int(rows, row, 3),
        .start_us = start,
        .method = arena_copy(call->arena, pg_text(rows, row, 5)),
        .state = live && start <= call->now_us ? VIEW("unrecorded")
                                               : arena_copy(call->arena, pg_text(rows, row, 6)),
        .risk_version = (int32_t)pg_int(rows, row, 8),
        .risk_unread = pg_bool(rows, row, 9),
    };
    TRY(query_person(call, pg_uuid(rows, row, 0), pg_uuid(rows, row, 10), &known));
    ret->name = (struct person_name){known.first, known.last};
    return RES_DONE;
}

static res_t list_sessions(
    struct call *call, const struct span *span, const struct session_row **ret, size_t *ret_count)
{
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    CLEANUP(scopes_done_p) struct access_scopes scopes;
    access_scopes_of(&call->who, &scopes);
    struct pg_params params = {0};
    pg_put_array(&params, &scopes.kinds);
    pg_put_array(&params, &scopes.codes);
    pg_put_text(&params, call->who.user);
    pg_put_time(&params, span->from_us);
    pg_put_time(&params, span->to_us);
    pg_put_int8(&params, span->limit);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, span->sql, &params, &rows));
    size_t count = (size_t)pg_rows_count(rows);
    struct session_row *items = arena_array(call->arena, count, sizeof(*items));
    if (items == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        TRY(read_session(call, rows, (int)i, &items[i]));
    *ret = items;
    *ret_count = count;
    return pg_rows_ok(rows);
}

res_t model_provider_today(struct call *call, struct provider_today_model *ret)
{
    *ret = (struct provider_today_model){0};
    int32_t day = london_day(call->now_us);
    int64_t from = london_midnight(day);
    int64_t to = london_midnight(day + 1);
    TRY(model_today_provider_cases(call, ret));
    TRY(list_sessions(call, &(struct span){&sessions_today, from, to, SESSIONS_MAX}, &ret->sessions,
        &ret->session_count));
    TRY(list_sessions(call, &(struct span){&sessions_unrecorded, from, to, SESSIONS_MAX},
        &ret->to_record, &ret->to_record_count));
    const struct session_row *next = NULL;
    size_t count = 0;
    TRY(list_sessions(call, &(struct span){&sessions_next, to, to, 1}, &next, &count));
    ret->next_session_us = count > 0 ? next->start_us : 0;
    return RES_DONE;
}

/* The newest facts of the caller's cases that somebody else stated. A reading is between the reader
 * and the referral's own page. */
static const struct pg_sql changed_lately = {"changed_lately",
    "WITH mine AS (SELECT DISTINCT person, referral FROM read.scope"
    " JOIN unnest($1::text[], $2::text[]) AS m (kind, code) USING (kind, code) WHERE open"
    " AND " NOT_HIDDEN(
        "person", "$3") ")"
                        " SELECT f.person, f.referral, f.type, f.recorded_at FROM mine"
                        " JOIN read.fact f ON f.person = mine.person AND f.referral = mine.referral"
                        " WHERE f.actor <> $3 AND f.type <> 'RiskDisclosed' AND f.recorded_at > $4"
                        " ORDER BY f.recorded_at DESC, f.person, f.version DESC LIMIT $5::bigint"};

static res_t read_changed(struct call *call, struct pg_rows *rows, int row, struct today_fact *ret)
{
    /* The row is that of the case page: the gate was passed by the list's own scope. */
    struct call about = *call;
    struct case_file file;
    bool found;
    about.person = pg_uuid(rows, row, 0);
    about.referral = pg_uuid(rows, row, 1);
    TRY(case_file_open(&about, &file, &found));
    *ret = (struct today_fact){
        .event = arena_copy(call->arena, pg_text(rows, row, 2)),
        .at_us = pg_time(rows, row, 3),
    };
    if (found)
        ret->row = file.row;
    case_file_done(&file);
    return RES_DONE;
}

res_t model_probation_today(struct call *call, struct probation_today_model *ret)
{
    *ret = (struct probation_today_model){0};
    TRY(model_today_probation_cases(call, ret));
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    CLEANUP(scopes_done_p) struct access_scopes scopes;
    access_scopes_of(&call->who, &scopes);
    struct pg_params params = {0};
    pg_put_array(&params, &scopes.kinds);
    pg_put_array(&params, &scopes.codes);
    pg_put_text(&params, call->who.user);
    pg_put_time(&params, call->now_us - 7 * TIME_US_PER_DAY);
    pg_put_int8(&params, CHANGED_MAX);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &changed_lately, &params, &rows));
    size_t count = (size_t)pg_rows_count(rows);
    struct today_fact *items = arena_array(call->arena, count, sizeof(*items));
    if (items == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        TRY(read_changed(call, rows, (int)i, &items[i]));
    ret->changed = items;
    ret->changed_count = count;
    return pg_rows_ok(rows);
}

/* Counts only, of the commissioner's contracts: no column of a person is read. */
static const struct pg_sql flow_counts = {"flow_counts",
    "SELECT contract, status, count(*) FROM read.referral_now"
    " WHERE contract = ANY ($1::text[]) AND open GROUP BY contract, status"
    " ORDER BY contract, status LIMIT $2::bigint"};

static int status_place(struct view status)
{
    int place = 0;
    while (place < STATUS_MAX_ && !view_eq_text(status, status_text((enum status_code)place)))
        place++;
    return place;
}

static int flow_order(const void *left, const void *right)
{
    const struct flow_row *a = left;
    const struct flow_row *b = right;
    int order = view_cmp(a->contract, b->contract);
    return order != 0 ? order : status_place(a->status) - status_place(b->status);
}

res_t model_flows(struct call *call, struct flows_model *ret)
{
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    struct pg_array contracts;
    pg_array_init(&contracts, PG_TEXT, 0);
    for (uint32_t i = 0; i < call->who.unit_count; i++)
        pg_array_text(&contracts, call->who.units[i]);
    struct pg_params params = {0};
    pg_put_array(&params, &contracts);
    pg_put_int8(&params, FLOWS_MAX);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    res_t res = pg_exec(pg, &flow_counts, &params, &rows);
    pg_array_done(&contracts);
    TRY(res);
    size_t count = (size_t)pg_rows_count(rows);
    struct flow_row *items = arena_array(call->arena, count, sizeof(*items));
    if (items == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++) {
        struct view contract = arena_copy(call->arena, pg_text(rows, (int)i, 0));
        const struct catalogue_service *service =
            catalogue_service_by_code(call->gateway->catalogue, contract);
        items[i] = (struct flow_row){contract, service != NULL ? service->name : contract,
            arena_copy(call->arena, pg_text(rows, (int)i, 1)), pg_int(rows, (int)i, 2)};
    }
    qsort(items, count, sizeof(*items), flow_order);
    *ret = (struct flows_model){items, count, call->now_us};
    return pg_rows_ok(rows);
}
