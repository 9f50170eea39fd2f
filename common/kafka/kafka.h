/* What producer, consumer and admin share: how to reach the brokers, records, positions.
 * common/kafka is the only folder that includes librdkafka. No Kafka transactions: the
 * C client has no KIP-890, so they can lose, tear or resurrect writes. The referee stands in their
 * place (dossier/referee.h). */
#ifndef KAFKA_KAFKA_H
#define KAFKA_KAFKA_H

#include "base/res.h"
#include "base/view.h"

/* A librdkafka property, for what this struct does not name (tests, tuning). */
struct kafka_property {
    const char *name;
    const char *value;
};

/* Texts are borrowed until open returns. */
struct kafka_conf {
    const char *brokers;   /* host:port,... */
    const char *client_id; /* the daemon's name */
    bool tls;              /* mutual TLS with the three files below (PEM) */
    const char *tls_ca_file, *tls_cert_file, *tls_key_file;
    const char *tls_key_password;       /* NULL: none */
    const struct kafka_property *extra; /* set last; ends with a NULL name; NULL: none */
};

struct kafka_position {
    const char *topic;
    int32_t partition;
    int64_t offset; /* of the next record; KAFKA_FROM_START where none is stored */
};
#define KAFKA_FROM_START INT64_C(-1)

/* A record as read. Views point into the client's memory: good until kafka_record_done, which may
 * be called in any order, at any time, by the consumer's thread, before the consumer is closed. */
struct kafka_record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t at_us;     /* the record's Kafka timestamp; 0 where there is none */
    struct view key;   /* absent: no key */
    struct view value; /* absent: a tombstone */
    void *handle;
};
void kafka_record_done(struct kafka_record *record); /* twice is fine */
/* The last header of that name; absent where there is none. Lives as long as the record. */
struct view kafka_record_header(const struct kafka_record *record, const char *name);

#endif
