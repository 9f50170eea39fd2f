#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "brokerctl/verify.h"
#include "daemon/fold.h"

static bool is_store_name(const char *name)
{
    static const char *const services[] = {"referrals-", "sessions-", "risk-"};
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        size_t len = strlen(services[i]);
        if (strncmp(name, services[i], len) == 0 && name[len] >= '0' && name[len] <= '9')
            return true;
    }
    return false;
}

static res_t open_one(struct verify *verify, const char *folder, const char *name)
{
    struct verify_store *one = &verify->stores[verify->store_count];
    if (verify->store_count == STORES_MAX)
        return FATAL("more stores than we can compare");
    (void)snprintf(one->name, sizeof one->name, "%.63s", name);
    struct store_conf conf = {.folder = folder,
        .fingerprint = fold_fingerprint(),
        .bytes_max = (size_t)16 << 30,
        .read_only = true};
    res_t res = store_open(&conf, &one->store, NULL);
    if (res.act == RES_RETRY)
        return RETRY("a decider's store is of another release, or half made: its decider makes it "
                     "anew when it starts (--no-stores leaves stores out)");
    TRY(res);
    verify->store_count++;
    /* Takes the snapshot now, so that it lies before the log's end that is asked for later. */
    int64_t at = 0;
    return verify_store_position(one, 0, &at);
}

enum { PATH_BYTES_MAX = 512 };

/* Stores in a folder, or in one of its folders: all daemons may share RB_STATE, or each have one.
 */
static res_t open_below(struct verify *verify, const char *path, int levels)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return levels > 0 ? REJECT("the folder of RB_STATE cannot be read (or pass --no-stores)")
                          : RES_DONE;
    res_t res = RES_DONE;
    const struct dirent *entry;
    while (res.act == RES_OK && (entry = readdir(folder)) != NULL) {
        char inside[PATH_BYTES_MAX];
        int len = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (len < 0 || (size_t)len >= sizeof inside || entry->d_name[0] == '.')
            continue;
        if (is_store_name(entry->d_name))
            res = open_one(verify, inside, entry->d_name);
        else if (levels > 0)
            res = open_below(verify, inside, levels - 1);
    }
    closedir(folder);
    return res;
}

res_t verify_stores_open(struct verify *verify)
{
    if (verify->ctl->conf->state[0] == '\0')
        return REJECT("RB_STATE does not say where the stores are (or pass --no-stores)");
    TRY(open_below(verify, verify->ctl->conf->state, 1));
    return verify->store_count > 0
               ? RES_DONE
               : REJECT("there is no store in the folder of RB_STATE (or pass --no-stores)");
}

void verify_stores_close(struct verify *verify)
{
    for (size_t i = 0; i < verify->store_count; i++)
        store_close(verify->stores[i].store);
    verify->store_count = 0;
}

res_t verify_store_position(struct verify_store *store, int32_t partition, int64_t *ret)
{
    bool found = false;
    int64_t next = -1;
    TRY(store_position_get(store->store, partition, &next, &found));
    *ret = found ? next : -1;
    return RES_DONE;
}

struct comparing {
    struct verify *verify;
    struct verify_store *store;
    int32_t partition;
    size_t count;
};

static res_t compare_dossier(
    void *owner, int32_t partition, struct uuid person, const struct store_dossier *dossier)
{
    struct comparing *self = owner;
    const struct known *known = people_find(self->verify->people, person);
    const char *name = self->store->name;
    self->count++;
    if (known == NULL)
        return verify_differs(self->verify,
            "store %s, partition %" PRId32 ": holds person %s, "
            "whom the log does not know",
            name, partition, uuid_text(person).text);
    if (known->version != (int64_t)dossier->version)
        return verify_differs(self->verify,
            "store %s, partition %" PRId32 ", person %s: version "
            "%" PRIu64 ", by the log %" PRId64,
            name, partition, uuid_text(person).text, dossier->version, known->version);
    if (!digest_eq(known->history, dossier->history))
        return verify_differs(self->verify,
            "store %s, partition %" PRId32 ", person %s: another "
            "history at version %" PRId64,
            name, partition, uuid_text(person).text, known->version);
    struct view packed = dossier->packed;
    arena_clear(self->verify->record);
    if (!view_eq(known->packed, packed))
        TRY(verify_pack_anew(self->verify, self->verify->record, &packed));
    if (!view_eq(known->packed, packed))
        return verify_differs(self->verify,
            "store %s, partition %" PRId32 ", person %s: other "
            "bytes at version %" PRId64,
            name, partition, uuid_text(person).text, known->version);
    return RES_DONE;
}

static res_t compare_answer(void *owner, const struct store_answer *key, uint64_t version)
{
    struct comparing *self = owner;
    self->count++;
    if (answer_find(self->verify->people, key->person, key->id) == (int64_t)version)
        return RES_DONE;
    return verify_differs(self->verify,
        "store %s, partition %" PRId32 ", person %s: command %s is "
        "not answered by version %" PRIu64,
        self->store->name, key->partition, uuid_text(key->person).text, uuid_text(key->id).text,
        version);
}

res_t verify_store_compare(struct verify *verify, struct verify_store *store, int32_t partition)
{
    struct comparing self = {verify, store, partition, 0};
    TRY(store_dossiers_each(store->store, partition, compare_dossier, &self));
    if (self.count != people_count(verify->people))
        return verify_differs(verify,
            "store %s, partition %" PRId32 ": %zu dossiers, by the log "
            "%zu",
            store->name, partition, self.count, people_count(verify->people));
    store->dossiers += (int64_t)self.count;
    self.count = 0;
    TRY(store_answers_each(store->store, partition, compare_answer, &self));
    if (self.count != answer_count(verify->people))
        return verify_differs(verify,
            "store %s, partition %" PRId32 ": %zu answers, by the log "
            "%zu",
            store->name, partition, self.count, answer_count(verify->people));
    store->answers += (int64_t)self.count;
    return RES_DONE;
}
