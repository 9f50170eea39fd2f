#include "projector/swap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pg/migrate.h"
#include "projector/migrate.h"

/* Numbers of advisory locks, beside PG_SCHEMA_LOCK. */
#define ONE_LOCK "7273656273"   /* one rebuild at a time */
#define SHARE_LOCK "7273656274" /* readers of one snapshot against the swap */

/* --- asking ------------------------------------------------------------------------------------*/

static res_t ask_truth(struct pg *pg, const char *text, bool *ret)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &(struct pg_sql){NULL, text}, NULL, &rows));
    *ret = pg_rows_count(rows) > 0 && pg_bool(rows, 0, 0);
    return pg_rows_ok(rows);
}

static res_t is_there(struct pg *pg, const char *schema, bool *ret)
{
    char text[128];
    (void)snprintf(text, sizeof text, "SELECT to_regnamespace('%s') IS NOT NULL", schema);
    return ask_truth(pg, text, ret);
}

res_t swap_claim(struct pg *pg, bool *ret)
{
    return ask_truth(pg, "SELECT pg_try_advisory_lock(" ONE_LOCK ")", ret);
}

res_t swap_shared(struct pg *pg)
{
    return pg_run(pg, "SELECT pg_advisory_lock_shared(" SHARE_LOCK ")");
}

res_t swap_allowed(struct pg *pg)
{
    static const struct {
        const char *wrong; /* a truth */
        const char *what;
    } rules[] = {
        {"SELECT NOT has_database_privilege(current_database(), 'CREATE') OR EXISTS (SELECT FROM "
         "pg_namespace WHERE nspname = 'read' AND nspowner <> current_user::regrole)",
            "only the role that owns schema read can rebuild it: RB_PG with user=projector"},
        {"SELECT EXISTS (SELECT FROM pg_class r JOIN pg_depend d ON d.refobjid = r.oid AND "
         "d.refclassid = 'pg_class'::regclass JOIN pg_rewrite w ON w.oid = d.objid AND "
         "d.classid = 'pg_rewrite'::regclass JOIN pg_class v ON v.oid = w.ev_class "
         "WHERE r.relnamespace = to_regnamespace('read') AND v.relnamespace <> r.relnamespace)",
            "a view of another schema hangs on schema read: drop it first, make it again after"},
        {"SELECT EXISTS (SELECT FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid "
         "WHERE k.contype = 'f' AND r.relnamespace = to_regnamespace('read') AND "
         "k.connamespace <> r.relnamespace)",
            "a foreign key of another schema hangs on schema read: drop it first"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        bool wrong = false;
        TRY(ask_truth(pg, rules[i].wrong, &wrong));
        if (wrong)
            return FATAL(rules[i].what);
    }
    return projector_migrated(pg);
}

res_t swap_next_mark(struct pg *pg, struct digest *ret, bool *ret_there)
{
    static const struct pg_sql sql = {NULL,
        "SELECT decode(coalesce(substring(obj_description(oid, 'pg_namespace') FROM "
        "'^rebuild ([0-9a-f]{64})$'), repeat('0', 64)), 'hex') FROM pg_namespace "
        "WHERE nspname = '" SWAP_NEXT "'"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, NULL, &rows));
    *ret_there = pg_rows_count(rows) > 0;
    if (*ret_there)
        *ret = pg_digest(rows, 0, 0);
    return pg_rows_ok(rows);
}

res_t swap_next_id(struct pg *pg, int64_t *ret)
{
    static const struct pg_sql sql = {NULL, "SELECT '" SWAP_NEXT "'::regnamespace::oid::bigint"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, NULL, &rows));
    *ret = pg_int(rows, 0, 0);
    return pg_rows_ok(rows);
}

res_t swap_is_done(struct pg *pg, int64_t id, bool *ret)
{
    char text[128];
    (void)snprintf(text, sizeof text, "SELECT to_regnamespace('read')::oid::bigint = %" PRId64, id);
    return ask_truth(pg, text, ret);
}

res_t swap_positions(struct pg *pg, const char *schema, struct swap_positions *ret)
{
    char text[128];
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    (void)snprintf(text, sizeof text, "SELECT partition, next_offset FROM %s.position", schema);
    TRY(pg_exec(pg, &(struct pg_sql){NULL, text}, NULL, &rows));
    *ret = (struct swap_positions){0};
    for (int i = 0; i < pg_rows_count(rows); i++) {
        int64_t partition = pg_int(rows, i, 0);
        if (partition < 0 || partition >= SWAP_PARTITIONS_MAX)
            return FATAL("the read model has more partitions than we take");
        ret->next[partition] = pg_int(rows, i, 1);
    }
    return pg_rows_ok(rows);
}

/* --- making and dropping -----------------------------------------------------------------------*/

static res_t commit(struct pg *pg)
{
    enum pg_commit answer;
    return pg_commit(pg, &answer);
}

static res_t ended(struct pg *pg, res_t res)
{
    if (res.act != RES_OK && !pg_broken(pg))
        (void)!pg_rollback(pg).act;
    return res;
}

/* The migrations name `read`. So the live one lends its name within one transaction, which nobody
 * sees: what it is called for others changes at the commit alone, and then it has not. */
static res_t make_in(struct pg *pg, struct digest mark)
{
    char hex[DIGEST_HEX_LEN + 1], text[256];
    bool live = false;
    TRY(pg_run(pg, "SELECT pg_advisory_xact_lock(" PG_SCHEMA_LOCK ")"));
    TRY(is_there(pg, PROJECTOR_SCHEMA, &live));
    if (live)
        TRY(pg_run(pg, "ALTER SCHEMA read RENAME TO read_lent"));
    TRY(projector_make(pg));
    TRY(pg_run(pg, "ALTER SCHEMA read RENAME TO " SWAP_NEXT));
    if (live)
        TRY(pg_run(pg, "ALTER SCHEMA read_lent RENAME TO read"));
    digest_hex(mark, hex);
    (void)snprintf(text, sizeof text, "COMMENT ON SCHEMA " SWAP_NEXT " IS 'rebuild %s'", hex);
    TRY(pg_run(pg, text));
    return commit(pg);
}

res_t swap_next_make(struct pg *pg, struct digest mark)
{
    TRY(pg_begin(pg));
    return ended(pg, make_in(pg, mark));
}

/* Who took hold of a table before it was renamed may read on; whoever comes now finds the new one.
 */
static res_t is_read(struct pg *pg, const char *schema, bool *ret)
{
    char text[256];
    (void)snprintf(text, sizeof text,
        "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE "
        "c.relnamespace = to_regnamespace('%s') AND l.pid <> pg_backend_pid())",
        schema);
    return ask_truth(pg, text, ret);
}

static res_t drop_in(struct pg *pg, const char *schema)
{
    char text[128];
    TRY(pg_run(pg, "SET LOCAL lock_timeout = '2s'"));
    (void)snprintf(text, sizeof text, "DROP SCHEMA %s CASCADE", schema);
    TRY(pg_run(pg, text));
    return commit(pg);
}

res_t swap_drop(struct pg *pg, const char *schema, int64_t wait_us)
{
    int64_t until = clock_monotonic() + wait_us;
    bool there = false, read = true;
    MUST(strcmp(schema, SWAP_NEXT) == 0 || strcmp(schema, SWAP_OLD) == 0);
    TRY(is_there(pg, schema, &there));
    if (!there)
        return RES_DONE;
    while (true) {
        TRY(is_read(pg, schema, &read));
        if (!read || clock_monotonic() >= until)
            break;
        TRY(pg_run(pg, "SELECT pg_sleep(0.1)"));
    }
    if (read)
        return RETRY("somebody still reads the schema that is to be dropped");
    TRY(pg_begin(pg));
    return ended(pg, drop_in(pg, schema));
}

res_t swap_analyze(struct pg *pg)
{
    static const struct pg_sql sql = {NULL,
        "SELECT format('VACUUM (ANALYZE) %I.%I', n.nspname, c.relname) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = '" SWAP_NEXT "' AND c.relkind = 'r' ORDER BY c.relname"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, NULL, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "%.*s", VIEW_ARG(pg_text(rows, i, 0)));
        TRY(pg_run(pg, text));
    }
    return pg_rows_ok(rows);
}

/* --- swapping ----------------------------------------------------------------------------------*/

/* EXCLUSIVE lets everybody read and nobody write. */
static res_t begin_in(struct pg *pg, struct swap_positions *ret)
{
    bool alone = false, live = false;
    TRY(ask_truth(pg, "SELECT pg_try_advisory_xact_lock(" SHARE_LOCK ")", &alone));
    if (!alone)
        return RETRY("somebody compares the read model just now");
    TRY(is_there(pg, PROJECTOR_SCHEMA, &live));
    *ret = (struct swap_positions){0};
    if (!live)
        return RES_DONE;
    TRY(pg_run(pg, "SET LOCAL lock_timeout = '5s'"));
    TRY(pg_run(pg, "LOCK TABLE read.position IN EXCLUSIVE MODE"));
    return swap_positions(pg, PROJECTOR_SCHEMA, ret);
}

res_t swap_begin(struct pg *pg, struct swap_positions *ret_live)
{
    TRY(pg_begin(pg));
    return ended(pg, begin_in(pg, ret_live));
}

static res_t take_place_of_live(struct pg *pg)
{
    bool behind = true;
    TRY(ask_truth(pg,
        "SELECT EXISTS (SELECT FROM read.position o LEFT JOIN " SWAP_NEXT ".position n "
        "USING (partition) WHERE o.next_offset > coalesce(n.next_offset, 0))",
        &behind));
    if (behind)
        return REJECT("the second read model is behind the live one");
    return pg_run(pg, "UPDATE " SWAP_NEXT ".position n SET epoch = n.epoch + 1 + coalesce("
                      "(SELECT o.epoch FROM read.position o WHERE o.partition = n.partition), 0);"
                      "ALTER SCHEMA read RENAME TO " SWAP_OLD);
}

static res_t commit_in(struct pg *pg)
{
    bool live = false;
    TRY(is_there(pg, PROJECTOR_SCHEMA, &live));
    TRY(pg_run(pg, "SELECT pg_advisory_xact_lock(" PG_SCHEMA_LOCK ")"));
    if (live)
        TRY(take_place_of_live(pg));
    TRY(pg_run(pg, "ALTER SCHEMA " SWAP_NEXT " RENAME TO read; COMMENT ON SCHEMA read IS NULL"));
    TRY(projector_grant(pg));
    /* What it is ahead of the old one, somebody may wait for. */
    TRY(pg_run(pg, "SELECT pg_notify('read', string_agg(partition || ':' || next_offset, ',')) "
                   "FROM read.position"));
    return commit(pg);
}

res_t swap_commit(struct pg *pg)
{
    return ended(pg, commit_in(pg));
}

void swap_abort(struct pg *pg)
{
    if (!pg_broken(pg))
        (void)!pg_rollback(pg).act;
}
