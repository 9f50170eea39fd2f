/* What the files of this folder share. */
#ifndef STORE_STORE_OWN_H
#define STORE_STORE_OWN_H

#include "store/store.h"
#include "store/store_state.h"

#include <lmdb.h>

enum { STORE_FORMAT = 1, KEY_PARTITION = 4, KEY_PERSON = 20, KEY_ANSWER = 36, DOSSIER_HEAD = 40 };

struct store {
    char *folder;
    bool read_only;
    int lock_fd; /* -1: none */
    MDB_env *env;
    MDB_dbi dossiers, answers, positions;
    MDB_txn *write; /* NULL: none open */
    MDB_txn *read;  /* a snapshot, or reset */
    bool read_live; /* it holds a snapshot now */
    bool proven;    /* a commit went through since it was opened */
    struct store_state state;
};

/* LMDB's code to what the caller does; damage is written down so that the next open drops it. */
res_t store_result(struct store *store, int code) MUST_USE;
/* The transaction that reads see. */
res_t store_reading(struct store *store, MDB_txn **ret) MUST_USE;

void store_be32(uint8_t *to, uint32_t value);
void store_be64(uint8_t *to, uint64_t value);
uint64_t store_from_be(const uint8_t *from, size_t bytes);

#endif
