#include "kafka/client.h"

#include "base/buf.h"
#include "obs/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The client's own words may quote what came from outside: only its short code is kept. */
static void on_log(const rd_kafka_t *rk, int level, const char *code, const char *text)
{
    (void)rk, (void)text;
    log_line(LEVEL_DEBUG, "kafka.client", LOG_INT("severity", level), LOG_CODE("code", code));
}

static res_t set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[256];
    if (value == NULL)
        return FATAL("kafka: a setting has no value");
    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        return FATAL("kafka: the client does not take a setting");
    return RES_DONE;
}

static const struct kafka_property for_all[] = {
    {"socket.nagle.disable", "true"},
    {"socket.keepalive.enable", "true"},
    /* Of a request without an answer; the client's own minute is how long a group's member waited
     * to be told who coordinates, or for a commit, with its work undone. */
    {"socket.timeout.ms", "10000"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"log.connection.close", "false"},
    {NULL, NULL},
};

static res_t set_texts(rd_kafka_conf_t *conf, const struct kafka_property *texts)
{
    for (; texts != NULL && texts->name != NULL; texts++)
        TRY(set(conf, texts->name, texts->value));
    return RES_DONE;
}

static res_t set_numbers(rd_kafka_conf_t *conf, const struct kafka_number *numbers)
{
    for (; numbers != NULL && numbers->name != NULL; numbers++) {
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)numbers->value);
        TRY(set(conf, numbers->name, text));
    }
    return RES_DONE;
}

static res_t set_tls(rd_kafka_conf_t *conf, const struct kafka_conf *ours)
{
    if (!ours->tls)
        return RES_DONE;
    const struct kafka_property texts[] = {{"security.protocol", "ssl"},
        {"ssl.endpoint.identification.algorithm", "https"}, {"ssl.ca.location", ours->tls_ca_file},
        {"ssl.certificate.location", ours->tls_cert_file}, {"ssl.key.location", ours->tls_key_file},
        {ours->tls_key_password == NULL ? NULL : "ssl.key.password", ours->tls_key_password},
        {NULL, NULL}};
    return set_texts(conf, texts);
}

void kafka_client_conf_free_p(rd_kafka_conf_t **conf)
{
    if (*conf != NULL)
        rd_kafka_conf_destroy(*conf);
    *conf = NULL;
}

res_t kafka_client_conf(
    const struct kafka_conf *ours, const struct kafka_settings *settings, rd_kafka_conf_t **ret)
{
    CLEANUP(kafka_client_conf_free_p) rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    TRY(set(conf, "bootstrap.servers", ours->brokers));
    TRY(set(conf, "client.id", ours->client_id));
    TRY(set_texts(conf, for_all));
    TRY(set_tls(conf, ours));
    TRY(set_texts(conf, settings->texts));
    TRY(set_numbers(conf, settings->numbers));
    TRY(set_texts(conf, ours->extra));
    *ret = TAKE(conf);
    return RES_DONE;
}

res_t kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **ret)
{
    char why[256];
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);
    if (rk == NULL) {
        rd_kafka_conf_destroy(conf);
        return FATAL("kafka: the client cannot start with these settings");
    }
    *ret = rk;
    return RES_DONE;
}

res_t kafka_wake_new(int *ret_fd)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return FATAL("kafka: no more file descriptors");
    *ret_fd = fd;
    return RES_DONE;
}

void kafka_wake_on(rd_kafka_queue_t *queue, int fd)
{
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, fd, &one, sizeof one);
}

void kafka_wake_clear(int fd)
{
    uint64_t count;
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
}

void kafka_record_done(struct kafka_record *record)
{
    if (record->handle != NULL)
        rd_kafka_message_destroy(record->handle);
    *record = (struct kafka_record){0};
}

struct view kafka_record_header(const struct kafka_record *record, const char *name)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t len = 0;
    if (rd_kafka_message_headers(record->handle, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, &len) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return VIEW_NONE;
    return (struct view){value, len};
}
