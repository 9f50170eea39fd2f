/* How soon a decider is ready while its log holds the crowd: with the store that it kept, and with
 * none, when it reads the whole log, as librdkafka alone does in the limit. */
#include "bare_kafka.h"
#include "daemons.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTS = 5, PATIENCE_US = 90000000 };

static const char EVENTS_TOPIC[] = "referral.events";

static pid_t start(const char *store)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid > 0)
        return pid;
    setenv("RB_STATE", store, 1);
    bench_become(bench_env("BENCH_DECIDER"));
}

/* Seconds from the start of the process until it says that it is ready. */
static double ready_after(const char *store)
{
    int port = (int)strtol(bench_env("RB_METRICS_PORT"), NULL, 10);
    int64_t from = clock_monotonic();
    pid_t pid = start(store);
    while (!daemon_ready(port)) {
        if (clock_monotonic() - from > PATIENCE_US || waitpid(pid, NULL, WNOHANG) != 0)
            bench_fail("the decider", "does not get ready: see its log");
        usleep(2000);
    }
    double took = (double)(clock_monotonic() - from) / 1e6;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return took;
}

/* As a process would: from nothing to the last record. */
static double bare_read_s(int64_t count)
{
    int64_t from = clock_monotonic();
    rd_kafka_t *reader = bare_reader(EVENTS_TOPIC);
    while (count > 0 && clock_monotonic() - from < PATIENCE_US) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 100);
        if (message == NULL)
            continue;
        count -= message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
        rd_kafka_message_destroy(message);
    }
    double took = (double)(clock_monotonic() - from) / 1e6;
    if (count > 0)
        bench_fail(EVENTS_TOPIC, "records are missing");
    bare_reader_close(reader);
    return took;
}

int main(void)
{
    double starts[STARTS];
    double count = (double)bench_topic_count(EVENTS_TOPIC);
    for (int i = 0; i < STARTS; i++)
        starts[i] = ready_after(bench_env("BENCH_STORE"));
    bench_print(&(struct bench_line){
        "decider-start-with-store", "s", bench_quantile(starts, STARTS, 0.5), 1, .goal = 1});
    double bare = bare_read_s((int64_t)count);
    double ours = ready_after(bench_env("BENCH_STORE_NEW"));
    double again = bare_read_s((int64_t)count);
    bare = again < bare ? again : bare;
    bench_print(&(struct bench_line){"decider-start-without-store", "/s", count / ours,
        count / bare, .goal = 0.7, .at_least = true});
    printf("      decider-start: %.0f records in %.2f s without a store\n", count, ours);
    return 0;
}
