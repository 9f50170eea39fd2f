/* The sink driver: turns counted records of the stream into effects in a database, each exactly
 * once. Its positions stand in the same transaction as the effects: epoch claimed before the
 * position is read, commit only where both are still ours. What the effects are is the sink's
 * business: it gives one function. */
#ifndef DAEMON_SINK_H
#define DAEMON_SINK_H

#include "codec/framing.h"
#include "daemon/halt.h"
#include "daemon/ports.h"
#include "event/event.h"

struct sink;

/* A record that counted, and what it did. Lives as long as the batch. */
struct sink_record {
    int32_t partition;
    int64_t offset;
    int64_t at_us;     /* the log's time of it */
    struct view bytes; /* as they stand on the log, framing included */
    struct event event;
    const struct meta *meta;
    const struct dossier *before; /* NULL: there was none */
    const struct dossier *after;  /* a refusal moves version and history only */
};
/* Each dossier touched, once: as it was before the batch and as it is after. */
struct sink_dossier {
    struct uuid person;
    const struct dossier *before; /* NULL: there was none */
    const struct dossier *after;
    struct view packed; /* `after`, framed: what load must give back */
};
struct sink_batch {
    const struct sink_record *records; /* per partition in log order */
    size_t record_count;
    const struct sink_dossier *dossiers; /* by person */
    size_t dossier_count;
    const struct database_move *moves; /* by partition; already made by begin */
    size_t move_count;
    bool live;           /* false while catching up */
    struct arena *arena; /* the batch's: for what prepare and apply need */
    const struct database_port *database;
};
/* Long work on a batch calls this now and then, so that the database, which may be at the batch
 * before, is kept fed. */
static inline void sink_batch_push(const struct sink_batch *batch)
{
    if (batch->database != NULL)
        batch->database->push(batch->database->self);
}

/* Whatever can be done before the transaction: it overlaps with the one before. Changes nothing
 * that lasts, and is called before each apply with the same batch; the records' bytes and the
 * dossiers must not be looked at afterwards. */
typedef res_t sink_prepare_fn(void *owner, const struct sink_batch *batch);
/* Writes the effects into the transaction, packed dossiers and outcome rows (what load reads)
 * included. Called again with an equal batch after a rollback. RETRY: as the database port. */
typedef res_t sink_apply_fn(void *owner, const struct sink_batch *batch, struct database_tx *tx);

struct sink_conf {
    const char *service; /* static */
    int32_t partitions;
    sink_prepare_fn *prepare; /* NULL: all is apply's */
    sink_apply_fn *apply;
    void *owner;
    bool parks;       /* copies unreadable records of the stream to `parked`. The projector alone */
    size_t batch_max; /* records a batch. 0: 2,000 catching up, 500 live */
    size_t batch_bytes_max;   /* 0: 8 MiB */
    size_t dossier_bytes_max; /* of the packed dossiers that a batch is ruled on: with more it is
                                 cut short. 0: 16 MiB */
    int64_t gather_us; /* catching up: a batch waits this long to fill. 0: 20 ms. Live: never */
};
struct sink_ports {
    struct group_port members; /* who reads which partition; its records stay paused, nothing is
                                  committed to it */
    struct reader_port events;
    struct producer_port producer; /* only where it parks */
    struct database_port database;
    struct clock_port clock;
};
struct sink_stats {
    int64_t records; /* read */
    int64_t counted, ignored, corrupt, parked;
    int64_t batches, retries, unknown_commits, ownership_lost;
    int64_t behind; /* records between our positions and the end, as far as known */
    int64_t owned;
    bool under_way; /* the database works on a batch, and waits for us to push the rest of it */
};

struct sink *sink_new(const struct sink_conf *conf, const struct sink_ports *ports,
    const struct codec_registry *registry);
void sink_free(struct sink *sink); /* NULL is fine */
/* At most one batch; while catching up it may still be under way in the database afterwards, and
 * the step is to be called again at once. *ret_more: call again at once. Not OK: the process must
 * end. */
res_t sink_step(struct sink *sink, bool *ret_more) MUST_USE;
int64_t sink_wake_at(const struct sink *sink);
/* The batch in hand is dropped or committed; nothing else is to be done before the end. */
void sink_leave(struct sink *sink);

const struct halt *sink_halt(const struct sink *sink);
void sink_stats(const struct sink *sink, struct sink_stats *ret);

#endif
