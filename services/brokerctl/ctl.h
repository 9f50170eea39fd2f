/* The operator's command: what its subcommands share. One file a subcommand, one row each in
 * main.c. Exit codes are the same everywhere: enum ctl_exit. Nothing here opens a sealed field: a
 * field that is there is shown as "sealed". */
#ifndef BROKERCTL_CTL_H
#define BROKERCTL_CTL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/desc.h"
#include "base/id.h"
#include "codec/framing.h"
#include "daemon/conf_kafka.h"
#include "pg/pg.h"

enum ctl_exit {
    CTL_OK = 0,
    CTL_DIFFERENT = 1,   /* verify: not equal; others: not found, or refused */
    CTL_USAGE = 2,       /* options or configuration */
    CTL_UNREACHABLE = 3, /* Kafka, Postgres or the gateway cannot be reached, or failed */
};

/* From the environment (RB_...), as the daemons have it. */
struct ctl_conf {
    struct conf_kafka kafka;
    const char *pg;
    const char *state;
    const char *schemas;
    const char *secrets;
    const char *gateway;
    const char *issuer;
    const char *audience;
};

struct ctl_args;
struct ctl {
    const char *name; /* of the subcommand */
    const char *usage;
    const struct ctl_conf *conf;
    int argc; /* argv[0] is the subcommand */
    char **argv;
    /* Not NULL: the subcommand only tells, by ctl_parse, what it takes, and ends (help.h). */
    void (*describe)(void *owner, const struct ctl *ctl, const struct ctl_args *args);
    void *owner;
};

/* One option of a subcommand: exactly one of the targets. Long options only, "--name VALUE" or
 * "--name=VALUE"; `--help` is always there. */
struct ctl_option {
    const char *name;
    const char *about;
    bool *flag;
    const char **text;
    int64_t *number;
};
/* Reads options; what is left are the arguments. False: said why on stderr (or printed help, then
 * *ret_exit is CTL_OK): return *ret_exit. The first thing that a subcommand does. */
struct ctl_args {
    const struct ctl_option *options;
    size_t option_count;
    const char *verbs; /* what the first word may be, separated by blanks; NULL: no such list */
    char *words[8];
    size_t word_count;
    size_t words_min, words_max;
};
bool ctl_parse(const struct ctl *ctl, struct ctl_args *args, int *ret_exit);

/* One line on stderr: "brokerctl tail: ...". Gives `exit`. */
int ctl_fail(const struct ctl *ctl, enum ctl_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a failure of a call: REJECT is the caller's fault, the rest CTL_UNREACHABLE. */
int ctl_fail_res(const struct ctl *ctl, res_t res);

/* Connects to RB_PG. RETRY, FATAL: as pg_open. */
res_t ctl_pg_open(const struct ctl *ctl, struct pg **ret) MUST_USE;

/* Has the person's command its answer in the read model? */
res_t ctl_is_answered(struct pg *pg, struct uuid person, struct uuid id, bool *ret) MUST_USE;

/* "name=value" for each field that is there, nested ones with a dot, sealed ones as "sealed", meta
 * left out; separated by blanks. */
void ctl_put_fields(const struct record_desc *desc, const void *record, struct buf *out);
/* The record as a JSON object with meta; sealed fields are the text "sealed". */
void ctl_put_json(const struct record_desc *desc, const void *record, struct buf *out);
/* "4.2 s", "12 min", "3 h 5 min", "2 d 4 h"; of µs, not negative. */
void ctl_put_duration(int64_t us, struct buf *out);
/* "provider HARMONY JBELL" */
void ctl_put_actor(const struct actor *actor, struct buf *out);

/* How far something long is, and when it will be through by the rate so far: a bar on stderr where
 * that is a terminal, otherwise a line every ten seconds. Set `what` and `total`, which may grow.
 */
struct progress {
    const char *what;
    int64_t total;
    int64_t began_us; /* monotonic; 0: not yet */
    int64_t began_at;
    int64_t shown_us;
    bool shown;
};
void progress_to(struct progress *progress, int64_t done);
/* Pure: "what [####    ] 12 of 50, 3 min left"; `now` is monotonic µs. */
void progress_put(const struct progress *progress, int64_t done, int64_t now, struct buf *out);
void progress_end(struct progress *progress);

/* A subcommand: one row in commands.c. */
typedef int ctl_run_fn(const struct ctl *ctl);
struct ctl_command {
    const char *name;
    const char *usage;
    const char *about;
    ctl_run_fn *run;
};
ctl_run_fn tail_run, timeline_run, outcome_run, why_run, verify_run, rebuild_run, lag_run,
    parked_run, restrict_run, topics_run, token_run, demo_run, completion_run, man_run;

#endif
