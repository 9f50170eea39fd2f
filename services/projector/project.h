/* From facts to rows of the read model. Pure: same dossier, same rows; same record, same rows. Rows
 * live in the arena that they were made in and point into the dossier or record.
 * What a table holds is said by the rows of project_<subject>.c (project_table.h tells how); how
 * rows get into Postgres by write_rows.h. */
#ifndef PROJECTOR_PROJECT_H
#define PROJECTOR_PROJECT_H

#include "base/arena.h"
#include "base/id.h"
#include "dossier/dossier.h"
#include "event/event.h"

/* The C side of a cell stands behind it. */
enum col_type {
    COL_BOOL,  /* truth */
    COL_INT,   /* number, 32 bits */
    COL_LONG,  /* number */
    COL_DATE,  /* number: days since 1970-01-01 */
    COL_TIME,  /* number: µs UTC */
    COL_UUID,  /* id */
    COL_TEXT,  /* text */
    COL_BYTES, /* text */
    COL_JSON,  /* text */
    COL_MAX_
};
struct cell {
    bool null;
    union {
        bool truth;
        int64_t number;
        struct uuid id;
        struct view text;
    };
};

enum { TABLE_COLUMNS_MAX = 64 };
struct table; /* project_table.h */

/* All tables, compiled once: what the functions below go by. Immutable afterwards. */
struct projection;
/* Lives in the arena. A row of a table that names a field which the schemas do not have, or of
 * another type, is our bug and aborts. */
const struct projection *projection_new(struct arena *arena);
size_t projection_tables(const struct projection *projection);
const struct table *projection_table(const struct projection *projection, size_t table);

/* Rows of one table, in order of primary key, no key twice. */
struct row_list {
    struct cell **items; /* each: column_count cells */
    size_t count;
    size_t room;
};
/* One list a table; zeroed: no rows. */
struct row_set {
    struct row_list *of; /* by table's index */
};
res_t MUST_USE row_set_new(
    const struct projection *projection, struct arena *arena, struct row_set *ret);

/* A dossier and how it stands packed; `packed` absent where nobody compares it. */
struct project_dossier {
    const struct dossier *dossier;
    struct view packed;
};
/* Appends the state rows of a dossier; people must come in order of their ids. FATAL: arena full.
 */
res_t MUST_USE project_state(const struct projection *projection, const struct project_dossier *of,
    struct arena *arena, struct row_set *into);

/* A record that counted. */
struct project_record {
    int32_t partition;
    int64_t offset;
    struct view bytes; /* as on the log */
    const struct event *event;
    int64_t seen_version; /* of the dossier after it */
};
/* Appends its log rows: of an event a fact, its outcome and a disclosure where it is one; of a
 * refusal the outcome alone. Appended in log order: rows_sort before writing. FATAL: arena full. */
res_t MUST_USE project_log(const struct projection *projection, const struct project_record *of,
    struct arena *arena, struct row_set *into);
/* By primary key; of equal keys the last stays. */
void rows_sort(const struct table *table, struct row_list *rows);

/* What must be written so that `before` becomes `after`: both sorted. Appends to lists. */
struct row_changes {
    struct row_set put;  /* new or changed rows */
    struct row_set gone; /* rows whose keys vanished */
};
res_t MUST_USE rows_diff(const struct projection *projection, const struct row_set *before,
    const struct row_set *after, struct arena *arena, struct row_changes *into);

/* A dossier as it was (dossier NULL: there was none) and is. */
struct project_change {
    struct project_dossier before, after;
};
/* The same of a dossier's state rows, without making those whose part of it did not change: `after`
 * must have evolved from `before`, or share nothing with it. FATAL: arena full. */
res_t MUST_USE project_changes(const struct projection *projection,
    const struct project_change *change, struct arena *arena, struct row_changes *into);

/* <0, 0, >0 by the primary key. */
int row_key_cmp(const struct table *table, const struct cell *a, const struct cell *b);
/* The first column in which they differ, or -1. */
int row_differs(const struct table *table, const struct cell *a, const struct cell *b);

#endif
