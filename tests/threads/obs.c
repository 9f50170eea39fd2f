/* Log lines and metrics from many threads, printed meanwhile; random ids and sealing, which keep
 * something a thread. */
#include "obs/log.h"
#include "obs/metric.h"
#include "seal/seal.h"
#include "threads.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum { THREADS = 5, EACH = 2000 };

static const char *const outcomes[] = {"one", "two"};
static struct metric counted =
    METRIC_COUNTER("broker_threads_total", "Of this test.", .labels = {{"outcome", outcomes, 2}});
static struct metric took =
    METRIC_HISTOGRAM("broker_threads_seconds", "Of this test.", .unit = METRIC_SECONDS);

static void seal_and_open(struct arena *arena)
{
    struct person_keys keys;
    struct view sealed, plain;
    struct seal_place place = {uuid_random(), SEALED_RISK, VIEW("/text")};
    person_keys_new(uuid_random(), &keys);
    OK_OR_DIE(seal_bytes(&keys, place, VIEW("words"), arena, &sealed));
    OK_OR_DIE(seal_open(&keys, place, sealed, arena, &plain));
    MUST(view_eq(plain, VIEW("words")));
}

static void *work(void *unused)
{
    (void)unused;
    struct arena *arena = arena_new(1 << 16);
    for (int i = 0; i < EACH; i++) {
        arena_clear(arena);
        metric_add(&counted, METRIC_AT((uint32_t)i % 2), 1);
        metric_observe(&took, METRIC_PLAIN, i);
        log_line(LEVEL_INFO, "threads.worked", LOG_INT("number", i));
        if (i % 20 == 0)
            seal_and_open(arena);
    }
    arena_free(arena);
    return NULL;
}

void threads_obs(void)
{
    pthread_t threads[THREADS];
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    log_start("threads", LEVEL_INFO);
    log_to(nowhere);
    metric_register(&counted);
    metric_register(&took);
    for (int i = 0; i < THREADS; i++)
        MUST(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int i = 0; i < 100; i++) {
        struct buf out = {0};
        metrics_print(&out);
        MUST(!out.failed);
        buf_done(&out);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    MUST(metric_value(&counted, METRIC_AT(0)) + metric_value(&counted, METRIC_AT(1)) ==
         THREADS * EACH);
    close(nowhere);
}
