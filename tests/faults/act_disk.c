/* A disk that is full: a file takes all that is left of a small one (tests/faults/run.sh mounts
 * them), and goes again. And the wall clock, where the daemons' is ours to set. */
#include "base/clock.h"
#include "fault.h"
#include "flow/check.h"
#include "rng.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20, SWITCHES = 3 };

static void filler_of(const struct fault *fault, char *ret, size_t room)
{
    snprintf(ret, room, "%s/disks/%s/fill", fault->scene->flow, fault->kind->where);
}

/* To the last byte. */
static void fill(const char *path)
{
    static const char zeros[PIECE];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        fail("%s cannot be filled: %s", path, strerror(errno));
    for (size_t piece = PIECE; piece > 0;) {
        ssize_t put = write(fd, zeros, piece);
        if (put <= 0)
            piece /= 2;
    }
    close(fd);
}

/* What it has ahead is used up, so that it needs more now. */
static void use_up_wal(const struct fault *fault)
{
    char log[512];
    snprintf(log, sizeof(log), "%s/log/stack.out", fault->scene->flow);
    const char *const argv[] = {"timeout", "5", "psql", "-X", "-q", "-U", "postgres", "-d",
        "referral", "-c", "CREATE TABLE IF NOT EXISTS faults.ballast (t text)", "-c",
        "INSERT INTO faults.ballast SELECT repeat(md5(n::text), 60) FROM generate_series(1, 30000) "
        "n",
        "-c", "TRUNCATE faults.ballast", NULL};
    for (int i = 0; i < SWITCHES; i++)
        (void)!run_program(argv, log); /* it is to fail */
}

void act_disk_full(struct fault *fault)
{
    char path[512];
    filler_of(fault, path, sizeof(path));
    fill(path);
    if (strcmp(fault->kind->where, "wal") == 0)
        use_up_wal(fault);
}

/* There is room again. A server that gave up meanwhile is started as its supervisor would. */
void act_disk_free(struct fault *fault)
{
    char path[512];
    filler_of(fault, path, sizeof(path));
    unlink(path);
    if (strcmp(fault->kind->where, "wal") == 0) {
        stack_do(fault->scene, "pg-immediate"); /* it may be on its way down */
        stack_do(fault->scene, "pg-start");
    } else if (strcmp(fault->kind->where, "kafka") == 0) {
        stack_do(fault->scene, "kill-kafka");
        stack_do(fault->scene, "start-kafka");
    }
}

/* --- the clock
 * -----------------------------------------------------------------------------------*/

static void set_clock(const struct fault *fault, const char *offset)
{
    char path[512], next[520];
    snprintf(path, sizeof(path), "%s/clock/%s", fault->scene->flow, fault->victim);
    snprintf(next, sizeof(next), "%s.new", path);
    FILE *file = fopen(next, "we");
    if (file == NULL)
        fail("the clock cannot be set");
    fprintf(file, "%s\n", offset);
    fclose(file);
    if (rename(next, path) != 0)
        fail("the clock cannot be set: %s", strerror(errno));
}

/* `where` is as libfaketime takes it. */
void act_clock(struct fault *fault)
{
    set_clock(fault, fault->kind->where);
}

void act_clock_end(struct fault *fault)
{
    set_clock(fault, "+0");
}
