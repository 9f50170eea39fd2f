#include "gateway/waits.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    SENT_MAX = 16384,
    BUCKETS = 4096,
    JOINED_MAX = 64, /* requests that wait for one command */
};
#define KEEP_US (INT64_C(600) * TIME_US_PER_S)

/* A command that was sent: on list `waiting` while somebody waits, then on `kept` for a while, for
 * its status link. Both lists are in order of time: everybody waits equally long. */
struct sent {
    struct sent *bucket_next;
    struct sent *next, *prev;
    struct uuid id, person;
    struct digest hash; /* of the request */
    uint64_t tag;
    int64_t until_us; /* monotonic: 202 while waiting, forgotten while kept */
    struct wait *waits;
    size_t wait_count;
    int doubts; /* records sent under this id that are not known never to come to the log */
};
struct sent_list {
    struct sent *first, *last;
};
/* What those who waited are told. */
struct telling {
    int64_t now_us;
    enum wait_end end;
    const struct outcome *outcome;
};

struct waits {
    struct sent *buckets[BUCKETS];
    struct sent_list waiting, kept;
    size_t count, wait_count;
    uint64_t tag;
};

struct waits *waits_new(void)
{
    return calloc(1, sizeof(struct waits));
}

static struct sent **bucket_of(struct waits *waits, struct uuid id)
{
    uint32_t hash;
    memcpy(&hash, id.b + 8, sizeof(hash));
    return &waits->buckets[hash % BUCKETS];
}

static struct sent *sent_find(const struct waits *waits, struct uuid id)
{
    uint32_t hash;
    memcpy(&hash, id.b + 8, sizeof(hash));
    struct sent *sent = waits->buckets[hash % BUCKETS];
    while (sent != NULL && !uuid_eq(sent->id, id))
        sent = sent->bucket_next;
    return sent;
}

static void list_add(struct sent_list *list, struct sent *sent)
{
    sent->next = NULL;
    sent->prev = list->last;
    if (list->last != NULL)
        list->last->next = sent;
    else
        list->first = sent;
    list->last = sent;
}

static void list_remove(struct sent_list *list, struct sent *sent)
{
    if (sent->prev != NULL)
        sent->prev->next = sent->next;
    else
        list->first = sent->next;
    if (sent->next != NULL)
        sent->next->prev = sent->prev;
    else
        list->last = sent->prev;
}

static void sent_drop(struct waits *waits, struct sent *sent)
{
    struct sent **at = bucket_of(waits, sent->id);
    while (*at != sent)
        at = &(*at)->bucket_next;
    *at = sent->bucket_next;
    list_remove(sent->wait_count > 0 ? &waits->waiting : &waits->kept, sent);
    waits->count--;
    waits->wait_count -= sent->wait_count;
    free(sent->waits);
    free(sent);
}

void waits_free(struct waits *waits)
{
    if (waits == NULL)
        return;
    while (waits->waiting.first != NULL)
        sent_drop(waits, waits->waiting.first);
    while (waits->kept.first != NULL)
        sent_drop(waits, waits->kept.first);
    free(waits);
}

static struct sent *sent_new(struct waits *waits, const struct wait *wait)
{
    if (waits->count == SENT_MAX && waits->kept.first != NULL)
        sent_drop(waits, waits->kept.first);
    if (waits->count == SENT_MAX)
        return NULL;
    struct sent *sent = calloc(1, sizeof(*sent));
    if (sent == NULL)
        return NULL;
    sent->id = wait->id;
    sent->person = wait->person;
    sent->hash = wait->hash;
    struct sent **bucket = bucket_of(waits, wait->id);
    sent->bucket_next = *bucket;
    *bucket = sent;
    list_add(&waits->kept, sent);
    waits->count++;
    return sent;
}

enum wait_begin waits_begin(struct waits *waits, const struct wait *wait, uint64_t *ret_tag)
{
    struct sent *sent = sent_find(waits, wait->id);
    /* Another dossier could not know that this id is taken; and who is told to look later would
     * find the first one's outcome, and take it for theirs. */
    if (sent != NULL &&
        (!uuid_eq(sent->person, wait->person) || !digest_eq(sent->hash, wait->hash)))
        return WAIT_FOREIGN;
    if (sent == NULL)
        sent = sent_new(waits, wait);
    if (sent == NULL || sent->wait_count == JOINED_MAX)
        return WAIT_BUSY;
    struct wait *all = realloc(sent->waits, (sent->wait_count + 1) * sizeof(*all));
    if (all == NULL)
        return WAIT_BUSY;
    sent->waits = all;
    bool first = sent->wait_count == 0;
    if (first) {
        list_remove(&waits->kept, sent);
        list_add(&waits->waiting, sent);
        sent->tag = ++waits->tag;
        sent->until_us = wait->until_us;
        sent->doubts++;
    }
    all[sent->wait_count++] = *wait;
    waits->wait_count++;
    *ret_tag = sent->tag;
    return first ? WAIT_FIRST : WAIT_JOINED;
}

static struct sent *find_tag(const struct sent_list *list, uint64_t tag)
{
    struct sent *sent = list->last;
    while (sent != NULL && sent->tag != tag)
        sent = sent->prev;
    return sent;
}

bool waits_forget(struct waits *waits, uint64_t tag)
{
    struct sent *sent = find_tag(&waits->waiting, tag);
    MUST(sent != NULL);
    if (--sent->doubts > 0)
        return false;
    sent_drop(waits, sent);
    return true;
}

/* Moves it to `kept`, then tells everybody who waited: what they do next may drop it. */
static void tell(struct waits *waits, struct sent *sent, const struct telling *telling)
{
    struct wait *all = TAKE(sent->waits);
    const struct outcome *outcome = telling->outcome;
    size_t count = sent->wait_count;
    waits->wait_count -= count;
    list_remove(&waits->waiting, sent);
    sent->wait_count = 0;
    sent->until_us = telling->now_us + KEEP_US;
    list_add(&waits->kept, sent);
    if (telling->end != WAIT_LATE)
        sent_drop(waits, sent);
    for (size_t i = 0; i < count; i++) {
        bool other =
            outcome != NULL && outcome->has_hash && !digest_eq(outcome->request_hash, all[i].hash);
        all[i].end(all[i].owner, other ? WAIT_OTHER : telling->end, outcome);
    }
    free(all);
}

void waits_not_sent(struct waits *waits, uint64_t tag, int64_t now_us)
{
    struct sent *sent = find_tag(&waits->waiting, tag);
    if (sent != NULL && --sent->doubts == 0)
        tell(waits, sent, &(struct telling){now_us, WAIT_NOT_SENT, NULL});
    if (sent != NULL)
        return; /* or an earlier one may still come: it is waited for */
    /* Its caller had 202 already: the status link now says that there is no such thing. */
    sent = find_tag(&waits->kept, tag);
    if (sent != NULL && --sent->doubts == 0)
        sent_drop(waits, sent);
}

void waits_each(const struct waits *waits, wait_want_fn *want, void *owner)
{
    for (const struct sent *sent = waits->waiting.first; sent != NULL; sent = sent->next)
        want(owner, sent->person, sent->id);
}

void waits_answer(struct waits *waits, const struct outcome *outcome, int64_t now_us)
{
    struct sent *sent = sent_find(waits, outcome->id);
    if (sent != NULL && sent->wait_count > 0)
        tell(waits, sent, &(struct telling){now_us, WAIT_ANSWERED, outcome});
}

void waits_expire(struct waits *waits, int64_t now_us, bool all)
{
    while (waits->waiting.first != NULL && (all || waits->waiting.first->until_us <= now_us))
        tell(waits, waits->waiting.first, &(struct telling){now_us, WAIT_LATE, NULL});
    while (waits->kept.first != NULL && waits->kept.first->until_us <= now_us)
        sent_drop(waits, waits->kept.first);
}

bool waits_sent(const struct waits *waits, struct uuid id, struct uuid *ret_person)
{
    const struct sent *sent = sent_find(waits, id);
    if (sent != NULL)
        *ret_person = sent->person;
    return sent != NULL;
}

int64_t waits_wake(const struct waits *waits)
{
    return waits->waiting.first == NULL ? INT64_MAX : waits->waiting.first->until_us;
}

size_t waits_waiting(const struct waits *waits)
{
    return waits->wait_count;
}
