/* Callers of the API that never give up: each sends one command after another about the schedule's
 * people, every command under a key of its own until it is answered, and keeps what it was told.
 * Everybody in it is invented. */
#ifndef FAULTS_CALLERS_H
#define FAULTS_CALLERS_H

#include "history.h"

#include <stdatomic.h>

/* Texts that are sealed wherever they stand: found in plain anywhere, they are a leak. */
#define SEALED_WORDS "zz-risk-text", "zz-note-text", "Quillfeather", "Zebedee"

struct callers;
struct callers_conf {
    struct history *history;
    int schedule; /* names keys and people: never used twice on one stack */
    uint64_t seed;
    int people;
};
/* Start sending at once. */
struct callers *callers_start(const struct callers_conf *conf);
/* While set, callers hang up after some milliseconds and ask again under the same key. */
void callers_hasty(struct callers *callers, bool hasty);
/* One command so many times, many at once; returns when it was sent so often. */
void callers_repeat(struct callers *callers, int times);
/* No new commands from now on. */
void callers_end(struct callers *callers);
/* Commands that wait for their answer. */
int callers_waiting(const struct callers *callers);
/* Waits until each is answered, or given up. */
void callers_free(struct callers *callers);

#endif
