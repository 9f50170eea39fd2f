/* A batch of people whose dossiers are together more than a statement takes, through the sink
 * driver into a real Postgres. */
#include <string.h>

#include "daemon/port_clock.h"
#include "daemon/port_pg.h"
#include "projector/batch.h"
#include "projector/migrate.h"
#include "services/projector/people.h"
#include "support/cluster.h"

enum { PEOPLE = 1000, DOSSIER_BYTES = 70000, BYTES_MAX = 64 << 20 };

/* A partition with one record of each person, in a group of one. */
struct log {
    struct arena *arena;
    struct view keys[PEOPLE], records[PEOPLE];
    int64_t next;
    bool told;
};

static struct uuid person_of(int n)
{
    struct uuid id = {{0x71}};
    id.b[14] = (uint8_t)(n >> 8);
    id.b[15] = (uint8_t)n;
    return id;
}

static const struct digest history = {{5}};

static void log_fill(struct log *log)
{
    struct dice dice = {40};
    for (int i = 0; i < PEOPLE; i++) {
        struct buf bytes = {0};
        struct event event =
            record_random(&dice, (struct recipe){1, EVENT_COMMAND_REFUSED}, log->arena);
        struct meta *meta = &((struct record_head *)(uintptr_t)event.body)->meta;
        struct uuid person = person_of(i);
        meta->person = meta->id = person;
        meta->version = 2;
        meta->history = history;
        OK(codec_write_event(&event, &bytes));
        log->keys[i] = arena_copy(log->arena, (struct view){(const char *)person.b, 16});
        log->records[i] = arena_copy(log->arena, buf_as_view(&bytes));
        buf_done(&bytes);
    }
}

static res_t poll_group(void *self, struct port_event *ret)
{
    static const struct port_position all = {0, 0};
    struct log *log = self;
    *ret = (struct port_event){
        .kind = log->told ? PORT_NOTHING : PORT_ASSIGNED, .positions = &all, .position_count = 1};
    log->told = true;
    return RES_DONE;
}

static res_t accept_group(void *self)
{
    (void)self;
    return RES_DONE;
}

static res_t poll_log(void *self, struct port_event *ret)
{
    struct log *log = self;
    *ret = (struct port_event){.kind = PORT_NOTHING};
    if (log->next == PEOPLE)
        return RES_DONE;
    ret->kind = PORT_RECORD;
    ret->record = (struct port_record){.offset = log->next,
        .at_us = 1,
        .key = log->keys[log->next],
        .value = log->records[log->next]};
    log->next++;
    return RES_DONE;
}

static void record_done(void *self, struct port_record *record)
{
    (void)self;
    (void)record;
}

static res_t assign(void *self, const struct port_position *at, size_t count)
{
    struct log *log = self;
    log->next = count == 0 ? PEOPLE : at[0].offset;
    return RES_DONE;
}

static struct port_record with_headers(void *self, const struct port_record *record)
{
    (void)self;
    return *record;
}

static res_t bounds(void *self, int32_t partition, struct port_bounds *ret)
{
    (void)self;
    (void)partition;
    *ret = (struct port_bounds){0, PEOPLE};
    return RES_DONE;
}

/* Everybody's dossier as it would be after a long time: large. */
static void dossiers_put(struct pg *pg, struct arena *arena)
{
    static const struct pg_sql sql = {NULL,
        "INSERT INTO read.dossier SELECT person, 1, $2, 1, $3 FROM unnest($1::uuid[]) AS person"};
    CLEANUP(buf_done) struct buf packed = {0};
    CLEANUP(pg_array_done) struct pg_array people;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    struct dossier *dossier = dossier_empty(arena);
    char *text = arena_alloc(arena, DOSSIER_BYTES);
    memset(text, 'x', DOSSIER_BYTES);
    struct view change = {text, DOSSIER_BYTES};
    dossier->risk_changes.items = &change;
    dossier->risk_changes.len = 1;
    dossier->version = dossier->seen_version = 1;
    dossier->history = history;
    OK(codec_write_dossier(dossier, &packed));
    pg_array_init(&people, PG_UUID, 0);
    for (int i = 0; i < PEOPLE; i++)
        pg_array_uuid(&people, person_of(i));
    struct pg_params params = {0};
    pg_put_array(&params, &people);
    pg_put_bytes(&params, (struct view){(const char *)history.b, sizeof history.b});
    pg_put_bytes(&params, buf_as_view(&packed));
    OK(pg_exec(pg, &sql, &params, &rows));
}

static int64_t count_of(struct pg *pg, const char *query)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &(struct pg_sql){NULL, query}, NULL, &rows));
    return pg_int(rows, 0, 0);
}

Test(projector_large, people_with_large_dossiers_are_written_in_as_many_batches_as_it_takes,
    .timeout = 120)
{
    static char conninfo[CLUSTER_CONNINFO_MAX];
    struct log log = {.arena = arena_new(BYTES_MAX)};
    struct codec_registry *registry = NULL;
    struct sink_stats stats = {.counted = 0};
    cluster_database(conninfo);
    OK(codec_registry_new(&registry));
    struct batch_writer writer = {.projection = projection_new(log.arena)};
    writer.rows = row_writer_new(writer.projection);
    struct port_pg_conf conf = {.pg = {.conninfo = conninfo, .application = "test"},
        .sql = projector_sql,
        .ready = projector_ready,
        .reading = projector_reading,
        .owner = writer.rows};
    struct port_pg *port = port_pg_new(&conf);
    struct pg *pg = cluster_open(conninfo);
    OK(projector_ready(NULL, pg));
    dossiers_put(pg, log.arena);
    log_fill(&log);
    struct sink_conf of_sink = {.service = "projector",
        .partitions = 1,
        .prepare = batch_prepare,
        .apply = batch_apply,
        .owner = &writer};
    struct sink_ports ports = {
        .members = {.self = &log, .poll = poll_group, .accept = accept_group},
        .events = {&log, poll_log, record_done, assign, bounds, with_headers},
        .database = port_pg(port),
        .clock = port_clock()};
    struct sink *sink = sink_new(&of_sink, &ports, registry);
    while (stats.counted < PEOPLE) {
        bool more;
        cr_assert_eq(stats.corrupt + stats.ignored + stats.retries, 0);
        OK(sink_step(sink, &more));
        sink_stats(sink, &stats);
    }
    cr_expect_geq(stats.batches, 1000 * (int64_t)DOSSIER_BYTES / (16 << 20));
    cr_expect_eq(count_of(pg, "SELECT count(*) FROM dossier WHERE version = 2"), PEOPLE);
    cr_expect_eq(count_of(pg, "SELECT count(*) FROM outcome"), PEOPLE);
    cr_expect_eq(count_of(pg, "SELECT next_offset FROM position"), PEOPLE);
    sink_leave(sink);
    sink_free(sink);
    pg_close(pg);
    port_pg_free(port);
    row_writer_free(writer.rows);
    codec_registry_free(registry);
    arena_free(log.arena);
}
