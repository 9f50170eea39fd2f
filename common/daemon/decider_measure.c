#include "daemon/decider_measure.h"

#include "base/clock.h"
#include "obs/metric.h"

static const char *const outcomes[] = {"accepted", "refused", "repeated", "parked"};
static const char *const kinds[] = {
    "decided", "lost", "resent", "counted", "corrupt", "commit-refused"};
static const char *const lags[DECIDER_LAG_MAX_] = {"commands", "events"};

static struct metric commands = METRIC_COUNTER("broker_decider_commands_total",
    "Commands by what became of them.", .labels = {{"outcome", outcomes, ARRAY_LEN(outcomes)}});
static struct metric records = METRIC_COUNTER("broker_decider_records_total",
    "Records of the stream: sent, sent again, lost to another writer, read.",
    .labels = {{"kind", kinds, ARRAY_LEN(kinds)}});
static struct metric answer = METRIC_HISTOGRAM("broker_decider_answer_seconds",
    "From reading a command to reading its outcome back.", .unit = METRIC_SECONDS);
static struct metric pending =
    METRIC_GAUGE("broker_decider_pending", "Commands in hand without an outcome.");
static struct metric owned = METRIC_GAUGE("broker_decider_partitions", "Partitions owned.");
static struct metric behind = METRIC_GAUGE(
    "broker_decider_partitions_behind", "Partitions whose stream is still being read to its end.");
static struct metric oldest = METRIC_GAUGE("broker_decider_oldest_command_seconds",
    "Age of the oldest command in hand. Alarm at one hour.", .unit = METRIC_SECONDS);
static struct metric lag = METRIC_GAUGE("broker_decider_lag_records", "Records not read yet.",
    .labels = {{"topic", lags, DECIDER_LAG_MAX_}, {"partition", NULL, DECIDER_PARTITIONS}});

void decider_measure_register(void)
{
    struct metric *const rows[] = {
        &commands, &records, &answer, &pending, &owned, &behind, &oldest, &lag};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        metric_register(rows[i]);
}

void decider_measure_answered(void *owner, int64_t took_us, bool refused)
{
    (void)owner;
    (void)refused;
    metric_observe(&answer, METRIC_PLAIN, took_us);
}

void decider_measure_stats(struct decider_measure *measure, const struct decider_stats *stats)
{
    const struct decider_stats *last = &measure->last;
    const int64_t by_outcome[] = {stats->accepted - last->accepted, stats->refused - last->refused,
        stats->repeated - last->repeated, stats->parked - last->parked};
    const int64_t by_kind[] = {stats->decided - last->decided, stats->lost - last->lost,
        stats->resent - last->resent, stats->events - last->events, stats->corrupt - last->corrupt,
        stats->commits_refused - last->commits_refused};
    _Static_assert(ARRAY_LEN(by_outcome) == ARRAY_LEN(outcomes), "a label without a count");
    _Static_assert(ARRAY_LEN(by_kind) == ARRAY_LEN(kinds), "a label without a count");
    for (uint32_t i = 0; i < ARRAY_LEN(by_outcome); i++)
        metric_add(&commands, METRIC_AT(i), by_outcome[i]);
    for (uint32_t i = 0; i < ARRAY_LEN(by_kind); i++)
        metric_add(&records, METRIC_AT(i), by_kind[i]);
    metric_set(&pending, METRIC_PLAIN, stats->pending);
    metric_set(&owned, METRIC_PLAIN, stats->owned);
    metric_set(&behind, METRIC_PLAIN, stats->behind);
    metric_set(
        &oldest, METRIC_PLAIN, stats->oldest_at_us == 0 ? 0 : clock_now() - stats->oldest_at_us);
    measure->last = *stats;
}

void decider_measure_lag(enum decider_lag of, int32_t partition, int64_t end, int64_t next)
{
    int64_t records_left = end < 0 || next < 0 || end < next ? 0 : end - next;
    metric_set(&lag, METRIC_AT((uint32_t)of, (uint32_t)partition), records_left);
}
