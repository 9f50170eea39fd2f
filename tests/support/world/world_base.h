/* A database in memory for sinks, and a sink over it. */
#ifndef SUPPORT_WORLD_BASE_H
#define SUPPORT_WORLD_BASE_H

#include "daemon/sink.h"
#include "support/world/world.h"

struct base_dossier {
    struct uuid person;
    int64_t version;
    struct digest history;
    char *packed;
    size_t packed_len;
};
struct base_effect {
    struct uuid person, id;
    int64_t version;
    enum event_type type;
};
/* All that a transaction changes. */
struct base_state {
    struct database_position positions[WORLD_PARTITIONS];
    struct base_dossier *dossiers;
    size_t dossier_count, dossier_room;
    struct base_effect *effects; /* one row a counted record; no key: doubles show */
    size_t effect_count, effect_room;
};

enum base_fate {
    BASE_FINE,
    BASE_AWAY,         /* nothing answers */
    BASE_ROLLS_BACK,   /* at commit */
    BASE_UNKNOWN_DONE, /* committed, the answer is lost */
    BASE_UNKNOWN_LOST, /* not committed, no answer */
    BASE_BREAKS_IN_APPLY,
    BASE_REPLACED, /* where it is not ours, that is why */
    BASE_MAX_
};

struct base {
    struct base_state state;
    struct base_state *tx; /* what it will be; NULL: no transaction */
    int claims, begins, commits;
    /* What else is written with a batch, called when it commits; NULL: nothing. */
    void (*kept)(void *owner, const struct sink_batch *batch);
    void *owner;
    struct database_move last_moves[WORLD_PARTITIONS];
    size_t last_move_count;
    bool last_live;
};

struct sinker {
    struct member *member; /* its place in the group, reader and producer */
    struct base *base;
    struct sink_conf conf;
    struct sink *sink;
    enum base_fate fate;
    const struct sink_batch *batch; /* of the open transaction */
    bool moves_hold;                /* likewise */
    bool committing;                /* started, its outcome not asked for yet */
    enum database_commit outcome;
    struct base_state *earlier;                       /* what load may still see meanwhile */
    struct database_position early[WORLD_PARTITIONS]; /* of a claim that comes too late */
    bool loaded;
    int pushes, overlaps; /* loads while a commit was under way */
    size_t largest;       /* batch */
    size_t dossiers_most; /* of one batch */
};

struct base *base_new(void);
void base_free(struct base *base);
struct sinker *sinker_new(struct world *world, struct base *base);
struct sinker *sinker_new_of(struct world *world, struct base *base, size_t batch_max);
struct sinker *sinker_start(struct world *world, struct base *base); /* owns all partitions */
void sinker_free(struct sinker *sinker);                             /* as kill -9 */
void sinker_remake(struct sinker *sinker);                           /* after conf changed */
res_t sinker_step(struct sinker *sinker);
void sinker_run(struct sinker *sinker);
struct sink_stats sinker_stats(const struct sinker *sinker);
/* The law's own walk over the log against what the database has: every counted record once, none
 * else, dossiers as folded. Fails the test where they differ. */
void base_check(const struct base *base, struct world *world);

#endif
