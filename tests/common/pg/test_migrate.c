#include "pg/migrate.h"

#include "support/cluster.h"

#include <sys/wait.h>
#include <unistd.h>

static char conninfo[CLUSTER_CONNINFO_MAX];
static struct pg *pg;

static const struct pg_migration rows[] = {
    {1, "tables", "CREATE TABLE read.a (n int); CREATE TABLE read.b (n int)"},
    {2, "a row", "INSERT INTO read.a VALUES (1)"},
    {3, "another", "INSERT INTO read.a VALUES (2)"},
};

static void start(void)
{
    cluster_database(conninfo);
    pg = cluster_open(conninfo);
}

static void done(void)
{
    pg_close(pg);
}

TestSuite(migrate, .init = start, .fini = done, .timeout = 60);

static int64_t number_of(const char *text)
{
    struct pg_rows *result = NULL;
    const struct pg_sql sql = {NULL, text};
    OK(pg_exec(pg, &sql, NULL, &result));
    int64_t n = pg_int(result, 0, 0);
    OK(pg_rows_ok(result));
    pg_rows_free(result);
    return n;
}

Test(migrate, each_is_applied_once_in_order)
{
    OK(pg_migrate(pg, "read", rows, 2));
    cr_assert_eq(number_of("SELECT count(*) FROM read.a"), 1);
    OK(pg_migrate(pg, "read", rows, 2));
    OK(pg_migrate(pg, "read", rows, 3));
    cr_assert_eq(number_of("SELECT count(*) FROM read.a"), 2);
    cr_assert_eq(number_of("SELECT count(*) FROM read.migration"), 3);
}

Test(migrate, a_text_changed_afterwards_is_refused_and_nothing_is_done)
{
    struct pg_migration changed[] = {rows[0], rows[1], rows[2]};
    OK(pg_migrate(pg, "read", rows, 2));
    changed[1].sql = "INSERT INTO read.a VALUES (9)";
    cr_assert_eq(pg_migrate(pg, "read", changed, 3).act, RES_FATAL);
    cr_assert_eq(number_of("SELECT count(*) FROM read.a"), 1);
}

Test(migrate, a_schema_newer_than_the_program_is_refused)
{
    OK(pg_migrate(pg, "read", rows, 3));
    cr_assert_eq(pg_migrate(pg, "read", rows, 2).act, RES_FATAL);
}

Test(migrate, one_that_fails_leaves_those_before_and_nothing_of_itself)
{
    const struct pg_migration failing[] = {
        rows[0], {2, "half", "INSERT INTO read.a VALUES (1); SELECT 1 / 0"}};
    cr_assert_eq(pg_migrate(pg, "read", failing, 2).act, RES_FATAL);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "22012");
    cr_assert_eq(number_of("SELECT count(*) FROM read.a"), 0);
    cr_assert_eq(number_of("SELECT count(*) FROM read.migration"), 1);
    OK(pg_migrate(pg, "read", rows, 3));
}

Test(migrate, one_that_ends_its_own_transaction_is_refused)
{
    const struct pg_migration ending[] = {{1, "ends", "CREATE TABLE read.a (n int); COMMIT"}};
    cr_assert_eq(pg_migrate(pg, "read", ending, 1).act, RES_FATAL);
}

Test(migrate, schemas_count_for_themselves_and_a_dropped_one_starts_anew)
{
    const struct pg_migration edge[] = {{1, "edge", "CREATE TABLE edge.a (n int)"}};
    OK(pg_migrate(pg, "read", rows, 3));
    OK(pg_migrate(pg, "edge", edge, 1));
    OK(pg_run(pg, "DROP SCHEMA read CASCADE"));
    OK(pg_migrate(pg, "read", rows, 3));
    cr_assert_eq(number_of("SELECT count(*) FROM edge.migration"), 1);
}

Test(migrate, the_owner_of_a_schema_needs_no_right_on_the_database)
{
    OK(pg_run(pg, "DROP ROLE IF EXISTS narrow; CREATE ROLE narrow;"
                  "CREATE SCHEMA read AUTHORIZATION narrow; SET ROLE narrow"));
    OK(pg_migrate(pg, "read", rows, 3));
    OK(pg_migrate(pg, "read", rows, 3));
    OK(pg_run(pg, "RESET ROLE; DROP SCHEMA read CASCADE; DROP ROLE narrow"));
}

Test(migrate, programs_that_start_together_wait_for_each_other)
{
    pid_t children[4];
    for (size_t i = 0; i < ARRAY_LEN(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct pg *own = NULL;
            const struct pg_conf conf = {.conninfo = conninfo, .application = "child"};
            if (pg_open(&conf, &own).act != RES_OK)
                _exit(1);
            _exit(pg_migrate(own, "read", rows, 3).act == RES_OK ? 0 : 2);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(children); i++) {
        int status;
        cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child %zu", i);
    }
    cr_assert_eq(number_of("SELECT count(*) FROM read.a"), 2);
}

Test(migrate, whether_all_are_applied_can_be_asked_without_changing_anything)
{
    OK(pg_migrate(pg, "read", rows, 2));
    OK(pg_migrated(pg, "read", rows, 2));
    cr_expect_eq(pg_migrated(pg, "read", rows, 1).act, RES_FATAL);
    cr_expect_eq(pg_migrated(pg, "read", rows, 3).act, RES_FATAL);
    struct pg_migration changed[] = {rows[0], rows[1]};
    changed[1].sql = "INSERT INTO read.a VALUES (9)";
    cr_expect_eq(pg_migrated(pg, "read", changed, 2).act, RES_FATAL);
    cr_expect_eq(number_of("SELECT count(*) FROM read.migration"), 2);
}
