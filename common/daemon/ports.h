/* The narrow seams through which the drivers reach the world: log, store, database, clock. Each is
 * a struct of functions over its own `self`. The real ones stand in port_*.c; tests and the
 * simulated world bring their own. No function blocks longer than it says, none calls back.
 * What came out of a port is not believed twice: what a record says is ruled by the referee. */
#ifndef DAEMON_PORTS_H
#define DAEMON_PORTS_H

#include "base/id.h"
#include "base/res.h"
#include "base/view.h"

enum { PORT_PARTITIONS_MAX = 64 };

/* A record as read. Its views are good until record_done of the port it came from. */
struct port_record {
    int32_t partition;
    int64_t offset;
    int64_t at_us; /* the log's time of it, µs UTC; 0 where there is none */
    struct view key;
    struct view value;
    struct view traceparent, request; /* headers (daemon/envelope.h); a group's records alone, of
                                         others where they are asked for */
    void *handle;
};

#define PORT_FROM_START INT64_C(-1)
struct port_position {
    int32_t partition;
    int64_t offset; /* of the next record, or PORT_FROM_START */
};

enum port_kind {
    PORT_NOTHING,   /* nothing waits */
    PORT_RECORD,    /* record */
    PORT_GAP,       /* positions[0] is not in the log: too old, or beyond its end */
    PORT_ASSIGNED,  /* group: positions are ours, offset = where committed; accept before polling on
                     */
    PORT_REVOKED,   /* group: positions are about to go; release before polling on */
    PORT_LOST,      /* group: positions are gone already; release before polling on */
    PORT_COMMITTED, /* group: the answer to commit_start */
};
enum port_commit {
    PORT_COMMIT_OK,
    PORT_COMMIT_NOT_OURS, /* not our generation any more: nothing was stored */
    PORT_COMMIT_FAILED,   /* may or may not be stored */
};
struct port_event {
    enum port_kind kind;
    struct port_record record;
    const struct port_position *positions; /* good until the next poll */
    size_t position_count;
    enum port_commit commit;
};

struct port_bounds {
    int64_t low;  /* first offset there is */
    int64_t high; /* the one after the last */
};

/* A member of a consumer group on one topic. accept, release, pause, resume and a reader's assign
 * change only the client itself: OK or FATAL. */
struct group_port {
    void *self;
    /* Never waits. RETRY: the world is away, poll again later. FATAL: fenced, not authorised. */
    res_t (*poll)(void *self, struct port_event *ret);
    void (*record_done)(void *self, struct port_record *record);
    /* Takes what ASSIGNED named, each to be read from where it was committed, all paused. */
    res_t (*accept)(void *self);
    res_t (*release)(void *self);
    /* Under the current generation only. The answer is PORT_COMMITTED; one at a time. */
    res_t (*commit_start)(void *self, const struct port_position *next, size_t count);
    /* The same, waiting for the answer (revocation, stop). */
    res_t (*commit)(
        void *self, const struct port_position *next, size_t count, enum port_commit *ret);
    /* A paused partition gives no records until resumed; none is lost. */
    res_t (*pause)(void *self, int32_t partition);
    res_t (*resume)(void *self, int32_t partition);
};

/* Reads the partitions of one topic that it is told to, where it is told to. */
struct reader_port {
    void *self;
    res_t (*poll)(void *self, struct port_event *ret); /* NOTHING, RECORD, GAP; as the group's */
    void (*record_done)(void *self, struct port_record *record);
    /* Exactly these from now on; records of before the call no longer come. */
    res_t (*assign)(void *self, const struct port_position *at, size_t count);
    /* RETRY: no answer just now. May take as long as a round trip. */
    res_t (*bounds)(void *self, int32_t partition, struct port_bounds *ret);
    /* The record with its headers: not worth their while for each. */
    struct port_record (*with_headers)(void *self, const struct port_record *record);
};

enum port_outcome {
    PORT_WRITTEN,     /* on the log, at offset */
    PORT_NOT_WRITTEN, /* certainly not on the log */
    PORT_UNKNOWN,     /* may be on the log, now or in a moment */
};
struct port_report {
    uint64_t tag;
    enum port_outcome outcome;
    int64_t offset; /* PORT_WRITTEN only */
    bool never;     /* these bytes will never be taken (too large) */
};
struct port_message {
    int32_t partition;
    struct view key;
    struct view value;
    const struct record_header *headers;
    size_t header_count;
    uint64_t tag;
};
enum port_topic { PORT_EVENTS, PORT_PARKED };

struct producer_port {
    void *self;
    /* Copies everything. OK: exactly one report with this tag follows. RETRY: no room just now.
     * REJECT: never with these bytes. FATAL: the producer is broken. */
    res_t (*produce)(void *self, enum port_topic topic, const struct port_message *message);
    /* One report; false in *ret_any: none waits. FATAL: broken. */
    res_t (*report)(void *self, struct port_report *ret, bool *ret_any);
};

/* What a decider remembers: a cache of the log, all or nothing per transaction. Not OK is FATAL. */
struct port_dossier {
    int64_t version;
    struct digest history;
    struct view packed; /* good until the next call that writes */
};
struct store_port {
    void *self;
    res_t (*begin)(void *self);
    res_t (*commit)(void *self);
    void (*abort)(void *self);
    /* The next offset to read; not found: nothing remembered, read from the start. */
    res_t (*position)(void *self, int32_t partition, int64_t *ret, bool *ret_found);
    res_t (*position_put)(void *self, int32_t partition, int64_t next);
    res_t (*dossier)(void *self, int32_t partition, struct uuid person, struct port_dossier *ret,
        bool *ret_found);
    res_t (*dossier_put)(
        void *self, int32_t partition, struct uuid person, const struct port_dossier *dossier);
    res_t (*answered)(void *self, int32_t partition, struct uuid person, struct uuid id, bool *ret);
    res_t (*answered_put)(
        void *self, int32_t partition, const struct uuid person_and_id[2], int64_t version);
    /* Nothing will be read for a while. */
    void (*rest)(void *self);
};

/* Where a sink keeps its effects and its positions, in one transaction. */
struct database_tx; /* the sink's own business: port_pg.h */
struct database_position {
    int32_t partition;
    int64_t epoch;
    int64_t next; /* 0 where nothing was read yet */
};
struct database_wanted {
    const struct uuid *persons; /* distinct */
    size_t person_count;
    const struct uuid *answer_persons; /* pairs with answer_ids */
    const struct uuid *answer_ids;
    size_t answer_count;
    size_t dossier_bytes_max; /* of all packed dossiers together */
};
struct database_loaded {
    struct port_dossier *dossiers; /* by person's index; version 0: there is none. Arena's */
    size_t person_count; /* those [0, count) are there, at least one: more would be too much */
    bool *answered;      /* by answer's index */
};
struct database_move {
    int32_t partition;
    int64_t epoch;
    int64_t from; /* must still be the stored next position */
    int64_t next;
};
enum database_commit {
    DATABASE_COMMITTED,
    DATABASE_NOT_OURS,    /* epoch or position were others: rolled back */
    DATABASE_REPLACED,    /* likewise, for the tables are others now: claim again at once */
    DATABASE_ROLLED_BACK, /* for another reason: the same again */
    DATABASE_UNKNOWN, /* the connection was lost on the way: claim again, the position decides */
};
struct arena;
/* RETRY from any of these: the connection is gone or the transaction was a victim; it is rolled
 * back, and the next call connects again. FATAL: the schema or our SQL is wrong. */
struct database_port {
    void *self;
    /* One transaction: each partition's epoch + 1, and its next position. */
    res_t (*claim)(
        void *self, const int32_t *partitions, size_t count, struct database_position *ret);
    /* May be asked while a commit that was started is under way: what it gives is then from before
     * or after that transaction. */
    res_t (*load)(void *self, const struct database_wanted *wanted, struct arena *arena,
        struct database_loaded *ret);
    /* Begins and moves the positions: nothing counts unless each was where `from` says, under its
     * epoch. `live`: the commit waits for the disk. */
    res_t (*begin)(void *self, const struct database_move *moves, size_t count, bool live,
        struct database_tx **ret);
    /* Lets the transaction go on without us; only load, push and commit may follow. */
    void (*commit_start)(void *self);
    /* While a transaction is open or under way: sends on what the other side takes, never waits.
     * What fails shows at commit. */
    void (*push)(void *self);
    /* Waits for the outcome. */
    res_t (*commit)(void *self, enum database_commit *ret);
    void (*rollback)(void *self); /* also after a failure; fine where nothing was begun */
};

struct clock_port {
    void *self;
    int64_t (*now)(void *self); /* µs, from an arbitrary start, never backwards */
};

#endif
