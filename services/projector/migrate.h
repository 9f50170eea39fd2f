/* The read model's schema, brought forward at start, and the statements of the sink's database.
 * These and those of write_rows.h name no schema: which one they mean is said once a connection. */
#ifndef PROJECTOR_MIGRATE_H
#define PROJECTOR_MIGRATE_H

#include "daemon/port_pg.h"

#define PROJECTOR_SCHEMA "read"

extern const struct port_pg_sql projector_sql;
/* Migrations under their lock, the readers' rights, then projector_use. `owner`: the row writer
 * that is to use the connection, or NULL. */
port_pg_ready_fn projector_ready;
/* projector_use alone. `owner` is not used. */
port_pg_ready_fn projector_reading;
/* From now on the connection's statements mean this schema. `schema` is a name of our own. */
res_t projector_use(struct pg *pg, const char *schema) MUST_USE;

/* For whoever builds a second read model (swap.h): the readers' rights on what is called `read`
 * now; OK exactly if the database has the migrations of this program; and all of them, run into the
 * name `read`, which must be free, inside the caller's transaction. */
res_t projector_grant(struct pg *pg) MUST_USE;
res_t projector_migrated(struct pg *pg) MUST_USE;
res_t projector_make(struct pg *pg) MUST_USE;

#endif
