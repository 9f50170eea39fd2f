/* A second read model beside the live one, and the change from the one to the other. Whoever fills
 * it uses the projector's own statements (migrate.h, write_rows.h) under projector_use(SWAP_NEXT).
 *
 * Both are called `read` in their time: the second is made under a name of its own, and renaming is
 * the swap. It moves nobody's position back and doubles nothing: it happens while the live
 * projector cannot commit (its positions are locked), only where each new position is at least the
 * old one, and with epochs beyond every epoch that was ever claimed, so that whatever a projector
 * had in hand counts for nothing and it claims, and reads on, from the new positions
 * (daemon/sink.h). Prepared statements go by the name and are planned again by the server. */
#ifndef PROJECTOR_SWAP_H
#define PROJECTOR_SWAP_H

#include "base/id.h"
#include "pg/pg.h"

#define SWAP_NEXT "read_next"
#define SWAP_OLD "read_old"

enum { SWAP_PARTITIONS_MAX = 64 };
struct swap_positions {
    int64_t next[SWAP_PARTITIONS_MAX]; /* 0 where there is no row */
};

/* One at a time: taken until the connection is closed. *ret false: somebody else has it. */
res_t swap_claim(struct pg *pg, bool *ret) MUST_USE;
/* The connection's role owns `read` and may make schemas, its migrations are this program's, nobody
 * else's views or foreign keys hang on its tables. FATAL: says which of these is not so. */
res_t swap_allowed(struct pg *pg) MUST_USE;

/* Who made the second one; `ret_there` false: there is none. */
res_t swap_next_mark(struct pg *pg, struct digest *ret, bool *ret_there) MUST_USE;
/* Empty, as the migrations leave it, marked. Nobody notices: `read` has its name again at once. */
res_t swap_next_make(struct pg *pg, struct digest mark) MUST_USE;
/* Drops SWAP_NEXT or SWAP_OLD where it is there. Waits for who still reads it, at most `wait_us`:
 * RETRY. */
res_t swap_drop(struct pg *pg, const char *schema, int64_t wait_us) MUST_USE;
/* Statistics for every table of SWAP_NEXT, so that the first query after the swap is planned well.
 */
res_t swap_analyze(struct pg *pg) MUST_USE;

/* A number by which the second one is known, whatever it is called later. */
res_t swap_next_id(struct pg *pg, int64_t *ret) MUST_USE;
/* Is `read` the one of that number? For who lost the answer to swap_commit; on another connection,
 * once the first one's swap_claim is free: before, the server may still be at it. */
res_t swap_is_done(struct pg *pg, int64_t id, bool *ret) MUST_USE;
/* How far a schema (SWAP_NEXT or `read`) is. */
res_t swap_positions(struct pg *pg, const char *schema, struct swap_positions *ret) MUST_USE;
/* Begins the swap: from here on no projector can commit. Gives the live positions, which the second
 * model has to reach, through another connection, before swap_commit. RETRY: somebody held on to
 * them (or compares the read model: swap_shared) for too long; nothing was begun. */
res_t swap_begin(struct pg *pg, struct swap_positions *ret_live) MUST_USE;
/* OK: `read` is the second one now, and everybody who listens was told its positions. REJECT: it is
 * behind the live one in some partition; nothing was done. Otherwise as pg_commit; in any case the
 * swap is over. */
res_t swap_commit(struct pg *pg) MUST_USE;
void swap_abort(struct pg *pg);

/* For who reads the read model in many statements and one snapshot: no swap until the connection is
 * closed. */
res_t swap_shared(struct pg *pg) MUST_USE;

#endif
