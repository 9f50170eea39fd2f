/* Configuration: one struct a service, filled from one table of fields.
 * Order: default < file (key = value, # comments) < environment (prefix + upper-case name).
 *
 *   struct referrals_conf { const char *brokers; int64_t poll_us; bool live; };
 *   static const struct conf_field fields[] = {
 *       {"kafka_brokers", CONF_TEXT, offsetof(struct referrals_conf, brokers), .fallback =
 * "localhost:9092", .doc = "where Kafka listens"}, ...
 *   };
 *   static const struct conf_table table = {"referrals", "RB_", fields, ARRAY_LEN(fields)};
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/res.h"
#include "base/view.h"

#include <stdio.h>

/* The C type of each stands behind it. */
enum conf_kind {
    CONF_TEXT,     /* const char *, never NULL ("" where nothing is set and it is not required) */
    CONF_INT,      /* int64_t */
    CONF_BOOL,     /* bool: true false yes no on off 1 0 */
    CONF_DURATION, /* int64_t µs, written 250us 20ms 5s 2m 1h 30d (a bare 0 too) */
    CONF_PATH,     /* const char *, not empty unless fallback is "" */
    CONF_SECRET,   /* const char *; "file:PATH" reads the file (one trailing newline dropped);
                      printed as ***** */
    CONF_MAX_
};

struct conf_field {
    const char *name; /* a-z 0-9 _ ; pg_conninfo is RB_PG_CONNINFO in the environment */
    enum conf_kind kind;
    size_t offset;
    const char *fallback; /* as it would be written; NULL: required */
    int64_t min, max;     /* INT, DURATION (µs); both 0: no limit. TEXT: bytes */
    const char *allowed;  /* TEXT: "plain|ssl"; NULL: anything */
    const char *doc;
};

struct conf_table {
    const char *service;
    const char *prefix; /* of the environment: "RB_" */
    const struct conf_field *fields;
    size_t count;
};

enum conf_next {
    CONF_RUN,
    CONF_EXIT_OK,  /* --help, --print-config: printed, exit 0 */
    CONF_EXIT_BAD, /* one line per bad value was printed: exit 2 */
};

/* Options: --config FILE, --help, --print-config; any other argument is bad. Prints to `out` and
 * `err`. The texts live until conf_done. */
struct conf;
struct conf_args {
    int argc;
    char **argv;
    FILE *out, *err;
};
enum conf_next conf_load(const struct conf_table *table, const struct conf_args *args,
    void *ret_struct, struct conf **ret_conf);
/* Frees the texts; NULL is fine. */
void conf_done(struct conf *conf);
void conf_done_p(struct conf **conf);

/* "250ms" etc. to µs; for tables of our own beside. */
bool conf_duration(struct view text, int64_t *ret_us);

#endif
