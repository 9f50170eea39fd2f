/* The projector: the stream into the read model, each record once. Nobody else writes it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "daemon/conf_kafka.h"
#include "daemon/daemon.h"
#include "daemon/port_clock.h"
#include "daemon/port_kafka.h"
#include "daemon/port_pg.h"
#include "obs/metric.h"
#include "projector/batch.h"
#include "projector/migrate.h"

struct projector_conf {
    struct daemon_conf daemon;
    struct conf_kafka kafka;
    const char *pg;
    int64_t instance;
};
static const struct conf_field fields[] = {
    DAEMON_CONF_FIELDS(struct projector_conf),
    CONF_KAFKA_FIELDS(struct projector_conf),
    {"pg", CONF_SECRET, offsetof(struct projector_conf, pg), NULL, 0, 0, NULL,
        "where Postgres is, as libpq takes it: role projector, which owns schema read"},
    {"instance", CONF_INT, offsetof(struct projector_conf, instance), "1", 1, 999, NULL,
        "number of this process among those of its kind"},
};

static struct metric lag_records =
    METRIC_GAUGE("broker_projector_lag_records", "Records of the stream not projected yet.");
static struct metric lag_seconds = METRIC_GAUGE("broker_projector_lag_seconds",
    "Age of the newest projected record while others wait; 0 when none does.",
    .unit = METRIC_SECONDS);
static struct metric batch_records =
    METRIC_HISTOGRAM("broker_projector_batch_records", "Records a batch.", .unit = METRIC_NUMBER);
static struct metric partitions_owned =
    METRIC_GAUGE("broker_projector_partitions", "Partitions of the stream that we project.");
static const char *const what_names[] = {
    "read", "counted", "ignored", "corrupt", "parked", "rows", "batches", "retries", "unknown"};
enum {
    WHAT_READ,
    WHAT_COUNTED,
    WHAT_IGNORED,
    WHAT_CORRUPT,
    WHAT_PARKED,
    WHAT_ROWS,
    WHAT_BATCHES,
    WHAT_RETRIES,
    WHAT_UNKNOWN,
    WHAT_MAX_
};
_Static_assert(ARRAY_LEN(what_names) == WHAT_MAX_, "a name for each count");
static struct metric counts = METRIC_COUNTER("broker_projector_total",
    "Records by what became of them; rows written; batches, those tried again, and commits whose "
    "answer was lost.",
    .labels = {{"what", what_names, WHAT_MAX_}});

enum { PARTITIONS = 12, PROJECTION_BYTES_MAX = 4 << 20, PARKED_BYTES_MAX = 1100000 };

struct projector {
    struct arena *arena;
    struct codec_registry *registry;
    struct batch_writer writer;
    struct port_pg *pg;
    struct port_consumer members, events;
    struct port_producer producer;
    struct sink *sink;
    int64_t counted[WHAT_MAX_]; /* as last measured */
};

static void on_batch(void *owner, const struct sink_batch *batch)
{
    (void)owner;
    metric_observe(&batch_records, METRIC_PLAIN, (int64_t)batch->record_count);
}

static void register_metrics(void)
{
    metric_register(&lag_records);
    metric_register(&lag_seconds);
    metric_register(&batch_records);
    metric_register(&partitions_owned);
    metric_register(&counts);
}

static res_t open_kafka(struct projector *self, const struct projector_conf *conf)
{
    static const char *const topics[] = {"referral.events"};
    char instance[32];
    (void)snprintf(instance, sizeof instance, "projector-%d", (int)conf->instance);
    struct kafka_conf kafka = conf_kafka(&conf->kafka, "projector");
    struct kafka_group_conf group = {.kafka = kafka,
        .group = "projector",
        .instance = instance,
        .topics = topics,
        .topic_count = ARRAY_LEN(topics)};
    struct kafka_reader_conf reader = {.kafka = kafka, .group = "projector"};
    struct kafka_producer_conf producer = {.kafka = kafka,
        .record_bytes_max = PARKED_BYTES_MAX,
        .on_report = port_producer_report,
        .owner = &self->producer};
    self->members.topic = topics[0];
    self->events.topic = topics[0];
    self->producer.topics[PORT_EVENTS] = topics[0];
    self->producer.topics[PORT_PARKED] = "parked";
    TRY(kafka_producer_open(&producer, &self->producer.producer));
    TRY(kafka_group_open(&group, &self->members.consumer));
    return kafka_reader_open(&reader, &self->events.consumer);
}

static void projector_stop(void *of)
{
    struct projector *self = of;
    if (self->sink != NULL)
        sink_leave(self->sink);
    sink_free(self->sink);
    kafka_consumer_close(self->events.consumer);
    kafka_consumer_close(self->members.consumer);
    kafka_producer_close(self->producer.producer);
    port_producer_done(&self->producer);
    port_pg_free(self->pg);
    row_writer_free(self->writer.rows);
    codec_registry_free(self->registry);
    arena_free(self->arena);
    free(self);
}

static res_t start_parts(struct projector *self, const struct projector_conf *conf)
{
    self->arena = arena_new(PROJECTION_BYTES_MAX);
    TRY(codec_registry_new(&self->registry));
    self->writer.projection = projection_new(self->arena);
    MUST(self->writer.projection != NULL);
    self->writer.rows = row_writer_new(self->writer.projection);
    self->writer.on_batch = on_batch;
    struct port_pg_conf pg = {
        .pg = {.conninfo = conf->pg, .application = "projector", .by_index = true},
        .sql = projector_sql,
        .ready = projector_ready,
        .reading = projector_reading,
        .owner = self->writer.rows};
    self->pg = port_pg_new(&pg);
    TRY(open_kafka(self, conf));
    struct sink_conf sink = {.service = "projector",
        .partitions = PARTITIONS,
        .prepare = batch_prepare,
        .apply = batch_apply,
        .owner = &self->writer,
        .parks = true};
    struct sink_ports ports = {.members = port_group(&self->members),
        .events = port_reader(&self->events),
        .producer = port_producer(&self->producer),
        .database = port_pg(self->pg),
        .clock = port_clock()};
    self->sink = sink_new(&sink, &ports, self->registry);
    return RES_DONE;
}

static res_t watch(struct loop *loop, const struct projector *self)
{
    TRY(loop_watch(loop, kafka_consumer_fd(self->members.consumer), NULL, NULL));
    TRY(loop_watch(loop, kafka_consumer_fd(self->events.consumer), NULL, NULL));
    return loop_watch(loop, kafka_producer_fd(self->producer.producer), NULL, NULL);
}

static res_t projector_start(struct loop *loop, const void *conf, void **ret_self)
{
    struct projector *self = calloc(1, sizeof *self);
    MUST(self != NULL);
    register_metrics();
    res_t started = start_parts(self, conf);
    if (started.act == RES_OK)
        started = watch(loop, self);
    if (started.act != RES_OK) {
        projector_stop(self);
        return started;
    }
    *ret_self = self;
    return RES_DONE;
}

static res_t projector_step(void *self, bool *ret_more)
{
    return sink_step(((struct projector *)self)->sink, ret_more);
}

static int64_t projector_wake_at(const void *self)
{
    return sink_wake_at(((const struct projector *)self)->sink);
}

static bool projector_halted(const void *self)
{
    return sink_halt(((const struct projector *)self)->sink)->why != HALT_NOT;
}

static bool projector_is_ready(const void *self)
{
    struct sink_stats stats;
    sink_stats(((const struct projector *)self)->sink, &stats);
    return stats.owned > 0;
}

static void projector_measure(void *of)
{
    struct projector *self = of;
    struct sink_stats stats;
    sink_stats(self->sink, &stats);
    const int64_t now[WHAT_MAX_] = {[WHAT_READ] = stats.records,
        [WHAT_COUNTED] = stats.counted,
        [WHAT_IGNORED] = stats.ignored,
        [WHAT_CORRUPT] = stats.corrupt,
        [WHAT_PARKED] = stats.parked,
        [WHAT_ROWS] = self->writer.rows_written,
        [WHAT_BATCHES] = stats.batches,
        [WHAT_RETRIES] = stats.retries,
        [WHAT_UNKNOWN] = stats.unknown_commits};
    for (uint32_t i = 0; i < WHAT_MAX_; i++) {
        metric_add(&counts, METRIC_AT(i), now[i] - self->counted[i]);
        self->counted[i] = now[i];
    }
    int64_t age = stats.behind == 0 || self->writer.last_at_us == 0
                      ? 0
                      : clock_now() - self->writer.last_at_us;
    metric_set(&lag_records, METRIC_PLAIN, stats.behind);
    metric_set(&lag_seconds, METRIC_PLAIN, age);
    metric_set(&partitions_owned, METRIC_PLAIN, stats.owned);
}

static const struct daemon projector_daemon = {
    .name = "projector",
    .about = "projects the stream into the read model (schema read in Postgres)",
    .fields = fields,
    .field_count = ARRAY_LEN(fields),
    .conf_size = sizeof(struct projector_conf),
    .start = projector_start,
    .step = projector_step,
    .wake_at = projector_wake_at,
    .stop = projector_stop,
    .halted = projector_halted,
    .ready = projector_is_ready,
    .measure = projector_measure,
};

int main(int argc, char **argv)
{
    return daemon_run(&projector_daemon, argc, argv);
}
