#include "dossier/evolve.h"

#include <string.h>

static void put_shared(struct dossier_risk *risk, const struct risk_shared *shared)
{
    risk->risk_version = shared->risk_version;
    risk->basis = shared->basis;
    risk->urgent = shared->urgent;
    PUT_FROM(
        risk, DOSSIER_RISK_ASSESSED_AT, assessed_at, shared, RISK_SHARED_ASSESSED_AT, assessed_at);
    PUT_FROM(risk, DOSSIER_RISK_SOURCE, source, shared, RISK_SHARED_SOURCE, source);
    PUT_FROM(risk, DOSSIER_RISK_REVIEW_BY, review_by, shared, RISK_SHARED_REVIEW_BY, review_by);
    PUT_FROM(risk, DOSSIER_RISK_APPROVED, approved, shared, RISK_SHARED_APPROVED, approved);
    PUT_FROM(risk, DOSSIER_RISK_DISCLOSED, disclosed, shared, RISK_SHARED_DISCLOSED, disclosed);
    PUT_FROM(risk, DOSSIER_RISK_WITHHELD, withheld, shared, RISK_SHARED_WITHHELD, withheld);
    PUT_FROM(risk, DOSSIER_RISK_NOT_ASSESSED, not_assessed, shared, RISK_SHARED_NOT_ASSESSED,
        not_assessed);
}

void change_risk_shared(struct change *change)
{
    const struct meta *meta = change->meta;
    struct dossier_risk risk = {.record = meta->id, .shared_at = change->at};
    put_shared(&risk, change->body);
    PUT(&risk, DOSSIER_RISK_SHARED_BY, shared_by, meta->actor.id);
    PUT_FROM(&risk, DOSSIER_RISK_ORGANISATION, organisation, &meta->actor, ACTOR_ORGANISATION,
        organisation);
    change_sealed(change, &risk.sealed);
    PUT(change->after, DOSSIER_RISK, risk, risk);
    UNSET(change->after, DOSSIER_REVIEW); /* a new version ends a review */
}

struct place {
    size_t old; /* of the entry to be replaced; `len`: none */
    size_t len;
    size_t most;
};

/* Room for the newest entry at the end, in place of the old one or, beyond the most that there may
 * be, of the one that stands longest. NULL when full. */
static void *renew(struct change *change, void *array, size_t size, struct place place)
{
    size_t old = place.old;
    size_t len = place.len;
    if (old == len && len < place.most)
        return change_append(change, array, size);
    size_t gone = old < len ? old : 0;
    char *items = change_copy(change, array, size);
    if (items == NULL)
        return NULL;
    char *last = items + (len - 1) * size;
    memmove(items + gone * size, items + (gone + 1) * size, (len - 1 - gone) * size);
    memset(last, 0, size);
    return last;
}

void change_risk_disclosed(struct change *change)
{
    const struct risk_disclosed *disclosed = change->body;
    const struct actor *actor = &change->meta->actor;
    struct dossier_reading_array *all = &change->after->readings;
    size_t old = 0;
    while (old < all->len && (all->items[old].reader != disclosed->reader ||
                                 !view_eq(all->items[old].user, actor->id)))
        old++;
    struct dossier_reading *reading =
        renew(change, all, sizeof *reading, (struct place){old, all->len, READERS_MAX});
    if (reading == NULL)
        return;
    reading->user = actor->id;
    reading->reader = disclosed->reader;
    reading->risk_version = disclosed->risk_version;
    reading->record = change->meta->id;
    reading->at = change->at;
    PUT_FROM(reading, DOSSIER_READING_ORGANISATION, organisation, actor, ACTOR_ORGANISATION,
        organisation);
}

void change_risk_acknowledged(struct change *change)
{
    const struct risk_acknowledged *acknowledged = change->body;
    const struct actor *actor = &change->meta->actor;
    struct dossier_acknowledgement_array *all = &change->after->acknowledgements;
    size_t old = 0;
    while (old < all->len && !view_eq(all->items[old].user, actor->id))
        old++;
    struct dossier_acknowledgement *one =
        renew(change, all, sizeof *one, (struct place){old, all->len, READERS_MAX});
    if (one == NULL)
        return;
    one->user = actor->id;
    one->risk_version = acknowledged->risk_version;
    one->referral = acknowledged->referral_id;
    one->record = change->meta->id;
    one->at = change->at;
    PUT_FROM(one, DOSSIER_ACKNOWLEDGEMENT_ORGANISATION, organisation, actor, ACTOR_ORGANISATION,
        organisation);
}

/* Several changes make one review: from the first of them, urgent from the first that is. */
static void put_review(struct change *change, const struct risk_review_due *due)
{
    struct dossier_review *review = &change->after->review;
    bool under_way = HAS(change->after, DOSSIER_REVIEW);
    if (!under_way) {
        *review = (struct dossier_review){.record = change->meta->id, .since = change->at};
        PUT_FROM(review, DOSSIER_REVIEW_CAUSE, cause, due, RISK_REVIEW_DUE_CAUSE, cause);
        SET(change->after, DOSSIER_REVIEW);
    }
    if (under_way && due->urgent && !review->urgent)
        PUT(review, DOSSIER_REVIEW_URGENT_SINCE, urgent_since, change->at);
    review->urgent |= due->urgent;
}

void change_risk_review_due(struct change *change)
{
    const struct risk_review_due *due = change->body;
    struct view_array *noted = &change->after->risk_changes;
    struct view *newest = renew(
        change, noted, sizeof *newest, (struct place){noted->len, noted->len, RISK_CHANGES_MAX});
    if (newest == NULL)
        return;
    *newest = due->external_ref;
    put_review(change, due);
}

/* Ends a review; who acknowledged the version need not do so again. */
void change_risk_confirmed(struct change *change)
{
    const struct risk_confirmed *confirmed = change->body;
    struct dossier_risk *risk = &change->after->risk;
    if (!HAS(change->after, DOSSIER_RISK) || risk->risk_version != confirmed->risk_version)
        return;
    PUT_FROM(
        risk, DOSSIER_RISK_REVIEW_BY, review_by, confirmed, RISK_CONFIRMED_REVIEW_BY, review_by);
    PUT(risk, DOSSIER_RISK_CONFIRMED_AT, confirmed_at, change->at);
    PUT(risk, DOSSIER_RISK_CONFIRMED_BY, confirmed_by, change->meta->actor.id);
    PUT(risk, DOSSIER_RISK_CONFIRMED_RECORD, confirmed_record, change->meta->id);
    UNSET(change->after, DOSSIER_REVIEW);
}
