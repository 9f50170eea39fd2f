/* Sends commands about invented people for a while, each person's in order, many people at once;
 * one in twenty twice. A command that the broker took is never sent again: whoever loses it is
 * found. Ends when every command has its outcome on the log. */
#include "base/clock.h"
#include "kafka/producer.h"
#include "script.h"
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE_MAX = 100000, AGAIN_US = 3000000, PATIENCE_US = 180000000, TWICE_EVERY = 20 };

static const char *const topics[FAMILY_MAX_ + 1] = {
    [FAMILY_REFERRAL] = "referral.commands",
    [FAMILY_SESSION] = "session.commands",
    [FAMILY_RISK] = "risk.commands",
};

struct person {
    struct script script;
    int group; /* on its way */
    int left;  /* of the group */
    bool done[STEPS_MAX];
    bool taken[STEPS_MAX]; /* by the broker */
    int64_t sent_us[STEPS_MAX];
};
struct load {
    struct view run;
    struct kafka_producer *producer;
    struct kafka_consumer *reader;
    struct walk walk;
    struct scripts scripts;
    struct pairs ids; /* (person, id); its number: person * STEPS_MAX + step stands in `at` */
    int32_t *at;
    struct person **people;
    int count, open, most;
    FILE *ledger;
    int64_t commands, sent, finish_us;
    int64_t enough; /* commands: nobody new after so many */
    int64_t *took;
    size_t took_count;
};

static void on_report(void *owner, const struct kafka_report *report)
{
    struct load *load = owner;
    if (report->outcome == KAFKA_WRITTEN)
        load->people[report->tag / STEPS_MAX]->taken[report->tag % STEPS_MAX] = true;
}

static void send_step(struct load *load, int n, int i)
{
    struct person *person = load->people[n];
    const struct step *step = &person->script.steps[i];
    struct kafka_message message = {.topic = topics[command_table[step->type].family],
        .partition = KAFKA_BY_KEY,
        .key = {(const char *)person->script.person.b, 16},
        .value = {step->bytes, step->len},
        .tag = (uint64_t)n * STEPS_MAX + (uint64_t)i};
    res_t res = kafka_produce(load->producer, &message);
    if (res.act != RES_RETRY)
        must(res, "produce");
    person->sent_us[i] = clock_monotonic();
    load->sent++;
}

static void send_group(struct load *load, int n)
{
    struct person *person = load->people[n];
    person->left = 0;
    for (int i = 0; i < person->script.count; i++)
        if (person->script.steps[i].group == person->group) {
            person->left++;
            send_step(load, n, i);
            if (load->sent % TWICE_EVERY == 0)
                send_step(load, n, i);
        }
    if (person->left == 0)
        load->open--; /* the script is over */
}

static void start_person(struct load *load)
{
    struct person *person = calloc(1, sizeof(*person));
    MUST(person != NULL && load->count < PEOPLE_MAX);
    int n = load->count++;
    script_make(&load->scripts, &person->script, load->run, n);
    load->people[n] = person;
    load->open++;
    for (int i = 0; i < person->script.count; i++) {
        const struct step *step = &person->script.steps[i];
        size_t room = load->ids.room;
        int64_t number = pairs_add(&load->ids, person->script.person, step->id);
        if (room != load->ids.room)
            load->at = realloc(load->at, load->ids.room * sizeof(*load->at));
        load->at[number] = n * STEPS_MAX + i;
        fprintf(load->ledger, "%s %s %s\n", uuid_text(person->script.person).text,
            uuid_text(step->id).text,
            step->expected == EVENT_MAX_ ? "-" : event_table[step->expected].name);
    }
    load->commands += person->script.count;
    send_group(load, n);
}

static void answered(struct load *load, int32_t at, enum event_type type)
{
    struct person *person = load->people[at / STEPS_MAX];
    const struct step *step = &person->script.steps[at % STEPS_MAX];
    if (person->done[at % STEPS_MAX])
        return;
    if (step->expected != EVENT_MAX_ && step->expected != type)
        fail("command %s of %s was answered with %s, not %s", uuid_text(step->id).text,
            uuid_text(person->script.person).text, event_table[type].name,
            event_table[step->expected].name);
    person->done[at % STEPS_MAX] = true;
    load->took[load->took_count++ % PEOPLE_MAX] =
        clock_monotonic() - person->sent_us[at % STEPS_MAX];
    if (--person->left > 0)
        return;
    person->group++;
    send_group(load, at / STEPS_MAX);
}

static void read_outcomes(struct load *load)
{
    struct kafka_event event;
    for (int wait_ms = 1;; wait_ms = 0) {
        res_t res = kafka_poll(load->reader, wait_ms, &event);
        if (res.act == RES_RETRY)
            return;
        must(res, "reading the stream");
        if (event.kind == KAFKA_NOTHING)
            return;
        if (event.kind == KAFKA_GAP)
            fail("the stream has a gap");
        if (event.kind != KAFKA_RECORD)
            continue;
        struct walked walked = walk_record(&load->walk, &event.record);
        if (walked.ruling == RULING_COUNTS) {
            const struct uuid *key = load->walk.answers.keys[walked.answer];
            int64_t number = pairs_find(&load->ids, key[0], key[1]);
            if (number != PAIR_NONE)
                answered(load, load->at[number], load->walk.counted[walked.answer].type);
        }
        kafka_record_done(&event.record);
    }
}

static void send_again(struct load *load)
{
    int64_t now = clock_monotonic();
    for (int n = 0; n < load->count; n++) {
        struct person *person = load->people[n];
        for (int i = 0; i < person->script.count && person->left > 0; i++)
            if (person->script.steps[i].group == person->group && !person->done[i] &&
                !person->taken[i] && now - person->sent_us[i] > AGAIN_US)
                send_step(load, n, i);
    }
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report(struct load *load)
{
    size_t n = load->took_count < PEOPLE_MAX ? load->took_count : PEOPLE_MAX;
    qsort(load->took, n, sizeof(*load->took), by_number);
    printf("load: %d people, %" PRId64 " commands answered, %" PRId64
           " sent more than once, %" PRId64 " lost races, outcome seen after p50 %" PRId64
           " us, p99 %" PRId64 " us\n",
        load->count, load->commands, load->sent - load->commands, load->walk.lost,
        n == 0 ? 0 : load->took[n / 2], n == 0 ? 0 : load->took[n * 99 / 100]);
}

/* Lost, if ever: the broker said that it has them, and nobody answered. */
static int taken_unanswered(const struct load *load)
{
    int count = 0;
    for (int n = 0; n < load->count; n++)
        for (int i = 0; i < load->people[n]->script.count; i++)
            count += load->people[n]->taken[i] && !load->people[n]->done[i];
    return count;
}

static bool more_to_come(const struct load *load)
{
    return clock_monotonic() < load->finish_us && load->commands < load->enough;
}

static void run(struct load *load)
{
    int64_t again_at = 0;
    while (load->open > 0 || more_to_come(load)) {
        while (load->open < load->most && more_to_come(load) && load->count < PEOPLE_MAX)
            start_person(load);
        must(kafka_producer_poll(load->producer, 0), "producer");
        read_outcomes(load);
        if (clock_monotonic() > again_at) {
            send_again(load);
            again_at = clock_monotonic() + 200000;
        }
        if (clock_monotonic() > load->finish_us + PATIENCE_US)
            fail("load: %d people still wait for an outcome; %d commands that the broker took have "
                 "none",
                load->open, taken_unanswered(load));
    }
}

static void open_kafka(struct load *load)
{
    struct kafka_position at[12];
    struct kafka_producer_conf producer = {
        .kafka = flow_kafka(), .topics = topics, .on_report = on_report, .owner = load};
    struct kafka_reader_conf reader = {.kafka = flow_kafka(), .group = "flow"};
    must(kafka_producer_open(&producer, &load->producer), "producer");
    must(kafka_reader_open(&reader, &load->reader), "reader");
    for (int32_t i = 0; i < 12; i++)
        at[i] = (struct kafka_position){"referral.events", i, KAFKA_FROM_START};
    must(kafka_assign(load->reader, at, 12), "assign");
}

static void load_done(struct load *load)
{
    for (int i = 0; i < load->count; i++) {
        script_done(&load->people[i]->script);
        free(load->people[i]);
    }
    kafka_consumer_close(load->reader);
    kafka_producer_close(load->producer);
    walk_done(&load->walk);
    scripts_done(&load->scripts);
    pairs_done(&load->ids);
    free(load->people);
    free(load->took);
    free(load->at);
}

int flow_load(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        fail("usage: flow load LEDGER SECONDS PEOPLE [COMMANDS]");
    char run_name[32];
    snprintf(run_name, sizeof(run_name), "%" PRId64, clock_now());
    struct load load = {.run = view_of(run_name), .most = (int)strtol(argv[2], NULL, 10)};
    load.finish_us = clock_monotonic() + strtol(argv[1], NULL, 10) * 1000000;
    load.enough = argc == 4 ? strtol(argv[3], NULL, 10) : INT64_MAX;
    load.people = calloc(PEOPLE_MAX, sizeof(*load.people));
    load.took = calloc(PEOPLE_MAX, sizeof(*load.took));
    load.ledger = fopen(argv[0], "a");
    MUST(load.people != NULL && load.took != NULL);
    if (load.ledger == NULL)
        fail("the ledger %s cannot be written", argv[0]);
    walk_init(&load.walk);
    scripts_init(&load.scripts);
    open_kafka(&load);
    run(&load);
    fclose(load.ledger);
    report(&load);
    load_done(&load);
    return 0;
}

/* One command so many times, at once: one outcome. */
int flow_repeat(int argc, char **argv)
{
    if (argc != 2)
        fail("usage: flow repeat LEDGER TIMES");
    char run_name[32];
    snprintf(run_name, sizeof(run_name), "%" PRId64, clock_now());
    struct load load = {.run = view_of(run_name), .most = 1, .enough = 1};
    load.people = calloc(PEOPLE_MAX, sizeof(*load.people));
    load.took = calloc(PEOPLE_MAX, sizeof(*load.took));
    load.ledger = fopen(argv[0], "a");
    MUST(load.people != NULL && load.took != NULL && load.ledger != NULL);
    walk_init(&load.walk);
    scripts_init(&load.scripts);
    open_kafka(&load);
    start_person(&load);
    for (long i = 1; i < strtol(argv[1], NULL, 10); i++)
        send_step(&load, 0, 0);
    load.finish_us = clock_monotonic();
    run(&load);
    fclose(load.ledger);
    report(&load);
    load_done(&load);
    return 0;
}
