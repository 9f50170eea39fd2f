#include "pg/pipe.h"

#include "support/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char conninfo[CLUSTER_CONNINFO_MAX];
static struct pg *pg;

static const struct pg_sql insert = {"insert", "INSERT INTO t (n, text) VALUES ($1, $2)"};
static const struct pg_sql sum = {"sum", "SELECT coalesce(sum(n), 0)::bigint FROM t"};
static const struct pg_sql wrong = {"wrong", "SELECT 1 / n FROM t WHERE n = 0 OR n = 1"};
static const struct pg_sql large = {"large", "SELECT repeat('x', 1000000)"};

static void start(void)
{
    cluster_database(conninfo);
    pg = cluster_open(conninfo);
    OK(pg_run(pg, "CREATE TABLE t (n int PRIMARY KEY, text text)"));
}

static void done(void)
{
    pg_close(pg);
}

TestSuite(pipe, .init = start, .fini = done, .timeout = 60);

static res_t send_insert(int32_t n, struct view text)
{
    struct pg_params params = {0};
    pg_put_int4(&params, n);
    pg_put_text(&params, text);
    return pg_pipe_send(pg, &insert, &params);
}

static int64_t count_rows(void)
{
    static const struct pg_sql sql = {NULL, "SELECT count(*) FROM t"};
    struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &sql, NULL, &rows));
    int64_t n = pg_int(rows, 0, 0);
    pg_rows_free(rows);
    return n;
}

Test(pipe, many_statements_are_one_transaction)
{
    enum pg_commit commit;
    for (int round = 0; round < 3; round++) {
        OK(pg_pipe_begin(pg));
        for (int32_t i = 0; i < 100; i++)
            OK(send_insert(round * 100 + i, VIEW("text")));
        cr_assert_eq(pg_pipe_sent(pg), 100);
        OK(pg_pipe_commit(pg, &commit));
        cr_assert_eq(commit, PG_COMMITTED);
        cr_assert_eq(count_rows(), (round + 1) * 100);
    }
}

Test(pipe, results_can_be_read_before_the_commit)
{
    enum pg_commit commit;
    struct pg_rows *rows = NULL;
    OK(pg_pipe_begin(pg));
    OK(send_insert(5, VIEW("a")));
    OK(pg_pipe_send(pg, &sum, NULL));
    OK(pg_pipe_next(pg, &rows));
    cr_assert_eq(pg_rows_affected(rows), 1);
    pg_rows_free(rows);
    OK(pg_pipe_next(pg, &rows));
    cr_assert_eq(pg_int(rows, 0, 0), 5);
    pg_rows_free(rows);
    OK(send_insert(6, VIEW("b")));
    OK(pg_pipe_send(pg, &sum, NULL));
    OK(pg_pipe_next(pg, NULL));
    OK(pg_pipe_next(pg, &rows));
    cr_assert_eq(pg_int(rows, 0, 0), 11);
    pg_rows_free(rows);
    OK(pg_pipe_commit(pg, &commit));
    cr_assert_eq(count_rows(), 2);
}

Test(pipe, a_failed_statement_rolls_everything_back_and_the_connection_goes_on)
{
    enum pg_commit commit;
    OK(pg_pipe_begin(pg));
    OK(send_insert(0, VIEW("a")));
    OK(pg_pipe_send(pg, &wrong, NULL));
    OK(send_insert(2, VIEW("b")));
    res_t res = pg_pipe_commit(pg, &commit);
    cr_assert_eq(res.act, RES_FATAL);
    cr_assert_eq(commit, PG_ROLLED_BACK);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "22012");
    cr_assert_not(pg_broken(pg));
    cr_assert_eq(count_rows(), 0);

    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("a")));
    OK(pg_pipe_send(pg, &wrong, NULL));
    OK(pg_pipe_send(pg, &sum, NULL));
    OK(pg_pipe_commit(pg, &commit));
    cr_assert_eq(commit, PG_COMMITTED);
    cr_assert_eq(count_rows(), 1);
}

Test(pipe, a_failure_read_early_can_be_committed_or_rolled_back_only_as_rolled_back)
{
    enum pg_commit commit;
    for (int round = 0; round < 2; round++) {
        OK(pg_pipe_begin(pg));
        OK(send_insert(0, VIEW("a")));
        OK(pg_pipe_send(pg, &wrong, NULL));
        OK(pg_pipe_send(pg, &sum, NULL));
        OK(pg_pipe_next(pg, NULL));
        cr_assert_eq(pg_pipe_next(pg, NULL).act, RES_FATAL);
        cr_assert_eq(pg_pipe_next(pg, NULL).act, RES_FATAL);
        if (round == 0) {
            cr_assert_eq(pg_pipe_commit(pg, &commit).act, RES_FATAL);
            cr_assert_eq(commit, PG_ROLLED_BACK);
        } else {
            OK(pg_pipe_rollback(pg));
        }
        cr_assert_str_eq(pg_fault(pg)->sqlstate, "22012");
        cr_assert_eq(count_rows(), 0);
    }
}

Test(pipe, what_was_to_be_prepared_after_a_failure_is_prepared_the_next_time)
{
    enum pg_commit commit;
    OK(pg_run(pg, "INSERT INTO t VALUES (0, '')"));
    OK(pg_pipe_begin(pg));
    OK(pg_pipe_send(pg, &wrong, NULL));
    OK(pg_pipe_send(pg, &sum, NULL));
    cr_assert_eq(pg_pipe_commit(pg, &commit).act, RES_FATAL);
    OK(pg_pipe_begin(pg));
    OK(pg_pipe_send(pg, &sum, NULL));
    OK(pg_pipe_commit(pg, &commit));
    cr_assert_eq(commit, PG_COMMITTED);
}

Test(pipe, nothing_is_left_of_a_transaction_given_up)
{
    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("a")));
    OK(pg_pipe_rollback(pg));
    cr_assert_eq(count_rows(), 0);
    OK(pg_pipe_begin(pg));
    OK(pg_pipe_rollback(pg));
    cr_assert_eq(count_rows(), 0);
}

Test(pipe, neither_side_blocks_on_the_other_however_much_is_under_way)
{
    /* 50 MB of answers and 20 MB of parameters, with no result read in between. */
    enum pg_commit commit;
    char *text = calloc(1, 400000);
    cr_assert_not_null(text);
    memset(text, 'y', 400000);
    OK(pg_pipe_begin(pg));
    for (int32_t i = 0; i < 50; i++) {
        OK(send_insert(i, (struct view){text, 400000}));
        OK(pg_pipe_send(pg, &large, NULL));
    }
    OK(pg_pipe_commit(pg, &commit));
    cr_assert_eq(commit, PG_COMMITTED);
    cr_assert_eq(count_rows(), 50);
    free(text);
}

/* The server waits for a lock, so it takes nothing: whoever waited for it would wait for ever. */
Test(pipe, a_commit_that_was_started_goes_on_without_us_and_sending_does_not_wait)
{
    static const struct pg_sql lock = {"lock", "SELECT pg_advisory_xact_lock(1)"};
    enum pg_commit commit;
    struct pg *other = cluster_open(conninfo);
    char *text = calloc(1, 400000);
    cr_assert_not_null(text);
    memset(text, 'y', 400000);
    OK(pg_run(other, "SELECT pg_advisory_lock(1)"));
    for (int round = 0; round < 2; round++) {
        OK(pg_pipe_begin(pg));
        OK(pg_pipe_send(pg, &lock, NULL));
        for (int32_t i = 0; i < 50; i++)
            OK(send_insert(
                round * 50 + i, i % 7 == 0 ? VIEW_NONE : (struct view){text, 400000 - (size_t)i}));
        OK(pg_pipe_commit_start(pg));
        OK(pg_pipe_push(pg));
        memset(text, 'z', 400000); /* it was copied */
        OK(pg_run(other, "SELECT pg_advisory_unlock_all()"));
        OK(pg_pipe_push(pg));
        OK(pg_pipe_commit(pg, &commit));
        cr_assert_eq(commit, PG_COMMITTED);
        OK(pg_run(other, "SELECT pg_advisory_lock(1)"));
        memset(text, 'y', 400000);
    }
    cr_assert_eq(count_rows(), 100);
    static const struct pg_sql good = {NULL,
        "SELECT count(*) FROM t WHERE n % 50 % 7 = 0 AND text IS NULL"
        " OR text = repeat('y', 400000 - n % 50)"};
    struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &good, NULL, &rows));
    cr_assert_eq(pg_int(rows, 0, 0), 100);
    pg_rows_free(rows);
    pg_close(other);
    free(text);
}

Test(pipe, a_commit_that_was_started_and_fails_is_told_when_asked)
{
    enum pg_commit commit;
    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("a")));
    OK(send_insert(1, VIEW("b")));
    OK(pg_pipe_commit_start(pg));
    cr_assert_eq(pg_pipe_commit(pg, &commit).act, RES_FATAL);
    cr_assert_eq(commit, PG_ROLLED_BACK);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "23505");
    cr_assert_eq(count_rows(), 0);
    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("a")));
    OK(pg_pipe_commit(pg, &commit));
    cr_assert_eq(count_rows(), 1);
}

Test(pipe, a_deferred_constraint_that_fails_the_commit_rolls_back)
{
    enum pg_commit commit;
    OK(pg_run(pg, "ALTER TABLE t ADD UNIQUE (text) DEFERRABLE INITIALLY DEFERRED"));
    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("same")));
    OK(send_insert(2, VIEW("same")));
    cr_assert_eq(pg_pipe_commit(pg, &commit).act, RES_FATAL);
    cr_assert_eq(commit, PG_ROLLED_BACK);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "23505");
    cr_assert_eq(count_rows(), 0);
}

Test(pipe, a_connection_lost_in_the_commit_leaves_it_unknown)
{
    enum pg_commit commit;
    OK(pg_run(pg, "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
                  " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5);"
                  " RETURN NULL; END$$;"
                  "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
                  " FOR EACH ROW EXECUTE FUNCTION die()"));
    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("a")));
    cr_assert_eq(pg_pipe_commit(pg, &commit).act, RES_RETRY);
    cr_assert_eq(commit, PG_UNKNOWN);
    cr_assert(pg_broken(pg));
}

Test(pipe, a_connection_lost_before_the_commit_was_sent_is_rolled_back)
{
    static const struct pg_sql die = {"die", "SELECT pg_terminate_backend(pg_backend_pid())"};
    enum pg_commit commit;
    OK(pg_pipe_begin(pg));
    OK(send_insert(1, VIEW("a")));
    OK(pg_pipe_send(pg, &die, NULL));
    OK(pg_pipe_next(pg, NULL));
    cr_assert_eq(pg_pipe_next(pg, NULL).act, RES_RETRY);
    cr_assert(pg_broken(pg));
    cr_assert_eq(pg_pipe_commit(pg, &commit).act, RES_RETRY);
    cr_assert_eq(commit, PG_ROLLED_BACK);
}

Test(pipe, too_many_statements_are_refused_and_the_rest_can_be_rolled_back)
{
    res_t res = RES_DONE;
    OK(pg_pipe_begin(pg));
    for (int i = 0; i < 10000 && res.act == RES_OK; i++)
        res = pg_pipe_send(pg, &sum, NULL);
    cr_assert_eq(res.act, RES_REJECT);
    OK(pg_pipe_rollback(pg));
    cr_assert_eq(count_rows(), 0);
}

/* A large one makes the next one wait until it is sent. */
Test(pipe, statements_that_had_to_wait_are_counted_as_well)
{
    static char large_text[100000];
    struct view text = {memset(large_text, 'x', sizeof large_text), sizeof large_text};
    res_t res = RES_DONE;
    OK(pg_pipe_begin(pg));
    for (int32_t i = 0; i < 10000 && res.act == RES_OK; i++) {
        OK(pg_pipe_push(pg));
        res = send_insert(i, i % 500 == 0 ? text : VIEW("a"));
    }
    cr_assert_eq(res.act, RES_REJECT);
    OK(pg_pipe_rollback(pg));
    cr_assert_eq(count_rows(), 0);
}

Test(pipe, several_questions_are_answered_in_one_go_each_with_its_own_rows)
{
    static const struct pg_sql echo = {"echo", "SELECT $1::bigint"};
    for (int round = 0; round < 3; round++) {
        struct pg_ask asks[4] = {{.sql = &echo}, {.sql = &sum}, {.sql = &echo}, {.sql = &echo}};
        pg_put_int8(&asks[0].params, 7);
        pg_put_int8(&asks[2].params, 8);
        pg_put_int8(&asks[3].params, 9);
        OK(pg_run(pg, "INSERT INTO t SELECT 5 + count(*), '' FROM t"));
        OK(pg_ask_all(pg, asks, ARRAY_LEN(asks)));
        cr_assert_eq(pg_int(asks[0].rows, 0, 0), 7);
        cr_assert_eq(pg_int(asks[1].rows, 0, 0), 5 * (round + 1) + round * (round + 1) / 2);
        cr_assert_eq(pg_int(asks[2].rows, 0, 0), 8);
        cr_assert_eq(pg_int(asks[3].rows, 0, 0), 9);
        for (size_t i = 0; i < ARRAY_LEN(asks); i++)
            pg_rows_free(asks[i].rows);
    }
}

Test(pipe, a_question_that_fails_leaves_no_answers_and_a_connection_that_goes_on)
{
    OK(pg_run(pg, "INSERT INTO t VALUES (0, '')"));
    struct pg_ask asks[3] = {{.sql = &sum}, {.sql = &wrong}, {.sql = &sum}};
    cr_assert_eq(pg_ask_all(pg, asks, ARRAY_LEN(asks)).act, RES_FATAL);
    cr_assert_str_eq(pg_fault(pg)->sqlstate, "22012");
    for (size_t i = 0; i < ARRAY_LEN(asks); i++)
        cr_assert_null(asks[i].rows);
    cr_assert_not(pg_broken(pg));
    struct pg_ask again[1] = {{.sql = &sum}};
    OK(pg_ask_all(pg, again, 1));
    pg_rows_free(again[0].rows);
    cr_assert_eq(count_rows(), 1);
}
