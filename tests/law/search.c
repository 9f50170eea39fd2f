#include "law/search.h"

#include "base/res.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHUNK_BYTES = 1 << 20 };

/* States one behind the other, each after its length and number; in pieces that are freed as they
 * are used up. */
struct chunk {
    struct chunk *next;
    size_t len;
    uint8_t bytes[CHUNK_BYTES];
};
struct states {
    struct chunk *first, *last;
};
struct step {
    uint32_t from, act;
};
struct search {
    uint64_t *prints; /* open addressing; 0: free */
    uint64_t print_room;
    struct step *steps; /* by a state's number: how it was reached first */
    uint64_t step_count, step_room;
    struct states next;
    size_t chunks; /* of this level and the next */
    uint64_t transitions;
    uint32_t from, last_act;
};

static void *grown(void *old, size_t bytes)
{
    void *got = realloc(old, bytes);
    MUST(got != NULL);
    return got;
}

static uint64_t fingerprint(const uint8_t *bytes, size_t len)
{
    uint64_t print = UINT64_C(0x243f6a8885a308d3) ^ len;
    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, len - i < 8 ? len - i : 8);
        print = (print ^ word) * UINT64_C(0x9fb21c651e98df25);
        print ^= print >> 35;
    }
    print *= UINT64_C(0xd6e8feb86659fd93);
    print ^= print >> 32;
    return print == 0 ? 1 : print;
}

static bool insert(uint64_t *prints, uint64_t room, uint64_t print)
{
    uint64_t i = print & (room - 1);
    for (; prints[i] != 0; i = (i + 1) & (room - 1))
        if (prints[i] == print)
            return false;
    prints[i] = print;
    return true;
}

static void make_room(struct search *search)
{
    if (search->step_count == search->step_room) {
        search->step_room += search->step_room / 2 + 1024;
        search->steps = grown(search->steps, search->step_room * sizeof(struct step));
    }
    if (search->step_count * 4 < search->print_room * 3)
        return;
    uint64_t room = search->print_room == 0 ? 1 << 16 : search->print_room * 2;
    uint64_t *prints = calloc(room, sizeof(*prints));
    MUST(prints != NULL);
    for (uint64_t i = 0; i < search->print_room; i++)
        if (search->prints[i] != 0)
            (void)insert(prints, room, search->prints[i]);
    free(search->prints);
    search->prints = prints;
    search->print_room = room;
}

static struct chunk *chunk_with_room(struct search *search, size_t more)
{
    struct states *states = &search->next;
    if (states->last != NULL && states->last->len + more <= CHUNK_BYTES)
        return states->last;
    struct chunk *chunk = grown(NULL, sizeof(*chunk));
    chunk->next = NULL;
    chunk->len = 0;
    if (states->first == NULL)
        states->first = chunk;
    else
        states->last->next = chunk;
    states->last = chunk;
    search->chunks++;
    return chunk;
}

static void keep_state(struct search *search, const uint8_t *state, size_t len, uint32_t number)
{
    uint16_t short_len = (uint16_t)len;
    struct chunk *chunk = chunk_with_room(search, sizeof(short_len) + sizeof(number) + len);
    uint8_t *at = chunk->bytes + chunk->len;
    memcpy(at, &short_len, sizeof(short_len));
    memcpy(at + sizeof(short_len), &number, sizeof(number));
    memcpy(at + sizeof(short_len) + sizeof(number), state, len);
    chunk->len += sizeof(short_len) + sizeof(number) + len;
}

static void chunk_free(struct search *search, struct chunk *chunk)
{
    free(chunk);
    search->chunks--;
}

void search_reached(struct search *search, const uint8_t *state, size_t len, uint32_t act)
{
    MUST(len <= SEARCH_STATE_MAX);
    search->transitions++;
    search->last_act = act;
    make_room(search);
    if (!insert(search->prints, search->print_room, fingerprint(state, len)))
        return;
    search->steps[search->step_count] = (struct step){search->from, act};
    keep_state(search, state, len, (uint32_t)search->step_count++);
    MUST(search->step_count < UINT32_MAX);
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* The way to the state being expanded, and the last act where that is what showed it. */
static void take_path(
    const struct search *search, enum search_verdict verdict, struct search_result *result)
{
    size_t count = verdict == SEARCH_FOUND_NEXT ? 1 : 0;
    for (uint32_t at = search->from; at != 0; at = search->steps[at].from)
        count++;
    result->path_count = count;
    result->path = grown(NULL, (count + 1) * sizeof(uint32_t));
    if (verdict == SEARCH_FOUND_NEXT)
        result->path[--count] = search->last_act;
    for (uint32_t at = search->from; at != 0; at = search->steps[at].from)
        result->path[--count] = search->steps[at].act;
}

/* A table that will soon grow to twice its size is there three times then. */
static size_t bytes_of(const struct search *search)
{
    size_t tables = search->step_count * 8 > search->print_room * 5 ? 3 : 1;
    return tables * search->print_room * sizeof(*search->prints) +
           search->step_room * sizeof(*search->steps) + search->chunks * sizeof(struct chunk);
}

static bool over(const struct search_of *of, const struct search *search, double began)
{
    return (of->bytes_max > 0 && bytes_of(search) > of->bytes_max) ||
           (of->seconds_max > 0 && now() - began > of->seconds_max);
}

struct level {
    const struct search_of *of;
    struct search_result *result;
    double began;
};

/* False: it is over. */
static bool expand_chunk(struct level *level, struct search *search, const struct chunk *chunk)
{
    const struct search_of *of = level->of;
    for (size_t at = 0; at < chunk->len;) {
        uint16_t len;
        memcpy(&len, chunk->bytes + at, sizeof(len));
        memcpy(&search->from, chunk->bytes + at + sizeof(len), sizeof(search->from));
        at += sizeof(len) + sizeof(search->from);
        enum search_verdict verdict = of->expand(of->owner, chunk->bytes + at, search);
        if (verdict != SEARCH_ON) {
            level->result->found = true;
            take_path(search, verdict, level->result);
            return false;
        }
        at += len;
    }
    level->result->complete = !over(of, search, level->began);
    return level->result->complete;
}

static bool expand_level(struct level *level, struct search *search)
{
    struct chunk *chunk = search->next.first;
    search->next = (struct states){.first = NULL};
    bool go_on = true;
    while (chunk != NULL) {
        struct chunk *next = chunk->next;
        if (go_on)
            go_on = expand_chunk(level, search, chunk);
        chunk_free(search, chunk);
        chunk = next;
    }
    return go_on;
}

struct search_result search_all(const struct search_of *of, const uint8_t *state, size_t len)
{
    struct search search = {.from = 0};
    struct search_result result = {.complete = true};
    struct level level = {of, &result, now()};
    search_reached(&search, state, len, 0);
    while (search.next.first != NULL && expand_level(&level, &search))
        result.depth++;
    result.states = search.step_count;
    result.transitions = search.transitions;
    result.seconds = now() - level.began;
    for (struct chunk *chunk = search.next.first, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        chunk_free(&search, chunk);
    }
    free(search.prints);
    free(search.steps);
    return result;
}
