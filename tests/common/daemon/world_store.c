#include "world.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum stored_kind { STORED_POSITION, STORED_DOSSIER, STORED_ANSWER };
struct world_stored {
    enum stored_kind kind;
    int32_t partition;
    struct uuid person, id;
    int64_t number; /* position or version */
    struct digest history;
    char *packed;
    size_t packed_len;
};

void store_drop(struct world_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        free(store->items[i].packed);
    free(store->items);
    *store = (struct world_store){0};
}

static struct world_store copy_of(const struct world_store *store)
{
    struct world_store copy = {.count = store->count};
    copy.items = calloc(store->count + 1, sizeof(*copy.items));
    for (size_t i = 0; i < store->count; i++) {
        copy.items[i] = store->items[i];
        if (copy.items[i].packed == NULL)
            continue;
        copy.items[i].packed = malloc(copy.items[i].packed_len + 1);
        memcpy(copy.items[i].packed, store->items[i].packed, copy.items[i].packed_len);
    }
    return copy;
}

static bool same_key(const struct world_stored *a, const struct world_stored *b)
{
    return a->kind == b->kind && a->partition == b->partition && uuid_eq(a->person, b->person) &&
           uuid_eq(a->id, b->id);
}

static struct world_stored *find(const struct world_store *store, const struct world_stored *key)
{
    for (size_t i = 0; i < store->count; i++)
        if (same_key(&store->items[i], key))
            return &store->items[i];
    return NULL;
}

bool stores_equal(const struct world_store *a, const struct world_store *b)
{
    bool equal = a->count == b->count;
    for (size_t i = 0; i < a->count && equal; i++) {
        const struct world_stored *x = &a->items[i], *y = find(b, x);
        equal = y != NULL && x->number == y->number && digest_eq(x->history, y->history) &&
                x->packed_len == y->packed_len &&
                (x->packed_len == 0 || memcmp(x->packed, y->packed, x->packed_len) == 0);
    }
    return equal;
}

static void put(struct member *member, struct world_stored item)
{
    cr_assert(member->in_transaction);
    struct world_store *store = &member->store;
    struct world_stored *at = find(store, &item);
    if (at == NULL) {
        store->items = realloc(store->items, (store->count + 1) * sizeof(*store->items));
        at = &store->items[store->count++];
    } else {
        free(at->packed);
    }
    *at = item;
}

static res_t begin(void *self)
{
    struct member *member = self;
    cr_assert(!member->in_transaction);
    member->in_transaction = true;
    store_drop(&member->before);
    member->before = copy_of(&member->store);
    return RES_DONE;
}

static res_t commit(void *self)
{
    struct member *member = self;
    cr_assert(member->in_transaction);
    member->in_transaction = false;
    return RES_DONE;
}

static void abort_(void *self)
{
    struct member *member = self;
    member->in_transaction = false;
    store_drop(&member->store);
    member->store = copy_of(&member->before);
}

static res_t position(void *self, int32_t partition, int64_t *ret, bool *ret_found)
{
    struct member *member = self;
    const struct world_stored *at =
        find(&member->store, &(struct world_stored){STORED_POSITION, .partition = partition});
    *ret_found = at != NULL;
    if (at != NULL)
        *ret = at->number;
    return RES_DONE;
}

static res_t position_put(void *self, int32_t partition, int64_t next)
{
    put(self, (struct world_stored){STORED_POSITION, .partition = partition, .number = next});
    return RES_DONE;
}

static res_t dossier(
    void *self, int32_t partition, struct uuid person, struct port_dossier *ret, bool *ret_found)
{
    struct member *member = self;
    const struct world_stored *at = find(&member->store,
        &(struct world_stored){STORED_DOSSIER, .partition = partition, .person = person});
    *ret_found = at != NULL;
    if (at != NULL)
        *ret = (struct port_dossier){at->number, at->history, {at->packed, at->packed_len}};
    return RES_DONE;
}

static res_t dossier_put(
    void *self, int32_t partition, struct uuid person, const struct port_dossier *from)
{
    struct world_stored item = {STORED_DOSSIER, .partition = partition, .person = person,
        .number = from->version, .history = from->history, .packed_len = from->packed.len};
    item.packed = malloc(from->packed.len + 1);
    memcpy(item.packed, from->packed.ptr, from->packed.len);
    put(self, item);
    return RES_DONE;
}

static res_t answered(void *self, int32_t partition, struct uuid person, struct uuid id, bool *ret)
{
    struct member *member = self;
    *ret = find(&member->store,
               &(struct world_stored){STORED_ANSWER, partition, person, id, .number = 0}) != NULL;
    return RES_DONE;
}

static res_t answered_put(
    void *self, int32_t partition, const struct uuid person_and_id[2], int64_t version)
{
    put(self, (struct world_stored){
                  STORED_ANSWER, partition, person_and_id[0], person_and_id[1], .number = version});
    return RES_DONE;
}

static void rest(void *self)
{
    (void)self;
}

struct store_port world_store_port(struct member *member)
{
    return (struct store_port){member, begin, commit, abort_, position, position_put, dossier,
        dossier_put, answered, answered_put, rest};
}
