#include "store/store_own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, DBS = 3, READERS = 16 };

const char *store_found_text(enum store_found found)
{
    static const char *const words[STORE_FOUND_MAX_] = {[STORE_NEW] = "new",
        [STORE_KEPT] = "kept",
        [STORE_DROPPED_FORMAT] = "dropped-format",
        [STORE_DROPPED_CRASH] = "dropped-crash",
        [STORE_DROPPED_DAMAGED] = "dropped-damaged"};
    return words[found];
}

static res_t take_lock(struct store *store)
{
    char path[PATH_BYTES];
    if (mkdir(store->folder, 0700) != 0 && errno != EEXIST)
        return FATAL("the store's folder cannot be made");
    snprintf(path, sizeof(path), "%s/lock", store->folder);
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0)
        return FATAL("the store's folder cannot be written");
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return FATAL("the store is held by another process");
    return RES_DONE;
}

static void remove_files(const char *folder)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "state", "state.new"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
}

static bool has_data(const char *folder)
{
    char path[PATH_BYTES];
    struct stat st;
    snprintf(path, sizeof(path), "%s/data.mdb", folder);
    return stat(path, &st) == 0;
}

/* Whether what was left can be believed; anything but STORE_KEPT and STORE_NEW is dropped. */
static enum store_found judge(const struct store *store, const struct store_conf *conf)
{
    const struct store_state *state = &store->state;
    char fingerprint[DIGEST_HEX_LEN + 1], boot[BOOT_TEXT_MAX];
    digest_hex(conf->fingerprint, fingerprint);
    store_boot(boot);
    if (state->left == LEFT_NOTHING)
        return has_data(store->folder) ? STORE_DROPPED_DAMAGED : STORE_NEW;
    if (state->left == LEFT_DAMAGED || state->left == LEFT_UNREADABLE || !has_data(store->folder))
        return STORE_DROPPED_DAMAGED;
    if (state->format != STORE_FORMAT || strcmp(state->fingerprint, fingerprint) != 0)
        return STORE_DROPPED_FORMAT;
    if (state->left == LEFT_OPEN && strcmp(state->boot, boot) != 0)
        return STORE_DROPPED_CRASH;
    if (state->left == LEFT_OPEN && state->unclean >= STORE_UNCLEAN_MAX)
        return STORE_DROPPED_DAMAGED;
    return STORE_KEPT;
}

/* LMDB maps the whole file: reading beyond its end would kill us. */
static bool cut_short(struct store *store)
{
    char path[PATH_BYTES];
    struct stat st;
    MDB_envinfo info;
    MDB_stat stat_;
    snprintf(path, sizeof(path), "%s/data.mdb", store->folder);
    return stat(path, &st) != 0 || mdb_env_info(store->env, &info) != 0 ||
           mdb_env_stat(store->env, &stat_) != 0 ||
           (uint64_t)st.st_size < ((uint64_t)info.me_last_pgno + 1) * stat_.ms_psize;
}

static int open_databases(struct store *store)
{
    MDB_txn *txn;
    unsigned flags = store->read_only ? 0 : MDB_CREATE;
    int code = mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &txn);
    if (code != 0)
        return code;
    if ((code = mdb_dbi_open(txn, "dossiers", flags, &store->dossiers)) != 0 ||
        (code = mdb_dbi_open(txn, "answers", flags, &store->answers)) != 0 ||
        (code = mdb_dbi_open(txn, "positions", flags, &store->positions)) != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

static void close_env(struct store *store)
{
    if (store->read != NULL)
        mdb_txn_abort(store->read);
    if (store->env != NULL)
        mdb_env_close(store->env);
    store->read = NULL;
    store->env = NULL;
    store->read_live = false;
}

static int open_env(struct store *store, const struct store_conf *conf)
{
    unsigned flags = MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD | (conf->read_only ? MDB_RDONLY : 0);
    int code = mdb_env_create(&store->env);
    if (code != 0)
        return code;
    if ((code = mdb_env_set_maxdbs(store->env, DBS)) != 0 ||
        (code = mdb_env_set_maxreaders(store->env, READERS)) != 0 ||
        (code = mdb_env_set_mapsize(store->env, conf->bytes_max / 4096 * 4096)) != 0 ||
        (code = mdb_env_open(store->env, store->folder, flags, 0600)) != 0)
        return code;
    if (cut_short(store))
        return MDB_CORRUPTED;
    int dead; /* slots of readers that were killed keep old pages alive */
    if (!conf->read_only && (code = mdb_reader_check(store->env, &dead)) != 0)
        return code;
    return open_databases(store);
}

/* Written down, and on the disk, before the first byte of the store changes. */
static res_t mark_open(struct store *store, const struct store_conf *conf)
{
    store->state.unclean = store->state.left == LEFT_OPEN ? store->state.unclean + 1 : 1;
    store->state.left = LEFT_OPEN;
    store->state.format = STORE_FORMAT;
    store_boot(store->state.boot);
    digest_hex(conf->fingerprint, store->state.fingerprint);
    return store_state_write(store->folder, &store->state);
}

static bool is_damage(int code)
{
    return code == MDB_INVALID || code == MDB_VERSION_MISMATCH || code == MDB_CORRUPTED ||
           code == MDB_PAGE_NOTFOUND || code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE ||
           code == MDB_PANIC;
}

static res_t open_writer(
    struct store *store, const struct store_conf *conf, enum store_found *ret_found)
{
    TRY(take_lock(store));
    store_state_read(store->folder, &store->state);
    *ret_found = judge(store, conf);
    if (*ret_found != STORE_KEPT) {
        remove_files(store->folder);
        store->state.left = LEFT_NOTHING;
    }
    TRY(mark_open(store, conf));
    int code = open_env(store, conf);
    if (is_damage(code)) {
        close_env(store);
        remove_files(store->folder);
        *ret_found = STORE_DROPPED_DAMAGED;
        TRY(mark_open(store, conf));
        code = open_env(store, conf);
    }
    return store_result(store, code);
}

static res_t open_reader(struct store *store, const struct store_conf *conf)
{
    store_state_read(store->folder, &store->state);
    enum store_found found = judge(store, conf);
    if (found != STORE_KEPT)
        return RETRY("there is no store here that can be read");
    int code = open_env(store, conf);
    return code == 0 ? RES_DONE : RETRY("the store cannot be read just now");
}

res_t store_open(const struct store_conf *conf, struct store **ret, enum store_found *ret_found)
{
    struct store *store = calloc(1, sizeof(*store));
    MUST(store != NULL);
    store->lock_fd = -1;
    store->read_only = conf->read_only;
    store->folder = strdup(conf->folder);
    MUST(store->folder != NULL);
    enum store_found found = STORE_KEPT;
    res_t res = conf->read_only ? open_reader(store, conf) : open_writer(store, conf, &found);
    if (res.act != RES_OK) {
        store->read_only = true; /* nothing is to be marked clean */
        store_close(store);
        return res;
    }
    if (ret_found != NULL)
        *ret_found = found;
    *ret = store;
    return RES_DONE;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_abort(store);
    if (!store->read_only && store->state.left == LEFT_OPEN && mdb_env_sync(store->env, 1) == 0) {
        store->state.left = LEFT_CLEAN;
        store->state.unclean = 0;
        /* Failing leaves it marked open: the next start is only the more careful. */
        res_t res = store_state_write(store->folder, &store->state);
        (void)res;
    }
    close_env(store);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store->folder);
    free(store);
}

void store_close_p(struct store **store)
{
    store_close(*store);
    *store = NULL;
}
