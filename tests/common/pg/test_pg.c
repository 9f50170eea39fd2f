#include "pg/pg.h"

#include "support/cluster.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char conninfo[CLUSTER_CONNINFO_MAX];
static struct pg *pg, *other;

static void start(void)
{
    cluster_database(conninfo);
    pg = cluster_open(conninfo);
}

static void done(void)
{
    pg_close(pg);
    pg_close(other);
}

TestSuite(pg, .init = start, .fini = done, .timeout = 60);

static int64_t number_of(struct pg *by, const char *text)
{
    struct pg_rows *rows = NULL;
    const struct pg_sql sql = {NULL, text};
    OK(pg_exec(by, &sql, NULL, &rows));
    int64_t n = pg_int(rows, 0, 0);
    OK(pg_rows_ok(rows));
    pg_rows_free(rows);
    return n;
}

Test(pg, every_scalar_comes_back_as_it_went)
{
    static const struct pg_sql sql = {
        "echo", "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, 7::smallint, 1.5::float8"};
    struct pg_params params = {0};
    struct uuid id = {{1, 2, 3, 255}};
    pg_put_bool(&params, true);
    pg_put_int4(&params, INT32_MIN);
    pg_put_int8(&params, INT64_MIN);
    pg_put_date(&params, 20777); /* 2026-11-20 */
    pg_put_time(&params, INT64_C(-1));
    pg_put_uuid(&params, id);
    pg_put_text(&params, VIEW("caf\xc3\xa9"));
    pg_put_bytes(&params, VIEW("\0\1\xff"));
    pg_put_json(&params, VIEW("{\"a\":1}"));
    for (int round = 0; round < 2; round++) {
        struct pg_rows *rows = NULL;
        OK(pg_exec(pg, &sql, &params, &rows));
        cr_assert_eq(pg_rows_count(rows), 1);
        cr_assert(pg_bool(rows, 0, 0));
        cr_assert_eq(pg_int(rows, 0, 1), INT32_MIN);
        cr_assert_eq(pg_int(rows, 0, 2), INT64_MIN);
        cr_assert_eq(pg_date(rows, 0, 3), 20777);
        cr_assert_eq(pg_time(rows, 0, 4), -1);
        cr_assert(uuid_eq(pg_uuid(rows, 0, 5), id));
        cr_assert(view_eq(pg_text(rows, 0, 6), VIEW("caf\xc3\xa9")));
        cr_assert(view_eq(pg_bytes(rows, 0, 7), VIEW("\0\1\xff")));
        cr_assert(view_eq(pg_text(rows, 0, 8), VIEW("{\"a\": 1}")));
        cr_assert_eq(pg_int(rows, 0, 9), 7);
        cr_assert_float_eq(pg_double(rows, 0, 10), 1.5, 0.0);
        OK(pg_rows_ok(rows));
        pg_rows_free(rows);
    }
    cr_assert_eq(number_of(pg, "SELECT count(*) FROM pg_prepared_statements"), 1);
}

Test(pg, dates_and_times_mean_the_same_to_the_server)
{
    static const struct pg_sql sql = {NULL, "SELECT $1::date::text, $2::timestamptz::text"};
    struct pg_params params = {0};
    struct pg_rows *rows = NULL;
    pg_put_date(&params, 20777);
    pg_put_time(&params, INT64_C(1795219200123456));
    OK(pg_exec(pg, &sql, &params, &rows));
    cr_assert(view_eq(pg_text(rows, 0, 0), VIEW("2026-11-20")));
    cr_assert(view_eq(pg_text(rows, 0, 1), VIEW("2026-11-21 00:00:00.123456+00")));
    pg_rows_free(rows);
}

Test(pg, null_is_no_value_and_absent_text_is_null)
{
    static const struct pg_sql sql = {NULL, "SELECT $1::int, $2::text, $3::bytea, ''::text"};
    struct pg_params params = {0};
    struct pg_rows *rows = NULL;
    pg_put_null(&params, PG_INT4);
    pg_put_text(&params, VIEW_NONE);
    pg_put_bytes(&params, VIEW(""));
    OK(pg_exec(pg, &sql, &params, &rows));
    cr_assert(pg_is_null(rows, 0, 0));
    cr_assert_null(pg_text(rows, 0, 1).ptr);
    cr_assert(pg_bytes(rows, 0, 2).ptr != NULL && pg_bytes(rows, 0, 2).len == 0);
    cr_assert_not_null(pg_text(rows, 0, 3).ptr);
    OK(pg_rows_ok(rows));
    cr_assert_eq(pg_int(rows, 0, 0), 0);
    cr_assert_eq(pg_rows_ok(rows).act, RES_FATAL);
    pg_rows_free(rows);
}

Test(pg, another_type_column_or_row_than_expected_is_noticed)
{
    static const struct pg_sql sql = {
        NULL, "SELECT 1, 'x'::text, 'infinity'::date, '\\x00'::bytea, 'infinity'::timestamptz"};
    for (int wrong = 0; wrong < 9; wrong++) {
        struct pg_rows *rows = NULL;
        OK(pg_exec(pg, &sql, NULL, &rows));
        OK(pg_rows_ok(rows));
        switch (wrong) {
        case 0:
            cr_expect_eq(pg_int(rows, 0, 1), 0);
            break;
        case 1:
            cr_expect_null(pg_text(rows, 0, 0).ptr);
            break;
        case 2:
            cr_expect_eq(pg_int(rows, 1, 0), 0);
            break;
        case 3:
            cr_expect_eq(pg_int(rows, 0, 9), 0);
            break;
        case 4:
            cr_expect_eq(pg_int(rows, -1, 0), 0);
            break;
        case 5:
            cr_expect_eq(pg_date(rows, 0, 2), 0);
            break;
        case 6:
            cr_expect(digest_eq(pg_digest(rows, 0, 3), (struct digest){{0}}));
            break;
        case 7:
            cr_expect_eq(pg_time(rows, 0, 4), 0);
            break;
        default:
            cr_expect(uuid_is_zero(pg_uuid(rows, 0, 0)));
            break;
        }
        cr_expect_eq(pg_rows_ok(rows).act, RES_FATAL, "case %d", wrong);
        pg_rows_free(rows);
    }
}

Test(pg, arrays_of_every_type_come_apart_in_unnest)
{
    static const struct pg_sql sql = {"arrays",
        "SELECT a, b, c, d, e, f, g, h, i, j FROM unnest($1::bool[], $2::int2[], $3::int4[],"
        " $4::int8[], $5::date[], $6::timestamptz[], $7::uuid[], $8::text[], $9::bytea[],"
        " $10::jsonb[]) AS t (a, b, c, d, e, f, g, h, i, j)"};
    static const enum pg_type types[] = {
        PG_BOOL, PG_INT2, PG_INT4, PG_INT8, PG_DATE, PG_TIME, PG_UUID, PG_TEXT, PG_BYTES, PG_JSONB};
    struct pg_array a[10];
    struct pg_params params = {0};
    struct uuid id = {{9, 8, 7}};
    for (size_t i = 0; i < 10; i++)
        pg_array_init(&a[i], types[i], 0);
    for (int round = 0; round < 2; round++) {
        params.count = 0;
        for (size_t i = 0; i < 10; i++)
            pg_array_clear(&a[i]);
        pg_array_bool(&a[0], true), pg_array_int2(&a[1], -2), pg_array_int4(&a[2], -3);
        pg_array_int8(&a[3], -4), pg_array_date(&a[4], -5), pg_array_time(&a[5], 6);
        pg_array_uuid(&a[6], id), pg_array_text(&a[7], VIEW("")), pg_array_bytes(&a[8], VIEW("\0"));
        pg_array_json(&a[9], VIEW("[1]"));
        for (size_t i = 0; i < 10; i++) {
            pg_array_null(&a[i]);
            pg_put_array(&params, &a[i]);
        }
        struct pg_rows *rows = NULL;
        OK(pg_exec(pg, &sql, &params, &rows));
        cr_assert_eq(pg_rows_count(rows), 2);
        cr_assert(pg_bool(rows, 0, 0));
        for (int i = 1; i < 5; i++)
            cr_assert_eq(i == 4 ? pg_date(rows, 0, i) : pg_int(rows, 0, i), -i - 1);
        cr_assert_eq(pg_time(rows, 0, 5), 6);
        cr_assert(uuid_eq(pg_uuid(rows, 0, 6), id));
        cr_assert_eq(pg_text(rows, 0, 7).len, 0);
        cr_assert_eq(pg_bytes(rows, 0, 8).len, 1);
        cr_assert(view_eq(pg_text(rows, 0, 9), VIEW("[1]")));
        OK(pg_rows_ok(rows));
        for (int i = 0; i < 10; i++)
            cr_assert(pg_is_null(rows, 1, i));
        pg_rows_free(rows);
    }
    for (size_t i = 0; i < 10; i++)
        pg_array_done(&a[i]);
}

Test(pg, rows_of_a_tables_own_type_come_apart_in_its_columns)
{
    static const struct pg_sql type = {
        NULL, "SELECT reltype::bigint FROM pg_class WHERE oid = 'pg_temp.rows'::regclass"};
    static const struct pg_sql sql = {"rows", "SELECT id, n, t, j, d FROM unnest($1::rows[])"};
    struct pg_rows *rows = NULL;
    struct pg_array array;
    struct uuid id = {{9, 8, 7}};
    OK(pg_run(pg, "CREATE TEMP TABLE rows (id uuid, gone int, n bigint, t text, j jsonb, d date);"
                  "ALTER TABLE rows DROP COLUMN gone"));
    OK(pg_exec(pg, &type, NULL, &rows));
    pg_array_init_rows(&array, (uint32_t)pg_int(rows, 0, 0), 0);
    pg_rows_free(rows);
    for (int round = 0; round < 3; round++) { /* 0, 1, 2 rows */
        struct pg_params params = {0};
        pg_array_clear(&array);
        for (int i = 0; i < round; i++) {
            pg_array_row(&array, 5);
            pg_array_uuid(&array, id);
            pg_array_int8(&array, -i);
            pg_array_text(&array, i == 0 ? VIEW("") : VIEW_NONE);
            pg_array_json(&array, i == 0 ? VIEW("{}") : VIEW_NONE);
            pg_array_null_of(&array, PG_DATE);
        }
        pg_put_array(&params, &array);
        OK(pg_exec(pg, &sql, &params, &rows));
        cr_assert_eq(pg_rows_count(rows), round);
        for (int i = 0; i < round; i++) {
            cr_expect(uuid_eq(pg_uuid(rows, i, 0), id));
            cr_expect_eq(pg_int(rows, i, 1), -i);
            cr_expect_eq(pg_is_null(rows, i, 2), i == 1);
            cr_expect(i == 1 || view_eq(pg_text(rows, i, 3), VIEW("{}")));
            cr_expect(pg_is_null(rows, i, 4));
        }
        OK(pg_rows_ok(rows));
        pg_rows_free(rows);
    }
    pg_array_done(&array);
}

Test(pg, an_empty_array_is_empty_and_one_over_its_limit_is_refused)
{
    static const struct pg_sql sql = {NULL, "SELECT cardinality($1::int8[])"};
    struct pg_array array;
    struct pg_params params = {0};
    struct pg_rows *rows = NULL;
    pg_array_init(&array, PG_INT8, 200);
    pg_put_array(&params, &array);
    OK(pg_exec(pg, &sql, &params, &rows));
    cr_assert_eq(pg_int(rows, 0, 0), 0);
    pg_rows_free(rows);
    for (int64_t i = 0; i < 100; i++)
        pg_array_int8(&array, i);
    params.count = 0;
    pg_put_array(&params, &array);
    cr_assert_eq(pg_exec(pg, &sql, &params, NULL).act, RES_REJECT);
    cr_assert_not(pg_broken(pg));
    pg_array_done(&array);
}

Test(pg, arrays_in_a_result_are_read_item_by_item)
{
    static const struct pg_sql sql = {
        NULL, "SELECT ARRAY['a', NULL, '']::text[], '{}'::text[], NULL::text[], ARRAY[1]"};
    struct pg_rows *rows = NULL;
    struct view item;
    OK(pg_exec(pg, &sql, NULL, &rows));
    struct pg_items items = pg_items(rows, 0, 0);
    cr_assert(pg_items_next(&items, &item) && view_eq(item, VIEW("a")));
    cr_assert(pg_items_next(&items, &item) && item.ptr == NULL);
    cr_assert(pg_items_next(&items, &item) && item.ptr != NULL && item.len == 0);
    cr_assert_not(pg_items_next(&items, &item));
    items = pg_items(rows, 0, 1);
    cr_assert_not(pg_items_next(&items, &item));
    items = pg_items(rows, 0, 2);
    cr_assert_not(pg_items_next(&items, &item));
    OK(pg_rows_ok(rows));
    items = pg_items(rows, 0, 3);
    cr_assert_not(pg_items_next(&items, &item));
    cr_assert_eq(pg_rows_ok(rows).act, RES_FATAL);
    pg_rows_free(rows);
}

Test(pg, errors_say_what_to_do_next_and_keep_only_code_and_constraint)
{
    static const struct {
        const char *text, *sqlstate, *constraint;
        enum res_do act;
    } rows[] = {
        {"INSERT INTO t VALUES (1), (1)", "23505", "t_pkey", RES_FATAL},
        {"INSERT INTO t VALUES (-1)", "23514", "positive", RES_FATAL},
        {"SELECT * FROM missing", "42P01", "", RES_FATAL},
        {"SELECT 1 / 0", "22012", "", RES_FATAL},
        {"DO $$BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'serialization_failure'; END$$", "40001",
            "", RES_RETRY},
        {"DO $$BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END$$", "40P01", "",
            RES_RETRY},
        {"DO $$BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'ZZ999'; END$$", "ZZ999", "", RES_FATAL},
        {"SET statement_timeout = 20; SELECT pg_sleep(10)", "57014", "", RES_RETRY},
    };
    OK(pg_run(pg, "CREATE TABLE t (n int PRIMARY KEY CONSTRAINT positive CHECK (n > 0))"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        res_t res = pg_run(pg, rows[i].text);
        cr_expect_eq(res.act, rows[i].act, "%s: %s", rows[i].text, res.what);
        cr_expect_str_eq(pg_fault(pg)->sqlstate, rows[i].sqlstate);
        cr_expect_str_eq(pg_fault(pg)->constraint, rows[i].constraint);
        cr_expect_not(pg_broken(pg));
    }
}

Test(pg, a_lock_that_is_not_to_be_had_says_try_again)
{
    other = cluster_open(conninfo);
    OK(pg_run(pg, "CREATE TABLE t (n int PRIMARY KEY); INSERT INTO t VALUES (1)"));
    OK(pg_begin(other));
    OK(pg_run(other, "UPDATE t SET n = n"));
    OK(pg_begin(pg));
    OK(pg_run(pg, "SET LOCAL lock_timeout = '20ms'"));
    res_t res = pg_run(pg, "UPDATE t SET n = n");
    cr_assert_eq(res.act, RES_RETRY);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "55P03");
    OK(pg_rollback(pg));
    OK(pg_rollback(other));
    OK(pg_run(pg, "UPDATE t SET n = n"));
}

Test(pg, a_commit_counts_only_with_its_own_tag)
{
    enum pg_commit commit;
    OK(pg_run(pg, "CREATE TABLE t (n int PRIMARY KEY)"));
    OK(pg_begin(pg));
    OK(pg_run(pg, "INSERT INTO t VALUES (1)"));
    OK(pg_commit(pg, &commit));
    cr_assert_eq(commit, PG_COMMITTED);

    OK(pg_begin(pg));
    OK(pg_run(pg, "INSERT INTO t VALUES (2)"));
    cr_assert_eq(pg_run(pg, "INSERT INTO t VALUES (1)").act, RES_FATAL);
    cr_assert_eq(pg_commit(pg, &commit).act, RES_FATAL);
    cr_assert_eq(commit, PG_ROLLED_BACK);
    cr_assert_eq(number_of(pg, "SELECT count(*) FROM t"), 1);
    OK(pg_rollback(pg));
}

Test(pg, a_commit_that_the_server_refuses_is_rolled_back)
{
    enum pg_commit commit;
    OK(pg_run(pg, "CREATE TABLE t (n int, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)"));
    OK(pg_begin(pg));
    OK(pg_run(pg, "INSERT INTO t VALUES (1), (1)"));
    cr_assert_eq(pg_commit(pg, &commit).act, RES_FATAL);
    cr_assert_eq(commit, PG_ROLLED_BACK);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "23505");
    cr_assert_not(pg_broken(pg));
}

/* Ends the connection inside the COMMIT, by a constraint trigger that waits for it. */
static const char dies_in_commit[] =
    "CREATE TABLE t (n int);"
    "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; "
    "END$$;"
    "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION die()";

Test(pg, a_connection_lost_in_the_commit_leaves_it_unknown)
{
    enum pg_commit commit;
    OK(pg_run(pg, dies_in_commit));
    OK(pg_begin(pg));
    OK(pg_run(pg, "INSERT INTO t VALUES (1)"));
    cr_assert_eq(pg_commit(pg, &commit).act, RES_RETRY);
    cr_assert_eq(commit, PG_UNKNOWN);
    cr_assert(pg_broken(pg));
    cr_assert_eq(pg_run(pg, "SELECT 1").act, RES_RETRY);
}

Test(pg, a_connection_lost_before_the_commit_is_certainly_rolled_back)
{
    enum pg_commit commit;
    OK(pg_begin(pg));
    cr_assert_eq(pg_run(pg, "SELECT pg_terminate_backend(pg_backend_pid())").act, RES_RETRY);
    cr_assert(pg_broken(pg));
    cr_assert_eq(pg_commit(pg, &commit).act, RES_RETRY);
    cr_assert_eq(commit, PG_ROLLED_BACK);
}

Test(pg, a_server_that_says_nothing_is_given_up)
{
    const struct pg_conf conf = {
        .conninfo = conninfo, .application = "test", .statement_ms = 300, .answer_ms = 300};
    OK(pg_open(&conf, &other));
    pid_t backend = (pid_t)number_of(other, "SELECT pg_backend_pid()");
    cr_assert_eq(kill(backend, SIGSTOP), 0);
    res_t res = pg_run(other, "SELECT 1");
    kill(backend, SIGCONT);
    cr_assert_eq(res.act, RES_RETRY);
    cr_assert(pg_broken(other));
}

Test(pg, opening_tells_what_is_wrong_from_what_passes)
{
    char missing[CLUSTER_CONNINFO_MAX], nobody[CLUSTER_CONNINFO_MAX];
    snprintf(missing, sizeof missing, "host=%s user=test dbname=missing", cluster_folder());
    snprintf(nobody, sizeof nobody, "host=%s user=nobody_here dbname=postgres", cluster_folder());
    const struct {
        const char *conninfo;
        enum res_do act;
    } rows[] = {{"host", RES_FATAL}, {missing, RES_FATAL}, {nobody, RES_FATAL},
        {"host=/does/not/exist dbname=x", RES_RETRY}, {"host=127.0.0.1 port=19199", RES_RETRY}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct pg *opened = NULL;
        const struct pg_conf conf = {.conninfo = rows[i].conninfo, .application = "test"};
        res_t res = pg_open(&conf, &opened);
        cr_expect_eq(res.act, rows[i].act, "%s: %s", rows[i].conninfo, res.what);
        cr_expect_null(opened);
    }
}

Test(pg, a_server_that_never_answers_does_not_hold_us)
{
    char folder[] = "/tmp/test_pg_XXXXXX", hostname[64];
    cr_assert_not_null(mkdtemp(folder));
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s/.s.PGSQL.5432", folder);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (const struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(listen(listener, 1), 0);
    snprintf(hostname, sizeof hostname, "host=%s dbname=x user=test", folder);
    struct pg *opened = NULL;
    const struct pg_conf conf = {.conninfo = hostname, .application = "test", .connect_ms = 200};
    cr_assert_eq(pg_open(&conf, &opened).act, RES_RETRY);
    close(listener);
    unlink(at.sun_path);
    rmdir(folder);
}

Test(pg, settings_reach_the_server)
{
    static const struct pg_sql sql = {NULL,
        "SELECT current_setting('application_name'),"
        " current_setting('statement_timeout'), current_setting('TimeZone')"};
    struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &sql, NULL, &rows));
    cr_assert(view_eq(pg_text(rows, 0, 0), VIEW("test")));
    cr_assert(view_eq(pg_text(rows, 0, 1), VIEW("30s")));
    cr_assert(view_eq(pg_text(rows, 0, 2), VIEW("UTC")));
    pg_rows_free(rows);
}

Test(pg, notifications_wake_the_listener_and_come_in_order)
{
    struct pg_notification got;
    bool any;
    other = cluster_open(conninfo);
    OK(pg_listen(pg, "read"));
    OK(pg_notified(pg, &got, &any));
    cr_assert_not(any);
    OK(pg_run(other, "NOTIFY read, '3:17'; NOTIFY read, '4:1'"));
    struct pollfd wait = {pg_fd(pg), POLLIN, 0};
    cr_assert_eq(poll(&wait, 1, 20000), 1);
    OK(pg_notified(pg, &got, &any));
    cr_assert(any && view_eq(got.channel, VIEW("read")) && view_eq(got.payload, VIEW("3:17")));
    OK(pg_notified(pg, &got, &any));
    cr_assert(any && view_eq(got.payload, VIEW("4:1")));
    OK(pg_notified(pg, &got, &any));
    cr_assert_not(any);
}

Test(pg, a_listener_notices_that_its_connection_is_lost)
{
    struct pg_notification got;
    bool any;
    char text[96];
    other = cluster_open(conninfo);
    OK(pg_listen(pg, "read"));
    snprintf(text, sizeof text, "SELECT pg_terminate_backend(%d)",
        (int)number_of(pg, "SELECT pg_backend_pid()"));
    OK(pg_run(other, text));
    res_t res = RES_DONE;
    for (int tries = 0; tries < 10 && res.act == RES_OK; tries++) {
        struct pollfd wait = {pg_fd(pg), POLLIN, 0};
        cr_assert_eq(poll(&wait, 1, 20000), 1);
        res = pg_notified(pg, &got, &any);
    }
    cr_assert_eq(res.act, RES_RETRY);
    cr_assert(pg_broken(pg));
}
