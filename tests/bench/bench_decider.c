/* Commands a second through one decider over many people, commands produced beforehand, against a
 * bare loop over the same topic: read a command, produce a record, read it back, as many in flight.
 * Both are timed by the first and last record's time on the log. */
#include "bare_kafka.h"
#include "bench.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEOPLE = 10000, EACH = 3, COMMANDS = PEOPLE * EACH, PATIENCE_US = 60000000 };

static const char COMMANDS_TOPIC[] = "risk.commands", EVENTS_TOPIC[] = "referral.events";

static void fill(void)
{
    struct bench_story *story = bench_story_new();
    CLEANUP(buf_done) struct buf out = {0};
    rd_kafka_t *producer = bare_producer();
    for (int round = 0; round < EACH; round++)
        for (int n = 0; n < PEOPLE; n++) {
            struct uuid person = bench_person(n);
            bench_story_risk(story, n, round, &out);
            bare_produce(producer, COMMANDS_TOPIC, RD_KAFKA_PARTITION_UA,
                &(rd_kafka_message_t){.key = person.b,
                    .key_len = sizeof(person.b),
                    .payload = out.ptr,
                    .len = out.len});
        }
    rd_kafka_flush(producer, 30000);
    rd_kafka_destroy(producer);
    bench_story_free(story);
}

/* Seconds between the first and the last of the topic's records. */
static double seconds_of(const char *topic, int count)
{
    rd_kafka_t *reader = bare_reader(topic);
    int64_t first = INT64_MAX, last = 0, until = clock_monotonic() + PATIENCE_US;
    while (count > 0 && clock_monotonic() < until) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 100);
        if (message == NULL)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_timestamp_type_t type;
            int64_t at = rd_kafka_message_timestamp(message, &type);
            first = at < first ? at : first;
            last = at > last ? at : last;
            count--;
        }
        rd_kafka_message_destroy(message);
    }
    bare_reader_close(reader);
    if (count > 0)
        bench_fail(topic, "records are missing");
    return (double)(last - first + 1) / 1000;
}

/* --- the bare loop -----------------------------------------------------------------------------*/

struct bare {
    const char *topic;
    rd_kafka_t *commands, *producer, *records;
    int sent, back;
};

static bool send_one(struct bare *bare)
{
    static const char more[40]; /* a record says version and history, too */
    static char value[4096];
    rd_kafka_message_t *command = rd_kafka_consumer_poll(bare->commands, 0);
    if (command == NULL)
        return false;
    if (command->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_message_t record = *command;
        MUST(record.len + sizeof(more) <= sizeof(value));
        memcpy(value, command->payload, command->len);
        record.payload = value;
        record.len += sizeof(more);
        bare_produce(bare->producer, bare->topic, command->partition, &record);
        bare->sent++;
    }
    rd_kafka_message_destroy(command);
    return true;
}

static bool take_one(struct bare *bare, int wait_ms)
{
    rd_kafka_message_t *record = rd_kafka_consumer_poll(bare->records, wait_ms);
    if (record == NULL)
        return false;
    bare->back += record->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_message_destroy(record);
    return true;
}

static double bare_rate(const char *topic)
{
    bench_topic_make(topic);
    struct bare bare = {
        topic, bare_reader(COMMANDS_TOPIC), bare_producer(), bare_reader(topic), 0, 0};
    int64_t until = clock_monotonic() + PATIENCE_US;
    while (bare.back < COMMANDS && clock_monotonic() < until) {
        bool any = false;
        for (int i = 0; i < 500 && bare.sent - bare.back < PEOPLE && send_one(&bare); i++)
            any = true;
        rd_kafka_poll(bare.producer, 0);
        for (int i = 0; i < 500 && take_one(&bare, any ? 0 : 1); i++)
            any = true;
    }
    if (bare.back < COMMANDS)
        bench_fail(topic, "the bare loop does not get through");
    bare_reader_close(bare.commands);
    bare_reader_close(bare.records);
    rd_kafka_destroy(bare.producer);
    return COMMANDS / seconds_of(topic, COMMANDS);
}

/* --- ours --------------------------------------------------------------------------------------*/

static pid_t start(void)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid > 0)
        return pid;
    bench_become(bench_env("BENCH_RISK"));
}

static double our_rate(double *ret_cpu_us)
{
    int64_t until = clock_monotonic() + PATIENCE_US;
    pid_t pid = start();
    while (bench_topic_count(EVENTS_TOPIC) < COMMANDS) {
        if (clock_monotonic() > until || waitpid(pid, NULL, WNOHANG) != 0)
            bench_fail("the decider", "does not answer all commands: see its log");
        usleep(200000);
    }
    *ret_cpu_us = (double)bench_cpu_us(pid) / COMMANDS;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return COMMANDS / seconds_of(EVENTS_TOPIC, COMMANDS);
}

int main(void)
{
    double cpu_us = 0;
    fill();
    double before = bare_rate("bench.records.1");
    double ours = our_rate(&cpu_us);
    double after = bare_rate("bench.records.2");
    bench_print(&(struct bench_line){"decider-commands", "/s", ours,
        before > after ? before : after, .goal = 0.5, .at_least = true});
    printf("      decider-commands: %.1f us of CPU a command, its start included\n", cpu_us);
    return 0;
}
