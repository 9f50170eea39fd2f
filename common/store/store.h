/* What a decider remembers: packed dossiers, answered ids, the next position per partition. A
 * cache: deleted at any time it is rebuilt from the log, so whatever is doubtful is dropped, not
 * repaired. common/store is the only folder that includes LMDB.
 *
 * Nothing is synced to disk while running. A killed process loses nothing that was committed (the
 * kernel has it). After a crash of the kernel or a power loss the files may be half-true, so a
 * store that was not closed cleanly under another boot of the machine is dropped at open, before it
 * is read. So is one of another format or fingerprint, one that is cut short or damaged, and one
 * that STORE_UNCLEAN_MAX starts in a row did not survive until their first commit.
 *
 * One process writes (a second is refused); one thread owns the handle. Handles do not survive
 * fork. Every key begins with the partition, so that a partition can be walked and dropped. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/id.h"
#include "base/res.h"

struct store;

enum { STORE_UNCLEAN_MAX = 3, STORE_DOSSIER_BYTES_MAX = 4 << 20 };

struct store_conf {
    const char *folder; /* ours alone; made where it is not there */
    struct digest
        fingerprint;  /* of whatever the packed bytes depend on: evolve's version, topic, ... */
    size_t bytes_max; /* the files never grow beyond; address space is reserved, disk is not */
    bool read_only;   /* brokerctl: beside a writer; never drops, RES_RETRY where it would */
};
enum store_found {
    STORE_NEW, /* there was none */
    STORE_KEPT,
    STORE_DROPPED_FORMAT,  /* another format or fingerprint */
    STORE_DROPPED_CRASH,   /* the machine went down while it was open */
    STORE_DROPPED_DAMAGED, /* not a store, cut short, marked damaged, or it killed its openers */
    STORE_FOUND_MAX_
};
const char *store_found_text(enum store_found found); /* a word for the log */

/* FATAL: held by another process, folder not writable, disk full. ret_found may be NULL. */
res_t store_open(
    const struct store_conf *conf, struct store **ret, enum store_found *ret_found) MUST_USE;
/* Syncs, marks it clean. An open transaction is aborted. NULL is fine. */
void store_close(struct store *store);
void store_close_p(struct store **store);

/* One write transaction: all or nothing of what is put between. FATAL: no memory, disk full, store
 * full, damaged (then the next open drops it). After a failed put or commit: store_abort. */
res_t store_begin(struct store *store) MUST_USE;
res_t store_commit(struct store *store) MUST_USE;
void store_abort(struct store *store); /* nothing where none is open */

/* Reads see the open transaction's own writes; without one, the last commit. */
struct store_dossier {
    uint64_t version;
    struct digest history;
    struct view packed; /* good until the next put, begin, commit, abort, clear or store_rest */
};
res_t store_dossier_get(struct store *store, int32_t partition, struct uuid person,
    struct store_dossier *ret, bool *ret_found) MUST_USE;
res_t store_dossier_put(struct store *store, int32_t partition, struct uuid person,
    const struct store_dossier *dossier) MUST_USE;

struct store_answer {
    int32_t partition;
    struct uuid person;
    struct uuid id; /* of the command */
};
/* The version that the record with this id has; not found: not answered. */
res_t store_answered_get(struct store *store, const struct store_answer *key, uint64_t *ret_version,
    bool *ret_found) MUST_USE;
res_t store_answered_put(
    struct store *store, const struct store_answer *key, uint64_t version) MUST_USE;

/* The next offset to read. */
res_t store_position_get(
    struct store *store, int32_t partition, int64_t *ret_next, bool *ret_found) MUST_USE;
res_t store_position_put(struct store *store, int32_t partition, int64_t next) MUST_USE;

/* Lets go of the snapshot that reads outside a transaction hold (it keeps old pages alive): call it
 * when idle. Invalidates views. */
void store_rest(struct store *store);

/* Walks in order of key: partition, person(, id). STORE_EVERY: all partitions. The function must
 * not write to the store; not OK ends the walk and is given back. */
enum { STORE_EVERY = -1 };
typedef res_t store_dossier_fn(
    void *owner, int32_t partition, struct uuid person, const struct store_dossier *dossier);
res_t store_dossiers_each(
    struct store *store, int32_t partition, store_dossier_fn *each, void *owner) MUST_USE;
typedef res_t store_answer_fn(void *owner, const struct store_answer *key, uint64_t version);
res_t store_answers_each(
    struct store *store, int32_t partition, store_answer_fn *each, void *owner) MUST_USE;

/* Inside a transaction: forgets dossiers, answers and position of a partition, or of STORE_EVERY.
 */
res_t store_clear(struct store *store, int32_t partition) MUST_USE;

struct store_size {
    uint64_t dossiers, answers;
    uint64_t bytes_used, bytes_max;
};
res_t store_size(struct store *store, struct store_size *ret) MUST_USE;

#endif
