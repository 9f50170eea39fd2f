/* What a replay of one partition remembers: each person's dossier, packed, and which ids have their
 * answer. In memory; a partition at a time. */
#ifndef BROKERCTL_PEOPLE_H
#define BROKERCTL_PEOPLE_H

#include "base/id.h"
#include "base/res.h"
#include "base/view.h"

struct known {
    struct uuid person;
    int64_t version;
    struct digest history;
    struct view packed; /* owned */
};
struct people;

struct people *people_new(void);
void people_free(struct people *people); /* NULL is fine */
void people_clear(struct people *people);

/* NULL: nobody of that id. Good until the next put. */
const struct known *people_find(const struct people *people, struct uuid person);
/* Copies. */
void people_put(struct people *people, const struct known *known);
size_t people_count(const struct people *people);
/* All, by id, in an array of people_count; free() it. Pointers are good until the next put. */
const struct known **people_sorted(const struct people *people);

/* The version that answered the id, or 0. */
int64_t answer_find(const struct people *people, struct uuid person, struct uuid id);
void answer_put(struct people *people, const struct uuid person_and_id[2], int64_t version);
size_t answer_count(const struct people *people);

#endif
