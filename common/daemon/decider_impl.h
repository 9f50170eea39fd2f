/* What the files of the decider driver share. Private. */
#ifndef DAEMON_DECIDER_IMPL_H
#define DAEMON_DECIDER_IMPL_H

#include "base/arena.h"
#include "base/buf.h"
#include "daemon/decider.h"
#include "daemon/envelope.h"
#include "daemon/intake.h"

enum { DESKS_BUCKETS = 4096, MET_MAX = 4, ROUND_MAX = 500, KEPT_MAX = 1024 };

/* A command in hand: from its reading until its outcome stands on the log and every earlier one's
 * of its partition does too. */
struct pending {
    struct pending *next_read;   /* of the partition, by offset */
    struct pending *next_queued; /* of the desk */
    struct desk *desk;           /* NULL: being parked */
    struct send *park;           /* being parked */
    int64_t offset;
    int64_t read_us; /* our clock */
    int64_t at_us;   /* the log's */
    struct uuid id;
    struct trace trace;
    char *bytes; /* ours, key and value; NULL once done */
    struct view key;
    struct view value;
    bool done;
};

/* A person with commands in hand, or records of ours on their way. */
struct desk {
    struct desk *next_in_bucket;
    struct desk *next_ready;
    bool ready;
    struct uuid person;
    int32_t partition;
    struct pending *first, *last; /* first is the one being answered */
    struct send *current;         /* its record on the way; NULL: to be decided */
    struct send *sends;           /* all of ours that are not over, current included */
};

/* Bytes on their way to the log: the same until their fate is known. */
struct send {
    struct send *next, *prev; /* of all */
    struct send *next_of_desk;
    struct send *next_waiting; /* to be sent again */
    struct send *next_watched; /* acknowledged, not read yet; by offset */
    struct desk *desk;         /* NULL: parking, or the partition is not ours any more */
    struct pending *pending;   /* NULL: it was answered or lost; only the report is still due */
    enum port_topic topic;
    int32_t partition;
    char *bytes;
    struct view key;
    struct view value;
    const char *reason;       /* parking */
    struct envelope envelope; /* of an event */
    int64_t version;
    bool outstanding; /* a report will come */
    bool waiting;     /* in the list of those to send again */
    bool watched;
    int64_t acknowledged; /* offset, or -1 */
    int64_t met[MET_MAX]; /* where these very bytes were read */
    int met_count;
    int64_t again_us; /* clock, while waiting */
    int64_t wait_us;  /* the last wait */
};

enum part_state { PART_NOT_OURS, PART_CATCHING_UP, PART_OPEN };

struct part {
    enum part_state state;
    int64_t events_next;          /* next offset of the stream to read */
    int64_t events_end;           /* where it was when the partition came to us */
    int64_t commands_next;        /* -1: none read yet */
    int64_t committed;            /* what the group holds, as far as we know; -1: nothing */
    struct pending *first, *last; /* by offset; the first is not done */
    size_t pending_count;
    bool paused;
    struct send *watch_first, *watch_last;
};

struct decider {
    struct decider_conf conf;
    struct decider_ports ports;
    const struct codec_registry *registry;
    struct arena *arena; /* of one record */
    struct buf out;
    struct halt halt;
    struct decider_stats stats;
    struct part parts[PORT_PARTITIONS_MAX];
    struct port_position coming[PORT_PARTITIONS_MAX]; /* assigned, not accepted yet */
    size_t coming_count;
    struct desk *buckets[DESKS_BUCKETS];
    struct desk *ready_first, *ready_last;
    struct send *sends; /* all */
    struct send *waiting;
    size_t flying; /* sends whose command is not answered yet */
    bool committing;
    bool draining;
    bool keeping;    /* a transaction of the store is open */
    int kept;        /* records in it */
    int64_t keep_at; /* it ends then */
    int64_t commit_at;
    int64_t retry_at; /* the world was away: look again then */
    int64_t now;      /* of this step */
};

/* decider_desk.c: memory and queues; no port is called. */
struct desk *desk_find(struct decider *decider, struct uuid person);
struct desk *desk_open(struct decider *decider, struct uuid person, int32_t partition);
void desk_close_if_empty(struct decider *decider, struct desk *desk);
void desk_ready(struct decider *decider, struct desk *desk);
struct desk *desk_next_ready(struct decider *decider);
/* Copies key and value; appends to the partition. */
struct pending *pending_add(struct decider *decider, const struct port_record *record);
void pending_queue(struct desk *desk, struct pending *pending);
/* Its outcome is on the log: leaves its desk's queue, which it heads. */
void pending_done(struct decider *decider, struct pending *pending);
/* The offset below which every command of the partition has its outcome; -1: none read yet. */
int64_t part_answered(const struct part *part);
struct send *send_new(struct decider *decider, struct pending *pending, struct view value);
/* Its command is answered or goes another way. */
void send_let_go(struct decider *decider, struct send *send);
/* Frees it once nothing more can come of it, and its desk where that was the last thing there. */
void send_over(struct decider *decider, struct send *send);
/* Whatever is left, at the very end. */
void sends_free(struct decider *decider);
void send_wait(struct decider *decider, struct send *send);
/* All commands and sends of the partition are none of ours any more. */
void part_drop(struct decider *decider, int32_t partition);

/* decider_group.c: which partitions are ours; offsets committed. */
res_t decider_take_commands(struct decider *decider, bool *ret_more);
res_t decider_accept(struct decider *decider);
res_t decider_commit(struct decider *decider);
void decider_commit_now(struct decider *decider); /* waits for the answer */
bool decider_has_to_commit(const struct decider *decider);
void decider_let_go(struct decider *decider, const struct port_position *of, size_t count);

/* decider_read.c: the stream, and what it says of our records. */
res_t decider_read(struct decider *decider, bool *ret_more);
/* What was read is in the store from now on. */
res_t decider_keep(struct decider *decider);

/* decider_send.c: deciding, producing, reports. */
res_t decider_reports(struct decider *decider, bool *ret_more);
res_t decider_resend(struct decider *decider);
res_t decider_decide(struct decider *decider, bool *ret_more);
/* `pending` is in no desk's queue. */
res_t decider_park(
    struct decider *decider, struct pending *pending, int32_t partition, const char *reason);
/* The record acknowledged at this offset was read past: stops loudly unless it was met. */
res_t decider_tail_lost(struct decider *decider, const struct send *send, int64_t read);

#endif
