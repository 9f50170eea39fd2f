/* SQLSTATEs into what to do next. Of common/pg alone. */
#ifndef PG_PG_ERR_H
#define PG_PG_ERR_H

#include "base/res.h"

/* By one table, the longest prefix first; a code without a row is FATAL. "" is RETRY: the
 * connection was lost without a word. */
res_t pg_res_at(const char *sqlstate, const char *file, int line) MUST_USE;
#define PG_RES(sqlstate) pg_res_at((sqlstate), __FILE__, __LINE__)

#endif
