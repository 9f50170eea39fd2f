/* What the files of the sink driver share. Private. */
#ifndef DAEMON_SINK_IMPL_H
#define DAEMON_SINK_IMPL_H

#include "base/arena.h"
#include "base/buf.h"
#include "daemon/index.h"
#include "daemon/intake.h"
#include "daemon/sink.h"

/* Records, or persons, of a batch that are worked on between two pushes. */
enum { SINK_PIECE = 32 };

struct sink_part {
    bool ours;
    int64_t epoch;
    int64_t stored; /* next position as the database has it */
    int64_t sent;   /* the same once it has committed what it was sent */
    int64_t read;   /* next offset to read; the records between are the batch in hand */
    int64_t end;    /* of the log when the partition came to us: live from there */
};

enum sink_phase {
    SINK_GATHERING,
    SINK_PARKING, /* unreadable records of the batch are on their way to `parked` */
    SINK_WRITING, /* complete: into the database, again and again until it is known */
};

/* A record of the batch in hand. */
struct sink_taken {
    struct port_record record;
    bool corrupt;
    bool parked;
    bool outstanding; /* on its way to `parked` */
    struct event event;
};

/* One attempt at a batch: ruled and folded against what the database has, or will have when it has
 * committed the batch before. Everything is the batch arena's. */
struct sink_attempt {
    struct index persons, answers;
    struct database_loaded loaded;          /* `answered` includes what counted in this batch */
    const struct dossier **before, **after; /* by person's number */
    struct view *packed;                    /* likewise; absent: the dossier did not move */
    struct sink_record *records;
    struct sink_dossier *dossiers;
    struct database_move moves[PORT_PARTITIONS_MAX];
    struct sink_batch batch;
    struct halt found; /* the batch ends before this record: written first, then we stop */
};

/* A batch from gathering to commit. There are two: while the database works on one, the next is
 * gathered, ruled and prepared. */
struct sink_work {
    struct arena *arena;
    struct arena_mark unread; /* after what gathering took: a new attempt starts from here */
    struct sink_taken *taken; /* batch_max of them */
    size_t count;
    size_t bytes;
    struct halt found; /* gathering ended before this record: the batch first, then we stop */
    struct sink_attempt attempt;
};

struct sink {
    struct sink_conf conf;
    struct sink_ports ports;
    const struct codec_registry *registry;
    struct halt halt;
    struct sink_stats stats;
    struct sink_part parts[PORT_PARTITIONS_MAX];
    int32_t coming[PORT_PARTITIONS_MAX];
    size_t coming_count;
    bool accept_due; /* the group waits for our accept */
    struct buf out;
    struct sink_work works[2];
    struct sink_work *hand;   /* the batch in hand */
    struct sink_work *flight; /* the one that the database works on; NULL: none */
    enum sink_phase phase;    /* of the one in hand */
    size_t room;              /* records a batch takes just now: batch_max, less after a cut */
    uint64_t parking;         /* number of the batch in hand, in tags */
    int64_t full_at;          /* a batch that is not live waits for more until then */
    bool was_full;
    int64_t retry_at; /* nothing with the database before */
    int64_t ask_at;   /* the group is asked again; INT64_MAX: when it has something to say */
    int64_t now;
};

/* sink_group.c: which partitions are ours, claimed in the database. */
res_t sink_members(struct sink *sink);
res_t sink_claim(struct sink *sink);
/* Not ours any more, or not known to be: the batch is dropped, everything is claimed anew. */
void sink_claim_again(struct sink *sink, int64_t after_us);

/* sink_batch.c: the batch in hand. */
res_t sink_gather(struct sink *sink, bool *ret_more);
res_t sink_park(struct sink *sink);
void sink_drop_batch(struct sink *sink);
/* Its records are not needed any more; what was made of them is. */
void sink_drop_records(struct sink *sink, struct sink_work *work);
bool sink_is_live(const struct sink *sink);
/* Between pieces of long work. */
void sink_push(struct sink *sink);

/* sink_rule.c: loaded, ruled, folded, packed. RETRY: the database is away. */
res_t sink_rule(struct sink *sink);

/* sink_write.c: prepared, sent, committed. */
res_t sink_write(struct sink *sink);
/* Waits for what the database works on. Where it does not commit that, the batch in hand, which was
 * ruled on it, is dropped and everything claimed anew. *ret_fine: committed, or there was nothing.
 */
res_t sink_settle(struct sink *sink, bool *ret_fine);

#endif
