/* The decider driver: answers each command of one family with exactly one record on the stream, and
 * believes nothing but the log: its own record changes nothing before it was read back and the
 * referee has ruled, and until then no other command of that person is decided. One step at a
 * time, no thread, no clock but the port's: the same code runs over Kafka and in a simulated world.
 * What a command means is not decided here but by the pure function it is given. */
#ifndef DAEMON_DECIDER_H
#define DAEMON_DECIDER_H

#include "codec/framing.h"
#include "daemon/halt.h"
#include "daemon/ports.h"
#include "event/event.h"

struct decider;

/* Pure. *ret: the event, or CommandRefused; its meta is the command's, version and history are
 * set by the driver. Not OK: FATAL (the arena is full). */
typedef res_t decide_fn(const struct dossier *dossier, const struct command *command,
    struct arena *arena, struct event *ret);

/* A command of ours was answered, so long after it was read. */
typedef void decider_answered_fn(void *owner, int64_t took_us, bool refused);

struct decider_conf {
    const char *service; /* static */
    const char *commands_topic;
    enum family family;
    decide_fn *decide;
    int32_t partitions; /* of every topic */
    size_t pending_max; /* commands in hand per partition; at it the partition pauses. 0: 2,048 */
    size_t command_bytes_max; /* larger ones are parked. 0: 262,144 */
    size_t dossier_bytes_max; /* beyond it a person's commands are refused. 0: 400,000 */
    int64_t resend_us; /* first wait before the same bytes go again; doubles to 30 s. 0: 100 ms */
    decider_answered_fn *answered; /* NULL: nobody asks */
    void *owner;
    int64_t commit_us; /* least time between two commits of offsets. 0: 200 ms */
    int64_t keep_us;   /* what was read of the stream is written to the store this long afterwards,
                          with   all that came meanwhile; a crash reads it again. 0: at once */
};
struct decider_ports {
    struct group_port commands;
    struct reader_port events;
    struct producer_port producer;
    struct store_port store;
    struct clock_port clock;
};

/* Counts since the start, for metrics and tests. */
struct decider_stats {
    int64_t commands;          /* read */
    int64_t events;            /* records of the stream that counted */
    int64_t decided;           /* records sent for the first time */
    int64_t accepted, refused; /* own commands answered, by kind of record */
    int64_t repeated;          /* commands whose id was answered already */
    int64_t lost;              /* races lost: decided again */
    int64_t resent;            /* same bytes again */
    int64_t parked;            /* records acknowledged by the parked topic */
    int64_t corrupt;           /* records of the stream ignored as unreadable */
    int64_t commits, commits_refused;
    int64_t pending;      /* commands in hand now */
    int64_t oldest_at_us; /* the log's time of the oldest command in hand; 0: none */
    int64_t behind;       /* partitions still catching up */
    int64_t owned;        /* partitions owned */
};

/* Everything is borrowed for the decider's life. */
struct decider *decider_new(const struct decider_conf *conf, const struct decider_ports *ports,
    const struct codec_registry *registry);
void decider_free(struct decider *decider); /* NULL is fine */

/* A bounded amount of work: whatever the ports have, once around. *ret_more: call again at once.
 * Not OK: the process must end; decider_halt says whether it stopped loudly. */
res_t decider_step(struct decider *decider, bool *ret_more) MUST_USE;
/* Nothing need be called before this time of the port's clock, unless a port has something. */
int64_t decider_wake_at(const struct decider *decider);
/* Takes no further commands from now on; step on until decider_idle, then decider_leave. */
void decider_drain(struct decider *decider);
bool decider_idle(const struct decider *decider);
/* Commits what may be committed, waiting for the answer, and lets go of everything. */
void decider_leave(struct decider *decider);

struct decider_place {
    bool owned;
    int64_t events_next;   /* of the stream */
    int64_t commands_next; /* -1: none read since the partition is ours */
};
struct decider_place decider_place(const struct decider *decider, int32_t partition);
const struct halt *decider_halt(const struct decider *decider);
void decider_stats(const struct decider *decider, struct decider_stats *ret);

#endif
