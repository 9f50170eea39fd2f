/* What the files of `brokerctl verify` share. Private.
 * The log is replayed a partition at a time through the referee. Whoever is compared stands at a
 * position of its own: it is compared when the replay has come there. */
#ifndef BROKERCTL_VERIFY_H
#define BROKERCTL_VERIFY_H

#include "brokerctl/people.h"
#include "brokerctl/stream.h"
#include "projector/write_rows.h"
#include "store/store.h"

enum { STORES_MAX = 16, TABLES_MAX = 64 };

struct verify_store {
    char name[64]; /* of its folder: "referrals-1" */
    struct store *store;
    int64_t dossiers, answers; /* compared so far */
};
struct verify {
    const struct ctl *ctl;
    bool no_stores, no_postgres;
    struct codec_registry *registry;
    const struct projection *projection;
    struct row_writer *writer;
    struct stream stream;
    struct people *people;                  /* of the partition that is replayed */
    struct people *everybody;               /* ids alone, of all partitions */
    struct arena *fixed;                    /* the projection's */
    struct arena *record;                   /* cleared for each */
    struct arena *chunk;                    /* rows waiting to be compared */
    struct pg *pg;                          /* NULL: not compared. In one snapshot for all */
    int64_t pg_next[STREAM_PARTITIONS_MAX]; /* positions in that snapshot */
    struct row_set log_rows;                /* of the chunk */
    size_t log_records;
    int64_t expected[TABLES_MAX]; /* rows by table, all partitions so far */
    struct verify_store stores[STORES_MAX];
    size_t store_count;
    int64_t records, counted, ignored, unreadable, persons;
    bool differs;
};

/* Says so on stdout, the first time; gives REJECT. */
res_t verify_differs(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_USE;

/* A dossier as this program packs it: another release may have said the same under another schema,
 * and what counts is what it says. The arena's; what cannot be read stays as it is. */
res_t verify_pack_anew(struct verify *verify, struct arena *arena, struct view *packed) MUST_USE;

/* verify_postgres.c. Not OK with verify->differs: a difference was named. */
res_t verify_pg_open(struct verify *verify) MUST_USE;
/* A counted record before Postgres's position: `event` lives in verify->chunk. */
res_t verify_pg_record(struct verify *verify, const struct project_record *record) MUST_USE;
res_t verify_pg_flush(struct verify *verify) MUST_USE; /* compares waiting log rows */
/* The replay has come to Postgres's position. */
res_t verify_pg_people(struct verify *verify) MUST_USE;
/* After the last partition: no table holds more than it should. */
res_t verify_pg_totals(struct verify *verify) MUST_USE;

/* verify_store.c */
res_t verify_stores_open(struct verify *verify) MUST_USE;
void verify_stores_close(struct verify *verify);
/* Where that store stands in a partition; -1: it remembers nothing of it. */
res_t verify_store_position(struct verify_store *store, int32_t partition, int64_t *ret) MUST_USE;
res_t verify_store_compare(
    struct verify *verify, struct verify_store *store, int32_t partition) MUST_USE;

#endif
