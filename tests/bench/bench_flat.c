/* Whether memory grows with the log: ten million records of people not seen before (or
 * BENCH_FLAT_RECORDS), a batch of people after the other, through all daemons; memory of their own
 * after the first million and at the end. An hour and more: by name alone. */
#include "bare_kafka.h"
#include "bare_pg.h"
#include "daemons.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PEOPLE = 100000, BEGIN = 1000000, RECORDS = 10000000, PATIENCE_S = 900, REST_S = 12 };

static const char EVENTS_TOPIC[] = "referral.events";

static int64_t produce(struct bench_story *story, int first_person)
{
    CLEANUP(buf_done) struct buf out = {0};
    size_t records = bench_story_records(story);
    struct digest *histories = calloc(PEOPLE, sizeof(*histories));
    rd_kafka_t *producer = bare_producer();
    MUST(histories != NULL);
    for (size_t record = 0; record < records; record++)
        for (int n = 0; n < PEOPLE; n++) {
            struct uuid person = bench_person(first_person + n);
            bench_story_event(story, first_person + n, record, &histories[n], &out);
            bare_produce(producer, EVENTS_TOPIC, RD_KAFKA_PARTITION_UA,
                &(rd_kafka_message_t){.key = person.b,
                    .key_len = sizeof(person.b),
                    .payload = out.ptr,
                    .len = out.len});
        }
    rd_kafka_flush(producer, 60000);
    rd_kafka_destroy(producer);
    free(histories);
    return (int64_t)records * PEOPLE;
}

static void until_projected(PGconn *pg)
{
    int64_t end = bench_topic_count(EVENTS_TOPIC);
    int64_t until = clock_monotonic() + PATIENCE_S * TIME_US_PER_S;
    while (
        bare_number(pg, "SELECT coalesce(sum(next_offset), 0)::bigint FROM read.position") < end) {
        if (clock_monotonic() > until)
            bench_fail("the projector", "does not get through");
        usleep(50000);
    }
}

/* MiB of all daemons, once they have had the time to give back what they needed. */
static double memory(void)
{
    double all_kb = 0;
    sleep(REST_S);
    for (int i = 0; i < DAEMONS; i++) {
        double kb = (double)daemon_memory(daemon_pid(daemon_names[i])).own_kb;
        printf("      flat: %s %.1f MiB\n", daemon_names[i], kb / 1024);
        all_kb += kb;
    }
    return all_kb / 1024;
}

int main(void)
{
    const char *wanted = getenv("BENCH_FLAT_RECORDS");
    int64_t records = wanted == NULL ? RECORDS : strtoll(wanted, NULL, 10), done = 0;
    struct bench_story *story = bench_story_new();
    PGconn *pg = bare_open(bench_env("BENCH_PG_READ"));
    double at_first = 0;
    for (int person = 0; done < records; person += PEOPLE) {
        int64_t from = clock_monotonic();
        int64_t count = produce(story, person);
        until_projected(pg);
        double took_s = (double)(clock_monotonic() - from) / 1e6;
        done += count;
        printf("      flat: %lld of %lld records, %.0f a second, %.0f s to go\n", (long long)done,
            (long long)records, (double)count / took_s,
            (double)(records - done) * took_s / (double)count);
        fflush(stdout);
        if (at_first <= 0 && done >= BEGIN)
            at_first = memory();
    }
    double at_end = memory();
    bench_print(&(struct bench_line){"memory-flat", "MiB", at_end, at_first, .goal = 1.1});
    bench_story_free(story);
    PQfinish(pg);
    return 0;
}
