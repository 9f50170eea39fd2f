/* Keys and values. Integers in keys are big-endian, so that rows stand in order of partition. */
#include "store/store_own.h"

#include <string.h>

static void put_partition(uint8_t *to, int32_t partition)
{
    MUST(partition >= 0);
    for (int i = 0; i < PARTITION_BYTES; i++)
        to[i] = (uint8_t)((uint32_t)partition >> (8 * (PARTITION_BYTES - 1 - i)));
}

struct store_key store_key_partition(int32_t partition)
{
    struct store_key key = {.len = PARTITION_BYTES};
    put_partition(key.bytes, partition);
    return key;
}

struct store_key store_key_dossier(int32_t partition, struct uuid person)
{
    struct store_key key = {.len = DOSSIER_KEY_BYTES};
    put_partition(key.bytes, partition);
    memcpy(key.bytes + PARTITION_BYTES, person.b, sizeof person.b);
    return key;
}

struct store_key store_key_answer(const struct store_answer *answer)
{
    struct store_key key = store_key_dossier(answer->partition, answer->person);
    memcpy(key.bytes + DOSSIER_KEY_BYTES, answer->id.b, sizeof answer->id.b);
    key.len = ANSWER_KEY_BYTES;
    return key;
}

bool store_key_read(MDB_val key, struct store_answer *ret)
{
    const uint8_t *bytes = key.mv_data;
    if (key.mv_size != DOSSIER_KEY_BYTES && key.mv_size != ANSWER_KEY_BYTES)
        return false;
    uint32_t partition = 0;
    for (int i = 0; i < PARTITION_BYTES; i++)
        partition = partition << 8 | bytes[i];
    *ret = (struct store_answer){.partition = (int32_t)partition};
    memcpy(ret->person.b, bytes + PARTITION_BYTES, sizeof ret->person.b);
    if (key.mv_size == ANSWER_KEY_BYTES)
        memcpy(ret->id.b, bytes + DOSSIER_KEY_BYTES, sizeof ret->id.b);
    return partition <= INT32_MAX;
}

static uint64_t check_word(uint64_t check, uint64_t word)
{
    check = (check ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return check ^ check >> 32;
}

/* As FNV-1a, but a word at a time: against a disk's mistakes, not against people. */
static uint64_t check_add(uint64_t check, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t word;
    for (; len >= sizeof word; p += sizeof word, len -= sizeof word) {
        memcpy(&word, p, sizeof word);
        check = check_word(check, word);
    }
    word = len; /* so that zeros at the end count */
    for (size_t i = 0; i < len; i++)
        word = word << 8 | p[i];
    return check_word(check, word);
}

/* Version, history, check, packed: the check covers the key and everything else. */
struct dossier_head {
    uint64_t version;
    struct digest history;
    uint64_t check;
};
_Static_assert(sizeof(struct dossier_head) == DOSSIER_HEAD_BYTES, "no padding");

static uint64_t dossier_check(MDB_val key, const struct dossier_head *head, struct view packed)
{
    uint64_t check = check_add(UINT64_C(0xcbf29ce484222325), key.mv_data, key.mv_size);
    check = check_add(check, &head->version, sizeof head->version);
    check = check_add(check, head->history.b, sizeof head->history.b);
    return check_add(check, packed.ptr, packed.len);
}

res_t store_dossier_read(struct store *store, MDB_val key, MDB_val value, struct store_dossier *ret)
{
    struct dossier_head head;
    if (value.mv_size < sizeof head)
        return STORE_FAILED(store, MDB_CORRUPTED);
    memcpy(&head, value.mv_data, sizeof head);
    struct view packed = {(const char *)value.mv_data + sizeof head, value.mv_size - sizeof head};
    if (head.check != dossier_check(key, &head, packed))
        return STORE_FAILED(store, MDB_CORRUPTED);
    *ret = (struct store_dossier){head.version, head.history, packed};
    return RES_DONE;
}

res_t store_version_read(struct store *store, MDB_val value, uint64_t *ret)
{
    if (value.mv_size != sizeof *ret)
        return STORE_FAILED(store, MDB_CORRUPTED);
    memcpy(ret, value.mv_data, sizeof *ret);
    return RES_DONE;
}

static res_t get(
    struct store *store, enum store_table table, MDB_val key, MDB_val *ret, bool *ret_found)
{
    MDB_txn *txn = NULL;
    TRY(store_reading(store, &txn));
    int err = mdb_get(txn, store->tables[table], &key, ret);
    if (err != 0 && err != MDB_NOTFOUND)
        return STORE_FAILED(store, err);
    *ret_found = err == 0;
    return RES_DONE;
}

res_t store_dossier_get(struct store *store, int32_t partition, struct uuid person,
    struct store_dossier *ret, bool *ret_found)
{
    struct store_key key = store_key_dossier(partition, person);
    MDB_val value;
    bool found = false;
    TRY(get(store, TABLE_DOSSIER, store_key_val(&key), &value, &found));
    if (found)
        TRY(store_dossier_read(store, store_key_val(&key), value, ret));
    *ret_found = found;
    return RES_DONE;
}

res_t store_dossier_put(
    struct store *store, int32_t partition, struct uuid person, const struct store_dossier *dossier)
{
    MUST(store->write != NULL);
    if (dossier->packed.len > STORE_DOSSIER_BYTES_MAX)
        return FATAL("store: a dossier over its limit of bytes");
    struct store_key key = store_key_dossier(partition, person);
    MDB_val key_val = store_key_val(&key);
    struct dossier_head head = {.version = dossier->version, .history = dossier->history};
    head.check = dossier_check(key_val, &head, dossier->packed);
    MDB_val value = {sizeof head + dossier->packed.len, NULL};
    int err = mdb_put(store->write, store->tables[TABLE_DOSSIER], &key_val, &value, MDB_RESERVE);
    if (err != 0)
        return STORE_FAILED(store, err);
    memcpy(value.mv_data, &head, sizeof head);
    if (dossier->packed.len > 0)
        memcpy((char *)value.mv_data + sizeof head, dossier->packed.ptr, dossier->packed.len);
    return RES_DONE;
}

static res_t put(struct store *store, enum store_table table, MDB_val key, MDB_val value)
{
    MUST(store->write != NULL);
    return STORE_FAILED(store, mdb_put(store->write, store->tables[table], &key, &value, 0));
}

res_t store_answered_get(
    struct store *store, const struct store_answer *answer, uint64_t *ret_version, bool *ret_found)
{
    struct store_key key = store_key_answer(answer);
    MDB_val value;
    bool found = false;
    TRY(get(store, TABLE_ANSWERED, store_key_val(&key), &value, &found));
    if (found)
        TRY(store_version_read(store, value, ret_version));
    *ret_found = found;
    return RES_DONE;
}

res_t store_answered_put(struct store *store, const struct store_answer *answer, uint64_t version)
{
    struct store_key key = store_key_answer(answer);
    return put(store, TABLE_ANSWERED, store_key_val(&key), (MDB_val){sizeof version, &version});
}

res_t store_position_get(struct store *store, int32_t partition, int64_t *ret_next, bool *ret_found)
{
    struct store_key key = store_key_partition(partition);
    MDB_val value;
    bool found = false;
    uint64_t next = 0;
    TRY(get(store, TABLE_POSITION, store_key_val(&key), &value, &found));
    if (found) {
        TRY(store_version_read(store, value, &next));
        *ret_next = (int64_t)next;
    }
    *ret_found = found;
    return RES_DONE;
}

res_t store_position_put(struct store *store, int32_t partition, int64_t next)
{
    struct store_key key = store_key_partition(partition);
    return put(store, TABLE_POSITION, store_key_val(&key), (MDB_val){sizeof next, &next});
}
