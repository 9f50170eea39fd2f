/* Every command of the ledger has exactly one outcome that counts, on the log and in Postgres, and
 * Postgres has no other. */
#include "base/clock.h"
#include "pg/pg.h"
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PARTITIONS = 12, WAIT_US = 60000000 };

struct check {
    struct walk walk;
    int64_t ends[PARTITIONS];
};

static void read_log(struct check *check)
{
    struct kafka_consumer *reader = NULL;
    struct kafka_reader_conf conf = {.kafka = flow_kafka(), .group = "flow"};
    struct kafka_position at[PARTITIONS];
    int64_t left = 0;
    must(kafka_reader_open(&conf, &reader), "reader");
    for (int32_t i = 0; i < PARTITIONS; i++) {
        struct kafka_bounds bounds;
        at[i] = (struct kafka_position){"referral.events", i, KAFKA_FROM_START};
        must(kafka_bounds_get(reader, at[i], 10000, &bounds), "bounds");
        check->ends[i] = bounds.high;
        left += bounds.high;
    }
    must(kafka_assign(reader, at, PARTITIONS), "assign");
    for (int64_t until = clock_monotonic() + WAIT_US; left > 0;) {
        struct kafka_event event;
        if (clock_monotonic() > until)
            fail("check: %" PRId64 " records of the stream did not come", left);
        res_t res = kafka_poll(reader, 100, &event);
        if (res.act != RES_RETRY)
            must(res, "reading the stream");
        if (res.act != RES_OK || event.kind != KAFKA_RECORD)
            continue;
        walk_record(&check->walk, &event.record);
        left--;
        kafka_record_done(&event.record);
    }
    kafka_consumer_close(reader);
}

static struct pg *open_database(void)
{
    struct pg *pg = NULL;
    const char *conninfo = getenv("RB_PG");
    if (conninfo == NULL)
        fail("RB_PG is not set");
    must(pg_open(&(struct pg_conf){.conninfo = conninfo, .application = "flow"}, &pg), "Postgres");
    return pg;
}

/* The projection may be a moment behind. */
static void wait_for_projection(const struct check *check, struct pg *pg)
{
    static const struct pg_sql sql = {
        "positions", "SELECT partition, next_offset FROM read.position"};
    int64_t until = clock_monotonic() + WAIT_US;
    while (true) {
        struct pg_rows *rows = NULL;
        int64_t behind = 0, ends = 0;
        must(pg_exec(pg, &sql, NULL, &rows), "positions");
        for (int i = 0; i < PARTITIONS; i++)
            ends += check->ends[i];
        for (int i = 0; i < pg_rows_count(rows); i++)
            ends -= pg_int(rows, i, 1);
        behind = ends;
        pg_rows_free(rows);
        if (behind == 0)
            return;
        if (clock_monotonic() > until)
            fail("check: the projection is %" PRId64 " records behind the log", behind);
        struct timespec pause = {.tv_nsec = 100000000};
        nanosleep(&pause, NULL);
    }
}

static void compare_outcomes(const struct check *check, struct pg *pg)
{
    static const struct pg_sql sql = {"outcomes",
        "SELECT person, id, version, partition, log_offset, code IS NULL FROM read.outcome"};
    struct pg_rows *rows = NULL;
    must(pg_exec(pg, &sql, NULL, &rows), "outcomes");
    for (int i = 0; i < pg_rows_count(rows); i++) {
        struct uuid person = pg_uuid(rows, i, 0), id = pg_uuid(rows, i, 1);
        int64_t n = pairs_find(&check->walk.answers, person, id);
        if (n == PAIR_NONE)
            fail("check: Postgres has an outcome of %s that does not count on the log",
                uuid_text(id).text);
        const struct counted *counted = &check->walk.counted[n];
        bool accepted = counted->type != EVENT_COMMAND_REFUSED;
        if (counted->version != pg_int(rows, i, 2) || counted->partition != pg_int(rows, i, 3) ||
            counted->offset != pg_int(rows, i, 4) || accepted != pg_bool(rows, i, 5))
            fail("check: the outcome of %s in Postgres is not the one on the log",
                uuid_text(id).text);
    }
    must(pg_rows_ok(rows), "outcomes");
    if ((size_t)pg_rows_count(rows) != check->walk.answers.count)
        fail("check: %d outcomes in Postgres, %zu on the log", pg_rows_count(rows),
            check->walk.answers.count);
    pg_rows_free(rows);
}

static void compare_ledger(const struct check *check, const char *path)
{
    char person_text[40], id_text[40], expected[64];
    int64_t lines = 0;
    FILE *ledger = fopen(path, "r");
    if (ledger == NULL)
        fail("the ledger %s cannot be read", path);
    while (fscanf(ledger, "%39s %39s %63s", person_text, id_text, expected) == 3) {
        struct uuid person = {{0}}, id = {{0}};
        lines++;
        if (!uuid_parse(view_of(person_text), &person) || !uuid_parse(view_of(id_text), &id))
            fail("a line of the ledger cannot be read");
        int64_t n = pairs_find(&check->walk.answers, person, id);
        if (n == PAIR_NONE)
            fail("check: command %s has no outcome on the log", id_text);
        const char *type = event_table[check->walk.counted[n].type].name;
        if (strcmp(expected, "-") != 0 && strcmp(expected, type) != 0)
            fail("check: command %s was answered with %s, not %s", id_text, type, expected);
    }
    fclose(ledger);
    if (lines == 0)
        fail("check: the ledger is empty");
    printf("check: %" PRId64 " commands, each with one outcome; %" PRId64
           " records on the log, %" PRId64 " lost races, %" PRId64 " repeated, %" PRId64
           " unreadable\n",
        lines, check->walk.records, check->walk.lost, check->walk.repeated, check->walk.unreadable);
}

int flow_check(int argc, char **argv)
{
    if (argc != 1)
        fail("usage: flow check LEDGER");
    struct check check = {.ends = {0}};
    walk_init(&check.walk);
    read_log(&check);
    compare_ledger(&check, argv[0]);
    struct pg *pg = open_database();
    wait_for_projection(&check, pg);
    compare_outcomes(&check, pg);
    pg_close(pg);
    walk_done(&check.walk);
    return 0;
}
