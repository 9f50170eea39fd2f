/* Numbered changes of the database's schema, each applied once, in order. */
#ifndef PG_MIGRATE_H
#define PG_MIGRATE_H

#include "pg/pg.h"

/* Number of the advisory lock under which schemas are made, changed and renamed. */
#define PG_SCHEMA_LOCK "7273656272"

/* Static rows; `sql` is the text embedded by the build. It may hold several statements, but no
 * BEGIN or COMMIT: each migration is one transaction together with its own record. */
struct pg_migration {
    int32_t number; /* 1, 2, 3, ... without a gap */
    const char *name;
    const char *sql;
};
/* `schema` is made where it is not there; what was applied stands in its table `migration` with the
 * SHA-256 of its text, so dropping the schema starts anew. Works under an advisory lock, so that
 * daemons starting together wait for each other. A text that changed afterwards, a number that is
 * not among ours (an older program on a newer schema) or a gap is FATAL and changes nothing. */
res_t pg_migrate(
    struct pg *pg, const char *schema, const struct pg_migration *rows, size_t count) MUST_USE;
/* OK exactly if all of these are applied and no other; changes nothing. FATAL: they are not. */
res_t pg_migrated(
    struct pg *pg, const char *schema, const struct pg_migration *rows, size_t count) MUST_USE;

#endif
