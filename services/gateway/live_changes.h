/* What happened in the read model between two of its positions, whom it concerns, and who may not
 * be told: asked once for all readers. */
#ifndef GATEWAY_LIVE_CHANGES_H
#define GATEWAY_LIVE_CHANGES_H

#include "gateway/gateway.h"
#include "gateway/live_cursor.h"

/* Where the read model stands. FATAL: more partitions than POSITIONS_MAX. */
res_t live_positions_read(struct gateway *gateway, struct positions *ret) MUST_USE;

struct live_change {
    struct uuid person, referral; /* referral zero: of the person */
    struct view scopes;           /* "kind:code\n...", what its referrals are listed under */
    bool restricted;              /* not everybody who is listed may see the person */
    bool judged;                  /* it is that which changed, and no fact */
};
struct live_changes {
    struct live_change *items;
    size_t count;
    bool cut; /* there are more: nobody knows whom they concern */
    struct pg_rows *rows;
};
/* `ret` owns them until live_changes_done, which takes {0}, too. */
res_t live_changes_read(struct gateway *gateway, const struct positions *from,
    const struct positions *to, struct live_changes *ret) MUST_USE;
/* Of one person, that it is another question now who may see them. */
res_t live_judged_read(
    struct gateway *gateway, struct uuid person, struct live_changes *ret) MUST_USE;
void live_changes_done(struct live_changes *changes);

/* Questions whether a person's record is closed to a reader, answered in the order in which they
 * were put. Start with live_asks_init. */
struct live_asks {
    struct pg_array persons, users;
    struct pg_rows *rows;
    int next;
};
void live_asks_init(struct live_asks *asks);
void live_asks_done(struct live_asks *asks);
/* Beyond LIVE_ASKS_MAX nothing more is asked. */
enum { LIVE_ASKS_MAX = 10000 };
void live_asks_put(struct live_asks *asks, struct uuid person, struct view user);
res_t live_asks_send(struct live_asks *asks, struct gateway *gateway) MUST_USE;
/* The next answer. UNKNOWN: it was not asked. */
enum live_answer { LIVE_HIDDEN, LIVE_SEEN, LIVE_UNKNOWN };
enum live_answer live_asks_next(struct live_asks *asks);

/* Which of these commands have their outcome, in any order, and where each stands: id, partition,
 * offset. For pages that wait for one. */
res_t live_outcomes_read(
    struct gateway *gateway, const struct pg_array *ids, struct pg_rows **ret) MUST_USE;

#endif
