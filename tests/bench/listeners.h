/* Many readers of event streams in one thread, and a bare program that writes to as many sockets:
 * what it tells them is what they were told by ours. */
#ifndef BENCH_LISTENERS_H
#define BENCH_LISTENERS_H

#include "bench.h"

/* So many files may be open here from now on. Exits where it fails, as all of these. */
void listeners_files(int count);

struct listeners;
struct listeners *listeners_new(int count_max);
void listeners_free(struct listeners *listeners); /* closes them all */
/* One more connection to a loopback port, on which the request is sent; to be told of a change. */
void listeners_add(struct listeners *listeners, int port, const struct buf *request);
/* Another descriptor (-1: none), whose becoming readable is noticed. */
void listeners_watch(struct listeners *listeners, int fd);
/* All of them are to be told once more. */
void listeners_begin(struct listeners *listeners);
/* Reads until each that was to be told has a whole "event: change"; one that is told twice ends the
 * program. Gives when the watched descriptor was readable, monotonic µs; 0: it was not. */
int64_t listeners_until_told(struct listeners *listeners, int64_t patience_us);
/* From then until they were told: 99 of a hundred. */
double listeners_p99_ms(struct listeners *listeners, int64_t from_us);
/* What the first of them was told last, as it came over its socket. */
void listeners_last(const struct listeners *listeners, struct buf *ret);

/* A process that writes `bytes` to each of `count` connections in turn, each time it is told to. */
struct bare_writer {
    pid_t pid;
    int control, port;
};
void bare_writer_start(struct bare_writer *writer, int count, const char *bytes, size_t len);
void bare_writer_go(struct bare_writer *writer);
void bare_writer_stop(struct bare_writer *writer);

#endif
