#include "store/store_own.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Raised whenever keys or values are laid out anew. */
static const uint32_t FORMAT = 2;

#define DATA_NAME "data.mdb"
#define LOCK_NAME "lock.mdb"

static const char *const table_names[] = {"meta", "dossier", "answered", "position"};
_Static_assert(ARRAY_LEN(table_names) == TABLE_MAX_, "a name for each table");

const char *store_found_text(enum store_found found)
{
    static const char *const texts[] = {
        "new", "kept", "dropped-format", "dropped-crash", "dropped-damaged"};
    _Static_assert(ARRAY_LEN(texts) == STORE_FOUND_MAX_, "a word for each");
    MUST(found < STORE_FOUND_MAX_);
    return texts[found];
}

res_t store_failed(struct store *store, int err, const char *file, int line)
{
    if (store_err_damaged(err) && !store->read_only && store->folder >= 0) {
        store->marker.state = MARKER_DAMAGED;
        /* If even this cannot be written, the count of unclean opens drops it later. */
        (void)!marker_write(store->folder, &store->marker).act;
    }
    return store_res_at(err, file, line);
}

static void env_close(struct store *store)
{
    store_abort(store);
    if (store->read != NULL)
        mdb_txn_abort(store->read);
    if (store->env != NULL)
        mdb_env_close(store->env);
    store->read = NULL;
    store->read_live = false;
    store->env = NULL;
}

static res_t env_open(struct store *store, const struct store_conf *conf)
{
    unsigned flags = MDB_NOSYNC | MDB_NOTLS | (conf->read_only ? (unsigned)MDB_RDONLY : 0);
    TRY(STORE_RES(mdb_env_create(&store->env)));
    int err = mdb_env_set_maxdbs(store->env, TABLE_MAX_);
    /* The whole limit is mapped from the start: address space costs nothing, the file grows as it
     * fills, and no transaction ever has to be done again because the map was moved. */
    if (err == 0)
        err = mdb_env_set_mapsize(store->env, (conf->bytes_max + 4095) / 4096 * 4096);
    if (err == 0)
        err = mdb_env_open(store->env, conf->folder, flags, 0600);
    return STORE_FAILED(store, err);
}

/* A page beyond the file's end would kill us when it is touched. LMDB may leave the last pages
 * unwritten where they are free, so a short file is made long: what was cut away then reads as
 * zeros, which is found to be no page. */
static res_t env_lengthen(struct store *store)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_filehandle_t fd;
    int64_t have;
    TRY(STORE_RES(mdb_env_info(store->env, &info)));
    TRY(STORE_RES(mdb_env_stat(store->env, &stat)));
    TRY(STORE_RES(mdb_env_get_fd(store->env, &fd)));
    TRY(file_size(store->folder, DATA_NAME, &have));
    int64_t want = (int64_t)(info.me_last_pgno + 1) * stat.ms_psize;
    if (want > (int64_t)info.me_mapsize)
        return STORE_FAILED(store, MDB_CORRUPTED);
    if (have < want && !store->read_only && ftruncate(fd, want) != 0)
        return FATAL("store: its file cannot be made longer");
    return RES_DONE;
}

struct header {
    uint32_t format;
    struct digest fingerprint;
};

/* *ret_same: the header row is ours; written where the store is new. */
static res_t tables_open(struct store *store, const struct store_conf *conf, bool *ret_same)
{
    struct header header;
    memset(&header, 0, sizeof header);
    header.format = FORMAT;
    header.fingerprint = conf->fingerprint;
    MDB_txn *txn;
    MDB_val key = {6, (void *)(uintptr_t) "header"}, value;
    int err = mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &txn);
    if (err != 0)
        return STORE_FAILED(store, err);
    for (int i = 0; err == 0 && i < TABLE_MAX_; i++)
        err =
            mdb_dbi_open(txn, table_names[i], store->read_only ? 0 : MDB_CREATE, &store->tables[i]);
    if (err == 0)
        err = mdb_get(txn, store->tables[TABLE_META], &key, &value);
    *ret_same = err != 0 || (value.mv_size == sizeof header &&
                                memcmp(value.mv_data, &header, sizeof header) == 0);
    if (err == MDB_NOTFOUND && !store->read_only) {
        value = (MDB_val){sizeof header, &header};
        err = mdb_put(txn, store->tables[TABLE_META], &key, &value, 0);
    }
    if (err != 0) {
        mdb_txn_abort(txn);
        return STORE_FAILED(store, err);
    }
    return STORE_FAILED(store, mdb_txn_commit(txn));
}

static res_t env_use(struct store *store, const struct store_conf *conf, bool *ret_same)
{
    int dead;
    TRY(env_open(store, conf));
    TRY(env_lengthen(store));
    TRY(tables_open(store, conf, ret_same));
    mdb_reader_check(store->env, &dead);
    return RES_DONE;
}

static res_t drop(struct store *store)
{
    env_close(store);
    TRY(file_remove(store->folder, DATA_NAME));
    return file_remove(store->folder, LOCK_NAME);
}

/* By what stands beside the data, before any of it is read. */
static enum store_found judge(const struct marker *marker, int64_t data_bytes, struct uuid boot)
{
    if (data_bytes < 0)
        return STORE_NEW;
    if (marker->state == MARKER_NONE || marker->state == MARKER_DAMAGED)
        return STORE_DROPPED_DAMAGED;
    if (marker->state == MARKER_CLEAN)
        return STORE_KEPT;
    if (!uuid_eq(marker->boot, boot))
        return STORE_DROPPED_CRASH;
    return marker->unclean >= STORE_UNCLEAN_MAX ? STORE_DROPPED_DAMAGED : STORE_KEPT;
}

static res_t open_to_write(
    struct store *store, const struct store_conf *conf, enum store_found *ret_found)
{
    struct marker before;
    struct uuid boot;
    int64_t data_bytes;
    TRY(folder_open(conf->folder, true, &store->folder));
    TRY(folder_lock(store->folder, &store->lock));
    TRY(marker_boot(&boot));
    TRY(marker_read(store->folder, &before));
    TRY(file_size(store->folder, DATA_NAME, &data_bytes));
    enum store_found found = judge(&before, data_bytes, boot);
    if (found != STORE_KEPT)
        TRY(drop(store));
    bool follows_crash = found == STORE_KEPT && before.state == MARKER_OPEN;
    store->marker = (struct marker){MARKER_OPEN, boot, follows_crash ? before.unclean + 1 : 1};
    TRY(marker_write(store->folder, &store->marker));

    bool same = true;
    res_t res = env_use(store, conf, &same);
    if ((res.act != RES_OK && store->marker.state == MARKER_DAMAGED) || !same) {
        found = same ? STORE_DROPPED_DAMAGED : STORE_DROPPED_FORMAT;
        TRY(drop(store));
        store->marker = (struct marker){MARKER_OPEN, boot, 1};
        TRY(marker_write(store->folder, &store->marker));
        res = env_use(store, conf, &same);
    }
    *ret_found = found;
    return res;
}

static res_t open_to_read(
    struct store *store, const struct store_conf *conf, enum store_found *ret_found)
{
    struct marker marker;
    struct uuid boot;
    int64_t data_bytes;
    bool same = true;
    TRY(folder_open(conf->folder, false, &store->folder));
    TRY(marker_boot(&boot));
    TRY(marker_read(store->folder, &marker));
    TRY(file_size(store->folder, DATA_NAME, &data_bytes));
    if (judge(&marker, data_bytes, boot) != STORE_KEPT)
        return RETRY("store: there is none, or its owner will drop it");
    TRY(env_use(store, conf, &same));
    *ret_found = STORE_KEPT;
    return same ? RES_DONE : RETRY("store: of another format, its owner will drop it");
}

res_t store_open(const struct store_conf *conf, struct store **ret, enum store_found *ret_found)
{
    CLEANUP(store_close_p) struct store *store = calloc(1, sizeof *store);
    MUST(store != NULL);
    enum store_found found = STORE_NEW;
    store->folder = store->lock = -1;
    store->read_only = conf->read_only;
    res_t res =
        conf->read_only ? open_to_read(store, conf, &found) : open_to_write(store, conf, &found);
    if (res.act != RES_OK) {
        env_close(store); /* so that closing does not call it clean */
        return res;
    }
    if (ret_found != NULL)
        *ret_found = found;
    *ret = TAKE(store);
    return RES_DONE;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    bool sound = store->env != NULL && !store->read_only && store->marker.state == MARKER_OPEN;
    store_abort(store);
    if (sound && mdb_env_sync(store->env, 1) == 0) {
        store->marker = (struct marker){MARKER_CLEAN, store->marker.boot, 0};
        env_close(store);
        /* Not written: the next open counts one more unclean one. */
        (void)!marker_write(store->folder, &store->marker).act;
    }
    env_close(store);
    if (store->lock >= 0)
        close(store->lock);
    if (store->folder >= 0)
        close(store->folder);
    free(store);
}

void store_close_p(struct store **store)
{
    store_close(*store);
    *store = NULL;
}

void store_rest(struct store *store)
{
    int dead;
    if (store->read_live)
        mdb_txn_reset(store->read);
    store->read_live = false;
    mdb_reader_check(store->env, &dead);
}

res_t store_reading(struct store *store, MDB_txn **ret)
{
    int err = 0;
    if (store->write == NULL && !store->read_live) {
        err = store->read == NULL ? mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->read)
                                  : mdb_txn_renew(store->read);
        if (err != 0)
            return STORE_FAILED(store, err);
        store->read_live = true;
    }
    *ret = store->write != NULL ? store->write : store->read;
    return RES_DONE;
}

res_t store_begin(struct store *store)
{
    MUST(store->write == NULL && !store->read_only);
    /* A snapshot that stays open would keep every page alive that is replaced from now on. */
    if (store->read_live)
        mdb_txn_reset(store->read);
    store->read_live = false;
    return STORE_FAILED(store, mdb_txn_begin(store->env, NULL, 0, &store->write));
}

res_t store_commit(struct store *store)
{
    MUST(store->write != NULL);
    TRY(STORE_FAILED(store, mdb_txn_commit(TAKE(store->write))));
    if (store->marker.unclean == 0)
        return RES_DONE;
    store->marker.unclean = 0;
    return marker_write(store->folder, &store->marker);
}

void store_abort(struct store *store)
{
    if (store->write != NULL)
        mdb_txn_abort(store->write);
    store->write = NULL;
}
