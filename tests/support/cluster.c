#include "support/cluster.h"

#include <criterion/hooks.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER_VARIABLE "TEST_PG_CLUSTER"

const char *cluster_folder(void)
{
    const char *folder = getenv(FOLDER_VARIABLE);
    cr_assert_not_null(folder);
    return folder;
}

static int script(const char *command, const char *folder)
{
    char program[] = "tests/support/pg-cluster.sh", what[16], where[64], owner[24];
    char *const argv[] = {program, what, where, owner, NULL};
    pid_t child;
    int status;
    snprintf(what, sizeof what, "%s", command);
    snprintf(where, sizeof where, "%s", folder);
    snprintf(owner, sizeof owner, "%d", getpid());
    if (posix_spawn(&child, program, NULL, NULL, argv, environ) != 0 ||
        waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    (void)tests;
    char folder[] = "/tmp/pg-cluster.XXXXXX";
    if (mkdtemp(folder) == NULL || setenv(FOLDER_VARIABLE, folder, 1) != 0 ||
        script("start", folder) != 0) {
        fprintf(stderr, "no Postgres cluster could be started: see %s\n", folder);
        exit(1);
    }
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
    (void)stats;
    if (getenv(FOLDER_VARIABLE) != NULL)
        script("stop", cluster_folder());
}

struct pg *cluster_open(const char *conninfo)
{
    struct pg *pg = NULL;
    const struct pg_conf conf = {.conninfo = conninfo, .application = "test"};
    OK(pg_open(&conf, &pg));
    return pg;
}

void cluster_database(char ret[static CLUSTER_CONNINFO_MAX])
{
    char text[128];
    snprintf(ret, CLUSTER_CONNINFO_MAX, "host=%s user=test dbname=postgres", cluster_folder());
    struct pg *pg = cluster_open(ret);
    snprintf(text, sizeof text, "CREATE DATABASE test_%d TEMPLATE template0", getpid());
    OK(pg_run(pg, text));
    pg_close(pg);
    snprintf(
        ret, CLUSTER_CONNINFO_MAX, "host=%s user=test dbname=test_%d", cluster_folder(), getpid());
}
