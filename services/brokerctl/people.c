#include "brokerctl/people.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing over ids, which are hashes already; grown at two thirds. */
struct answer {
    struct uuid key[2];
    int64_t version; /* 0: free */
};
struct people {
    struct known *known; /* version 0: free */
    size_t known_room, known_count;
    struct answer *answers;
    size_t answer_room, answer_count;
};

enum { ROOM_FIRST = 1024 };

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    MUST(memory != NULL);
    return memory;
}

static size_t slot_of(struct uuid a, struct uuid b, size_t room)
{
    uint64_t words[4];
    memcpy(words, a.b, sizeof a.b);
    memcpy(words + 2, b.b, sizeof b.b);
    uint64_t mixed = words[0] ^ (words[1] * UINT64_C(0x9e3779b97f4a7c15)) ^
                     (words[2] * UINT64_C(0xbf58476d1ce4e5b9)) ^
                     (words[3] * UINT64_C(0x94d049bb133111eb));
    mixed ^= mixed >> 29;
    return (size_t)(mixed * UINT64_C(0x9e3779b97f4a7c15) >> 16) & (room - 1);
}

static struct known *known_slot(struct known *known, size_t room, struct uuid person)
{
    size_t at = slot_of(person, (struct uuid){{0}}, room);
    while (known[at].version != 0 && !uuid_eq(known[at].person, person))
        at = (at + 1) & (room - 1);
    return &known[at];
}

static struct answer *answer_slot(struct answer *answers, size_t room, const struct uuid key[2])
{
    size_t at = slot_of(key[0], key[1], room);
    while (answers[at].version != 0 &&
           !(uuid_eq(answers[at].key[0], key[0]) && uuid_eq(answers[at].key[1], key[1])))
        at = (at + 1) & (room - 1);
    return &answers[at];
}

struct people *people_new(void)
{
    struct people *people = zeroed(1, sizeof *people);
    people->known_room = people->answer_room = ROOM_FIRST;
    people->known = zeroed(ROOM_FIRST, sizeof *people->known);
    people->answers = zeroed(ROOM_FIRST, sizeof *people->answers);
    return people;
}

void people_clear(struct people *people)
{
    for (size_t i = 0; i < people->known_room; i++)
        free((void *)(uintptr_t)people->known[i].packed.ptr);
    memset(people->known, 0, people->known_room * sizeof *people->known);
    memset(people->answers, 0, people->answer_room * sizeof *people->answers);
    people->known_count = people->answer_count = 0;
}

void people_free(struct people *people)
{
    if (people == NULL)
        return;
    people_clear(people);
    free(people->known);
    free(people->answers);
    free(people);
}

const struct known *people_find(const struct people *people, struct uuid person)
{
    const struct known *known = known_slot(people->known, people->known_room, person);
    return known->version == 0 ? NULL : known;
}

static void known_grow(struct people *people)
{
    size_t room = people->known_room * 2;
    struct known *bigger = zeroed(room, sizeof *bigger);
    for (size_t i = 0; i < people->known_room; i++)
        if (people->known[i].version != 0)
            *known_slot(bigger, room, people->known[i].person) = people->known[i];
    free(people->known);
    people->known = bigger;
    people->known_room = room;
}

void people_put(struct people *people, const struct known *known)
{
    if (people->known_count * 3 >= people->known_room * 2)
        known_grow(people);
    struct known *slot = known_slot(people->known, people->known_room, known->person);
    people->known_count += slot->version == 0;
    char *packed = zeroed(known->packed.len + 1, 1);
    if (known->packed.len > 0)
        memcpy(packed, known->packed.ptr, known->packed.len);
    free((void *)(uintptr_t)slot->packed.ptr);
    *slot = *known;
    slot->packed = (struct view){packed, known->packed.len};
}

size_t people_count(const struct people *people)
{
    return people->known_count;
}

static int by_id(const void *a, const void *b)
{
    return uuid_cmp(
        (*(const struct known *const *)a)->person, (*(const struct known *const *)b)->person);
}

const struct known **people_sorted(const struct people *people)
{
    const struct known **all = zeroed(people->known_count + 1, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; i < people->known_room; i++)
        if (people->known[i].version != 0)
            all[count++] = &people->known[i];
    qsort(all, count, sizeof *all, by_id);
    return all;
}

int64_t answer_find(const struct people *people, struct uuid person, struct uuid id)
{
    const struct uuid key[2] = {person, id};
    return answer_slot(people->answers, people->answer_room, key)->version;
}

static void answers_grow(struct people *people)
{
    size_t room = people->answer_room * 2;
    struct answer *bigger = zeroed(room, sizeof *bigger);
    for (size_t i = 0; i < people->answer_room; i++)
        if (people->answers[i].version != 0)
            *answer_slot(bigger, room, people->answers[i].key) = people->answers[i];
    free(people->answers);
    people->answers = bigger;
    people->answer_room = room;
}

void answer_put(struct people *people, const struct uuid person_and_id[2], int64_t version)
{
    if (people->answer_count * 3 >= people->answer_room * 2)
        answers_grow(people);
    struct answer *slot = answer_slot(people->answers, people->answer_room, person_and_id);
    people->answer_count += slot->version == 0;
    *slot = (struct answer){{person_and_id[0], person_and_id[1]}, version};
}

size_t answer_count(const struct people *people)
{
    return people->answer_count;
}
