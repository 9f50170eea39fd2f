#include "edge/edge_impl.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg/migrate.h"

static const struct pg_migration migrations[] = {
#include "common/edge/sql/migrations.inc"
};

res_t edge_migrate(struct pg *pg)
{
    TRY(pg_run(pg, "CREATE SCHEMA IF NOT EXISTS edge"));
    return pg_migrate(pg, "edge", migrations, ARRAY_LEN(migrations));
}

static res_t read_secret(const char *path, uint8_t ret[static EDGE_SECRET_BYTES])
{
    char hex[2 * EDGE_SECRET_BYTES];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return FATAL("the deployment's secret cannot be opened");
    size_t got = fread(hex, 1, sizeof hex, file);
    fclose(file);
    if (!hex_parse((struct view){hex, got}, ret, EDGE_SECRET_BYTES))
        return FATAL("the deployment's secret must be 64 hex characters");
    OPENSSL_cleanse(hex, sizeof hex);
    return RES_DONE;
}

res_t edge_secrets_open(const char *folder, struct edge_secrets *ret)
{
    char path[4096];
    struct edge_secrets secrets = {0};
    if (snprintf(path, sizeof path, "%s/deployment.secret", folder) >= (int)sizeof path)
        return FATAL("the path of the secrets' folder is too long");
    TRY(read_secret(path, secrets.deployment));
    snprintf(path, sizeof path, "%s/kek", folder);
    TRY(key_wrapper_open_file(path, &secrets.wrapper));
    *ret = secrets;
    return RES_DONE;
}

void edge_secrets_close(struct edge_secrets *secrets)
{
    key_wrapper_close(secrets->wrapper);
    OPENSSL_cleanse(secrets, sizeof *secrets);
}

struct edge *edge_new(struct pg *pg, const struct edge_secrets *secrets)
{
    struct edge *edge = calloc(1, sizeof *edge);
    MUST(edge != NULL);
    edge->cache = calloc(KEY_CACHE_SLOTS, sizeof *edge->cache);
    MUST(edge->cache != NULL);
    edge->pg = pg;
    edge->secrets = secrets;
    return edge;
}

void edge_free(struct edge *edge)
{
    if (edge == NULL)
        return;
    OPENSSL_cleanse(edge->cache, KEY_CACHE_SLOTS * sizeof *edge->cache);
    free(edge->cache);
    free(edge);
}

void edge_free_p(struct edge **edge)
{
    edge_free(*edge);
    *edge = NULL;
}

void edge_use(struct edge *edge, struct pg *pg)
{
    edge->pg = pg;
}

struct view edge_secret(const struct edge_secrets *secrets)
{
    return (struct view){(const char *)secrets->deployment, sizeof secrets->deployment};
}

/* HMAC of `client 0x00 key` without a length limit on either: both hashed first. */
struct uuid edge_record_id(const struct edge_secrets *secrets, struct view client, struct view key)
{
    struct view parts[] = {client, {"\0", 1}, key};
    struct digest name = sha256_of(parts, ARRAY_LEN(parts));
    return uuid_v8_hmac(edge_secret(secrets), (struct view){(const char *)name.b, sizeof name.b});
}

struct uuid edge_dossier_id(const struct edge_secrets *secrets, struct view name)
{
    return uuid_v8_hmac(edge_secret(secrets), name);
}

static res_t claim_once(
    struct edge *edge, const struct pg_params *params, struct uuid *ret_owner, bool *ret_found)
{
    static const struct pg_sql sql = {"edge_claim",
        "WITH new AS (INSERT INTO edge.claim (id, person, kind) VALUES ($1, $2, $3)"
        " ON CONFLICT (id) DO NOTHING RETURNING person)"
        " SELECT person FROM new UNION ALL SELECT person FROM edge.claim WHERE id = $1 LIMIT 1"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, params, &rows));
    *ret_found = pg_rows_count(rows) > 0;
    if (*ret_found)
        *ret_owner = pg_uuid(rows, 0, 0);
    return pg_rows_ok(rows);
}

/* Somebody else's claim that commits while ours runs is in neither half of the statement: the next
 * one sees it. */
res_t edge_claim(
    struct edge *edge, struct uuid id, struct uuid person, const char *kind, struct uuid *ret_owner)
{
    struct pg_params params = {0};
    pg_put_uuid(&params, id);
    pg_put_uuid(&params, person);
    pg_put_text(&params, view_of(kind));
    bool found = false;
    for (int tries = 0; tries < 3 && !found; tries++)
        TRY(claim_once(edge, &params, ret_owner, &found));
    return found ? RES_DONE : RETRY("a claim comes and goes while it is read");
}

res_t edge_user_seen(
    struct edge *edge, struct view user_id, struct view audience, struct view organisation)
{
    static const struct pg_sql sql = {"edge_user_seen",
        "INSERT INTO edge.app_user (user_id, audience, organisation) VALUES ($1, $2, $3)"
        " ON CONFLICT (user_id) DO UPDATE SET audience = $2, organisation = $3, seen_at = now()"};
    struct pg_params params = {0};
    pg_put_text(&params, user_id);
    pg_put_text(&params, audience);
    pg_put_text(&params, organisation);
    return pg_exec(edge->pg, &sql, &params, NULL);
}
