#include "edge/edge_impl.h"

#include <stdio.h>
#include <string.h>

enum { EPISODES_MAX = 100 };

res_t edge_crn_normalise(struct view crn, struct arena *arena, struct view *ret)
{
    char text[CRN_MAX];
    size_t len = 0;
    for (size_t i = 0; i < crn.len; i++) {
        char c = crn.ptr[i];
        if (c == ' ' || c == '\t')
            continue;
        if (len == sizeof text)
            return REJECT("the CRN is too long");
        text[len++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    if (len == 0)
        return REJECT("the CRN is empty");
    struct view copy = arena_copy(arena, (struct view){text, len});
    if (copy.ptr == NULL)
        return REJECT("the request is too large");
    *ret = copy;
    return RES_DONE;
}

static struct digest crn_token(const struct edge *edge, struct view crn)
{
    char name[CRN_MAX + 16];
    int n = snprintf(name, sizeof name, "crn-token:%.*s", VIEW_ARG(crn));
    MUST(n > 0 && (size_t)n < sizeof name);
    return hmac_sha256(edge_secret(edge->secrets), (struct view){name, (size_t)n});
}

static struct uuid person_id(const struct edge *edge, struct view crn, int32_t episode)
{
    char name[CRN_MAX + 24];
    int n = snprintf(name, sizeof name, "crn:%.*s#%d", VIEW_ARG(crn), (int)episode);
    MUST(n > 0 && (size_t)n < sizeof name);
    return uuid_v8_hmac(edge_secret(edge->secrets), (struct view){name, (size_t)n});
}

static res_t find_person(struct edge *edge, struct digest token, struct uuid *ret, bool *ret_found)
{
    static const struct pg_sql sql = {"edge_person_find",
        "SELECT p.person FROM edge.person p WHERE p.crn_token = $1"
        " ORDER BY p.episode DESC LIMIT 1"};
    struct pg_params params = {0};
    pg_put_bytes(&params, (struct view){(const char *)token.b, sizeof token.b});
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, &params, &rows));
    *ret_found = pg_rows_count(rows) > 0;
    if (*ret_found)
        *ret = pg_uuid(rows, 0, 0);
    return pg_rows_ok(rows);
}

/* Person and both keys in one statement: all or nothing, and whoever comes second adds nothing. */
static res_t insert_person(
    struct edge *edge, struct digest token, const struct person_keys *keys, bool *ret_new)
{
    static const struct pg_sql sql = {"edge_person_insert",
        "WITH made AS (INSERT INTO edge.person (person, crn_token) VALUES ($1, $2)"
        " ON CONFLICT DO NOTHING RETURNING person)"
        " INSERT INTO edge.person_key (person, what, wrapped)"
        " SELECT made.person, k.what, k.wrapped FROM made,"
        " (VALUES (1::smallint, $3::bytea), (2::smallint, $4::bytea)) AS k (what, wrapped)"};
    uint8_t wrapped[2][SEAL_WRAPPED_BYTES];
    TRY(key_wrap(edge->secrets->wrapper, keys, SEALED_PERSON, wrapped[0]));
    TRY(key_wrap(edge->secrets->wrapper, keys, SEALED_RISK, wrapped[1]));
    struct pg_params params = {0};
    pg_put_uuid(&params, keys->person);
    pg_put_bytes(&params, (struct view){(const char *)token.b, sizeof token.b});
    pg_put_bytes(&params, (struct view){(const char *)wrapped[0], SEAL_WRAPPED_BYTES});
    pg_put_bytes(&params, (struct view){(const char *)wrapped[1], SEAL_WRAPPED_BYTES});
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, &params, &rows));
    *ret_new = pg_rows_affected(rows) > 0;
    return RES_DONE;
}

res_t edge_person_register(struct edge *edge, struct view crn, struct uuid *ret, bool *ret_new)
{
    if (crn.len == 0 || crn.len > CRN_MAX)
        return REJECT("the CRN is empty or too long");
    struct digest token = crn_token(edge, crn);
    bool found = false;
    *ret_new = false;
    TRY(find_person(edge, token, ret, &found));
    if (found)
        return RES_DONE;
    struct person_keys keys;
    person_keys_new(person_id(edge, crn, 0), &keys);
    res_t inserted = insert_person(edge, token, &keys, ret_new);
    struct uuid person = keys.person;
    person_keys_clear(&keys);
    TRY(inserted);
    *ret = person;
    return RES_DONE;
}

static struct person_keys *cache_slot(const struct edge *edge, struct uuid person)
{
    size_t at = (size_t)person.b[0] << 8 | person.b[1];
    return &edge->cache[at % KEY_CACHE_SLOTS];
}

/* Not the same as an erased person: whoever asks must not take it for one. */
static res_t unwrap(
    struct edge *edge, struct view wrapped, enum sealed what, struct person_keys *ret)
{
    res_t res = key_unwrap(edge->secrets->wrapper, wrapped, what, ret);
    return res.act == RES_REJECT ? FATAL(res.what) : res;
}

const struct pg_sql edge_person_keys_sql = {"edge_person_keys",
    "SELECT what, wrapped FROM edge.person_key WHERE person = $1 ORDER BY what"};

bool edge_person_keys_cached(const struct edge *edge, struct uuid person)
{
    return !uuid_is_zero(person) && uuid_eq(cache_slot(edge, person)->person, person);
}

static res_t keys_read(
    struct edge *edge, struct uuid person, struct pg_rows *rows, struct person_keys *ret)
{
    if (pg_rows_count(rows) != 2)
        return REJECT("the person is not registered here, or was erased");
    struct person_keys keys = {.person = person};
    res_t res = unwrap(edge, pg_bytes(rows, 0, 1), SEALED_PERSON, &keys);
    if (res.act == RES_OK)
        res = unwrap(edge, pg_bytes(rows, 1, 1), SEALED_RISK, &keys);
    if (res.act == RES_OK)
        res = pg_rows_ok(rows);
    if (res.act == RES_OK)
        *ret = *cache_slot(edge, person) = keys;
    person_keys_clear(&keys);
    return res;
}

void edge_person_keys_cache(struct edge *edge, struct uuid person, struct pg_rows *rows)
{
    struct person_keys keys = {0};
    (void)keys_read(edge, person, rows, &keys).act;
    person_keys_clear(&keys);
}

res_t edge_person_keys(struct edge *edge, struct uuid person, struct person_keys *ret)
{
    if (edge_person_keys_cached(edge, person)) {
        *ret = *cache_slot(edge, person);
        return RES_DONE;
    }
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &edge_person_keys_sql, &params, &rows));
    return keys_read(edge, person, rows, ret);
}
