#include "pg/pg.h"
#include "support/cluster.h"

static char conninfo[CLUSTER_CONNINFO_MAX];
static struct pg *pg;

static void start(void)
{
    cluster_database(conninfo);
    pg = cluster_open(conninfo);
}

static void done(void)
{
    pg_close(pg);
}

TestSuite(index, .init = start, .fini = done, .timeout = 60);

Test(index, reads_by_index_what_it_planned_when_the_table_was_empty)
{
    static const struct pg_sql find = {"find", "SELECT k FROM grows WHERE n = $1 LIMIT 1"};
    static const struct pg_sql scans = {
        NULL, "SELECT coalesce(pg_stat_get_xact_numscans('grows'::regclass), 0)"};
    struct pg *careful = NULL;
    struct pg_conf conf = {.conninfo = conninfo, .application = "test", .by_index = true};
    OK(pg_run(pg, "CREATE TABLE grows (k bigint PRIMARY KEY, n bigint);"
                  "CREATE INDEX ON grows (n)"));
    OK(pg_open(&conf, &careful));
    for (int i = 0; i < 10; i++) { /* often enough that the plan is kept */
        struct pg_params params = {0};
        pg_put_int8(&params, i);
        OK(pg_exec(careful, &find, &params, NULL));
    }
    OK(pg_run(pg, "INSERT INTO grows SELECT i, i FROM generate_series(1, 5000) i"));
    struct pg_params params = {0};
    struct pg_rows *rows = NULL;
    pg_put_int8(&params, 4711);
    OK(pg_begin(careful));
    OK(pg_exec(careful, &find, &params, &rows));
    cr_assert_eq(pg_int(rows, 0, 0), 4711);
    pg_rows_free(rows);
    OK(pg_exec(careful, &scans, NULL, &rows));
    cr_assert_eq(pg_int(rows, 0, 0), 0);
    pg_rows_free(rows);
    OK(pg_rollback(careful));
    pg_close(careful);
}
