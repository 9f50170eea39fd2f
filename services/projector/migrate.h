/* The read model's schema, brought forward at start, and the statements of the sink's database. */
#ifndef PROJECTOR_MIGRATE_H
#define PROJECTOR_MIGRATE_H

#include "daemon/port_pg.h"

extern const struct port_pg_sql projector_sql;
/* Migrations under their lock, then the readers' rights. `owner`: the row writer that is to use the
 * connection, or NULL. */
port_pg_ready_fn projector_ready;

#endif
