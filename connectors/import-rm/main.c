/* import-rm: states what stands in Refer and Monitor's own database as commands, waits for their
 * outcomes, and compares. May be stopped at any moment and run again; run twice, it changes
 * nothing. */
#include "base/clock.h"
#include "conf/conf.h"
#include "import-rm/compare.h"
#include "import-rm/defects.h"
#include "import-rm/map.h"
#include "import-rm/send.h"
#include "obs/log.h"

#include <stddef.h>
#include <stdlib.h>

enum { EXIT_EQUAL = 0, EXIT_DIFFERENT = 1, EXIT_BAD_CONF = 2, EXIT_UNREACHABLE = 3 };
enum { ARENA_BYTES = 256 << 20 };

struct import_conf {
    const char *from, *pg, *kafka, *secrets;
    int64_t answer_us;
};

static const struct conf_field fields[] = {
    {"from", CONF_SECRET, offsetof(struct import_conf, from),
        .doc = "Refer and Monitor's database: postgres://user@host:port/name (only read)"},
    {"pg", CONF_SECRET, offsetof(struct import_conf, pg),
        .doc = "the broker's database, as a role that reads schema read and writes schema edge"},
    {"kafka_bootstrap", CONF_TEXT, offsetof(struct import_conf, kafka),
        .doc = "Kafka: host:port,..."},
    {"secrets", CONF_PATH, offsetof(struct import_conf, secrets),
        .doc = "folder with deployment.secret and kek"},
    {"answer", CONF_DURATION, offsetof(struct import_conf, answer_us), .fallback = "60s",
        .doc = "how long an outcome may take before the run ends"},
};
static const struct conf_table table = {"import-rm", "RB_", fields, ARRAY_LEN(fields)};

struct import {
    struct import_conf conf;
    struct edge_secrets secrets;
    struct pg *source, *target;
    struct edge *edge;
    struct codec_registry *registry;
    struct uuid space;
    struct progress progress;
};

static res_t import_open(struct import *import)
{
    struct pg_conf source = {
        .conninfo = import->conf.from, .application = "import-rm", .statement_ms = -1};
    struct pg_conf target = {.conninfo = import->conf.pg, .application = "import-rm"};
    TRY(edge_secrets_open(import->conf.secrets, &import->secrets));
    TRY(pg_open(&source, &import->source));
    TRY(pg_open(&target, &import->target));
    TRY(edge_migrate(import->target));
    import->edge = edge_new(import->target, &import->secrets);
    TRY(codec_registry_new(&import->registry));
    import->space = edge_dossier_id(&import->secrets, VIEW("import:refer-and-monitor"));
    TRY(source_prepare(import->source));
    import->progress.out = stderr;
    return source_count(import->source, &import->progress.people);
}

static void import_close(struct import *import)
{
    codec_registry_free(import->registry);
    edge_free(import->edge);
    pg_close(import->target);
    pg_close(import->source);
    edge_secrets_close(&import->secrets);
}

static res_t send_all(struct import *import, struct send_totals *ret)
{
    struct sender_conf conf = {
        .load = {import->source, import->target, import->edge, import->space, stdout},
        .brokers = import->conf.kafka,
        .answer_us = import->conf.answer_us,
        .progress = &import->progress};
    CLEANUP(sender_free_p) struct sender *sender = NULL;
    TRY(sender_new(&conf, &sender));
    progress_begin(&import->progress);
    return sender_run(sender, ret);
}

static size_t cells_seen(const struct compare *compare)
{
    size_t cells = 0;
    for (size_t i = 0; i < compare->table_count; i++) {
        const struct compare_table *t = &compare->tables[i];
        cells += t->equal + t->not_stated + t->different;
    }
    return cells;
}

static res_t compare_all(struct import *import, struct compare *compare)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(ARENA_BYTES);
    CLEANUP(arena_free_p) struct arena *crns = arena_new(1 << 20);
    struct rm_rows rows;
    size_t people = 0;
    progress_begin(&import->progress);
    TRY(source_people_begin(import->source));
    do {
        arena_clear(crns);
        TRY(source_people_next(import->source, crns, &rows));
        TRY(compare_people(compare, &rows, arena));
        people += rows.count;
        progress_show(&import->progress, "compared", people, cells_seen(compare), rows.count == 0);
    } while (rows.count > 0);
    return RES_DONE;
}

static void print_comparison(const struct compare *compare)
{
    for (size_t i = 0; i < compare->table_count; i++) {
        const struct compare_table *t = &compare->tables[i];
        if (t->equal + t->not_stated + t->different > 0)
            printf("compared %.*s: %zu cells equal, %zu not stated, %zu different\n",
                VIEW_ARG(t->name), t->equal, t->not_stated, t->different);
    }
}

static res_t import_run(struct import *import, int *ret_exit)
{
    int64_t started = clock_monotonic();
    struct send_totals totals;
    struct compare compare = {.out = stdout};
    size_t defects = 0;
    TRY(import_open(import));
    TRY(send_all(import, &totals));
    TRY(defects_report(import->source, stdout, &defects));
    compare.source = import->source;
    compare.target = import->target;
    compare.edge = import->edge;
    compare.registry = import->registry;
    compare.space = import->space;
    TRY(compare_all(import, &compare));
    print_comparison(&compare);
    printf(
        "import: %zu people, %zu commands, %zu sent now, %zu accepted, %zu refused; %zu defects; "
        "%zu differences; %.1f s\n",
        import->progress.people, totals.of.commands, totals.sent, totals.of.accepted,
        totals.of.refused, defects, compare.differences,
        (double)(clock_monotonic() - started) / 1e6);
    *ret_exit = compare.differences + totals.of.refused > 0 ? EXIT_DIFFERENT : EXIT_EQUAL;
    return RES_DONE;
}

int main(int argc, char **argv)
{
    struct import import = {0};
    CLEANUP(conf_done_p) struct conf *conf = NULL;
    struct conf_args args = {argc, argv, stdout, stderr};
    enum conf_next next = conf_load(&table, &args, &import.conf, &conf);
    if (next != CONF_RUN)
        return next == CONF_EXIT_OK ? EXIT_SUCCESS : EXIT_BAD_CONF;
    int code = EXIT_UNREACHABLE;
    res_t done = import_run(&import, &code);
    if (done.act != RES_OK)
        fprintf(stderr, "import-rm: %s\n", done.what);
    import_close(&import);
    return code;
}
