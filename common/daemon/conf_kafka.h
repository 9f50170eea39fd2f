/* How a daemon is told where Kafka is: rows for its field table, and what they become. */
#ifndef DAEMON_CONF_KAFKA_H
#define DAEMON_CONF_KAFKA_H

#include "conf/conf.h"
#include "kafka/kafka.h"

/* A member named `kafka` of the daemon's configuration struct. */
struct conf_kafka {
    const char *bootstrap;
    bool tls;
    const char *ca_file, *cert_file, *key_file, *key_password;
};
#define CONF_KAFKA_FIELDS(type)                                                                    \
    {"kafka_bootstrap", CONF_TEXT, offsetof(type, kafka.bootstrap), "127.0.0.1:9092", 1, 1000,     \
        NULL, "where Kafka listens: host:port,..."},                                               \
        {"kafka_tls", CONF_BOOL, offsetof(type, kafka.tls), "no", 0, 0, NULL,                      \
            "mutual TLS with the three files below"},                                              \
        {"kafka_ca_file", CONF_PATH, offsetof(type, kafka.ca_file), "", 0, 0, NULL,                \
            "PEM: who signs the brokers"},                                                         \
        {"kafka_cert_file", CONF_PATH, offsetof(type, kafka.cert_file), "", 0, 0, NULL,            \
            "PEM: our certificate"},                                                               \
        {"kafka_key_file", CONF_PATH, offsetof(type, kafka.key_file), "", 0, 0, NULL,              \
            "PEM: our private key"},                                                               \
    {                                                                                              \
        "kafka_key_password", CONF_SECRET, offsetof(type, kafka.key_password), "", 0, 0, NULL,     \
            "of the private key; file:PATH reads it"                                               \
    }

/* `client_id` is static. Texts are the configuration's. */
static inline struct kafka_conf conf_kafka(const struct conf_kafka *conf, const char *client_id)
{
    return (struct kafka_conf){.brokers = conf->bootstrap,
        .client_id = client_id,
        .tls = conf->tls,
        .tls_ca_file = conf->ca_file,
        .tls_cert_file = conf->cert_file,
        .tls_key_file = conf->key_file,
        .tls_key_password = conf->key_password[0] == '\0' ? NULL : conf->key_password};
}

#endif
