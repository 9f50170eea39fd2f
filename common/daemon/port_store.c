#include "daemon/port_store.h"

static res_t begin(void *self)
{
    return store_begin(self);
}

static res_t commit(void *self)
{
    return store_commit(self);
}

static void abort_(void *self)
{
    store_abort(self);
}

static res_t position(void *self, int32_t partition, int64_t *ret, bool *ret_found)
{
    return store_position_get(self, partition, ret, ret_found);
}

static res_t position_put(void *self, int32_t partition, int64_t next)
{
    return store_position_put(self, partition, next);
}

static res_t dossier(
    void *self, int32_t partition, struct uuid person, struct port_dossier *ret, bool *ret_found)
{
    struct store_dossier got = {0};
    TRY(store_dossier_get(self, partition, person, &got, ret_found));
    if (*ret_found)
        *ret = (struct port_dossier){(int64_t)got.version, got.history, got.packed};
    return RES_DONE;
}

static res_t dossier_put(
    void *self, int32_t partition, struct uuid person, const struct port_dossier *from)
{
    struct store_dossier to = {(uint64_t)from->version, from->history, from->packed};
    return store_dossier_put(self, partition, person, &to);
}

static res_t answered(void *self, int32_t partition, struct uuid person, struct uuid id, bool *ret)
{
    struct store_answer key = {partition, person, id};
    uint64_t version;
    return store_answered_get(self, &key, &version, ret);
}

static res_t answered_put(
    void *self, int32_t partition, const struct uuid person_and_id[2], int64_t version)
{
    struct store_answer key = {partition, person_and_id[0], person_and_id[1]};
    return store_answered_put(self, &key, (uint64_t)version);
}

static void rest(void *self)
{
    store_rest(self);
}

struct store_port port_store(struct store *store)
{
    return (struct store_port){
        .self = store,
        .begin = begin,
        .commit = commit,
        .abort = abort_,
        .position = position,
        .position_put = position_put,
        .dossier = dossier,
        .dossier_put = dossier_put,
        .answered = answered,
        .answered_put = answered_put,
        .rest = rest,
    };
}
