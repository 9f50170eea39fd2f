/* Many rows: walking and forgetting. */
#include "store/store_own.h"

#include <string.h>

struct walk {
    MDB_cursor *cursor;
    struct store_key prefix; /* len 0: everything */
    MDB_cursor_op next;
};

static void walk_done(struct walk *walk)
{
    if (walk->cursor != NULL)
        mdb_cursor_close(walk->cursor);
}

static res_t walk_start(
    struct store *store, enum store_table table, int32_t partition, struct walk *ret)
{
    MDB_txn *txn = NULL;
    struct walk walk = {.next = MDB_FIRST};
    TRY(store_reading(store, &txn));
    if (partition != STORE_EVERY) {
        walk.prefix = store_key_partition(partition);
        walk.next = MDB_SET_RANGE;
    }
    int err = mdb_cursor_open(txn, store->tables[table], &walk.cursor);
    if (err != 0)
        return STORE_FAILED(store, err);
    *ret = walk;
    return RES_DONE;
}

static res_t walk_next(
    struct store *store, struct walk *walk, MDB_val *ret_key, MDB_val *ret_value, bool *ret_any)
{
    *ret_key = store_key_val(&walk->prefix);
    int err = mdb_cursor_get(walk->cursor, ret_key, ret_value, walk->next);
    if (err != 0 && err != MDB_NOTFOUND)
        return STORE_FAILED(store, err);
    walk->next = MDB_NEXT;
    *ret_any = err == 0 && ret_key->mv_size >= walk->prefix.len &&
               memcmp(ret_key->mv_data, walk->prefix.bytes, walk->prefix.len) == 0;
    return RES_DONE;
}

res_t store_dossiers_each(
    struct store *store, int32_t partition, store_dossier_fn *each, void *owner)
{
    CLEANUP(walk_done) struct walk walk = {.cursor = NULL};
    TRY(walk_start(store, TABLE_DOSSIER, partition, &walk));
    for (;;) {
        MDB_val key, value;
        bool any = false;
        struct store_answer at;
        struct store_dossier dossier;
        TRY(walk_next(store, &walk, &key, &value, &any));
        if (!any)
            return RES_DONE;
        if (!store_key_read(key, &at))
            return STORE_FAILED(store, MDB_CORRUPTED);
        TRY(store_dossier_read(store, key, value, &dossier));
        TRY(each(owner, at.partition, at.person, &dossier));
    }
}

res_t store_answers_each(struct store *store, int32_t partition, store_answer_fn *each, void *owner)
{
    CLEANUP(walk_done) struct walk walk = {.cursor = NULL};
    TRY(walk_start(store, TABLE_ANSWERED, partition, &walk));
    for (;;) {
        MDB_val key, value;
        bool any = false;
        struct store_answer at;
        uint64_t version = 0;
        TRY(walk_next(store, &walk, &key, &value, &any));
        if (!any)
            return RES_DONE;
        if (!store_key_read(key, &at))
            return STORE_FAILED(store, MDB_CORRUPTED);
        TRY(store_version_read(store, value, &version));
        TRY(each(owner, &at, version));
    }
}

static res_t table_clear(struct store *store, enum store_table table, int32_t partition)
{
    CLEANUP(walk_done) struct walk walk = {.cursor = NULL};
    if (partition == STORE_EVERY)
        return STORE_FAILED(store, mdb_drop(store->write, store->tables[table], 0));
    TRY(walk_start(store, table, partition, &walk));
    for (;;) {
        MDB_val key, value;
        bool any = false;
        TRY(walk_next(store, &walk, &key, &value, &any));
        if (!any)
            return RES_DONE;
        int err = mdb_cursor_del(walk.cursor, 0);
        if (err != 0)
            return STORE_FAILED(store, err);
    }
}

res_t store_clear(struct store *store, int32_t partition)
{
    MUST(store->write != NULL);
    TRY(table_clear(store, TABLE_DOSSIER, partition));
    TRY(table_clear(store, TABLE_ANSWERED, partition));
    return table_clear(store, TABLE_POSITION, partition);
}

res_t store_size(struct store *store, struct store_size *ret)
{
    MDB_txn *txn = NULL;
    MDB_stat dossiers, answers;
    MDB_envinfo info;
    TRY(store_reading(store, &txn));
    TRY(STORE_RES(mdb_stat(txn, store->tables[TABLE_DOSSIER], &dossiers)));
    TRY(STORE_RES(mdb_stat(txn, store->tables[TABLE_ANSWERED], &answers)));
    TRY(STORE_RES(mdb_env_info(store->env, &info)));
    *ret = (struct store_size){.dossiers = dossiers.ms_entries,
        .answers = answers.ms_entries,
        .bytes_used = (info.me_last_pgno + 1) * dossiers.ms_psize,
        .bytes_max = info.me_mapsize};
    return RES_DONE;
}
