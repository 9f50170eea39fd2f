/* The inside of struct store, shared by store.c (opening), rows.c (one row) and walk.c (many). Of
 * common/store alone. */
#ifndef STORE_STORE_OWN_H
#define STORE_STORE_OWN_H

#include "store/marker.h"
#include "store/store.h"
#include "store/store_err.h"

#include <lmdb.h>

enum store_table { TABLE_META, TABLE_DOSSIER, TABLE_ANSWERED, TABLE_POSITION, TABLE_MAX_ };

enum {
    PARTITION_BYTES = 4,
    DOSSIER_KEY_BYTES = 20,
    ANSWER_KEY_BYTES = 36,
    DOSSIER_HEAD_BYTES = 48
};

struct store {
    MDB_env *env;
    MDB_dbi tables[TABLE_MAX_];
    MDB_txn *write; /* NULL: none open */
    MDB_txn *read;  /* NULL: never needed so far */
    bool read_live; /* else reset, to be renewed */
    bool read_only;
    int folder, lock; /* descriptors; -1: none */
    struct marker marker;
};

struct store_key {
    uint8_t bytes[ANSWER_KEY_BYTES];
    size_t len;
};
struct store_key store_key_partition(int32_t partition);
struct store_key store_key_dossier(int32_t partition, struct uuid person);
struct store_key store_key_answer(const struct store_answer *answer);
/* Back; false where the bytes are no such key. */
bool store_key_read(MDB_val key, struct store_answer *ret);
static inline MDB_val store_key_val(struct store_key *key)
{
    return (MDB_val){key->len, key->bytes};
}

/* The transaction to read in: the open one, else a snapshot. */
res_t store_reading(struct store *store, MDB_txn **ret) MUST_USE;
/* Translates; a damaged store is marked, so that the next open drops it. */
res_t store_failed(struct store *store, int err, const char *file, int line) MUST_USE;
#define STORE_FAILED(store, err) store_failed((store), (err), __FILE__, __LINE__)

/* FATAL (and marked damaged) where the value is not what was put under this key. */
res_t store_dossier_read(
    struct store *store, MDB_val key, MDB_val value, struct store_dossier *ret) MUST_USE;
res_t store_version_read(struct store *store, MDB_val value, uint64_t *ret) MUST_USE;

#endif
