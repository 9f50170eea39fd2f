/* A second read model beside the live one, and the swap, in a real Postgres. */
#include <stdio.h>
#include <string.h>

#include "daemon/port_pg.h"
#include "projector/migrate.h"
#include "projector/swap.h"
#include "support/cluster.h"

static char conninfo[CLUSTER_CONNINFO_MAX];
static struct pg *pg;        /* the operator's */
static struct port_pg *port; /* the live projector's */
static struct database_port live;
static const struct digest mark = {{1, 2, 3}};

static void start(void)
{
    cluster_database(conninfo);
    pg = cluster_open(conninfo);
    struct port_pg_conf conf = {.pg = {.conninfo = conninfo, .application = "test"},
        .sql = projector_sql,
        .ready = projector_ready,
        .reading = projector_reading};
    port = port_pg_new(&conf);
    live = port_pg(port);
}

static void done(void)
{
    port_pg_free(port);
    pg_close(pg);
}

TestSuite(projector_swap, .init = start, .fini = done, .timeout = 60);

static struct database_position claimed(void)
{
    static const int32_t partition = 0;
    struct database_position at;
    OK(live.claim(live.self, &partition, 1, &at));
    return at;
}

/* The live projector moves its position, and nothing else, in one batch. */
static enum database_commit moved(const struct database_position *at, int64_t next)
{
    struct database_move move = {at->partition, at->epoch, at->next, next};
    struct database_tx *tx = NULL;
    enum database_commit commit = DATABASE_UNKNOWN;
    OK(live.begin(live.self, &move, 1, true, &tx));
    (void)!live.commit(live.self, &commit).act;
    return commit;
}

static void next_made(int64_t next)
{
    char text[128];
    OK(swap_next_make(pg, mark));
    snprintf(text, sizeof text, "INSERT INTO read_next.position VALUES (0, 1, %d)", (int)next);
    OK(pg_run(pg, text));
}

static void swapped(void)
{
    struct swap_positions at;
    OK(swap_begin(pg, &at));
    OK(swap_commit(pg));
}

static bool truth(struct pg *of, const char *text)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(pg_exec(of, &(struct pg_sql){NULL, text}, NULL, &rows));
    cr_assert_eq(pg_rows_count(rows), 1);
    bool ret = pg_bool(rows, 0, 0);
    OK(pg_rows_ok(rows));
    return ret;
}

/* Everything that the catalogue says of a schema's relations, but for the schema's name. */
#define SHAPE(schema)                                                                              \
    "SELECT string_agg(line, E'\\n' ORDER BY line) FROM ("                                         \
    "SELECT concat_ws(' ', c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod)," \
    " a.attnotnull) AS line FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"             \
    " WHERE c.relnamespace = '" schema "'::regnamespace AND a.attnum > 0"                          \
    " UNION ALL SELECT replace(indexdef, '" schema ".', '') FROM pg_indexes"                       \
    " WHERE schemaname = '" schema "'"                                                             \
    " UNION ALL SELECT viewname || replace(definition, '" schema ".', '') FROM pg_views"           \
    " WHERE schemaname = '" schema "') lines"

Test(projector_swap, the_second_one_is_made_as_the_live_one_is_and_the_live_one_stays)
{
    struct digest found;
    bool there = true;
    claimed();
    OK(pg_run(pg, "INSERT INTO read.scope VALUES (gen_random_uuid(), gen_random_uuid(), 'unit', "
                  "'NORTH', true)"));
    OK(swap_next_mark(pg, &found, &there));
    cr_expect_not(there);
    OK(swap_allowed(pg));
    OK(swap_next_make(pg, mark));
    OK(swap_next_mark(pg, &found, &there));
    cr_expect(there && digest_eq(found, mark));
    cr_expect(truth(pg, "SELECT (" SHAPE("read") ") = (" SHAPE("read_next") ")"));
    cr_expect(truth(pg, "SELECT length((" SHAPE("read") ")) > 5000"));
    cr_expect(truth(pg, "SELECT count(*) = 1 FROM read.scope"));
    cr_expect(truth(pg, "SELECT count(*) = 0 FROM read_next.scope"));
    OK(swap_drop(pg, SWAP_NEXT, 0));
    OK(swap_next_mark(pg, &found, &there));
    cr_expect_not(there);
}

Test(projector_swap, a_batch_in_hand_counts_for_nothing_and_the_projector_goes_on_from_the_new_one)
{
    struct database_position before = claimed();
    cr_assert_eq(moved(&before, 5), DATABASE_COMMITTED);
    before.next = 5;
    next_made(7);
    swapped();
    cr_expect_eq(moved(&before, 6), DATABASE_REPLACED);
    struct database_position after = claimed();
    cr_expect_eq(after.next, 7);
    cr_expect_gt(after.epoch, before.epoch + 1);
    cr_expect_eq(moved(&after, 9), DATABASE_COMMITTED);
    cr_expect(truth(pg, "SELECT next_offset = 9 FROM read.position"));
    cr_expect(truth(pg, "SELECT next_offset = 5 FROM read_old.position"));
    OK(swap_drop(pg, SWAP_OLD, 5000000));
    cr_expect(truth(pg, "SELECT to_regnamespace('read_old') IS NULL"));
}

Test(projector_swap, one_that_lost_its_partitions_to_another_projector_is_told_so)
{
    struct database_position before = claimed();
    claimed();
    cr_expect_eq(moved(&before, 6), DATABASE_NOT_OURS);
}

Test(projector_swap, whether_it_was_done_is_seen_by_anybody)
{
    struct pg *other = cluster_open(conninfo);
    struct swap_positions at;
    int64_t id = 0;
    bool done = true;
    claimed();
    next_made(7);
    OK(swap_next_id(pg, &id));
    OK(swap_begin(pg, &at));
    OK(swap_is_done(other, id, &done));
    cr_expect_not(done);
    OK(swap_commit(pg));
    OK(swap_is_done(other, id, &done));
    cr_expect(done);
    pg_close(other);
}

Test(projector_swap, no_position_goes_back)
{
    struct database_position at = claimed();
    cr_assert_eq(moved(&at, 5), DATABASE_COMMITTED);
    next_made(4);
    struct swap_positions stand;
    OK(swap_begin(pg, &stand));
    cr_expect_eq(stand.next[0], 5);
    cr_expect_eq(swap_commit(pg).act, RES_REJECT);
    cr_expect(truth(pg, "SELECT next_offset = 5 FROM read.position"));
    at.next = 5;
    cr_expect_eq(moved(&at, 6), DATABASE_COMMITTED);
}

Test(projector_swap, while_it_is_under_way_everybody_reads_and_no_projector_commits)
{
    struct database_position at = claimed();
    struct pg *reader = cluster_open(conninfo);
    struct swap_positions stand;
    next_made(0);
    OK(swap_begin(pg, &stand));
    cr_expect(truth(reader, "SELECT next_offset = 0 FROM read.position"));
    OK(pg_run(reader, "SET lock_timeout = '100ms'"));
    cr_expect_eq(pg_run(reader, "UPDATE read.position SET next_offset = 1").act, RES_RETRY);
    swap_abort(pg);
    cr_expect_eq(moved(&at, 1), DATABASE_COMMITTED);
    pg_close(reader);
}

Test(projector_swap, a_statement_that_is_prepared_means_the_new_one_from_then_on)
{
    static const struct pg_sql prepared = {"units", "SELECT code FROM read.scope ORDER BY code"};
    struct pg *reader = cluster_open(conninfo);
    claimed();
    OK(pg_run(pg, "INSERT INTO read.scope VALUES (gen_random_uuid(), gen_random_uuid(), 'unit', "
                  "'OLD', true)"));
    next_made(0);
    OK(pg_run(pg, "INSERT INTO read_next.scope VALUES (gen_random_uuid(), gen_random_uuid(), "
                  "'unit', 'NEW', true)"));
    for (int round = 0; round < 2; round++) {
        CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
        OK(pg_exec(reader, &prepared, NULL, &rows));
        cr_assert_eq(pg_rows_count(rows), 1);
        cr_expect(view_eq_text(pg_text(rows, 0, 0), round == 0 ? "OLD" : "NEW"));
        if (round == 0)
            swapped();
    }
    pg_close(reader);
}

Test(projector_swap, whoever_listens_is_told_the_new_positions)
{
    struct pg *listener = cluster_open(conninfo);
    struct pg_notification told = {0};
    bool any = false;
    claimed();
    next_made(7);
    OK(pg_listen(listener, "read"));
    swapped();
    for (int i = 0; i < 500 && !any; i++) {
        OK(pg_run(listener, "SELECT pg_sleep(0.01)"));
        OK(pg_notified(listener, &told, &any));
    }
    cr_assert(any);
    cr_expect(view_eq_text(told.payload, "0:7"));
    pg_close(listener);
}

Test(projector_swap, waits_for_nobody_who_compares_in_one_snapshot)
{
    struct pg *reader = cluster_open(conninfo);
    struct swap_positions stand;
    claimed();
    next_made(0);
    OK(swap_shared(reader));
    cr_expect_eq(swap_begin(pg, &stand).act, RES_RETRY);
    pg_close(reader);
    for (int i = 0; i < 500 && swap_begin(pg, &stand).act != RES_OK; i++)
        OK(pg_run(pg, "SELECT pg_sleep(0.01)"));
    OK(swap_commit(pg));
}

Test(projector_swap, one_at_a_time)
{
    struct pg *other = cluster_open(conninfo);
    bool first = false, second = true;
    OK(swap_claim(pg, &first));
    OK(swap_claim(other, &second));
    cr_expect(first);
    cr_expect_not(second);
    pg_close(other);
}

Test(projector_swap, is_allowed_to_the_owner_alone_and_only_where_nothing_else_hangs_on_it)
{
    claimed();
    OK(swap_allowed(pg));
    OK(pg_run(pg, "CREATE SCHEMA mine; CREATE VIEW mine.v AS SELECT person FROM read.fact"));
    cr_expect_eq(swap_allowed(pg).act, RES_FATAL);
    OK(pg_run(pg, "DROP VIEW mine.v"));
    OK(swap_allowed(pg));
    OK(pg_run(pg, "CREATE TABLE mine.t (person uuid REFERENCES read.dossier)"));
    cr_expect_eq(swap_allowed(pg).act, RES_FATAL);
    OK(pg_run(pg, "DROP SCHEMA mine CASCADE"));
    OK(pg_run(pg, "CREATE ROLE stranger; SET ROLE stranger"));
    cr_expect_eq(swap_allowed(pg).act, RES_FATAL);
}

Test(projector_swap, readers_keep_their_rights_and_get_no_more)
{
    struct pg *reader = cluster_open(conninfo);
    OK(pg_run(pg, "CREATE ROLE operator")); /* of the whole cluster: no other test has it */
    claimed();
    next_made(0);
    swapped();
    OK(pg_run(
        reader, "SET ROLE operator; SELECT * FROM read.referral_now; SELECT * FROM read.fact"));
    cr_expect_eq(pg_run(reader, "DELETE FROM read.outcome").act, RES_FATAL);
    pg_close(reader);
}

Test(projector_swap, a_read_model_that_was_dropped_is_simply_put_there)
{
    claimed();
    OK(pg_run(pg, "DROP SCHEMA read CASCADE"));
    OK(swap_allowed(pg));
    next_made(3);
    swapped();
    cr_expect_eq(claimed().next, 3);
}
