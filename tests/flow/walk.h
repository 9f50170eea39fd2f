/* The law of the log once more, for the tests of it: walks the stream and says which records count.
 * Uses the referee alone, none of the drivers. */
#ifndef FLOW_WALK_H
#define FLOW_WALK_H

#include "codec/framing.h"
#include "dossier/referee.h"
#include "kafka/consumer.h"

/* Numbers for pairs of ids; grows. */
struct pairs {
    struct uuid (*keys)[2];
    size_t count, room;
    uint32_t *slots;
    size_t slot_count;
};
enum { PAIR_NONE = -1 };
int64_t pairs_find(const struct pairs *pairs, struct uuid a, struct uuid b);
int64_t pairs_add(struct pairs *pairs, struct uuid a, struct uuid b); /* also where it is there */
void pairs_done(struct pairs *pairs);

struct counted {
    int64_t version, offset;
    int32_t partition;
    enum event_type type;
};
struct walk {
    struct codec_registry *registry;
    struct arena *arena;
    struct pairs persons; /* (person, person) */
    struct dossier_head *heads;
    struct pairs answers;    /* (person, id) */
    struct counted *counted; /* by answer's number */
    int64_t records, lost, repeated, unreadable;
};
void walk_init(struct walk *walk);
void walk_done(struct walk *walk);
/* An event, under its person's key: what every reader rules upon. Uses the walk's arena. */
bool walk_readable(const struct walk *walk, const struct kafka_record *record, struct event *ret);
struct walked {
    enum ruling ruling;
    int64_t answer; /* number; PAIR_NONE where the record is unreadable */
};
/* Prints and exits with 1 where the log has a gap or a fork. */
struct walked walk_record(struct walk *walk, const struct kafka_record *record);

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void must(res_t res, const char *what);
struct kafka_conf flow_kafka(void);

int flow_load(int argc, char **argv);
int flow_check(int argc, char **argv);
int flow_repeat(int argc, char **argv);

#endif
