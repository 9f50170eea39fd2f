/* A Postgres cluster for the whole test program, started before its first test and stopped after
 * its last; link tests/support/cluster.c and it is there. Each test takes a database of its own. */
#ifndef SUPPORT_CLUSTER_H
#define SUPPORT_CLUSTER_H

#include "pg/pg.h"

#include <criterion/criterion.h>

enum { CLUSTER_CONNINFO_MAX = 256 };

/* Makes an empty database; `ret` connects to it as superuser "test". */
void cluster_database(char ret[static CLUSTER_CONNINFO_MAX]);
/* Opens a connection; fails the test where it cannot. */
struct pg *cluster_open(const char *conninfo);
/* The folder with the cluster's socket. */
const char *cluster_folder(void);

#define OK(expr)                                                                                   \
    do {                                                                                           \
        res_t res_ = (expr);                                                                       \
        cr_assert_eq(res_.act, RES_OK, "%s at %s:%d", res_.what, res_.file, res_.line);            \
    } while (0)

#endif
