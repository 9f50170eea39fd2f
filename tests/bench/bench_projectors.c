/* Two projectors, each with half of the partitions, against one with all of them: whole daemons,
 * stopped (SIGSTOP) while the topic fills, then let go together. */
#include "bare_kafka.h"
#include "bare_pg.h"
#include "daemons.h"
#include "projection_run.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEOPLE = 20000, BOTH = 2, PATIENCE_US = 60000000 };

static const char EVENTS_TOPIC[] = "referral.events";

struct run {
    int projectors;
    int first_person; /* people of its own: all new */
    const char *conninfo;
    pid_t pids[BOTH];
    double idle; /* share of the machine's cores that nobody used */
};

/* Jiffies of all cores since the machine started. */
static void cores_now(double *ret_idle, double *ret_all)
{
    FILE *file = fopen("/proc/stat", "re");
    unsigned long long of[8] = {0};
    MUST(file != NULL);
    if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &of[0], &of[1], &of[2], &of[3],
            &of[4], &of[5], &of[6], &of[7]) != 8)
        bench_fail("/proc/stat", "says something else");
    fclose(file);
    *ret_idle = (double)(of[3] + of[4]);
    *ret_all = 0;
    for (size_t i = 0; i < ARRAY_LEN(of); i++)
        *ret_all += (double)of[i];
}

static void start(struct run *run, int i)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    run->pids[i] = pid;
    if (pid > 0)
        return;
    char number[16], port[32];
    snprintf(number, sizeof(number), "%d", i + 1);
    snprintf(port, sizeof(port), "BENCH_PORT_%d", i);
    setenv("RB_METRICS_PORT", bench_env(port), 1);
    setenv("RB_INSTANCE", number, 1);
    setenv("RB_PG", run->conninfo, 1);
    bench_become(bench_env("BENCH_PROJECTOR"));
}

/* Until each has its share of the partitions. */
static void until_shared(const struct run *run)
{
    int64_t until = clock_monotonic() + PATIENCE_US;
    for (int i = 0; i < run->projectors; i++) {
        char port[32];
        snprintf(port, sizeof(port), "BENCH_PORT_%d", i);
        int number = (int)strtol(bench_env(port), NULL, 10);
        while (daemon_metric(number, "broker_projector_partitions") !=
               BENCH_PARTITIONS / run->projectors) {
            if (clock_monotonic() > until)
                bench_fail("the projectors", "do not share the partitions");
            usleep(50000);
        }
    }
}

static void all(const struct run *run, int signal)
{
    for (int i = 0; i < run->projectors; i++)
        kill(run->pids[i], signal);
}

static int64_t fill(const struct run *run)
{
    struct bench_story *story = bench_story_new();
    CLEANUP(buf_done) struct buf out = {0};
    struct digest *histories = calloc(PEOPLE, sizeof(*histories));
    rd_kafka_t *producer = bare_producer();
    size_t records = bench_story_records(story);
    MUST(histories != NULL);
    for (size_t record = 0; record < records; record++)
        for (int n = 0; n < PEOPLE; n++) {
            struct uuid person = bench_person(run->first_person + n);
            bench_story_event(story, run->first_person + n, record, &histories[n], &out);
            bare_produce(producer, EVENTS_TOPIC, RD_KAFKA_PARTITION_UA,
                &(rd_kafka_message_t){.key = person.b,
                    .key_len = sizeof(person.b),
                    .payload = out.ptr,
                    .len = out.len});
        }
    rd_kafka_flush(producer, 30000);
    rd_kafka_destroy(producer);
    bench_story_free(story);
    free(histories);
    return (int64_t)records * PEOPLE;
}

static double rate(struct run *run)
{
    PGconn *pg = bare_open(run->conninfo);
    for (int i = 0; i < run->projectors; i++)
        start(run, i);
    until_shared(run);
    all(run, SIGSTOP);
    int64_t count = fill(run), end = bench_topic_count(EVENTS_TOPIC);
    double idle, cores, idle_after, cores_after;
    cores_now(&idle, &cores);
    int64_t from = clock_monotonic();
    all(run, SIGCONT);
    while (
        bare_number(pg, "SELECT coalesce(sum(next_offset), 0)::bigint FROM read.position") < end) {
        if (clock_monotonic() - from > PATIENCE_US)
            bench_fail("the projectors", "do not get through");
        usleep(5000);
    }
    double took_s = (double)(clock_monotonic() - from) / 1e6;
    cores_now(&idle_after, &cores_after);
    run->idle = (idle_after - idle) / (cores_after - cores);
    long people = bare_number(pg, "SELECT count(*) FROM read.dossier");
    if (people != PEOPLE)
        bench_fail("the projectors", "do not know everybody");
    all(run, SIGTERM);
    for (int i = 0; i < run->projectors; i++)
        waitpid(run->pids[i], NULL, 0);
    PQfinish(pg);
    return (double)count / took_s;
}

/* The second database begins where the topic ends now. */
static void begin_at_end(const char *conninfo)
{
    rd_kafka_t *reader = bare_reader(EVENTS_TOPIC);
    PGconn *pg = bare_open(conninfo);
    for (int i = 0; i < BENCH_PARTITIONS; i++) {
        char sql[128];
        int64_t low = 0, high = 0;
        if (rd_kafka_query_watermark_offsets(reader, EVENTS_TOPIC, i, &low, &high, 10000) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            bench_fail(EVENTS_TOPIC, "does not say where it ends");
        snprintf(
            sql, sizeof(sql), "INSERT INTO read.position VALUES (%d, 1, %lld)", i, (long long)high);
        bare_run(pg, sql);
    }
    PQfinish(pg);
    bare_reader_close(reader);
}

int main(void)
{
    struct run one = {1, 0, bench_env("BENCH_PG"), {0}, 0};
    struct run two = {2, PEOPLE, bench_env("BENCH_PG_BARE"), {0}, 0};
    projection_migrate(two.conninfo);
    double of_one = rate(&one);
    begin_at_end(two.conninfo);
    double of_two = rate(&two);
    bench_print(&(struct bench_line){
        "two-projectors", "/s", of_two, of_one, .goal = 1.5, .at_least = true});
    PGconn *pg = bare_open(two.conninfo);
    printf("      two-projectors: %ld deadlocks; cores idle with one %.0f %%, with two %.0f %%\n",
        bare_number(
            pg, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        100 * one.idle, 100 * two.idle);
    PQfinish(pg);
    return 0;
}
