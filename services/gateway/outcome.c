#include "gateway/outcome.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { FETCH_BYTES_MAX = 8 * 1024 * 1024 };

#define OUTCOME_COLUMNS                                                                            \
    "person, id, referral, version, seen_version, type, command, code, field, arguments::text,"    \
    " request_hash, (SELECT string_agg(key || E'\\x1f' || value, E'\\x1e' ORDER BY key)"           \
    " FROM jsonb_each_text(arguments))"

static struct outcome outcome_of(struct pg_rows *rows, int row)
{
    struct outcome outcome = {
        .person = pg_uuid(rows, row, 0),
        .id = pg_uuid(rows, row, 1),
        .version = pg_int(rows, row, 3),
        .seen_version = pg_int(rows, row, 4),
        .type = pg_text(rows, row, 5),
        .command = pg_text(rows, row, 6),
        .code = pg_text(rows, row, 7),
        .field = pg_text(rows, row, 8),
        .arguments = pg_text(rows, row, 9),
        .has_hash = !pg_is_null(rows, row, 10),
        .argument_list = pg_text(rows, row, 11),
    };
    if (!pg_is_null(rows, row, 2))
        outcome.referral = pg_uuid(rows, row, 2);
    if (outcome.has_hash)
        outcome.request_hash = pg_digest(rows, row, 10);
    return outcome;
}

const struct pg_sql outcome_by_id = {
    "outcome_find", "SELECT " OUTCOME_COLUMNS " FROM read.outcome WHERE id = $1 LIMIT 1"};

res_t outcome_find(struct gateway *gateway, struct uuid id, struct arena *arena,
    struct outcome *ret, bool *ret_found)
{
    struct pg *pg;
    TRY(gateway_sql(gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, id);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &outcome_by_id, &params, &rows));
    return outcome_read(rows, arena, ret, ret_found);
}

res_t outcome_read(struct pg_rows *rows, struct arena *arena, struct outcome *ret, bool *ret_found)
{
    *ret_found = pg_rows_count(rows) > 0;
    if (!*ret_found)
        return RES_DONE;
    struct outcome outcome = outcome_of(rows, 0);
    TRY(pg_rows_ok(rows));
    outcome.type = arena_copy(arena, outcome.type);
    outcome.command = arena_copy(arena, outcome.command);
    outcome.code = arena_copy(arena, outcome.code);
    outcome.field = arena_copy(arena, outcome.field);
    outcome.arguments = arena_copy(arena, outcome.arguments);
    outcome.argument_list = arena_copy(arena, outcome.argument_list);
    *ret = outcome;
    return arena_full(arena) ? RETRY("the request needs more memory than it may") : RES_DONE;
}

struct wanted {
    struct pg_array persons, ids;
};

static void want(void *owner, struct uuid person, struct uuid id)
{
    struct wanted *wanted = owner;
    pg_array_uuid(&wanted->persons, person);
    pg_array_uuid(&wanted->ids, id);
}

static res_t fetch_rows(struct gateway *gateway, struct pg_rows **ret)
{
    static const struct pg_sql sql = {"outcome_fetch",
        "SELECT " OUTCOME_COLUMNS " FROM read.outcome"
        " WHERE (person, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"};
    struct pg *pg;
    TRY(gateway_sql(gateway, &pg));
    struct wanted wanted;
    pg_array_init(&wanted.persons, PG_UUID, FETCH_BYTES_MAX);
    pg_array_init(&wanted.ids, PG_UUID, FETCH_BYTES_MAX);
    waits_each(gateway->waits, want, &wanted);
    struct pg_params params = {0};
    pg_put_array(&params, &wanted.persons);
    pg_put_array(&params, &wanted.ids);
    res_t res = pg_exec(pg, &sql, &params, ret);
    pg_array_done(&wanted.persons);
    pg_array_done(&wanted.ids);
    return res;
}

res_t outcomes_fetch(struct gateway *gateway)
{
    if (waits_waiting(gateway->waits) == 0)
        return RES_DONE;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(fetch_rows(gateway, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++) {
        struct outcome outcome = outcome_of(rows, i);
        waits_answer(gateway->waits, &outcome, clock_monotonic());
    }
    return pg_rows_ok(rows);
}

struct view outcome_link_print(struct arena *arena, const struct outcome_link *link)
{
    char hex[DIGEST_HEX_LEN + 1] = "";
    if (link->asker.named)
        digest_hex(link->asker.hash, hex);
    return arena_printf(arena, "%s%s%s%s", link->path, uuid_text(link->id).text,
        link->asker.named ? "?request=" : "", hex);
}

enum problem_code outcome_asker_read(struct http_pairs query, struct outcome_asker *ret)
{
    struct view hex = http_pair_get(query, "request");
    *ret = (struct outcome_asker){.named = hex.ptr != NULL};
    return ret->named && !hex_parse(hex, ret->hash.b, sizeof(ret->hash.b)) ? PROBLEM_BAD_REQUEST
                                                                           : PROBLEM_MAX_;
}

bool outcome_of_another(const struct outcome *outcome, const struct outcome_asker *asker)
{
    return asker->named && outcome->has_hash && !digest_eq(outcome->request_hash, asker->hash);
}
