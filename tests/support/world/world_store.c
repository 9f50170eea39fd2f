#include "support/world/world.h"

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

/* As it was before the open transaction changed it. */
struct world_undo {
    size_t at; /* of the store's items */
    bool added;
    struct world_stored before;
};

static void undo_done(struct world_store *store)
{
    for (size_t i = 0; i < store->undo_count; i++)
        free(store->undo[i].before.packed);
    store->undo_count = 0;
}

void store_drop(struct world_store *store)
{
    undo_done(store);
    for (size_t i = 0; i < store->count; i++)
        free(store->items[i].packed);
    free(store->items);
    free(store->undo);
    *store = (struct world_store){0};
}

void store_undo(struct world_store *store)
{
    while (store->undo_count > 0) {
        struct world_undo *undo = &store->undo[--store->undo_count];
        free(store->items[undo->at].packed);
        if (undo->added)
            store->count--; /* it was the last */
        else
            store->items[undo->at] = undo->before;
    }
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

static void *room_for(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room == 0 ? 16 : 2 * *room;
    void *more = realloc(items, *room * size);
    cr_assert(more != NULL);
    return more;
}

static void put(struct member *member, struct world_stored item)
{
    cr_assert(member->in_transaction);
    struct world_store *store = &member->store;
    struct world_stored *at = find(store, &item);
    struct world_undo undo = {.at = store->count, .added = at == NULL};
    if (at == NULL) {
        store->items = room_for(store->items, store->count, &store->room, sizeof(*store->items));
        at = &store->items[store->count++];
    } else {
        undo.at = (size_t)(at - store->items);
        undo.before = *at;
    }
    *at = item;
    store->undo = room_for(store->undo, store->undo_count, &store->undo_room, sizeof(undo));
    store->undo[store->undo_count++] = undo;
}

static res_t begin(void *self)
{
    struct member *member = self;
    MAY_DIE(member);
    cr_assert(!member->in_transaction);
    member->in_transaction = true;
    return RES_DONE;
}

static res_t commit(void *self)
{
    struct member *member = self;
    MAY_DIE(member);
    cr_assert(member->in_transaction);
    member->in_transaction = false;
    undo_done(&member->store);
    return RES_DONE;
}

static void abort_(void *self)
{
    struct member *member = self;
    member->in_transaction = false;
    store_undo(&member->store);
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
    struct member *member = self;
    MAY_DIE(member);
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
    struct member *member = self;
    MAY_DIE(member);
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
    struct member *member = self;
    MAY_DIE(member);
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
