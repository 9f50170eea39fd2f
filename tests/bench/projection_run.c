#include "projection_run.h"

#include "base/clock.h"
#include "daemon/port_clock.h"
#include "daemon/port_kafka.h"
#include "daemon/port_pg.h"
#include "daemon/sink.h"
#include "projector/batch.h"
#include "projector/migrate.h"

#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>

enum { PROJECTION_BYTES_MAX = 4 << 20, PATIENCE_US = 60000000 };

static struct kafka_conf kafka(void)
{
    return (struct kafka_conf){.brokers = bench_env("RB_KAFKA_BOOTSTRAP"), .client_id = "bench"};
}

static void on_report(void *owner, const struct kafka_report *report)
{
    (void)owner;
    if (report->outcome != KAFKA_WRITTEN)
        bench_fail("filling the topic", "a record was not written");
}

void projection_fill(
    struct bench_story *story, const char *topic, size_t record, struct digest *histories)
{
    CLEANUP(kafka_producer_close_p) struct kafka_producer *producer = NULL;
    CLEANUP(buf_done) struct buf out = {0};
    struct kafka_producer_conf conf = {.kafka = kafka(), .on_report = on_report};
    bench_must(kafka_producer_open(&conf, &producer), "the producer");
    for (int n = 0; n < PROJECTION_PEOPLE; n++) {
        struct uuid person = bench_person(n);
        bench_story_event(story, n, record, &histories[n], &out);
        bench_must(kafka_produce(producer, &(struct kafka_message){.topic = topic,
                                               .partition = KAFKA_BY_KEY,
                                               .key = {(const char *)person.b, sizeof(person.b)},
                                               .value = buf_as_view(&out)}),
            "produce");
    }
    bench_must(kafka_flush(producer, 30000), "filling the topic");
}

/* --- the clock starts with the first record ----------------------------------------------------*/

static struct reader_port reader;
static int64_t began_us, began_cpu_us;

static int64_t own_cpu_us(void)
{
    struct rusage usage;
    MUST(getrusage(RUSAGE_SELF, &usage) == 0);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static res_t poll_timed(void *self, struct port_event *ret)
{
    res_t res = reader.poll(self, ret);
    if (began_us == 0 && res.act == RES_OK && ret->kind == PORT_RECORD) {
        began_us = clock_monotonic();
        began_cpu_us = own_cpu_us();
    }
    return res;
}

/* Kept between runs: a connection remembers its statements by the writer's names of them. */
static struct port_pg *database;
static struct arena *arena;
static struct batch_writer writer;

struct parts {
    struct codec_registry *registry;
    struct port_consumer members, events;
    struct sink *sink;
};

static void open_kafka(struct parts *parts, const char *topic)
{
    static int run;
    char group[32];
    snprintf(group, sizeof(group), "bench-%d", ++run);
    struct kafka_group_conf members = {
        .kafka = kafka(), .group = group, .topics = &topic, .topic_count = 1};
    struct kafka_reader_conf events = {.kafka = kafka(), .group = "bench"};
    parts->members.topic = parts->events.topic = topic;
    bench_must(kafka_group_open(&members, &parts->members.consumer), "the group");
    bench_must(kafka_reader_open(&events, &parts->events.consumer), "the reader");
}

static void open_database(void)
{
    if (database != NULL)
        return;
    arena = arena_new(PROJECTION_BYTES_MAX);
    writer.projection = projection_new(arena);
    MUST(writer.projection != NULL);
    writer.rows = row_writer_new(writer.projection);
    struct port_pg_conf conf = {
        .pg = {.conninfo = bench_env("BENCH_PG"), .by_index = true, .application = "bench"},
        .sql = projector_sql,
        .ready = projector_ready,
        .reading = projector_reading,
        .owner = writer.rows};
    database = port_pg_new(&conf);
}

void projection_close(void)
{
    port_pg_free(database);
    row_writer_free(writer.rows);
    arena_free(arena);
}

void projection_migrate(const char *conninfo)
{
    CLEANUP(pg_close_p) struct pg *pg = NULL;
    struct pg_conf conf = {.conninfo = conninfo, .application = "bench"};
    bench_must(pg_open(&conf, &pg), "Postgres");
    bench_must(projector_ready(NULL, pg), "the tables");
}

/* As the projector's main puts them together. */
static void parts_open(struct parts *parts, const char *topic)
{
    *parts = (struct parts){.registry = NULL};
    bench_must(codec_registry_new(&parts->registry), "the codec");
    open_database();
    open_kafka(parts, topic);
    reader = port_reader(&parts->events);
    struct reader_port timed = reader;
    timed.poll = poll_timed;
    struct sink_conf sink = {.service = "projector",
        .partitions = BENCH_PARTITIONS,
        .prepare = batch_prepare,
        .apply = batch_apply,
        .owner = &writer,
        .batch_max = PROJECTION_BATCH};
    struct sink_ports ports = {.members = port_group(&parts->members),
        .events = timed,
        .database = port_pg(database),
        .clock = port_clock()};
    parts->sink = sink_new(&sink, &ports, parts->registry);
}

static void parts_close(struct parts *parts)
{
    sink_leave(parts->sink);
    sink_free(parts->sink);
    kafka_consumer_close(parts->events.consumer);
    kafka_consumer_close(parts->members.consumer);
    codec_registry_free(parts->registry);
}

void projection_run(struct projection_run *run)
{
    struct parts parts;
    struct sink_stats stats = {.counted = 0};
    parts_open(&parts, run->topic);
    struct pollfd fds[] = {{kafka_consumer_fd(parts.members.consumer), POLLIN, 0},
        {kafka_consumer_fd(parts.events.consumer), POLLIN, 0}};
    int64_t until = clock_monotonic() + PATIENCE_US;
    began_us = 0;
    while (stats.counted < run->count) {
        bool more = false;
        bench_must(sink_step(parts.sink, &more), "the sink");
        sink_stats(parts.sink, &stats);
        if (!more && stats.counted < run->count)
            poll(fds, ARRAY_LEN(fds), 5);
        if (clock_monotonic() > until)
            bench_fail("the sink", "does not get through the topic");
    }
    run->took_us = clock_monotonic() - began_us;
    run->cpu_us = own_cpu_us() - began_cpu_us;
    parts_close(&parts);
}
