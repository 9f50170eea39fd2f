/* Invented people for the projector's tests: records filled by the schemas' tables from a seed, so
 * that every field of every event, of later ones too, is there now and then; and their fold. */
#ifndef TESTS_PROJECTOR_PEOPLE_H
#define TESTS_PROJECTOR_PEOPLE_H

#include "base/arena.h"
#include "base/clock.h"
#include "daemon/sink.h"
#include "support/model.h"

struct dice {
    uint64_t state;
};
uint64_t dice_below(struct dice *dice, uint64_t limit);

/* A person's id by number; ids of parts come from a small pool of the same person. */
struct uuid person_id(int n);
struct uuid part_id(int person, int n);

struct recipe {
    int person;
    enum event_type type;
};
/* A record of that type about that person with random content, version and history not set. */
struct event record_random(struct dice *dice, struct recipe recipe, struct arena *arena);

/* A log: records in order, each counted, with the dossiers before and after it. */
enum { PEOPLE_MAX = 8, LOG_MAX = 400 };
struct people_log {
    struct arena *arena;
    const struct dossier *now[PEOPLE_MAX];
    struct sink_record records[LOG_MAX];
    size_t count;
};
/* Counts the record as the next of its person's history and appends it. */
void people_count(struct people_log *log, int person, struct event event);
/* A log of random records about so many people, each beginning with a referral. */
struct people_log *people_random(uint64_t seed, int people, size_t records, struct arena *arena);
/* The batch of records [from, to) as the sink driver would hand it over. */
struct sink_batch people_batch(
    const struct people_log *log, size_t from, size_t to, struct arena *arena);
/* Records [from, to) of the log into the read model, as one batch. */
void model_batch(struct model *model, const struct people_log *log, size_t from, size_t to);
/* What stands for the packed dossier in these tests. */
struct view people_packed(const struct dossier *dossier, struct arena *arena);

#endif
