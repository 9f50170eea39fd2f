/* Postgres without us: libpq alone, for the limits. */
#ifndef BENCH_BARE_PG_H
#define BENCH_BARE_PG_H

#include <libpq-fe.h>
#include <stddef.h>

/* Exits where it fails, as all of these. */
PGconn *bare_open(const char *conninfo);
void bare_run(PGconn *pg, const char *sql);
/* The first column of the first row, as a number. */
long bare_number(PGconn *pg, const char *sql);
/* Sends what is queued and takes all results up to the end of the pipeline; the server gets to
 * write its answers while we send. */
void bare_pipe_flush(PGconn *pg);
void bare_pipe_end(PGconn *pg);

/* COPY as a client does it: in binary, in one piece. */
struct bare_copy {
    char *bytes;
    size_t len, room;
};
void bare_copy_out(PGconn *pg, const char *sql, struct bare_copy *ret);
void bare_copy_in(PGconn *pg, const char *sql, const struct bare_copy *copy);

#endif
