#include "gateway/measure.h"

#include "base/clock.h"
#include "gateway/route.h"
#include "obs/metric.h"

static const char *const kinds[] = {"open", "api", "page", "live", "none"};
static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
static const char *codes[PROBLEM_MAX_ + 1];
_Static_assert(ARRAY_LEN(kinds) == ROUTE_KIND_MAX_ + 1, "a name for each kind of route");

static struct metric answers =
    METRIC_COUNTER("broker_http_answers_total", "Answers by kind of route and class of status.",
        .labels = {{"route", kinds, ARRAY_LEN(kinds)}, {"status", classes, ARRAY_LEN(classes)}});
static struct metric seconds =
    METRIC_HISTOGRAM("broker_http_answer_seconds", "From the whole request to its answer.",
        .unit = METRIC_SECONDS, .labels = {{"route", kinds, ARRAY_LEN(kinds)}});
static struct metric commands = METRIC_COUNTER("broker_commands_answered_total",
    "Commands answered from their outcome, by code.",
    .labels = {{"code", codes, PROBLEM_MAX_ + 1}});
static struct metric command_seconds = METRIC_HISTOGRAM("broker_command_answer_seconds",
    "From the whole request to the answer from its outcome.", .unit = METRIC_SECONDS);
static struct metric late =
    METRIC_COUNTER("broker_commands_late_total", "Commands answered with 202: no outcome in time.");
static const char *const rates[] = {"commands", "queries"};
static struct metric limited = METRIC_COUNTER("broker_http_limited_total",
    "Requests over their client's rate, answered with 429.",
    .labels = {{"rate", rates, ARRAY_LEN(rates)}});
static struct metric streams = METRIC_GAUGE("broker_live_streams", "Event streams open.");
static struct metric waiting =
    METRIC_GAUGE("broker_commands_waiting", "Requests that wait for an outcome.");

static struct metric groups_failed = METRIC_COUNTER("broker_groups_failed_total",
    "Requests for users' groups that failed: whose groups they are is denied meanwhile.");

void measure_start(void)
{
    for (enum problem_code i = 0; i < PROBLEM_MAX_; i++)
        codes[i] = problem_table[i].code;
    codes[PROBLEM_MAX_] = "accepted";
    struct metric *const all[] = {&answers, &seconds, &commands, &command_seconds, &late, &limited,
        &streams, &waiting, &groups_failed};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        metric_register(all[i]);
}

void measure_answer(const struct call *call, int status)
{
    uint32_t kind = call->route == NULL ? ROUTE_KIND_MAX_ : call->route->kind;
    metric_add(&answers, METRIC_AT(kind, (uint32_t)(status / 100 - 1)), 1);
    metric_observe(&seconds, METRIC_AT(kind), clock_monotonic() - call->request->received_us);
}

void measure_command(const struct call *call, enum problem_code code)
{
    metric_add(&commands, METRIC_AT(code), 1);
    metric_observe(&command_seconds, METRIC_PLAIN, clock_monotonic() - call->request->received_us);
}

void measure_late(void)
{
    metric_add(&late, METRIC_PLAIN, 1);
}

void measure_streams(int64_t open)
{
    metric_set(&streams, METRIC_PLAIN, open);
}

void measure_waiting(int64_t count)
{
    metric_set(&waiting, METRIC_PLAIN, count);
}

void measure_groups_failed(int64_t count)
{
    metric_add(&groups_failed, METRIC_PLAIN, count);
}

void measure_limited(bool command)
{
    metric_add(&limited, METRIC_AT(command ? 0 : 1), 1);
}
