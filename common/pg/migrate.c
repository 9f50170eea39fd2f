#include "pg/migrate.h"

#include "obs/log.h"
#include "pg/pg_own.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 512 };

static bool schema_good(const char *schema)
{
    for (const char *c = schema; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || *c == '_'))
            return false;
    return *schema != '\0' && strlen(schema) < 32;
}

static res_t ask_there(struct pg *pg, const char *text, bool *ret)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    const struct pg_sql sql = {NULL, text};
    TRY(pg_exec(pg, &sql, NULL, &rows));
    *ret = pg_bool(rows, 0, 0);
    return pg_rows_ok(rows);
}

/* Made only where missing: IF NOT EXISTS would ask for the right to make it all the same. */
static res_t table_make(struct pg *pg, const char *schema)
{
    char text[TEXT_MAX];
    bool there;
    snprintf(text, sizeof text, "SELECT to_regnamespace('%s') IS NOT NULL", schema);
    TRY(ask_there(pg, text, &there));
    snprintf(text, sizeof text, "CREATE SCHEMA %s", schema);
    if (!there)
        TRY(pg_run(pg, text));
    snprintf(text, sizeof text, "SELECT to_regclass('%s.migration') IS NOT NULL", schema);
    TRY(ask_there(pg, text, &there));
    snprintf(text, sizeof text,
        "CREATE TABLE %s.migration (number int PRIMARY KEY, name text NOT NULL,"
        " sha256 bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
        schema);
    return there ? RES_DONE : pg_run(pg, text);
}

struct migrations {
    const char *schema;
    const struct pg_migration *rows;
    size_t count;
};

/* FATAL where what was applied is not the beginning of ours. */
static res_t applied_check(struct pg *pg, const struct migrations *all, size_t *ret_applied)
{
    char text[TEXT_MAX];
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    snprintf(
        text, sizeof text, "SELECT number, sha256 FROM %s.migration ORDER BY number", all->schema);
    const struct pg_sql sql = {NULL, text};
    TRY(pg_exec(pg, &sql, NULL, &rows));
    size_t applied = (size_t)pg_rows_count(rows);
    if (applied > all->count)
        return FATAL("postgres: the schema is newer than this program");
    for (size_t i = 0; i < applied; i++) {
        int64_t number = pg_int(rows, (int)i, 0);
        struct digest was = pg_digest(rows, (int)i, 1);
        TRY(pg_rows_ok(rows));
        if (number != all->rows[i].number)
            return FATAL("postgres: a migration is missing among those applied");
        if (!digest_eq(was, sha256(view_of(all->rows[i].sql))))
            return FATAL("postgres: a migration was changed after it was applied");
    }
    *ret_applied = applied;
    return RES_DONE;
}

static res_t apply(struct pg *pg, const struct migrations *all, const struct pg_migration *row)
{
    char text[TEXT_MAX];
    struct pg_params params = {0};
    struct digest digest = sha256(view_of(row->sql));
    TRY(pg_run(pg, "SET LOCAL statement_timeout = 0"));
    TRY(pg_run(pg, row->sql));
    if (PQtransactionStatus(pg->conn) != PQTRANS_INTRANS)
        return FATAL("postgres: a migration ends its own transaction");
    snprintf(text, sizeof text,
        "INSERT INTO %s.migration (number, name, sha256) VALUES ($1, $2, $3)", all->schema);
    const struct pg_sql sql = {NULL, text};
    pg_put_int4(&params, row->number);
    pg_put_text(&params, view_of(row->name));
    pg_put_bytes(&params, (struct view){(const char *)digest.b, sizeof digest.b});
    return pg_exec(pg, &sql, &params, NULL);
}

/* One migration at most; *ret_more false: all are there. */
static res_t step(struct pg *pg, const struct migrations *all, bool *ret_more)
{
    size_t applied = 0;
    enum pg_commit commit;
    TRY(pg_run(pg, "SELECT pg_advisory_xact_lock(" PG_SCHEMA_LOCK ")"));
    TRY(table_make(pg, all->schema));
    TRY(applied_check(pg, all, &applied));
    *ret_more = applied < all->count;
    if (*ret_more) {
        log_line(LEVEL_DEBUG, "pg.migration", LOG_WORD("schema", all->schema),
            LOG_INT("number", all->rows[applied].number));
        TRY(apply(pg, all, &all->rows[applied]));
    }
    return pg_commit(pg, &commit);
}

res_t pg_migrate(struct pg *pg, const char *schema, const struct pg_migration *rows, size_t count)
{
    const struct migrations all = {schema, rows, count};
    MUST(schema_good(schema));
    for (size_t i = 0; i < count; i++)
        MUST(rows[i].number == (int32_t)i + 1);
    for (bool more = true; more;) {
        TRY(pg_begin(pg));
        res_t res = step(pg, &all, &more);
        if (res.act == RES_OK)
            continue;
        struct pg_fault fault = pg->fault;
        if (!pg_broken(pg) && pg_rollback(pg).act == RES_OK)
            pg->fault = fault;
        return res;
    }
    return RES_DONE;
}

res_t pg_migrated(struct pg *pg, const char *schema, const struct pg_migration *rows, size_t count)
{
    const struct migrations all = {schema, rows, count};
    size_t applied = 0;
    MUST(schema_good(schema));
    TRY(applied_check(pg, &all, &applied));
    return applied == count ? RES_DONE : FATAL("postgres: the schema is older than this program");
}
