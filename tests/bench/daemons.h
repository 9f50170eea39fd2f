/* The broker's daemons as the script started them: their processes and whether they are ready. */
#ifndef BENCH_DAEMONS_H
#define BENCH_DAEMONS_H

#include "bench.h"

enum { DAEMONS = 5 };
extern const char *const daemon_names[DAEMONS]; /* programs; one instance of each */

/* From the files below BENCH_RUN, which the supervisor writes anew at each start. */
pid_t daemon_pid(const char *name);
/* GET /health/ready on a loopback port says 200; not to be reached is no failure. */
bool daemon_ready(int port);
int daemon_port(const char *name);
/* The value of a metric without labels; -1: it does not say. */
double daemon_metric(int port, const char *name);
/* Memory of its own (RssAnon), and of files that it maps beside. */
struct memory {
    long own_kb, files_kb;
};
struct memory daemon_memory(pid_t pid);
/* Exits when that takes too long. */
void daemon_until_ready(const char *name);

#endif
