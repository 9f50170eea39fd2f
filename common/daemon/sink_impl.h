/* What the files of the sink driver share. Private. */
#ifndef DAEMON_SINK_IMPL_H
#define DAEMON_SINK_IMPL_H

#include "base/arena.h"
#include "base/buf.h"
#include "daemon/intake.h"
#include "daemon/sink.h"

struct sink_part {
    bool ours;
    int64_t epoch;
    int64_t stored; /* next position as the database has it */
    int64_t read;   /* next offset to read; the records between are the batch */
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

struct sink {
    struct sink_conf conf;
    struct sink_ports ports;
    const struct codec_registry *registry;
    struct halt halt;
    struct halt found; /* gathering ended before this record: the batch first, then we stop */
    struct sink_stats stats;
    struct sink_part parts[PORT_PARTITIONS_MAX];
    int32_t coming[PORT_PARTITIONS_MAX];
    size_t coming_count;
    bool accept_due;          /* the group waits for our accept */
    struct arena *arena;      /* the batch's */
    struct arena_mark unread; /* after what gathering took: a new attempt starts from here */
    struct buf out;
    struct sink_taken *taken; /* batch_max of them */
    size_t count;
    size_t bytes;
    enum sink_phase phase;
    uint64_t parking; /* number of the batch, in tags */
    int64_t full_at;  /* a batch that is not live waits for more until then */
    bool was_full;
    int64_t retry_at; /* nothing with the database before */
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
bool sink_is_live(const struct sink *sink);

/* sink_write.c: ruled, folded, written. */
res_t sink_write(struct sink *sink);

#endif
