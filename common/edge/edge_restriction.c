#include "edge/edge_impl.h"

static void put_users(struct pg_array *array, const struct edge_restriction *restriction)
{
    pg_array_init(array, PG_TEXT, 0);
    for (size_t i = 0; i < restriction->count; i++)
        pg_array_text(array, restriction->users[i]);
    /* A row with nobody's name closes the record to everybody. */
    if (restriction->only && restriction->count == 0)
        pg_array_text(array, VIEW(""));
}

res_t edge_restrict(struct pg *pg, struct uuid person, const struct edge_restriction *restriction)
{
    static const struct pg_sql sql = {"edge_restrict",
        "WITH gone AS (DELETE FROM edge.restriction WHERE person = $1 AND allowed = $2"
        " AND user_id <> ALL ($3::text[]))"
        " INSERT INTO edge.restriction SELECT $1, $2, who FROM unnest($3::text[]) AS u (who)"
        " ON CONFLICT DO NOTHING"};
    struct pg_array users;
    put_users(&users, restriction);
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    pg_put_bool(&params, restriction->only);
    pg_put_array(&params, &users);
    res_t res = pg_exec(pg, &sql, &params, NULL);
    pg_array_done(&users);
    return res;
}

res_t edge_unrestrict(struct pg *pg, struct uuid person)
{
    static const struct pg_sql sql = {
        "edge_unrestrict", "DELETE FROM edge.restriction WHERE person = $1"};
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    return pg_exec(pg, &sql, &params, NULL);
}

res_t edge_restrictions(struct pg *pg, struct uuid person, struct pg_rows **ret)
{
    static const struct pg_sql sql = {"edge_restrictions",
        "SELECT allowed, user_id FROM edge.restriction WHERE person = $1"
        " ORDER BY allowed DESC, user_id"};
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    return pg_exec(pg, &sql, &params, ret);
}
