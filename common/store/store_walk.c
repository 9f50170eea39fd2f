/* Walks over a partition's keys, and forgetting them. */
#include "store/store_own.h"

#include <string.h>

typedef res_t entry_fn(void *self, const MDB_val *key, const MDB_val *value);

static bool in_partition(const MDB_val *key, int32_t partition)
{
    return partition == STORE_EVERY ||
           store_from_be(key->mv_data, KEY_PARTITION) == (uint64_t)partition;
}

struct walk {
    MDB_dbi dbi;
    int32_t partition;
    size_t key_bytes;
    entry_fn *entry;
    void *self;
};

static res_t walk_entries(struct store *store, MDB_cursor *cursor, const struct walk *walk)
{
    uint8_t start[KEY_PARTITION];
    store_be32(start, walk->partition == STORE_EVERY ? 0 : (uint32_t)walk->partition);
    MDB_val key = {sizeof(start), start}, value;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    for (; code == 0; code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        if (key.mv_size != walk->key_bytes)
            return store_result(store, MDB_CORRUPTED);
        if (!in_partition(&key, walk->partition))
            return RES_DONE;
        TRY(walk->entry(walk->self, &key, &value));
    }
    return code == MDB_NOTFOUND ? RES_DONE : store_result(store, code);
}

static res_t walk(struct store *store, const struct walk *walk)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    TRY(store_reading(store, &txn));
    TRY(store_result(store, mdb_cursor_open(txn, walk->dbi, &cursor)));
    res_t res = walk_entries(store, cursor, walk);
    mdb_cursor_close(cursor);
    return res;
}

static struct uuid uuid_at(const MDB_val *key, size_t at)
{
    struct uuid id;
    memcpy(id.b, (const uint8_t *)key->mv_data + at, sizeof(id.b));
    return id;
}

struct each {
    store_dossier_fn *dossier;
    store_answer_fn *answer;
    void *owner;
};

static res_t each_dossier(void *self, const MDB_val *key, const MDB_val *value)
{
    const struct each *each = self;
    if (value->mv_size < DOSSIER_HEAD)
        return FATAL("the store is damaged");
    struct store_dossier dossier = {.version = store_from_be(value->mv_data, 8),
        .packed = {(const char *)value->mv_data + DOSSIER_HEAD, value->mv_size - DOSSIER_HEAD}};
    memcpy(dossier.history.b, (const uint8_t *)value->mv_data + 8, sizeof(dossier.history.b));
    return each->dossier(each->owner, (int32_t)store_from_be(key->mv_data, KEY_PARTITION),
        uuid_at(key, KEY_PARTITION), &dossier);
}

static res_t each_answer(void *self, const MDB_val *key, const MDB_val *value)
{
    const struct each *each = self;
    if (value->mv_size != 8)
        return FATAL("the store is damaged");
    struct store_answer answer = {(int32_t)store_from_be(key->mv_data, KEY_PARTITION),
        uuid_at(key, KEY_PARTITION), uuid_at(key, KEY_PERSON)};
    return each->answer(each->owner, &answer, store_from_be(value->mv_data, 8));
}

res_t store_dossiers_each(
    struct store *store, int32_t partition, store_dossier_fn *each, void *owner)
{
    struct each self = {.dossier = each, .owner = owner};
    return walk(store, &(struct walk){store->dossiers, partition, KEY_PERSON, each_dossier, &self});
}

res_t store_answers_each(struct store *store, int32_t partition, store_answer_fn *each, void *owner)
{
    struct each self = {.answer = each, .owner = owner};
    return walk(store, &(struct walk){store->answers, partition, KEY_ANSWER, each_answer, &self});
}

static res_t clear_one(struct store *store, MDB_dbi dbi, int32_t partition)
{
    if (partition == STORE_EVERY)
        return store_result(store, mdb_drop(store->write, dbi, 0));
    MDB_cursor *cursor;
    TRY(store_result(store, mdb_cursor_open(store->write, dbi, &cursor)));
    uint8_t start[KEY_PARTITION];
    store_be32(start, (uint32_t)partition);
    int code = 0;
    while (code == 0) {
        MDB_val key = {sizeof(start), start}, value;
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (code == 0 && !in_partition(&key, partition))
            break;
        if (code == 0)
            code = mdb_cursor_del(cursor, 0);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? RES_DONE : store_result(store, code);
}

res_t store_clear(struct store *store, int32_t partition)
{
    MUST(store->write != NULL);
    TRY(clear_one(store, store->dossiers, partition));
    TRY(clear_one(store, store->answers, partition));
    return clear_one(store, store->positions, partition);
}

res_t store_size(struct store *store, struct store_size *ret)
{
    MDB_txn *txn;
    MDB_stat dossiers, answers, env;
    MDB_envinfo info;
    TRY(store_reading(store, &txn));
    TRY(store_result(store, mdb_stat(txn, store->dossiers, &dossiers)));
    TRY(store_result(store, mdb_stat(txn, store->answers, &answers)));
    TRY(store_result(store, mdb_env_stat(store->env, &env)));
    TRY(store_result(store, mdb_env_info(store->env, &info)));
    *ret = (struct store_size){dossiers.ms_entries, answers.ms_entries,
        ((uint64_t)info.me_last_pgno + 1) * env.ms_psize, info.me_mapsize};
    return RES_DONE;
}
