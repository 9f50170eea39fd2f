#include "obs/metric.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Upper bounds of the buckets, each list ending in one beyond everything. */
static const int64_t bounds_seconds[] = {100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000, INT64_MAX};
static const int64_t bounds_number[] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000, 1000000, INT64_MAX};

static pthread_mutex_t rows_lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *rows_first, **rows_end = &rows_first;
static uint32_t row_count;

static const int64_t *bounds_of(const struct metric *metric, uint32_t *ret_count)
{
    if (metric->unit == METRIC_SECONDS) {
        *ret_count = ARRAY_LEN(bounds_seconds);
        return bounds_seconds;
    }
    *ret_count = ARRAY_LEN(bounds_number);
    return bounds_number;
}

/* Cells of one combination of labels: the value, or each bucket and the sum. */
static uint32_t cells_each(const struct metric *metric)
{
    uint32_t buckets;
    bounds_of(metric, &buckets);
    return metric->kind == METRIC_KIND_HISTOGRAM ? buckets + 1 : 1;
}

static uint32_t label_count(const struct metric *metric, size_t i)
{
    return metric->labels[i].name == NULL ? 1 : metric->labels[i].count;
}

static uint32_t combinations(const struct metric *metric)
{
    uint32_t all = 1;
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++) {
        MUST(label_count(metric, i) > 0 && label_count(metric, i) <= METRIC_CELLS_MAX);
        all *= label_count(metric, i);
        MUST(all <= METRIC_CELLS_MAX);
    }
    return all;
}

static bool name_good(const char *name)
{
    for (const char *c = name; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || *c == '_' || (c > name && *c >= '0' && *c <= '9')))
            return false;
    return *name != '\0';
}

void metric_register(struct metric *metric)
{
    MUST(name_good(metric->name) && metric->help != NULL);
    uint32_t cells = combinations(metric) * cells_each(metric);
    pthread_mutex_lock(&rows_lock);
    bool have = false;
    for (const struct metric *m = rows_first; m != NULL; m = m->next) {
        have = have || m == metric;
        MUST(m == metric || strcmp(m->name, metric->name) != 0);
    }
    if (!have) {
        MUST(++row_count <= METRIC_ROWS_MAX);
        metric->cells = calloc(cells, sizeof *metric->cells);
        MUST(metric->cells != NULL);
        metric->next = NULL;
        *rows_end = metric;
        rows_end = &metric->next;
    }
    pthread_mutex_unlock(&rows_lock);
}

static _Atomic int64_t *cell_of(const struct metric *metric, struct metric_at at)
{
    uint32_t index = 0;
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++) {
        MUST(at.label[i] < label_count(metric, i));
        index = index * label_count(metric, i) + at.label[i];
    }
    return metric->cells == NULL ? NULL : &metric->cells[index * cells_each(metric)];
}

void metric_add(struct metric *metric, struct metric_at at, int64_t n)
{
    MUST(metric->kind == METRIC_KIND_GAUGE || (metric->kind == METRIC_KIND_COUNTER && n >= 0));
    _Atomic int64_t *cell = cell_of(metric, at);
    if (cell != NULL)
        atomic_fetch_add_explicit(cell, n, memory_order_relaxed);
}

void metric_set(struct metric *metric, struct metric_at at, int64_t value)
{
    MUST(metric->kind == METRIC_KIND_GAUGE);
    _Atomic int64_t *cell = cell_of(metric, at);
    if (cell != NULL)
        atomic_store_explicit(cell, value, memory_order_relaxed);
}

void metric_observe(struct metric *metric, struct metric_at at, int64_t value)
{
    MUST(metric->kind == METRIC_KIND_HISTOGRAM);
    _Atomic int64_t *cell = cell_of(metric, at);
    if (cell == NULL)
        return;
    uint32_t buckets;
    const int64_t *bounds = bounds_of(metric, &buckets);
    uint32_t i = 0;
    while (value > bounds[i])
        i++;
    atomic_fetch_add_explicit(&cell[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cell[buckets], value, memory_order_relaxed);
}

int64_t metric_value(const struct metric *metric, struct metric_at at)
{
    const _Atomic int64_t *cell = cell_of(metric, at);
    if (cell == NULL)
        return 0;
    if (metric->kind != METRIC_KIND_HISTOGRAM)
        return atomic_load_explicit(cell, memory_order_relaxed);
    int64_t all = 0;
    for (uint32_t i = 0; i + 1 < cells_each(metric); i++)
        all += atomic_load_explicit(&cell[i], memory_order_relaxed);
    return all;
}

static void number_print(struct buf *out, const struct metric *metric, int64_t value)
{
    if (metric->unit != METRIC_SECONDS) {
        buf_printf(out, "%" PRId64, value);
        return;
    }
    uint64_t us = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    buf_printf(out, "%s%" PRIu64 ".%06" PRIu64, value < 0 ? "-" : "", us / 1000000, us % 1000000);
}

/* {a="x",b="3",le="0.5"}; nothing where there is no label. `le` NULL: none. */
static void labels_print(
    struct buf *out, const struct metric *metric, struct metric_at at, const char *le)
{
    const char *before = "{";
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++) {
        const struct metric_label *label = &metric->labels[i];
        if (label->name == NULL)
            continue;
        if (label->values != NULL)
            buf_printf(out, "%s%s=\"%s\"", before, label->name, label->values[at.label[i]]);
        else
            buf_printf(out, "%s%s=\"%" PRIu32 "\"", before, label->name, at.label[i]);
        before = ",";
    }
    if (le != NULL)
        buf_printf(out, "%sle=\"%s\"", before, le);
    if (le != NULL || before[0] == ',')
        buf_byte(out, '}');
}

static void histogram_print(struct buf *out, const struct metric *metric, struct metric_at at)
{
    const _Atomic int64_t *cell = cell_of(metric, at);
    uint32_t buckets;
    const int64_t *bounds = bounds_of(metric, &buckets);
    int64_t all = 0;
    for (uint32_t i = 0; i < buckets; i++) {
        struct buf le = {.limit = 64};
        if (bounds[i] == INT64_MAX)
            buf_text(&le, "+Inf");
        else
            number_print(&le, metric, bounds[i]);
        buf_byte(&le, '\0');
        all += atomic_load_explicit(&cell[i], memory_order_relaxed);
        buf_printf(out, "%s_bucket", metric->name);
        labels_print(out, metric, at, le.ptr);
        buf_printf(out, " %" PRId64 "\n", all);
        buf_done(&le);
    }
    buf_printf(out, "%s_sum", metric->name);
    labels_print(out, metric, at, NULL);
    buf_byte(out, ' ');
    number_print(out, metric, atomic_load_explicit(&cell[buckets], memory_order_relaxed));
    buf_printf(out, "\n%s_count", metric->name);
    labels_print(out, metric, at, NULL);
    buf_printf(out, " %" PRId64 "\n", all);
}

static void metric_print(struct buf *out, const struct metric *metric)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
        kinds[metric->kind]);
    struct metric_at at;
    for (at.label[0] = 0; at.label[0] < label_count(metric, 0); at.label[0]++)
        for (at.label[1] = 0; at.label[1] < label_count(metric, 1); at.label[1]++) {
            if (metric->kind == METRIC_KIND_HISTOGRAM) {
                histogram_print(out, metric, at);
                continue;
            }
            buf_text(out, metric->name);
            labels_print(out, metric, at, NULL);
            buf_byte(out, ' ');
            number_print(out, metric, metric_value(metric, at));
            buf_byte(out, '\n');
        }
}

void metrics_print(struct buf *out)
{
    pthread_mutex_lock(&rows_lock);
    for (const struct metric *m = rows_first; m != NULL; m = m->next)
        metric_print(out, m);
    pthread_mutex_unlock(&rows_lock);
}
