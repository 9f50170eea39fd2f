#include "store/store_own.h"

#include <errno.h>
#include <string.h>

void store_be32(uint8_t *to, uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        to[i] = (uint8_t)value;
}

void store_be64(uint8_t *to, uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        to[i] = (uint8_t)value;
}

uint64_t store_from_be(const uint8_t *from, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | from[i];
    return value;
}

static res_t damaged(struct store *store)
{
    store->state.left = LEFT_DAMAGED;
    if (!store->read_only)
        TRY(store_state_write(store->folder, &store->state));
    return FATAL("the store is damaged: it is dropped and rebuilt at the next start");
}

res_t store_result(struct store *store, int code)
{
    switch (code) {
    case 0:
        return RES_DONE;
    case MDB_MAP_FULL:
        return FATAL("the store is full: raise its limit");
    case ENOSPC:
        return FATAL("the disk is full");
    case ENOMEM:
        return FATAL("no memory for the store");
    case EACCES:
    case EPERM:
        return FATAL("the store's files may not be written");
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
        return damaged(store);
    default:
        return FATAL("the store failed");
    }
}

/* A snapshot of before this transaction must not be read again. */
void store_rest(struct store *store)
{
    if (store->read_live)
        mdb_txn_reset(store->read);
    store->read_live = false;
}

res_t store_reading(struct store *store, MDB_txn **ret)
{
    int code = 0;
    if (store->write != NULL) {
        *ret = store->write;
        return RES_DONE;
    }
    if (store->read == NULL)
        code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->read);
    else if (!store->read_live)
        code = mdb_txn_renew(store->read);
    TRY(store_result(store, code));
    store->read_live = true;
    *ret = store->read;
    return RES_DONE;
}

res_t store_begin(struct store *store)
{
    MUST(store->write == NULL && !store->read_only);
    store_rest(store);
    return store_result(store, mdb_txn_begin(store->env, NULL, 0, &store->write));
}

res_t store_commit(struct store *store)
{
    MUST(store->write != NULL);
    int code = mdb_txn_commit(store->write);
    store->write = NULL;
    TRY(store_result(store, code));
    if (!store->proven && store->state.unclean > 1) {
        store->state.unclean = 1;
        TRY(store_state_write(store->folder, &store->state));
    }
    store->proven = true;
    return RES_DONE;
}

void store_abort(struct store *store)
{
    if (store->write != NULL)
        mdb_txn_abort(store->write);
    store->write = NULL;
    store_rest(store);
}

static res_t put(struct store *store, MDB_dbi dbi, struct view key, struct view value)
{
    MUST(store->write != NULL);
    MDB_val k = {key.len, (void *)(uintptr_t)key.ptr},
            v = {value.len, (void *)(uintptr_t)value.ptr};
    return store_result(store, mdb_put(store->write, dbi, &k, &v, 0));
}

static res_t get(
    struct store *store, MDB_dbi dbi, struct view key, struct view *ret, bool *ret_found)
{
    MDB_txn *txn;
    TRY(store_reading(store, &txn));
    MDB_val k = {key.len, (void *)(uintptr_t)key.ptr}, v;
    int code = mdb_get(txn, dbi, &k, &v);
    *ret_found = code == 0;
    if (code == MDB_NOTFOUND)
        return RES_DONE;
    TRY(store_result(store, code));
    *ret = (struct view){v.mv_data, v.mv_size};
    return RES_DONE;
}

static struct view key_of(uint8_t key[static KEY_ANSWER], int32_t partition,
    const struct uuid *person, const struct uuid *id)
{
    size_t len = KEY_PARTITION;
    store_be32(key, (uint32_t)partition);
    if (person != NULL) {
        memcpy(key + KEY_PARTITION, person->b, sizeof(person->b));
        len = KEY_PERSON;
    }
    if (id != NULL) {
        memcpy(key + KEY_PERSON, id->b, sizeof(id->b));
        len = KEY_ANSWER;
    }
    return (struct view){(const char *)key, len};
}

res_t store_dossier_get(struct store *store, int32_t partition, struct uuid person,
    struct store_dossier *ret, bool *ret_found)
{
    uint8_t key[KEY_ANSWER];
    struct view value;
    TRY(get(store, store->dossiers, key_of(key, partition, &person, NULL), &value, ret_found));
    if (!*ret_found)
        return RES_DONE;
    if (value.len < DOSSIER_HEAD)
        return store_result(store, MDB_CORRUPTED);
    ret->version = store_from_be((const uint8_t *)value.ptr, 8);
    memcpy(ret->history.b, value.ptr + 8, sizeof(ret->history.b));
    ret->packed = view_from(value, DOSSIER_HEAD);
    return RES_DONE;
}

res_t store_dossier_put(
    struct store *store, int32_t partition, struct uuid person, const struct store_dossier *dossier)
{
    MUST(store->write != NULL);
    if (dossier->packed.len > STORE_DOSSIER_BYTES_MAX)
        return FATAL("a dossier is larger than the store takes");
    uint8_t key[KEY_ANSWER];
    struct view k = key_of(key, partition, &person, NULL);
    MDB_val mk = {k.len, key}, value = {DOSSIER_HEAD + dossier->packed.len, NULL};
    TRY(store_result(store, mdb_put(store->write, store->dossiers, &mk, &value, MDB_RESERVE)));
    uint8_t *to = value.mv_data;
    store_be64(to, dossier->version);
    memcpy(to + 8, dossier->history.b, sizeof(dossier->history.b));
    if (dossier->packed.len > 0)
        memcpy(to + DOSSIER_HEAD, dossier->packed.ptr, dossier->packed.len);
    return RES_DONE;
}

res_t store_answered_get(
    struct store *store, const struct store_answer *key, uint64_t *ret_version, bool *ret_found)
{
    uint8_t bytes[KEY_ANSWER];
    struct view value;
    TRY(get(store, store->answers, key_of(bytes, key->partition, &key->person, &key->id), &value,
        ret_found));
    if (*ret_found && value.len != 8)
        return store_result(store, MDB_CORRUPTED);
    if (*ret_found)
        *ret_version = store_from_be((const uint8_t *)value.ptr, 8);
    return RES_DONE;
}

static res_t put_number(struct store *store, MDB_dbi dbi, struct view key, uint64_t number)
{
    uint8_t bytes[8];
    store_be64(bytes, number);
    return put(store, dbi, key, (struct view){(const char *)bytes, sizeof(bytes)});
}

res_t store_answered_put(struct store *store, const struct store_answer *key, uint64_t version)
{
    uint8_t bytes[KEY_ANSWER];
    return put_number(
        store, store->answers, key_of(bytes, key->partition, &key->person, &key->id), version);
}

res_t store_position_get(struct store *store, int32_t partition, int64_t *ret_next, bool *ret_found)
{
    uint8_t key[KEY_ANSWER];
    struct view value;
    TRY(get(store, store->positions, key_of(key, partition, NULL, NULL), &value, ret_found));
    if (*ret_found && value.len != 8)
        return store_result(store, MDB_CORRUPTED);
    if (*ret_found)
        *ret_next = (int64_t)store_from_be((const uint8_t *)value.ptr, 8);
    return RES_DONE;
}

res_t store_position_put(struct store *store, int32_t partition, int64_t next)
{
    uint8_t key[KEY_ANSWER];
    return put_number(store, store->positions, key_of(key, partition, NULL, NULL), (uint64_t)next);
}
