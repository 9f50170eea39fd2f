/* Reading, in two shapes behind one handle:
 *   - kafka_group_open: a member of a consumer group, for command topics. The broker spreads the
 *     partitions; we commit offsets by hand.
 *   - kafka_reader_open: reads the partitions it is told to at the offsets it is told to, for
 *     referral.events. The broker's group offsets are never used.
 * One record a poll. One thread owns the handle. Nothing is committed or stored automatically, and
 * no offset is ever reset silently: a gap is an event. A paused consumer must still be polled, at
 * least every five minutes. Handles do not survive fork. */
#ifndef KAFKA_CONSUMER_H
#define KAFKA_CONSUMER_H

#include "kafka/kafka.h"

struct kafka_consumer;

enum kafka_event_kind {
    KAFKA_NOTHING, /* nothing waits (wait 0), or wait_ms passed */
    KAFKA_RECORD,  /* event.record; the owner ends it with kafka_record_done */
    KAFKA_END, /* event.at: read to the end; offset = next. Again after every further catch-up */
    KAFKA_GAP, /* event.at: that offset is not in the log (too old, or beyond the end). The
                  partition stands still until it is assigned anew */
    KAFKA_ASSIGNED,  /* group: event.positions are ours, offset = where committed, or
                        KAFKA_FROM_START. Nothing is read until kafka_group_accept */
    KAFKA_REVOKED,   /* group: event.positions are about to go. Stop, commit what may be committed,
                        call kafka_group_release */
    KAFKA_LOST,      /* group: as revoked, but they are gone already and commits are refused */
    KAFKA_COMMITTED, /* group: the answer to kafka_commit_start: event.commit, event.positions */
};

enum kafka_commit {
    KAFKA_COMMIT_OK,
    KAFKA_COMMIT_NOT_OURS, /* not our generation or not our partition any more: drop what is in
                              hand, a REVOKED or LOST follows or came already */
    KAFKA_COMMIT_FAILED,   /* may or may not be stored: commit again, later */
};

enum { KAFKA_PARTITIONS_MAX = 256 }; /* of one consumer, all topics together */

struct kafka_event {
    enum kafka_event_kind kind;
    struct kafka_record record;             /* KAFKA_RECORD */
    struct kafka_position at;               /* KAFKA_END, KAFKA_GAP */
    const struct kafka_position *positions; /* good until the next poll */
    size_t position_count;
    enum kafka_commit commit;
};

struct kafka_group_conf {
    struct kafka_conf kafka;
    const char *group;
    const char *instance; /* static membership; NULL: dynamic */
    const char *const *topics;
    size_t topic_count;
    int64_t session_ms; /* 0: 6,000 */
    int64_t join_ms;    /* the broker answers and the group has given us no assignment, not even an
                           empty one, for so long: kafka_poll is FATAL; 0: 30,000 */
};
/* Joins in the background; FATAL on a setting that the client does not take. */
res_t kafka_group_open(const struct kafka_group_conf *conf, struct kafka_consumer **ret) MUST_USE;

struct kafka_reader_conf {
    struct kafka_conf kafka;
    const char *group; /* only names us to the broker (ACL); nothing is committed */
};
res_t kafka_reader_open(const struct kafka_reader_conf *conf, struct kafka_consumer **ret) MUST_USE;

/* All records must be done before. A group member leaves (a static one does not). May take as long
 * as a round trip to the broker. NULL is fine. */
void kafka_consumer_close(struct kafka_consumer *consumer);
void kafka_consumer_close_p(struct kafka_consumer **consumer);

/* Readable when something waits: then poll with wait 0 until KAFKA_NOTHING. After RETRY it may be
 * quiet although something waits: poll again in a while. */
int kafka_consumer_fd(const struct kafka_consumer *consumer);
/* The next thing that happened. After ASSIGNED accept, after REVOKED and LOST release, before the
 * next poll. RETRY: a failure that the client goes on from by itself (brokers away); poll on.
 * FATAL: fenced by another of our instance, not authorised, a partition or topic that is not there,
 * not taken (back) into the group. */
res_t kafka_poll(struct kafka_consumer *consumer, int wait_ms, struct kafka_event *ret) MUST_USE;

/* Group: starts reading the partitions of the ASSIGNED event, each at its committed offset (from
 * the start where none is); `paused`: nothing is fetched until kafka_resume. */
res_t kafka_group_accept(struct kafka_consumer *consumer, bool paused) MUST_USE;
res_t kafka_group_release(struct kafka_consumer *consumer) MUST_USE;
/* Group: are we still the owner, as far as we know? */
bool kafka_group_owns(const struct kafka_consumer *consumer, const char *topic, int32_t partition);
/* Group: stores `next` offsets (last processed + 1). Waits for the answer, up to a few seconds.
 * The answer is ret_commit; res is FATAL only where the member was fenced by another of its
 * instance. */
res_t kafka_commit(struct kafka_consumer *consumer, const struct kafka_position *next, size_t count,
    enum kafka_commit *ret_commit) MUST_USE;
/* The same without waiting: the answer is a KAFKA_COMMITTED event. RETRY: not ours (see
 * kafka_group_owns), or too many are under way; then no event follows. */
res_t kafka_commit_start(
    struct kafka_consumer *consumer, const struct kafka_position *next, size_t count) MUST_USE;

/* Reader: reads exactly these from now on, replacing what was assigned; offset KAFKA_FROM_START:
 * from the first record there is. count 0: nothing. Records of before the call no longer come. */
res_t kafka_assign(
    struct kafka_consumer *consumer, const struct kafka_position *at, size_t count) MUST_USE;

/* Both. The partition must be assigned. After seek, the next record of it is the first at or after
 * that offset. RETRY: no answer within wait_ms. */
res_t kafka_seek(struct kafka_consumer *consumer, struct kafka_position to, int wait_ms) MUST_USE;
/* Records that were fetched already are not delivered while paused; they come after resume. */
res_t kafka_pause(struct kafka_consumer *consumer, const char *topic, int32_t partition) MUST_USE;
res_t kafka_resume(struct kafka_consumer *consumer, const char *topic, int32_t partition) MUST_USE;

/* First offset there is, and the one after the last, of of.topic and of.partition. Asks the broker,
 * up to wait_ms. */
struct kafka_bounds {
    int64_t low;
    int64_t high;
};
res_t kafka_bounds_get(struct kafka_consumer *consumer, struct kafka_position of, int wait_ms,
    struct kafka_bounds *ret) MUST_USE;
/* The end as of the last fetch, without asking; -1 where not known yet. For lag metrics. */
int64_t kafka_end_known(struct kafka_consumer *consumer, const char *topic, int32_t partition);

#endif
