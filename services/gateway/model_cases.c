/* Lists of cases: the caseload, what is to do today. */
#include "gateway/access.h"
#include "gateway/model.h"

#include "base/clock.h"

enum { BOX_MAX = 50 };

struct view model_user_name(const struct call *call, struct view user)
{
    const struct catalogue_user *found = catalogue_user(call->gateway->catalogue, user);
    return found != NULL ? found->name : user;
}

struct view model_organisation_name(const struct call *call, struct view code)
{
    const struct catalogue_name *found = catalogue_organisation(call->gateway->catalogue, code);
    return found != NULL ? found->name : code;
}

struct view model_service_name(const struct call *call, struct uuid service, struct view code)
{
    const struct catalogue_service *found = catalogue_service(call->gateway->catalogue, service);
    return found != NULL ? found->name : code;
}

struct view model_symbol(const struct enum_desc *enumeration, int32_t value)
{
    MUST(value >= 0 && value < enumeration->count);
    return view_of(enumeration->symbols[value]);
}

/* The caller's own rows of read.scope lead; each list adds its condition, its order, and what comes
 * after a place in that order, on n: where the referral stands now. An organisation's list has
 * thousands of rows of which a page has 50: only those are looked up whole, and where each stands
 * in the order of that table. $1 kinds, $2 codes, $3 user, $4 status, $5 offset, $6 limit, $7 to $9
 * the place: when due, when submitted, referral; NULL: the start. */
#define SEEN NOT_HIDDEN("person", "$3")
#define CASE_PART(condition, order, after)                                                         \
    "WITH mine AS (SELECT DISTINCT person, referral FROM read.scope"                               \
    " JOIN unnest($1::text[], $2::text[]) AS m (kind, code) USING (kind, code) WHERE " SEEN        \
    " ORDER BY person, referral),"                                                                 \
    " listed AS MATERIALIZED (SELECT n.person, n.referral, n.due_at, n.submitted_at,"              \
    " n.next_start_at, n.urgent FROM mine JOIN read.standing_now n USING (person, referral)"       \
    " WHERE " condition " AND $3::text IS NOT NULL AND $4::text IS NOT NULL),"                     \
    " page AS (SELECT * FROM listed n WHERE " after " ORDER BY " order                             \
    " OFFSET $5::bigint LIMIT $6::bigint)"                                                         \
    " SELECT c.person, c.referral, c.reference, c.contract, c.prime, c.service, c.status,"         \
    " c.action, c.turn, c.due_at, c.next_start_at, c.overdue, (SELECT count(*) FROM listed),"      \
    " (SELECT f.body FROM read.fact f WHERE f.person = c.person AND f.id = c.submitted_record),"   \
    " c.submitted_at FROM page n JOIN read.referral_now c USING (person, referral)"                \
    " ORDER BY " order
#define AFTER_DUE                                                                                  \
    "($9::uuid IS NULL OR (coalesce(n.due_at, 'infinity'), n.submitted_at, n.referral) >"          \
    " (coalesce($7::timestamptz, 'infinity'), $8::timestamptz, $9::uuid))"
#define ALL "true"
#define BY_DUE "n.due_at NULLS LAST, n.submitted_at, n.referral"
#define CASE_LIST(condition) CASE_PART(condition, BY_DUE, AFTER_DUE)
#define OF_PRACTITIONER                                                                            \
    "EXISTS (SELECT FROM read.referral r WHERE r.person = n.person AND r.referral = n.referral"    \
    " AND r.practitioner = $3)"
#define OF_WORKER                                                                                  \
    "EXISTS (SELECT FROM read.caseworker w WHERE w.person = n.person AND w.referral = n.referral"  \
    " AND w.worker = $3)"
#define WITH_STATUS "(CASE WHEN $4 = '' THEN n.open ELSE n.status = $4 END)"

static const struct pg_sql list_all = {"cases_all", CASE_LIST(WITH_STATUS)};
static const struct pg_sql list_all_overdue = {
    "cases_all_overdue", CASE_LIST(WITH_STATUS " AND n.overdue")};
static const struct pg_sql list_worker = {"cases_worker", CASE_LIST(WITH_STATUS " AND " OF_WORKER)};
static const struct pg_sql list_worker_overdue = {
    "cases_worker_overdue", CASE_LIST(WITH_STATUS " AND n.overdue AND " OF_WORKER)};
static const struct pg_sql list_practitioner = {
    "cases_practitioner", CASE_LIST(WITH_STATUS " AND " OF_PRACTITIONER)};
static const struct pg_sql list_practitioner_overdue = {
    "cases_practitioner_overdue", CASE_LIST(WITH_STATUS " AND n.overdue AND " OF_PRACTITIONER)};
static const struct pg_sql list_found = {
    "cases_found", CASE_LIST("n.person = ANY (string_to_array($4, ',')::uuid[])")};
static const struct pg_sql list_unassigned = {"cases_unassigned",
    CASE_PART("n.open AND n.tab = 'unassigned'", "n.urgent DESC, n.submitted_at, n.referral", ALL)};
static const struct pg_sql list_acknowledge = {"cases_acknowledge",
    CASE_PART("n.open AND " OF_WORKER
              " AND EXISTS (SELECT FROM read.risk k WHERE k.person = n.person AND NOT EXISTS"
              " (SELECT FROM read.acknowledgement a WHERE a.person = n.person AND a.worker = $3"
              " AND a.risk_version = k.risk_version))",
        "n.next_start_at NULLS LAST, " BY_DUE, ALL)};
static const struct pg_sql list_to_book = {"cases_to_book",
    CASE_LIST("n.open AND n.action IN ('book', 'book-or-complete') AND " OF_WORKER)};
static const struct pg_sql list_provider_overdue = {
    "cases_provider_overdue", CASE_LIST("n.open AND n.overdue AND n.turn = 'provider'")};
static const struct pg_sql list_my_turn = {
    "cases_my_turn", CASE_LIST("n.open AND n.turn = 'practitioner'")};

struct list {
    const struct pg_sql *sql;
    struct view status;
    int64_t offset, limit;
    struct case_place after;
};
struct listed {
    struct case_row *rows;
    size_t count;
    int64_t total;
    struct case_place last; /* of the rows; of none: zero */
    bool more;              /* behind it */
};

static int64_t time_or_none(struct pg_rows *rows, int row, int column)
{
    return pg_is_null(rows, row, column) ? 0 : pg_time(rows, row, column);
}

static void keys_done_p(struct fact_keys *keys)
{
    fact_keys_done(keys);
}

static res_t name_of(
    struct call *call, struct uuid person, struct view body, struct person_name *ret)
{
    struct event submitted;
    if (body.ptr == NULL)
        return RES_DONE;
    TRY(fact_decode(call, body, &submitted));
    CLEANUP(keys_done_p) struct fact_keys keys;
    TRY(fact_keys_open(call, person, &keys));
    struct person_known known = query_person_of(call, &keys, &submitted);
    *ret = (struct person_name){known.first, known.last};
    return RES_DONE;
}

static res_t read_row(struct call *call, struct pg_rows *rows, int row, struct case_row *ret)
{
    struct arena *arena = call->arena;
    struct uuid service = pg_is_null(rows, row, 5) ? (struct uuid){0} : pg_uuid(rows, row, 5);
    *ret = (struct case_row){
        .referral = pg_uuid(rows, row, 1),
        .reference = arena_copy(arena, pg_text(rows, row, 2)),
        .service = model_service_name(call, service, arena_copy(arena, pg_text(rows, row, 3))),
        .provider = model_organisation_name(call, arena_copy(arena, pg_text(rows, row, 4))),
        .status = arena_copy(arena, pg_text(rows, row, 6)),
        .action = arena_copy(arena, pg_text(rows, row, 7)),
        .turn = arena_copy(arena, pg_text(rows, row, 8)),
        .due_us = time_or_none(rows, row, 9),
        .next_at_us = time_or_none(rows, row, 10),
        .overdue = pg_bool(rows, row, 11),
    };
    return name_of(call, pg_uuid(rows, row, 0), pg_bytes(rows, row, 13), &ret->name);
}

static void scopes_done_p(struct access_scopes *scopes)
{
    access_scopes_done(scopes);
}

static void put_place(struct pg_params *params, const struct case_place *place)
{
    if (place->due_us == 0)
        pg_put_null(params, PG_TIME);
    else
        pg_put_time(params, place->due_us);
    pg_put_time(params, place->submitted_us);
    if (uuid_is_zero(place->referral))
        pg_put_null(params, PG_UUID);
    else
        pg_put_uuid(params, place->referral);
}

static res_t list_cases(struct call *call, const struct list *list, struct listed *ret)
{
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    CLEANUP(scopes_done_p) struct access_scopes scopes;
    access_scopes_of(&call->who, &scopes);
    struct pg_params params = {0};
    pg_put_array(&params, &scopes.kinds);
    pg_put_array(&params, &scopes.codes);
    pg_put_text(&params, call->who.user);
    pg_put_text(&params, list->status.ptr != NULL ? list->status : VIEW(""));
    pg_put_int8(&params, list->offset);
    pg_put_int8(&params, list->limit + 1); /* one that tells that there is more */
    put_place(&params, &list->after);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, list->sql, &params, &rows));
    *ret = (struct listed){.count = (size_t)pg_rows_count(rows)};
    ret->more = ret->count > (size_t)list->limit;
    ret->count -= ret->more;
    ret->rows = arena_array(call->arena, ret->count, sizeof(*ret->rows));
    if (ret->rows == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < ret->count; i++)
        TRY(read_row(call, rows, (int)i, &ret->rows[i]));
    if (ret->count > 0) {
        const struct case_row *last = &ret->rows[ret->count - 1];
        ret->total = pg_int(rows, 0, 12);
        ret->last = (struct case_place){
            last->due_us, pg_time(rows, (int)ret->count - 1, 14), last->referral};
    }
    return pg_rows_ok(rows);
}

static res_t list_part(
    struct call *call, struct list *list, const struct case_part *part, struct case_list *ret)
{
    struct listed listed;
    list->limit = part->limit;
    list->after = part->after;
    TRY(list_cases(call, list, &listed));
    *ret = (struct case_list){.rows = listed.rows, .count = listed.count, .total = listed.total};
    if (listed.more)
        ret->next = listed.last;
    return RES_DONE;
}

static const struct pg_sql *list_for(const struct call *call, const struct case_filter *filter)
{
    bool mine = view_eq(filter->whose, VIEW("mine"));
    if (mine && call->who.kind == ACTOR_KIND_PROVIDER)
        return filter->overdue ? &list_worker_overdue : &list_worker;
    if (mine)
        return filter->overdue ? &list_practitioner_overdue : &list_practitioner;
    return filter->overdue ? &list_all_overdue : &list_all;
}

/* The blind index knows everybody; the list then holds the caller's own cases alone, as any other
 * list does. */
res_t model_search(
    struct call *call, struct view text, const struct case_part *part, struct case_list *ret)
{
    struct uuid *people;
    size_t count;
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg)); /* edge works on the same connection */
    TRY(edge_search(call->gateway->edge, text, SEARCH_PEOPLE_MAX, call->arena, &people, &count));
    CLEANUP(buf_done) struct buf ids = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&ids, "%s%s", i > 0 ? "," : "", uuid_text(people[i]).text);
    if (ids.failed)
        return RETRY("the request needs more memory than it may");
    struct list list = {.sql = &list_found, .status = buf_as_view(&ids)};
    return list_part(call, &list, part, ret);
}

res_t model_case_list(struct call *call, const struct case_filter *filter,
    const struct case_part *part, struct case_list *ret)
{
    struct list list = {.sql = list_for(call, filter), .status = filter->status};
    return list_part(call, &list, part, ret);
}

res_t model_cases(struct call *call, const struct case_filter *filter, struct cases_model *ret)
{
    const struct list list = {.sql = list_for(call, filter),
        .status = filter->status,
        .offset = (filter->page - 1) * CASES_PAGE,
        .limit = CASES_PAGE};
    struct listed listed;
    TRY(list_cases(call, &list, &listed));
    *ret = (struct cases_model){
        .rows = listed.rows,
        .row_count = listed.count,
        .total = listed.total,
        .page = filter->page,
        .whose = filter->whose,
        .status = filter->status,
        .overdue = filter->overdue,
    };
    return RES_DONE;
}

static res_t box(
    struct call *call, const struct pg_sql *sql, const struct case_row **ret, size_t *ret_count)
{
    const struct list list = {.sql = sql, .limit = BOX_MAX};
    struct listed listed;
    TRY(list_cases(call, &list, &listed));
    *ret = listed.rows;
    *ret_count = listed.count;
    return RES_DONE;
}

res_t model_unassigned(struct call *call, const struct case_row **ret, size_t *ret_count)
{
    return box(call, &list_unassigned, ret, ret_count);
}

res_t model_today_provider_cases(struct call *call, struct provider_today_model *ret)
{
    TRY(box(call, &list_acknowledge, &ret->risk_unread, &ret->risk_unread_count));
    TRY(box(call, &list_unassigned, &ret->to_assign, &ret->to_assign_count));
    return box(call, &list_to_book, &ret->to_book, &ret->to_book_count);
}

res_t model_today_probation_cases(struct call *call, struct probation_today_model *ret)
{
    TRY(box(call, &list_provider_overdue, &ret->overdue, &ret->overdue_count));
    return box(call, &list_my_turn, &ret->mine, &ret->mine_count);
}
