/* Every command of the ledger has exactly one outcome that counts, on the log and in Postgres, and
 * Postgres has no other. */
#include "check.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAIT_US = 60000000 };

static int64_t ends_of(struct kafka_consumer *reader, const char *topic,
    struct kafka_position at[static TOPIC_PARTITIONS], int64_t ret_ends[static TOPIC_PARTITIONS])
{
    int64_t count = 0;
    for (int32_t i = 0; i < TOPIC_PARTITIONS; i++) {
        struct kafka_bounds bounds;
        at[i] = (struct kafka_position){topic, i, KAFKA_FROM_START};
        must(kafka_bounds_get(reader, at[i], 10000, &bounds), "bounds");
        at[i].offset = bounds.low; /* the client would ask once more, in its own time */
        ret_ends[i] = bounds.high;
        count += bounds.high - bounds.low;
    }
    return count;
}

void topic_read(const char *topic, int64_t ret_ends[static TOPIC_PARTITIONS], topic_record_fn *take,
    void *owner)
{
    struct kafka_consumer *reader = NULL;
    struct kafka_reader_conf conf = {.kafka = flow_kafka(), .group = "flow"};
    struct kafka_position at[TOPIC_PARTITIONS];
    must(kafka_reader_open(&conf, &reader), "reader");
    int64_t left = ends_of(reader, topic, at, ret_ends);
    must(kafka_assign(reader, at, TOPIC_PARTITIONS), "assign");
    for (int64_t until = clock_monotonic() + WAIT_US; left > 0;) {
        struct kafka_event event;
        if (clock_monotonic() > until)
            fail("check: %" PRId64 " records of %s did not come", left, topic);
        res_t res = kafka_poll(reader, 100, &event);
        if (res.act != RES_RETRY)
            must(res, "reading a topic");
        if (res.act != RES_OK || event.kind != KAFKA_RECORD)
            continue;
        if (event.record.offset < ret_ends[event.record.partition]) {
            take(owner, &event.record);
            left--;
        }
        kafka_record_done(&event.record);
    }
    kafka_consumer_close(reader);
}

static void walk_one(void *owner, const struct kafka_record *record)
{
    walk_record(owner, record);
}

void stream_walk(struct walk *walk, int64_t ret_ends[static TOPIC_PARTITIONS])
{
    topic_read("referral.events", ret_ends, walk_one, walk);
}

struct pg *flow_pg(void)
{
    struct pg *pg = NULL;
    const char *conninfo = getenv("RB_PG");
    if (conninfo == NULL)
        fail("RB_PG is not set");
    must(pg_open(&(struct pg_conf){.conninfo = conninfo, .application = "flow"}, &pg), "Postgres");
    return pg;
}

/* The projection may be a moment behind. */
void projection_wait(const int64_t ends_of_log[static TOPIC_PARTITIONS], struct pg *pg)
{
    static const struct pg_sql sql = {
        "positions", "SELECT partition, next_offset FROM read.position"};
    int64_t until = clock_monotonic() + WAIT_US;
    while (true) {
        struct pg_rows *rows = NULL;
        int64_t behind = 0, ends = 0;
        must(pg_exec(pg, &sql, NULL, &rows), "positions");
        for (int i = 0; i < TOPIC_PARTITIONS; i++)
            ends += ends_of_log[i];
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

void outcomes_compare(const struct walk *walk, struct pg *pg)
{
    static const struct pg_sql sql = {"outcomes",
        "SELECT person, id, version, partition, log_offset, code IS NULL FROM read.outcome"};
    struct pg_rows *rows = NULL;
    must(pg_exec(pg, &sql, NULL, &rows), "outcomes");
    for (int i = 0; i < pg_rows_count(rows); i++) {
        struct uuid person = pg_uuid(rows, i, 0), id = pg_uuid(rows, i, 1);
        int64_t n = pairs_find(&walk->answers, person, id);
        if (n == PAIR_NONE)
            fail("check: Postgres has an outcome of %s that does not count on the log",
                uuid_text(id).text);
        const struct counted *counted = &walk->counted[n];
        bool accepted = counted->type != EVENT_COMMAND_REFUSED;
        if (counted->version != pg_int(rows, i, 2) || counted->partition != pg_int(rows, i, 3) ||
            counted->offset != pg_int(rows, i, 4) || accepted != pg_bool(rows, i, 5))
            fail("check: the outcome of %s in Postgres is not the one on the log",
                uuid_text(id).text);
    }
    must(pg_rows_ok(rows), "outcomes");
    if ((size_t)pg_rows_count(rows) != walk->answers.count)
        fail("check: %d outcomes in Postgres, %zu on the log", pg_rows_count(rows),
            walk->answers.count);
    pg_rows_free(rows);
}

static void compare_ledger(const struct walk *walk, const char *path)
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
        int64_t n = pairs_find(&walk->answers, person, id);
        if (n == PAIR_NONE)
            fail("check: command %s has no outcome on the log", id_text);
        const char *type = event_table[walk->counted[n].type].name;
        if (strcmp(expected, "-") != 0 && strcmp(expected, type) != 0)
            fail("check: command %s was answered with %s, not %s", id_text, type, expected);
    }
    fclose(ledger);
    if (lines == 0)
        fail("check: the ledger is empty");
    printf("check: %" PRId64 " commands, each with one outcome; %" PRId64
           " records on the log, %" PRId64 " lost races, %" PRId64 " repeated, %" PRId64
           " unreadable\n",
        lines, walk->records, walk->lost, walk->repeated, walk->unreadable);
}

int flow_check(int argc, char **argv)
{
    if (argc != 1)
        fail("usage: flow check LEDGER");
    struct walk walk;
    int64_t ends[TOPIC_PARTITIONS];
    walk_init(&walk);
    stream_walk(&walk, ends);
    compare_ledger(&walk, argv[0]);
    struct pg *pg = flow_pg();
    projection_wait(ends, pg);
    outcomes_compare(&walk, pg);
    pg_close(pg);
    walk_done(&walk);
    return 0;
}
