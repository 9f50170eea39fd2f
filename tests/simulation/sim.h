/* One simulated world: who is in it, and what it remembers of what was asked and answered. The
 * deciders, their driver, the sink driver, the projection and the gateways' command path are the
 * real code; log, stores, database, group and clocks are tests/support/world. */
#ifndef SIMULATION_SIM_H
#define SIMULATION_SIM_H

#include "gateway/command_path.h"
#include "schedule.h"
#include "seal/seal.h"
#include "support/model.h"
#include "support/story.h"
#include "support/world/world_base.h"
#include "tally.h"

enum { TWINS = 2, DECIDERS = FAMILY_MAX_ * TWINS, SINKS = 2, GATEWAYS = 2 };
enum { PEOPLE = 3, KEYS_MAX = 128, ASKED_MAX = 400, BODIES = 2 };

/* Columns of the outcome table that an answer is made of. */
enum outcome_column {
    OUTCOME_PERSON,
    OUTCOME_ID,
    OUTCOME_VERSION,
    OUTCOME_SEEN_VERSION,
    OUTCOME_TYPE,
    OUTCOME_COMMAND,
    OUTCOME_CODE,
    OUTCOME_FIELD,
    OUTCOME_ARGUMENTS,
    OUTCOME_REFERRAL,
    OUTCOME_REQUEST_HASH,
    OUTCOME_COLUMNS
};

/* Made once, used by one world after another. */
struct sim_parts {
    struct arena *arena; /* of what follows */
    struct codec_registry *registry;
    const struct projection *projection;
    struct uuid people[PEOPLE];
    size_t outcome_table;
    size_t outcome_columns[OUTCOME_COLUMNS];
    struct arena *world; /* cleared for each world: rows, bodies, what clients remember */
    struct arena *story; /* cleared for each command that a client makes */
    struct arena *step;  /* cleared at every use */
    struct arena *judge; /* cleared for each judgement */
};
void sim_parts_new(struct sim_parts *ret);

/* An Idempotency-Key, and what was sent under it: at most one other body than the first. */
struct key {
    struct uuid id, person;
    enum family family;
    struct view bodies[BODIES]; /* commands as the client means them: no times, no hash */
};
enum asked_end {
    ASKED_OPEN,
    ASKED_OUTCOME,      /* answered from the outcome: status and digest of the body */
    ASKED_REUSED,       /* the key was another body's */
    ASKED_LATE,         /* 202 */
    ASKED_NOT_RECORDED, /* 503: nothing of this request was recorded */
    ASKED_AWAY,         /* 503: the gateway had no database; nothing was sent */
    ASKED_NOTHING,      /* the gateway died */
};
/* A request, and what its sender was answered. */
struct asked {
    struct sim *sim;
    int key, body, gateway;
    int life; /* the gateway's */
    enum asked_end end;
    int status;
    struct digest answer;
};
struct edge_gateway {
    struct member *producer;
    struct waits *waits;
    int life;  /* the first, the second ... */
    bool away; /* it has no database */
};

/* The law once more, by itself: no code of any reader. What counts of the stream, as far as the
 * read model has come. */
struct counted {
    int person; /* of the parts' people */
    int32_t partition;
    int64_t offset;
    struct uuid id;
    struct view bytes;
};
enum { COUNTED_MAX = 600 };
struct law {
    struct dossier_head heads[PEOPLE];
    struct counted counted[COUNTED_MAX];
    size_t count;
};

struct group {
    bool in[TWINS];
    uint32_t partitions[TWINS]; /* a bit each */
    bool pending;               /* not given out yet */
};

struct sim {
    const struct sim_parts *parts;
    const struct schedule *schedule;
    struct tally *tally;
    struct world *world;
    struct base *base;
    struct model rows; /* of the read model */
    struct law law;
    int64_t positions[WORLD_PARTITIONS]; /* as the read model's transactions moved them */
    struct member *deciders[DECIDERS];   /* of family n: n * TWINS, and the ones after */
    struct group groups[FAMILY_MAX_];
    struct sinker *sinkers[SINKS];
    struct edge_gateway gateways[GATEWAYS];
    bool stopped[DECIDERS + SINKS]; /* loudly */
    struct story story;             /* what clients build commands with */
    int64_t wall_us;                /* of people's clocks, beside the world's own */
    struct key keys[KEYS_MAX];
    int key_count;
    struct asked asked[ASKED_MAX];
    int asked_count;
    uint64_t luck; /* draws that are no action's: of the beginning and the end */
    bool healing;
};

/* Plays the whole schedule, heals the world and judges it. What is wrong is printed, and the
 * process ends by abort(). */
void sim_play(const struct sim_parts *parts, const struct schedule *schedule, struct tally *tally);

/* Says what is wrong, and aborts. */
#define WRONG_IN(sim, ...) sim_wrong((sim), __VA_ARGS__)
_Noreturn void sim_wrong(const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define EXPECT(sim, cond, ...)                                                                     \
    do {                                                                                           \
        if (!(cond))                                                                               \
            sim_wrong((sim), __VA_ARGS__);                                                         \
    } while (0)

/* members.c */
void sim_people_new(struct sim *sim);
void sim_people_free(struct sim *sim);
void sim_step_decider(struct sim *sim, int n, uint64_t *draw);
void sim_step_sink(struct sim *sim, int n);
void sim_kill_decider(struct sim *sim, int n, bool keep_store);
void sim_kill_sink(struct sim *sim, int n);
/* Asked to: it ends in order, and is started again. */
void sim_stop_decider(struct sim *sim, int n, uint64_t *draw);
void sim_stop_sink(struct sim *sim, int n);
/* One projector has everything, or each a part; who had it before is told, or not. */
void sim_projectors_move(struct sim *sim, uint64_t *draw);
enum world_fate sim_fate(const struct sim *sim);
/* Adds what a decider or projector did; before it is freed. */
void sim_tally_decider(struct sim *sim, int n);
void sim_tally_sink(struct sim *sim, int n);

/* beginning.c: a case that is on its way already; `far` 0: none. */
enum { BEGINNINGS = 5, STORY_IDS = 1000 };
void sim_beginnings_new(struct sim_parts *parts);
void sim_begin(struct sim *sim, int far);

/* group.c */
void sim_group_start(struct sim *sim, enum family family);
void sim_group_change(struct sim *sim, enum family family, uint64_t *draw);
void sim_group_step(struct sim *sim, enum family family, uint64_t *draw);
void sim_group_back(struct sim *sim, int n);
void sim_group_tell(struct sim *sim, int n);
struct member *sim_owner(const struct sim *sim, enum family family, int32_t partition);

/* act.c */
void sim_act(struct sim *sim, const struct action *action);
void sim_step_all(struct sim *sim, uint64_t *draw);

/* edge.c: clients and gateways. */
void sim_post(struct sim *sim, int key, int body, int gateway);
/* A key that nobody used yet, for a command that fits the person's case as it reads now. */
int sim_key_new(struct sim *sim, uint64_t *draw);
void sim_key_other(struct sim *sim, int key, uint64_t *draw);
void sim_gateway_new(struct sim *sim, int n);
void sim_gateway_step(struct sim *sim, int n);
void sim_gateway_free(struct sim *sim, int n);
/* What the read model says of the id; false: nothing. */
bool sim_outcome(const struct sim *sim, struct uuid id, struct outcome *ret);
void sim_answer(const struct outcome *outcome, struct asked *asked);
/* Of the request, as the gateway has it. */
struct digest sim_hash(const struct sim *sim, const struct asked *asked);

/* heal.c: faults stop, and everything that is owed comes. */
void sim_heal(struct sim *sim);

/* law.c: a batch that committed, held against the log. */
void sim_kept(void *owner, const struct sink_batch *batch);
int sim_person(const struct sim *sim, struct uuid person);
int32_t sim_partition(struct uuid person);

/* judge.c: dossiers, rows, stores. judge_commands.c: what became of each command and request. */
void sim_judge(struct sim *sim);
void sim_judge_commands(struct sim *sim);

#endif
