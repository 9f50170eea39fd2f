/* What the benchmarks share: the line that each prints, times, and the people of the stream.
 * Nothing here fails a build: a line says ok or short, and that is all. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/buf.h"
#include "base/id.h"
#include "base/res.h"

#include <stddef.h>
#include <sys/types.h>

struct bench_line {
    const char *name;
    const char *unit;
    double ours, limit;
    double goal;   /* of ours / limit; 0: none, only to be read */
    bool at_least; /* rates: the ratio shall be at least the goal; else at most */
};
/* "bench NAME ours=… limit=… ratio=… goal=… ok|short" */
void bench_print(const struct bench_line *line);

/* Sorts. */
double bench_quantile(double *values, size_t count, double of);
/* User and system time of a process so far, in µs; of all its threads. */
int64_t bench_cpu_us(pid_t pid);
/* Prints and exits where it is not OK. */
void bench_must(res_t res, const char *what);
_Noreturn void bench_fail(const char *what, const char *why);
/* A variable of the environment that must be there. */
const char *bench_env(const char *name);
/* A child of ours becomes that program; what it says goes to BENCH_LOG. */
_Noreturn void bench_become(const char *program);

/* Makes the topic with the partitions of ours. */
enum { BENCH_PARTITIONS = 12 };
void bench_topic_make(const char *name);
/* Records that the topic holds now. */
int64_t bench_topic_count(const char *name);

/* One invented person's records, to be told again of others: record k of person n. */
enum { BENCH_RECORDS_MAX = 16 };
struct bench_story;
struct bench_story *bench_story_new(void);
void bench_story_free(struct bench_story *story);
size_t bench_story_records(const struct bench_story *story);
struct uuid bench_person(int n);
/* Events with their place in the person's history, which is kept in *history (zero before the
 * first). Bytes as on the log. */
void bench_story_event(
    struct bench_story *story, int n, size_t record, struct digest *history, struct buf *out);
/* A risk summary of the person, as a command: the round-th. */
void bench_story_risk(struct bench_story *story, int n, int round, struct buf *out);

#endif
