#include "daemon/decider_daemon.h"

#include "base/clock.h"
#include "daemon/decider_measure.h"
#include "daemon/fold.h"
#include "daemon/port_clock.h"
#include "daemon/port_kafka.h"
#include "daemon/port_store.h"
#include "obs/log.h"

#include <stdio.h>
#include <stdlib.h>

static const char EVENTS[] = "referral.events";
static const char PARKED[] = "parked";
enum { KEEP_US = 50000 };

#define FIELD(field) offsetof(struct decider_daemon_conf, field)
const struct conf_field decider_daemon_fields[] = {
    DAEMON_CONF_FIELDS(struct decider_daemon_conf),
    CONF_KAFKA_FIELDS(struct decider_daemon_conf),
    {"state", CONF_PATH, FIELD(state), NULL, 0, 0, NULL,
        "folder for what is remembered of the log; a cache"},
    {"instance", CONF_INT, FIELD(instance), "1", 1, 999, NULL,
        "number of this process among those of its kind"},
    {"store_mib", CONF_INT, FIELD(store_mib), "16384", 16, 4194304, NULL,
        "what is remembered never grows beyond"},
    {"pending_max", CONF_INT, FIELD(pending_max), "2048", 1, 1000000, NULL,
        "commands in hand per partition; beyond it the partition waits"},
    {"command_bytes_max", CONF_INT, FIELD(command_bytes_max), "262144", 1024, 900000, NULL,
        "larger commands are parked"},
    {"resend", CONF_DURATION, FIELD(resend_us), "100ms", 1000, 30000000, NULL,
        "first wait before a record that was not written is sent again; doubles to 30 s"},
    {"give_up", CONF_DURATION, FIELD(give_up_us), "30s", 1000000, 300000000, NULL,
        "how long the client tries to write a record before it reports that it could not"},
};
_Static_assert(ARRAY_LEN(decider_daemon_fields) == DECIDER_DAEMON_FIELDS, "count the rows");

struct decider_daemon {
    const struct decider_service *service;
    const struct decider_daemon_conf *conf;
    struct loop *loop;
    struct codec_registry *registry;
    struct store *store;
    struct port_consumer commands, events;
    struct port_producer producer;
    struct decider *decider;
    struct decider_measure measure;
};

static res_t open_store(struct decider_daemon *self)
{
    char folder[512];
    enum store_found found;
    int len = snprintf(folder, sizeof(folder), "%s/%s-%d", self->conf->state, self->service->name,
        (int)self->conf->instance);
    if (len >= (int)sizeof(folder))
        return FATAL("the path of the state folder is too long");
    struct store_conf conf = {.folder = folder,
        .fingerprint = fold_fingerprint(),
        .bytes_max = (size_t)self->conf->store_mib << 20};
    TRY(store_open(&conf, &self->store, &found));
    log_line(LEVEL_INFO, "store.open", LOG_WORD("found", store_found_text(found)));
    return RES_DONE;
}

static res_t open_consumers(struct decider_daemon *self)
{
    char instance[64];
    struct kafka_conf kafka = conf_kafka(&self->conf->kafka, self->service->name);
    snprintf(instance, sizeof(instance), "%s-%d", self->service->name, (int)self->conf->instance);
    struct kafka_group_conf group = {.kafka = kafka,
        .group = self->service->name,
        .instance = instance,
        .topics = &self->service->commands_topic,
        .topic_count = 1};
    struct kafka_reader_conf reader = {.kafka = kafka, .group = self->service->name};
    self->commands.topic = self->service->commands_topic;
    self->events.topic = EVENTS;
    TRY(kafka_group_open(&group, &self->commands.consumer));
    TRY(kafka_reader_open(&reader, &self->events.consumer));
    TRY(loop_watch(self->loop, kafka_consumer_fd(self->commands.consumer), NULL, NULL));
    return loop_watch(self->loop, kafka_consumer_fd(self->events.consumer), NULL, NULL);
}

static res_t open_producer(struct decider_daemon *self)
{
    static const char *const topics[] = {EVENTS, PARKED, NULL};
    struct kafka_producer_conf conf = {.kafka = conf_kafka(&self->conf->kafka, self->service->name),
        .give_up_ms = self->conf->give_up_us / 1000,
        .topics = topics,
        .on_report = port_producer_report,
        .owner = &self->producer};
    self->producer.topics[PORT_EVENTS] = EVENTS;
    self->producer.topics[PORT_PARKED] = PARKED;
    TRY(kafka_producer_open(&conf, &self->producer.producer));
    return loop_watch(self->loop, kafka_producer_fd(self->producer.producer), NULL, NULL);
}

static void make_decider(struct decider_daemon *self)
{
    struct decider_conf conf = {.service = self->service->name,
        .commands_topic = self->service->commands_topic,
        .family = self->service->family,
        .decide = self->service->decide,
        .partitions = DECIDER_PARTITIONS,
        .pending_max = (size_t)self->conf->pending_max,
        .command_bytes_max = (size_t)self->conf->command_bytes_max,
        .resend_us = self->conf->resend_us,
        .keep_us = KEEP_US,
        .answered = decider_measure_answered,
        .owner = &self->measure};
    struct decider_ports ports = {.commands = port_group(&self->commands),
        .events = port_reader(&self->events),
        .producer = port_producer(&self->producer),
        .store = port_store(self->store),
        .clock = port_clock()};
    self->decider = decider_new(&conf, &ports, self->registry);
}

static res_t start(struct decider_daemon *self)
{
    log_word_add(self->service->commands_topic);
    decider_measure_register();
    TRY(codec_registry_new(&self->registry));
    TRY(open_store(self));
    TRY(open_producer(self));
    TRY(open_consumers(self));
    make_decider(self);
    return RES_DONE;
}

res_t decider_daemon_start(const struct decider_service *service, struct loop *loop,
    const struct decider_daemon_conf *conf, void **ret_self)
{
    struct decider_daemon *self = calloc(1, sizeof(*self));
    MUST(self != NULL);
    *self = (struct decider_daemon){.service = service, .conf = conf, .loop = loop};
    res_t res = start(self);
    if (res.act != RES_OK) {
        decider_daemon_stop(self);
        return res;
    }
    *ret_self = self;
    return RES_DONE;
}

res_t decider_daemon_step(void *owner, bool *ret_more)
{
    struct decider_daemon *self = owner;
    return decider_step(self->decider, ret_more);
}

int64_t decider_daemon_wake_at(const void *owner)
{
    const struct decider_daemon *self = owner;
    return decider_wake_at(self->decider);
}

void decider_daemon_drain(void *owner)
{
    struct decider_daemon *self = owner;
    decider_drain(self->decider);
}

bool decider_daemon_idle(const void *owner)
{
    const struct decider_daemon *self = owner;
    return decider_idle(self->decider);
}

bool decider_daemon_halted(const void *owner)
{
    const struct decider_daemon *self = owner;
    return self->decider != NULL && decider_halt(self->decider)->why != HALT_NOT;
}

/* Every partition that the group gave us is open. None given yet counts as not ready. */
bool decider_daemon_ready(const void *owner)
{
    const struct decider_daemon *self = owner;
    struct decider_stats stats;
    decider_stats(self->decider, &stats);
    return stats.owned > 0 && stats.behind == 0;
}

void decider_daemon_measure(void *owner)
{
    struct decider_daemon *self = owner;
    struct decider_stats stats;
    decider_stats(self->decider, &stats);
    decider_measure_stats(&self->measure, &stats);
    for (int32_t i = 0; i < DECIDER_PARTITIONS; i++) {
        struct decider_place place = decider_place(self->decider, i);
        if (!place.owned)
            continue;
        decider_measure_lag(DECIDER_LAG_EVENTS, i,
            kafka_end_known(self->events.consumer, EVENTS, i), place.events_next);
        decider_measure_lag(DECIDER_LAG_COMMANDS, i,
            kafka_end_known(self->commands.consumer, self->commands.topic, i), place.commands_next);
    }
}

static void close_consumer(struct decider_daemon *self, struct port_consumer *consumer)
{
    if (consumer->consumer == NULL)
        return;
    loop_forget(self->loop, kafka_consumer_fd(consumer->consumer));
    kafka_consumer_close(TAKE(consumer->consumer));
}

/* Intake, batch, consumers, producer, memory. */
void decider_daemon_stop(void *owner)
{
    struct decider_daemon *self = owner;
    if (self->decider != NULL)
        decider_leave(self->decider);
    close_consumer(self, &self->commands);
    close_consumer(self, &self->events);
    if (self->producer.producer != NULL) {
        loop_forget(self->loop, kafka_producer_fd(self->producer.producer));
        kafka_producer_close(TAKE(self->producer.producer));
    }
    port_producer_done(&self->producer);
    decider_free(self->decider);
    store_close(self->store);
    codec_registry_free(self->registry);
    free(self);
}
