/* The rows in a real Postgres: written by the projector's own path, read back, compared. */
#include <inttypes.h>
#include <string.h>

#include "daemon/port_pg.h"
#include "projector/batch.h"
#include "projector/migrate.h"
#include "projector/project_table.h"
#include "services/projector/people.h"
#include "support/cluster.h"

enum { BYTES_MAX = 256 << 20, PARTITIONS = 3 };

struct bench {
    char conninfo[CLUSTER_CONNINFO_MAX];
    struct arena *arena;
    const struct projection *projection;
    struct batch_writer writer;
    struct port_pg *port;
    struct database_port database;
    struct database_position at[PARTITIONS];
};

static struct bench bench_new(void)
{
    static const int32_t partitions[PARTITIONS] = {0, 1, 2};
    struct bench bench = {.arena = arena_new(BYTES_MAX)};
    cluster_database(bench.conninfo);
    bench.projection = projection_new(bench.arena);
    bench.writer.projection = bench.projection;
    bench.writer.rows = row_writer_new(bench.projection);
    static char conninfo[CLUSTER_CONNINFO_MAX]; /* lives as long as the port */
    memcpy(conninfo, bench.conninfo, sizeof conninfo);
    struct port_pg_conf conf = {.pg = {.conninfo = conninfo, .application = "test"},
        .sql = projector_sql,
        .ready = projector_ready,
        .reading = projector_reading,
        .owner = bench.writer.rows};
    bench.port = port_pg_new(&conf);
    bench.database = port_pg(bench.port);
    OK(bench.database.claim(bench.database.self, partitions, PARTITIONS, bench.at));
    return bench;
}

static void bench_done(struct bench *bench)
{
    port_pg_free(bench->port);
    row_writer_free(bench->writer.rows);
    arena_free(bench->arena);
}

/* Records [from, to), positions moved to the last offset + 1 of each partition. */
static enum database_commit bench_write(
    struct bench *bench, const struct people_log *log, size_t from, size_t to)
{
    struct database_move moves[PARTITIONS];
    size_t count = 0;
    for (int32_t p = 0; p < PARTITIONS; p++) {
        int64_t next = bench->at[p].next;
        for (size_t i = from; i < to; i++)
            if (log->records[i].partition == p)
                next = log->records[i].offset + 1;
        if (next != bench->at[p].next)
            moves[count++] = (struct database_move){p, bench->at[p].epoch, bench->at[p].next, next};
    }
    struct sink_batch batch = people_batch(log, from, to, bench->arena);
    batch.moves = moves;
    batch.move_count = count;
    struct database_tx *tx = NULL;
    enum database_commit commit = DATABASE_UNKNOWN;
    OK(batch_prepare(&bench->writer, &batch));
    OK(bench->database.begin(bench->database.self, moves, count, true, &tx));
    OK(batch_apply(&bench->writer, &batch, tx));
    (void)!bench->database.commit(bench->database.self, &commit).act;
    for (size_t i = 0; commit == DATABASE_COMMITTED && i < count; i++)
        bench->at[moves[i].partition].next = moves[i].next;
    return commit;
}

/* All rows of a table, by the statements that brokerctl verify uses. */
static struct row_list bench_read(
    struct bench *bench, struct pg *pg, size_t t, const struct row_list *keys)
{
    const struct table *table = projection_table(bench->projection, t);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    CLEANUP(pg_array_done) struct pg_array people;
    struct pg_params params = {0};
    pg_array_init(&people, PG_UUID, 0);
    if (table_is_log(table)) {
        row_writer_keys(bench->writer.rows, t, keys, &params);
    } else {
        for (int person = 0; person < PEOPLE_MAX; person++)
            pg_array_uuid(&people, person_id(person));
        pg_put_array(&params, &people);
    }
    OK(pg_exec(pg, row_writer_select(bench->writer.rows, t), &params, &rows));
    struct row_list list = {.count = (size_t)pg_rows_count(rows)};
    list.items = arena_array(bench->arena, list.count, sizeof *list.items);
    for (size_t i = 0; i < list.count; i++) {
        list.items[i] = row_read(table, rows, (int)i, bench->arena);
        for (size_t c = 0; c < table->column_count; c++)
            if (table->columns[c].type >= COL_TEXT && !list.items[i][c].null)
                list.items[i][c].text = arena_copy(bench->arena, list.items[i][c].text);
    }
    OK(pg_rows_ok(rows));
    return list;
}

static struct model bench_model(struct bench *bench, const struct model *expected)
{
    struct model found = model_new(bench->projection, bench->arena);
    struct pg *pg = cluster_open(bench->conninfo);
    OK(projector_use(pg, PROJECTOR_SCHEMA));
    for (size_t t = 0; t < projection_tables(bench->projection); t++)
        found.rows.of[t] = bench_read(bench, pg, t, &expected->rows.of[t]);
    pg_close(pg);
    return found;
}

static int64_t count_of(struct bench *bench, const char *query)
{
    struct pg *pg = cluster_open(bench->conninfo);
    OK(projector_use(pg, PROJECTOR_SCHEMA));
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &(struct pg_sql){NULL, query}, NULL, &rows));
    int64_t count = pg_int(rows, 0, 0);
    OK(pg_rows_ok(rows));
    pg_close(pg);
    return count;
}

Test(projector_postgres, holds_the_rows_of_every_batch_and_no_other, .timeout = 60)
{
    struct bench bench = bench_new();
    struct people_log *log = people_random(20, 6, 300, bench.arena);
    struct model expected = model_new(bench.projection, bench.arena);
    struct dice dice = {20};
    size_t from = 0;
    while (from < log->count) {
        size_t to = from + 1 + dice_below(&dice, 25);
        to = to < log->count ? to : log->count;
        model_batch(&expected, log, from, to);
        cr_assert_eq(bench_write(&bench, log, from, to), DATABASE_COMMITTED);
        from = to;
    }
    struct model found = bench_model(&bench, &expected);
    model_expect_equal(&expected, &found, "postgres");
    for (size_t t = 0; t < projection_tables(bench.projection); t++) {
        const char *name = projection_table(bench.projection, t)->name;
        struct view query = arena_printf(bench.arena, "SELECT count(*) FROM read.%s", name);
        cr_expect_eq(count_of(&bench, query.ptr), (int64_t)expected.rows.of[t].count, "%s", name);
    }
    bench_done(&bench);
}

Test(projector_postgres, a_batch_written_again_is_not_ours_and_changes_nothing, .timeout = 30)
{
    struct bench bench = bench_new();
    struct people_log *log = people_random(4, 2, 20, bench.arena);
    struct model expected = model_new(bench.projection, bench.arena);
    model_batch(&expected, log, 0, 20);
    struct bench before = bench;
    cr_assert_eq(bench_write(&bench, log, 0, 20), DATABASE_COMMITTED);
    struct database_move moves[] = {{0, before.at[0].epoch, before.at[0].next, 20}};
    struct database_tx *tx = NULL;
    enum database_commit commit = DATABASE_COMMITTED;
    OK(bench.database.begin(bench.database.self, moves, 1, true, &tx));
    (void)!bench.database.commit(bench.database.self, &commit).act;
    cr_expect_eq(commit, DATABASE_NOT_OURS);
    struct model found = bench_model(&bench, &expected);
    model_expect_equal(&expected, &found, "after the second try");
    bench_done(&bench);
}

/* As the sink does when the database was away between the rows' making and their transaction. */
Test(projector_postgres, rows_made_for_a_connection_that_was_lost_are_made_again, .timeout = 60)
{
    struct bench bench = bench_new();
    struct database_port *database = &bench.database;
    struct people_log *log = people_random(9, 4, 40, bench.arena);
    struct model expected = model_new(bench.projection, bench.arena);
    model_batch(&expected, log, 0, log->count);
    struct database_move moves[] = {{0, bench.at[0].epoch, 0, 1}};
    struct database_tx *tx = NULL;
    struct sink_batch batch = people_batch(log, 0, log->count, bench.arena);
    batch.moves = moves;
    batch.move_count = 1;
    OK(batch_prepare(&bench.writer, &batch));
    cr_assert_gt(count_of(&bench, "SELECT count(pg_terminate_backend(pid, 10000)) FROM "
                                  "pg_stat_activity WHERE datname = current_database() AND "
                                  "pid <> pg_backend_pid()"),
        0);
    cr_assert_eq(database->begin(database->self, moves, 1, true, &tx).act, RES_RETRY);
    OK(database->begin(database->self, moves, 1, true, &tx));
    cr_expect_eq(batch_apply(&bench.writer, &batch, tx).act, RES_RETRY, "without its rows");
    database->rollback(database->self);

    cr_assert_eq(bench_write(&bench, log, 0, log->count), DATABASE_COMMITTED);
    struct model found = bench_model(&bench, &expected);
    model_expect_equal(&expected, &found, "on the new connection");
    bench_done(&bench);
}

/* As the sink does while it catches up: the next batch is prepared, and dossiers are read, while
 * the one before is under way. */
Test(projector_postgres, a_batch_is_prepared_while_the_one_before_is_under_way, .timeout = 60)
{
    struct bench bench = bench_new();
    struct database_port *database = &bench.database;
    struct people_log *log = people_random(7, 6, 400, bench.arena);
    struct model expected = model_new(bench.projection, bench.arena);
    int64_t next[PARTITIONS] = {0};
    bool under_way = false;
    for (size_t from = 0; from < log->count; from += 40) {
        struct database_move moves[PARTITIONS];
        size_t count = 0;
        for (int32_t p = 0; p < PARTITIONS; p++) {
            int64_t to = next[p];
            for (size_t i = from; i < from + 40; i++)
                if (log->records[i].partition == p)
                    to = log->records[i].offset + 1;
            if (to != next[p])
                moves[count++] = (struct database_move){p, bench.at[p].epoch, next[p], to};
            next[p] = to;
        }
        model_batch(&expected, log, from, from + 40);
        struct sink_batch batch = people_batch(log, from, from + 40, bench.arena);
        batch.moves = moves;
        batch.move_count = count;
        batch.database = under_way ? database : NULL;
        OK(batch_prepare(&bench.writer, &batch));
        struct uuid person = person_id(0), id = {{1}};
        struct database_wanted wanted = {&person, 1, &person, &id, 1, 1 << 20};
        struct database_loaded loaded;
        OK(database->load(database->self, &wanted, bench.arena, &loaded));
        enum database_commit commit = DATABASE_COMMITTED;
        if (under_way)
            OK(database->commit(database->self, &commit));
        cr_assert_eq(commit, DATABASE_COMMITTED);
        struct database_tx *tx = NULL;
        OK(database->begin(database->self, moves, count, false, &tx));
        OK(batch_apply(&bench.writer, &batch, tx));
        database->commit_start(database->self);
        under_way = true;
    }
    enum database_commit commit = DATABASE_UNKNOWN;
    OK(database->commit(database->self, &commit));
    cr_assert_eq(commit, DATABASE_COMMITTED);
    struct model found = bench_model(&bench, &expected);
    model_expect_equal(&expected, &found, "postgres");
    bench_done(&bench);
}

Test(projector_postgres, a_batch_notifies_once_with_the_positions_it_moved_to, .timeout = 30)
{
    struct bench bench = bench_new();
    struct people_log *log = people_random(6, 3, 30, bench.arena);
    struct pg *listener = cluster_open(bench.conninfo);
    OK(pg_listen(listener, "read"));
    cr_assert_eq(bench_write(&bench, log, 0, log->count), DATABASE_COMMITTED);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL; /* a round trip brings what was sent */
    OK(pg_exec(listener, &(struct pg_sql){NULL, "SELECT 1"}, NULL, &rows));
    struct pg_notification notification;
    bool any = false;
    OK(pg_notified(listener, &notification, &any));
    cr_assert(any);
    struct view expected = arena_printf(bench.arena, "0:%" PRId64 ",1:%" PRId64 ",2:%" PRId64,
        bench.at[0].next, bench.at[1].next, bench.at[2].next);
    cr_expect(view_eq(notification.payload, expected), "%.*s", VIEW_ARG(notification.payload));
    OK(pg_notified(listener, &notification, &any));
    cr_expect_not(any);
    pg_close(listener);
    bench_done(&bench);
}

/* --- descriptions and migrations say the same --------------------------------------------------*/

static const char *const sql_types[COL_MAX_] = {"boolean", "integer", "bigint", "date",
    "timestamp with time zone", "uuid", "text", "bytea", "jsonb"};

Test(projector_postgres, every_column_of_the_migrations_is_described_and_no_other, .timeout = 30)
{
    static const struct pg_sql sql = {NULL,
        "SELECT a.attname::text, format_type(a.atttypid, NULL), "
        "coalesce(array_position(i.indkey::int2[], a.attnum), -1)::integer "
        "FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
        "WHERE a.attrelid = ('read.' || $1)::regclass AND a.attnum > 0 AND NOT a.attisdropped "
        "ORDER BY a.attnum"};
    struct bench bench = bench_new();
    struct pg *pg = cluster_open(bench.conninfo);
    for (size_t t = 0; t < projection_tables(bench.projection); t++) {
        const struct table *table = projection_table(bench.projection, t);
        CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
        struct pg_params params = {0};
        pg_put_text(&params, view_of(table->name));
        OK(pg_exec(pg, &sql, &params, &rows));
        cr_assert_eq((size_t)pg_rows_count(rows), table->column_count, "%s", table->name);
        for (int i = 0; i < pg_rows_count(rows); i++) {
            bool there = false;
            for (size_t c = 0; c < table->column_count; c++) {
                if (!view_eq_text(pg_text(rows, i, 0), table->columns[c].name))
                    continue;
                there = true;
                cr_expect(view_eq_text(pg_text(rows, i, 1), sql_types[table->columns[c].type]),
                    "%s.%s", table->name, table->columns[c].name);
                cr_expect_eq(pg_int(rows, i, 2) >= 0, c < table->key_count, "key of %s.%s",
                    table->name, table->columns[c].name);
            }
            cr_expect(
                there, "%s.%.*s is not described", table->name, VIEW_ARG(pg_text(rows, i, 0)));
        }
        OK(pg_rows_ok(rows));
    }
    pg_close(pg);
    cr_expect_eq(count_of(&bench, "SELECT count(*) FROM pg_tables WHERE schemaname = 'read'"),
        (int64_t)projection_tables(bench.projection) + 1); /* position */
    bench_done(&bench);
}

Test(projector_postgres, a_table_is_written_in_the_order_that_the_database_has, .timeout = 30)
{
    struct bench bench = bench_new();
    struct people_log *log = people_random(4, 2, 40, bench.arena);
    struct model expected = model_new(bench.projection, bench.arena);
    struct pg *pg = cluster_open(bench.conninfo);
    OK(projector_use(pg, PROJECTOR_SCHEMA));
    OK(pg_run(pg, "ALTER TABLE read.deadline DROP COLUMN due_at, DROP COLUMN met_at;"
                  "ALTER TABLE read.deadline ADD COLUMN newer integer,"
                  " ADD COLUMN met_at timestamptz, ADD COLUMN due_at timestamptz NOT NULL"));
    OK(row_writer_ready(bench.writer.rows, pg));
    model_batch(&expected, log, 0, log->count);
    cr_assert_eq(bench_write(&bench, log, 0, log->count), DATABASE_COMMITTED);
    struct model found = bench_model(&bench, &expected);
    model_expect_equal(&expected, &found, "another order");
    cr_expect_gt(count_of(&bench, "SELECT count(*) FROM read.deadline WHERE newer IS NULL"), 0);
    OK(pg_run(pg, "ALTER TABLE read.deadline ALTER COLUMN met_at TYPE text"));
    cr_expect_eq(row_writer_ready(bench.writer.rows, pg).act, RES_FATAL, "another type");
    OK(pg_run(pg, "ALTER TABLE read.deadline DROP COLUMN met_at"));
    cr_expect_eq(row_writer_ready(bench.writer.rows, pg).act, RES_FATAL, "a column is missing");
    pg_close(pg);
    bench_done(&bench);
}

Test(projector_postgres, readers_may_read_everything_and_write_nothing, .timeout = 30)
{
    struct bench bench = bench_new();
    struct pg *pg = cluster_open(bench.conninfo);
    OK(pg_run(pg, "DROP ROLE IF EXISTS gateway; CREATE ROLE gateway"));
    OK(projector_ready(NULL, pg));
    OK(pg_run(pg, "SET ROLE gateway; SELECT * FROM read.referral_now; SELECT * FROM read.fact"));
    cr_expect_eq(pg_run(pg, "DELETE FROM read.outcome").act, RES_FATAL);
    cr_expect_str_eq(pg_fault(pg)->sqlstate, "42501");
    pg_close(pg);
    bench_done(&bench);
}
