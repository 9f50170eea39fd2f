#include "bench.h"

#include "kafka/admin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bench_print(const struct bench_line *line)
{
    double ratio = line->ours / line->limit;
    bool ok = line->at_least ? ratio >= line->goal : ratio <= line->goal;
    printf("bench %s ours=%.4g%s limit=%.4g%s ratio=%.2f ", line->name, line->ours, line->unit,
        line->limit, line->unit, ratio);
    if (line->goal > 0)
        printf("goal=%s%.2f %s\n", line->at_least ? ">=" : "<=", line->goal, ok ? "ok" : "short");
    else
        printf("goal=none\n");
    fflush(stdout);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_quantile(double *values, size_t count, double of)
{
    MUST(count > 0);
    qsort(values, count, sizeof(*values), by_size);
    size_t at = (size_t)(of * (double)count);
    return values[at < count ? at : count - 1];
}

int64_t bench_cpu_us(pid_t pid)
{
    char path[64], text[1024];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        bench_fail("cpu", "the process is gone");
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[len] = '\0';
    const char *after = strrchr(text, ')'); /* the name may hold anything */
    if (after == NULL || sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                             &user, &kernel) != 2)
        bench_fail("cpu", "/proc says something else");
    return (int64_t)(user + kernel) * 1000000 / sysconf(_SC_CLK_TCK);
}

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

void bench_must(res_t res, const char *what)
{
    if (res.act == RES_OK)
        return;
    fprintf(stderr, "bench: %s: %s (%s:%d)\n", what, res.what, res.file, res.line);
    exit(1);
}

const char *bench_env(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || *value == '\0')
        bench_fail(name, "is not set: run it by make bench");
    return value;
}

void bench_become(const char *program)
{
    int log = open(bench_env("BENCH_LOG"), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    if (log >= 0) {
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
    }
    execl(program, program, (char *)NULL);
    _exit(127);
}

static struct kafka_admin *admin_open(void)
{
    struct kafka_admin *admin = NULL;
    struct kafka_conf conf = {.brokers = bench_env("RB_KAFKA_BOOTSTRAP"), .client_id = "bench"};
    bench_must(kafka_admin_open(&conf, &admin), "Kafka");
    return admin;
}

void bench_topic_make(const char *name)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = admin_open();
    struct kafka_topic topic = {.name = name, .partitions = BENCH_PARTITIONS, .replication = 1};
    int64_t low[BENCH_PARTITIONS], high[BENCH_PARTITIONS];
    res_t res = kafka_topics_create(admin, &topic, 1, 10000);
    if (res.act != RES_RETRY) /* made, but not seen yet */
        bench_must(res, name);
    res.act = RES_RETRY;
    for (int tries = 0; tries < 100 && res.act == RES_RETRY; tries++) {
        res = kafka_topic_offsets(
            admin, &(struct kafka_offsets){name, BENCH_PARTITIONS, low, high}, 5000);
        usleep(res.act == RES_RETRY ? 50000 : 0);
    }
    bench_must(res, name);
}

int64_t bench_topic_count(const char *name)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = admin_open();
    int64_t low[BENCH_PARTITIONS], high[BENCH_PARTITIONS], count = 0;
    bench_must(kafka_topic_offsets(
                   admin, &(struct kafka_offsets){name, BENCH_PARTITIONS, low, high}, 10000),
        name);
    for (int i = 0; i < BENCH_PARTITIONS; i++)
        count += high[i] - low[i];
    return count;
}
