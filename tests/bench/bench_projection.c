/* The projector's way from records to committed rows, against the same rows and bytes sent by libpq
 * from memory, and against COPY of those rows into the same tables, emptied.
 * 1,000 records a batch, 10,000 people: once all of them new, once all known. */
#include "bare_pg.h"
#include "bench.h"
#include "capture.h"
#include "projection_run.h"

#include "base/clock.h"
#include "projector/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PHASES_MAX = 8, TABLES_MAX = 64, ROUNDS = 3 };

/* What a round measured, per phase: records a second, µs of our CPU a record. */
struct figures {
    double ours[ROUNDS], bare[ROUNDS], copy[ROUNDS], cpu_us[ROUNDS];
};
struct bench {
    struct bench_story *story;
    PGconn *pg;   /* looks at the database that we project into */
    PGconn *bare; /* another one, with the same tables */
    char topic[32];
    struct digest *histories;
    int phases; /* the first: all new; the last: all known */
    struct figures figures[PHASES_MAX];
};

static void empty_tables(PGconn *pg)
{
    PGresult *all = PQexec(pg, "SELECT string_agg('read.' || tablename, ', ') FROM pg_tables "
                               "WHERE schemaname = 'read'");
    if (PQntuples(all) == 1 && !PQgetisnull(all, 0, 0)) {
        CLEANUP(buf_done) struct buf sql = {0};
        buf_printf(&sql, "TRUNCATE %s%c", PQgetvalue(all, 0, 0), '\0');
        bare_run(pg, sql.ptr);
    }
    PQclear(all);
}

static long rows_now(PGconn *pg)
{
    return bare_number(pg, "SELECT (SELECT count(*) FROM read.dossier) + (SELECT count(*) FROM "
                           "read.fact) + (SELECT count(*) FROM read.outcome) + (SELECT count(*) "
                           "FROM read.standing) + (SELECT count(*) FROM read.appointment)");
}

/* --- ours --------------------------------------------------------------------------------------*/

static void ours(struct bench *bench, int round, int phase)
{
    capture_clear();
    capture.on = true; /* a copy of 2 kB a record: counted as ours */
    struct projection_run run = {.topic = bench->topic, .count = PROJECTION_PEOPLE};
    projection_run(&run);
    capture.on = false;
    bench->figures[phase].ours[round] = PROJECTION_PEOPLE * 1e6 / (double)run.took_us;
    bench->figures[phase].cpu_us[round] = (double)run.cpu_us / PROJECTION_PEOPLE;
}

/* --- the same bytes, from memory ---------------------------------------------------------------*/

static bool is(const struct captured *statement, const char *name)
{
    return strcmp(statement->text->name, name) == 0;
}

/* Nobody else's positions here: the move goes by partition alone, and costs the same. */
static const char *text_of(const struct captured_text *text)
{
    return strcmp(text->name, "move") != 0
               ? text->text
               : "WITH moved AS (UPDATE read.position p SET next_offset = m.next "
                 "FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[]) "
                 "AS m (partition, epoch, was, next) WHERE p.partition = m.partition RETURNING 1) "
                 "SELECT 1 / (count(*) = cardinality($1::integer[]))::integer FROM moved";
}

/* Statements that are new since the last time. */
static void prepare_all(PGconn *pg)
{
    static size_t done;
    for (; done < capture.text_count; done++) {
        const struct captured_text *text = &capture.texts[done];
        PQclear(PQprepare(pg, text->name, text_of(text), text->count, text->types));
    }
}

static const int *all_binary(void)
{
    static int formats[CAPTURE_PARAMS_MAX];
    for (int i = 0; i < CAPTURE_PARAMS_MAX; i++)
        formats[i] = 1;
    return formats;
}

/* The same rows as of the other database's table: its type has another number there. */
static void move_to(PGconn *pg, const struct captured *statement)
{
    enum { TYPE_AT = 8 };
    CLEANUP(buf_done) struct buf sql = {0};
    buf_printf(&sql, "SELECT reltype FROM pg_class WHERE oid = 'read.%s'::regclass%c",
        statement->text->name + strlen("put_"), '\0');
    uint32_t type = __builtin_bswap32((uint32_t)bare_number(pg, sql.ptr));
    memcpy(statement->values[0] + TYPE_AT, &type, sizeof(type));
}

static void send(PGconn *pg, const struct captured *statement)
{
    if (PQsendQueryPrepared(pg, statement->text->name, statement->text->count,
            (const char *const *)statement->values, statement->lengths, all_binary(), 1) != 1)
        bench_fail("Postgres", PQerrorMessage(pg));
    bare_pipe_flush(pg);
}

static void control(PGconn *pg, const char *sql)
{
    if (PQsendQueryParams(pg, sql, 0, NULL, NULL, NULL, NULL, 1) != 1)
        bench_fail("Postgres", PQerrorMessage(pg));
}

static void bare(struct bench *bench, int round, int phase)
{
    PGconn *pg = bench->bare;
    for (size_t i = 0; i < capture.count; i++)
        if (strncmp(capture.statements[i].text->name, "put_", 4) == 0)
            move_to(pg, &capture.statements[i]);
    prepare_all(pg);
    PQenterPipelineMode(pg);
    int64_t from = clock_monotonic();
    for (size_t i = 0; i < capture.count; i++) {
        const struct captured *statement = &capture.statements[i];
        if (is(statement, "claim") || is(statement, "dossiers") || is(statement, "answers"))
            continue;
        if (is(statement, "move"))
            control(pg, "BEGIN");
        send(pg, statement);
        if (!is(statement, "notify_read"))
            continue;
        control(pg, "COMMIT");
        bare_pipe_end(pg);
    }
    bench->figures[phase].bare[round] =
        PROJECTION_PEOPLE * 1e6 / (double)(clock_monotonic() - from);
    PQexitPipelineMode(pg);
}

/* --- COPY --------------------------------------------------------------------------------------*/

struct copied {
    struct buf in; /* the statement that puts them in */
    struct bare_copy rows;
};

/* The rows that a phase's statements put, gathered in tables without a key. */
static void stage(PGconn *pg, const struct captured *statement)
{
    CLEANUP(buf_done) struct buf sql = {0};
    const char *table = statement->text->name + strlen("put_");
    buf_printf(&sql,
        "CREATE UNLOGGED TABLE IF NOT EXISTS staged.%s (LIKE read.%s);"
        "CREATE TABLE IF NOT EXISTS copied.%s (LIKE read.%s INCLUDING ALL)%c",
        table, table, table, table, '\0');
    bare_run(pg, sql.ptr);
    buf_clear(&sql);
    const char *rest = strstr(statement->text->text, " ("), *end = strstr(rest, " ON CONFLICT");
    size_t len = end == NULL ? strlen(rest) : (size_t)(end - rest);
    buf_printf(&sql, "INSERT INTO staged.%s %.*s", table, (int)len, rest);
    buf_byte(&sql, '\0');
    PGresult *result = PQexecParams(pg, sql.ptr, statement->text->count, statement->text->types,
        (const char *const *)statement->values, statement->lengths, all_binary(), 1);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        bench_fail("staging", PQerrorMessage(pg));
    PQclear(result);
}

static size_t copy_all_out(PGconn *pg, struct copied *tables)
{
    PGresult *names = PQexec(pg, "SELECT tablename FROM pg_tables WHERE schemaname = 'staged'");
    size_t count = (size_t)PQntuples(names);
    MUST(count <= TABLES_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *table = PQgetvalue(names, (int)i, 0);
        buf_clear(&tables[i].in);
        buf_printf(&tables[i].in, "COPY staged.%s TO STDOUT (FORMAT binary)%c", table, '\0');
        bare_copy_out(pg, tables[i].in.ptr, &tables[i].rows);
        buf_clear(&tables[i].in);
        buf_printf(&tables[i].in, "COPY copied.%s FROM STDIN (FORMAT binary)%c", table, '\0');
    }
    PQclear(names);
    return count;
}

static double copy_in(PGconn *pg, const struct copied *tables, size_t count)
{
    int64_t from = clock_monotonic();
    bare_run(pg, "BEGIN");
    for (size_t i = 0; i < count; i++)
        bare_copy_in(pg, tables[i].in.ptr, &tables[i].rows);
    bare_run(pg, "COMMIT");
    return PROJECTION_PEOPLE * 1e6 / (double)(clock_monotonic() - from);
}

static void copy(struct bench *bench, int round, int phase)
{
    static struct copied tables[TABLES_MAX];
    PGconn *pg = bench->bare;
    bare_run(pg, "DROP SCHEMA IF EXISTS staged, copied CASCADE");
    bare_run(pg, "CREATE SCHEMA staged; CREATE SCHEMA copied");
    for (size_t i = 0; i < capture.count; i++)
        if (strncmp(capture.statements[i].text->name, "put_", 4) == 0)
            stage(pg, &capture.statements[i]);
    size_t count = copy_all_out(pg, tables);
    bench->figures[phase].copy[round] = copy_in(pg, tables, count);
    for (size_t i = 0; i < count; i++) {
        free(tables[i].rows.bytes);
        buf_done(&tables[i].in);
    }
}

/* -----------------------------------------------------------------------------------------------*/

/* What else runs on the machine slows neighbours alike: the round whose ratio is the middle one. */
static void print_middle(const char *name, const double *ours, const double *limit, double goal)
{
    double ratios[ROUNDS], sorted[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        sorted[i] = ratios[i] = ours[i] / limit[i];
    double middle = bench_quantile(sorted, ROUNDS, 0.5);
    int at = 0;
    while (ratios[at] < middle || ratios[at] > middle)
        at++;
    bench_print(&(struct bench_line){name, "/s", ours[at], limit[at], goal, true});
}

static void print_phase(const char *name, struct figures *figures)
{
    char text[64];
    snprintf(text, sizeof(text), "projection-%s-vs-same-bytes", name);
    print_middle(text, figures->ours, figures->bare, 0.85);
    snprintf(text, sizeof(text), "projection-%s-vs-copy", name);
    print_middle(text, figures->ours, figures->copy, 0.65);
    snprintf(text, sizeof(text), "projection-%s-cpu-a-record", name);
    bench_print(&(struct bench_line){
        text, "us", bench_quantile(figures->cpu_us, ROUNDS, 0.5), .limit = 4, .goal = 1});
}

static void round_of(struct bench *bench, int round)
{
    snprintf(bench->topic, sizeof(bench->topic), "bench.events.%d", round);
    bench_topic_make(bench->topic);
    memset(bench->histories, 0, PROJECTION_PEOPLE * sizeof(*bench->histories));
    empty_tables(bench->pg);
    empty_tables(bench->bare);
    bare_run(bench->bare, "INSERT INTO read.position SELECT i, 1, 0 FROM generate_series(0, 11) i");
    for (int phase = 0; phase < bench->phases; phase++) {
        projection_fill(bench->story, bench->topic, (size_t)phase, bench->histories);
        ours(bench, round, phase);
        bare(bench, round, phase);
        if (phase == 0 || phase == bench->phases - 1)
            copy(bench, round, phase);
    }
    if (rows_now(bench->pg) != rows_now(bench->bare))
        bench_fail("projection", "the bare program leaves other rows than we do");
}

int main(void)
{
    struct bench bench = {.story = bench_story_new()};
    projection_migrate(bench_env("BENCH_PG"));
    projection_migrate(bench_env("BENCH_PG_BARE"));
    bench.pg = bare_open(bench_env("BENCH_PG"));
    bench.bare = bare_open(bench_env("BENCH_PG_BARE"));
    bare_run(bench.bare, "SET synchronous_commit = off; SET search_path = " PROJECTOR_SCHEMA);
    bench.histories = calloc(PROJECTION_PEOPLE, sizeof(*bench.histories));
    bench.phases = (int)bench_story_records(bench.story);
    MUST(bench.histories != NULL && bench.phases <= PHASES_MAX);
    for (int round = 0; round < ROUNDS; round++)
        round_of(&bench, round);
    print_phase("new", &bench.figures[0]);
    print_phase("known", &bench.figures[bench.phases - 1]);
    projection_close();
    PQfinish(bench.pg);
    PQfinish(bench.bare);
    bench_story_free(bench.story);
    capture_clear();
    free(bench.histories);
    return 0;
}
