/* Metrics: static rows, registered at start, counted by atomics from any thread, printed as
 * Prometheus text. Labels come from closed sets, so no metric can grow without limit or name
 * anyone.
 *
 *   static const char *const outcomes[] = {"event", "refused", "parked"};
 *   static struct metric commands = METRIC_COUNTER("broker_commands_total", "Commands by outcome.",
 *       .labels = {{"outcome", outcomes, ARRAY_LEN(outcomes)}});
 *   metric_register(&commands);  ...  metric_add(&commands, METRIC_AT(1), 1);
 */
#ifndef OBS_METRIC_H
#define OBS_METRIC_H

#include "base/buf.h"
#include "base/res.h"

#include <stdatomic.h>

enum metric_kind { METRIC_KIND_COUNTER, METRIC_KIND_GAUGE, METRIC_KIND_HISTOGRAM };
/* What a histogram measures; decides its buckets. Seconds are observed in µs. */
enum metric_unit { METRIC_NUMBER, METRIC_SECONDS };
enum { METRIC_LABELS_MAX = 2, METRIC_CELLS_MAX = 4096, METRIC_ROWS_MAX = 256 };

/* values NULL: the label's values are the numbers 0 .. count-1 (partitions). */
struct metric_label {
    const char *name;
    const char *const *values;
    uint32_t count;
};

struct metric {
    const char *name; /* broker_<what>_<unit>[_total] */
    const char *help;
    enum metric_kind kind;
    enum metric_unit unit;
    struct metric_label labels[METRIC_LABELS_MAX];
    _Atomic int64_t *cells; /* NULL until registered; then process lifetime */
    struct metric *next;
};

/* METRIC_COUNTER(name, help[, .labels = {...}]) */
#define METRIC_COUNTER(...)                                                                        \
    {                                                                                              \
        .kind = METRIC_KIND_COUNTER, METRIC_ROW_(__VA_ARGS__, )                                    \
    }
#define METRIC_GAUGE(...)                                                                          \
    {                                                                                              \
        .kind = METRIC_KIND_GAUGE, METRIC_ROW_(__VA_ARGS__, )                                      \
    }
/* Pass .unit = METRIC_SECONDS or METRIC_NUMBER. */
#define METRIC_HISTOGRAM(...)                                                                      \
    {                                                                                              \
        .kind = METRIC_KIND_HISTOGRAM, METRIC_ROW_(__VA_ARGS__, )                                  \
    }
#define METRIC_ROW_(metric_name, metric_help, ...)                                                 \
    .name = (metric_name), .help = (metric_help), __VA_ARGS__

/* Indices into the labels' value sets: METRIC_AT(i), METRIC_AT(i, j); no labels: METRIC_PLAIN. */
struct metric_at {
    uint32_t label[METRIC_LABELS_MAX];
};
#define METRIC_AT(...) ((struct metric_at){{__VA_ARGS__}})
#define METRIC_PLAIN ((struct metric_at){{0}})

/* At start, before threads; twice the same row is fine. A second row of the same name, a name that
 * Prometheus does not take, or too many rows or cells is our bug and aborts. */
void metric_register(struct metric *metric);
/* Any thread, never blocks. A row that was never registered is not counted; a label index outside
 * its set is our bug and aborts. */
void metric_add(struct metric *metric, struct metric_at at, int64_t n);
void metric_set(struct metric *metric, struct metric_at at, int64_t value);     /* gauges */
void metric_observe(struct metric *metric, struct metric_at at, int64_t value); /* histograms; µs */
/* Counter or gauge: its value; histogram: number of observations. */
int64_t metric_value(const struct metric *metric, struct metric_at at);
/* All registered rows, text format 0.0.4. Gauges in seconds are set in µs, too. */
void metrics_print(struct buf *out);

#endif
