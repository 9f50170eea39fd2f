/* What every handle of the client needs: settings from a table, an event fd. Of common/kafka alone.
 */
#ifndef KAFKA_CLIENT_H
#define KAFKA_CLIENT_H

#include "kafka/kafka.h"
#include "kafka/kafka_err.h"

struct kafka_number {
    const char *name;
    int64_t value;
};
/* Lists end with a NULL name. FATAL where the client does not take a setting. */
struct kafka_settings {
    const struct kafka_property *texts;
    const struct kafka_number *numbers;
};
/* The caller owns *ret until kafka_client_new took it. */
res_t kafka_client_conf(const struct kafka_conf *conf, const struct kafka_settings *settings,
    rd_kafka_conf_t **ret) MUST_USE;
/* Takes the settings in any case. */
res_t kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **ret) MUST_USE;
void kafka_client_conf_free_p(rd_kafka_conf_t **conf);

/* An eventfd that is readable once something came into the queue. */
res_t kafka_wake_new(int *ret_fd) MUST_USE;
void kafka_wake_on(rd_kafka_queue_t *queue, int fd);
void kafka_wake_clear(int fd);

#endif
