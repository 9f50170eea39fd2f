/* A world in memory for the drivers: topics, groups, producers, stores, a clock. Deterministic;
 * what goes wrong, and when, the test says. */
#ifndef SUPPORT_WORLD_H
#define SUPPORT_WORLD_H

#include "base/buf.h"
#include "daemon/decider.h"
#include "dossier/dossier.h"

enum { WORLD_PARTITIONS = 2, WORLD_RECORDS_MAX = 20000, WORLD_HELD_MAX = 256 };
/* The command topics are numbered as the families whose commands they hold. */
enum world_topic {
    WORLD_REFERRAL_COMMANDS,
    WORLD_SESSION_COMMANDS,
    WORLD_COMMANDS, /* of family risk: where one family is enough */
    WORLD_EVENTS,
    WORLD_PARKED,
    WORLD_TOPICS
};
_Static_assert((int)WORLD_COMMANDS == FAMILY_RISK, "a topic a family");

struct world_headers { /* "" where there is none */
    char reason[32], type[32], source[32], traceparent[64], request[64];
};
struct world_record {
    int64_t offset;
    char *bytes;
    size_t key_len, value_len;
    struct world_headers headers;
};
struct world_log {
    struct world_record *records;
    size_t count, room;
    int64_t next; /* offset of the next append */
};

/* An append on its way: lands when the test (or the producer's mode) lets it. */
struct world_held {
    struct member *from; /* NULL: nobody waits for the report any more */
    enum world_topic topic;
    int32_t partition;
    char *bytes;
    size_t key_len, value_len;
    uint64_t tag;
    struct world_headers headers;
    bool doubled; /* a copy is on its way, too */
};

struct world {
    struct codec_registry *registry;
    bool registry_lent; /* somebody else frees it */
    struct world_log logs[WORLD_TOPICS][WORLD_PARTITIONS];
    struct world_held held[WORLD_HELD_MAX];
    size_t held_count;
    int64_t now;
    int64_t committed[FAMILY_MAX_][WORLD_PARTITIONS]; /* of each command topic's group; -1: none */
    bool turned_back;                                 /* a commit was lower than the one before */
};

/* What happens to the next appends of a member. */
enum world_fate {
    FATE_WRITTEN,
    FATE_HELD,            /* on its way until world_land */
    FATE_DROPPED,         /* not written, and reported so */
    FATE_UNKNOWN_WRITTEN, /* written, the answer is lost */
    FATE_UNKNOWN_DROPPED, /* not written, no answer */
    FATE_SILENT_WRITTEN,  /* written, no report at all until world_report */
    FATE_ACKED_LOST,      /* acknowledged at an offset that another record gets */
    FATE_NO_ROOM,
    FATE_TOO_LARGE, /* refused at once */
    FATE_NEVER,     /* taken, then reported as never to be written */
};

struct world_store {
    struct world_stored *items;
    size_t count, room;
    struct world_undo *undo; /* what the open transaction changed */
    size_t undo_count, undo_room;
};

/* One process: a decider with its own store and its place in the group. */
struct member {
    struct world *world;
    struct decider *decider;
    struct decider_conf conf;
    enum world_fate fate;
    int produced;
    /* group */
    bool assigned[WORLD_PARTITIONS], paused[WORLD_PARTITIONS];
    bool accepted;
    int64_t commands_next[WORLD_PARTITIONS];
    struct {
        enum port_kind kind;
        uint32_t partitions; /* a bit each */
    } news[256];
    int news_count;
    uint32_t coming;                /* assigned, to be accepted */
    enum port_commit commit_answer; /* given to commits */
    bool fails_late;                /* PORT_COMMIT_FAILED, and stored all the same */
    bool joining;                   /* the group takes no commit of it before it has accepted */
    bool commit_pending;
    enum port_commit commit_result; /* of the one on its way */
    struct port_position commit_at[WORLD_PARTITIONS];
    size_t commit_count;
    bool commits_held; /* the answer is not given until let go */
    struct port_position news_at[WORLD_PARTITIONS];
    /* reader */
    bool reading[WORLD_PARTITIONS];
    int64_t events_next[WORLD_PARTITIONS];
    bool reader_held;
    int bounds_away; /* so many times no answer */
    /* producer */
    struct port_report reports[1024];
    int report_first, report_count;
    bool reports_held;
    /* store */
    struct world_store store;
    bool in_transaction;
    /* Dies at the so many-th call of a port from now on, before anything of it is done; 0: never.
     */
    int dies_in;
    bool dead;
};
/* To be asked by each call of a port. */
bool member_dies(struct member *member);
#define MAY_DIE(member)                                                                            \
    do {                                                                                           \
        if (member_dies(member))                                                                   \
            return FATAL("killed");                                                                \
    } while (0)

struct world *world_new(void);
struct world *world_new_with(struct codec_registry *registry); /* borrowed */
void world_free(struct world *world);
/* Any key and value. */
int64_t world_append(struct world *world, enum world_topic topic, int32_t partition,
    struct view key, struct view value);
const struct world_record *world_at(
    const struct world *world, enum world_topic topic, int32_t partition, int64_t offset);
struct view record_key(const struct world_record *record);
struct view record_value(const struct world_record *record);
/* The oldest held append lands; false: there is none. */
bool world_land(struct world *world);
bool world_land_at(struct world *world, size_t n);
/* Another copy of it is on its way, too, and nobody waits for its report. */
void world_double(struct world *world, size_t n);
/* ... or never does, and is reported so: where a copy is on its way, as in doubt. */
void world_drop(struct world *world);
/* Cuts the log's end: records from this offset on are gone. */
void world_cut(struct world *world, enum world_topic topic, int32_t partition, int64_t from);

struct uuid person_in(int32_t partition, int n); /* n: which one */
struct uuid id_of(int n);
/* A command of family risk: ShareRisk is accepted by the test's decide, AcknowledgeRisk refused. */
int64_t world_command(struct world *world, struct uuid person, enum command_type type, int id);
struct event world_event(
    const struct world *world, int32_t partition, int64_t offset, struct arena *arena);
/* A record that answers `id` on this dossier, as another writer would: appended to the stream.
 * version and history: what it claims to be decided on. */
int64_t world_rival(struct world *world, struct uuid person, int id, struct referee_input place);
/* Version and history after all records of the person that count. */
struct referee_input world_next(struct world *world, struct uuid person);
/* How many records of the stream answer `id` and count; and how many answer it at all. */
struct world_count {
    int counted, any;
    enum event_type type;
};
struct world_count world_answers(struct world *world, struct uuid person, int id);
struct store_port world_store_port(struct member *member);
struct decider_ports member_ports(struct member *member);
res_t test_decide(const struct dossier *dossier, const struct command *command, struct arena *arena,
    struct event *ret);

/* A decider of family risk that owns all partitions once it has polled. */
struct member *member_start(struct world *world);
/* Without assignment. */
struct member *member_new(struct world *world);
struct member *member_new_of(struct world *world, const struct decider_conf *conf);
/* No decider: who only produces. */
struct member *member_new_bare(struct world *world);
/* As a producer's port, on any topic. */
res_t member_produce(
    struct member *member, enum world_topic topic, const struct port_message *message);
void member_assign(struct member *member);
void member_assign_some(struct member *member, uint32_t partitions); /* a bit each */
void member_revoke(struct member *member, bool lost);
void member_free(struct member *member); /* as kill -9: nothing is said to anybody */
/* Steps until nothing moves; fails the test on an error. */
void member_run(struct member *member);
/* One step; its result. */
res_t member_step(struct member *member);
/* A process of the same kind with the store that this one had (which is moved). */
void member_restart(struct member **member, bool keep_store);
struct decider_stats member_stats(const struct member *member);
bool stores_equal(const struct world_store *a, const struct world_store *b);
void store_drop(struct world_store *store);
/* What a transaction that never ended had changed is as before. */
void store_undo(struct world_store *store);

#endif
