/* What becomes of processes and of the stack. */
#include "callers.h"
#include "fault.h"

#include "base/clock.h"
#include "flow/check.h"
#include "rng.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STORM_ROUNDS = 3, TIMES = 1000, CRASH_US = 3000000 };

/* --- daemons
 * -------------------------------------------------------------------------------------*/

/* Its supervisor may just be at it: the one that comes then is hit. Where none comes, nobody is
 * answered either, and the judge says so. */
static void hit(struct fault *fault, int number)
{
    int64_t until = clock_monotonic() + 30 * TIME_US_PER_S;
    bool done = daemon_signal(fault->scene, fault->victim, number);
    while (!done && clock_monotonic() < until) {
        usleep(2000);
        done = daemon_signal(fault->scene, fault->victim, number);
    }
    fault->missed = !done;
    fault->began_us = clock_monotonic();
}

void act_kill(struct fault *fault)
{
    hit(fault, SIGKILL);
}

void act_stop(struct fault *fault)
{
    hit(fault, SIGTERM);
}

void act_freeze(struct fault *fault)
{
    hit(fault, SIGSTOP);
}

void act_thaw(struct fault *fault)
{
    (void)!daemon_signal(fault->scene, fault->victim, SIGCONT);
}

/* Another one is there before the first is stopped, so that somebody takes the work. */
void act_replace(struct fault *fault)
{
    fault->pids[0] = daemon_spawn(fault->scene, fault->victim, 2);
    usleep(1000000);
    hit(fault, SIGSTOP);
}

void act_wake(struct fault *fault)
{
    act_thaw(fault);
    usleep(500000); /* both are there for a while */
    daemon_end(fault->pids[0]);
}

void act_storm(struct fault *fault)
{
    for (int i = 0; i < STORM_ROUNDS; i++) {
        pid_t pid = daemon_spawn(fault->scene, fault->victim, 2 + i);
        usleep(1500000);
        if (rng_next(&fault->rng) % 2 == 0)
            kill(pid, SIGKILL);
        daemon_end(pid);
        usleep(500000);
    }
    fault->healed_us = clock_monotonic();
}

/* Two under one name: one of them is fenced, and which one changes. */
void act_twin(struct fault *fault)
{
    pid_t pid = daemon_spawn(fault->scene, fault->victim, 1);
    usleep((useconds_t)rng_between(&fault->rng, 800, 2500) * 1000);
    daemon_end(pid);
    fault->healed_us = clock_monotonic();
}

/* --- broker and Postgres
 * -------------------------------------------------------------------------*/

void act_broker_kill(struct fault *fault)
{
    stack_do(fault->scene, "kill-kafka");
}

void act_broker_stop(struct fault *fault)
{
    stack_do(fault->scene, "stop-kafka");
}

void act_broker_start(struct fault *fault)
{
    stack_do(fault->scene, "start-kafka");
}

void act_broker_freeze(struct fault *fault)
{
    fault->pids[0] = stack_pid(fault->scene, "kafka/pid");
    if (fault->pids[0] > 0)
        kill(fault->pids[0], SIGSTOP);
}

void act_broker_thaw(struct fault *fault)
{
    if (fault->pids[0] > 0)
        kill(fault->pids[0], SIGCONT);
}

void act_postgres_immediate(struct fault *fault)
{
    stack_do(fault->scene, "pg-immediate");
}

void act_postgres_stop(struct fault *fault)
{
    stack_do(fault->scene, "pg-stop");
}

void act_postgres_start(struct fault *fault)
{
    stack_do(fault->scene, "pg-start");
}

/* All of them at once, whatever they are at. */
void act_postgres_backends(struct fault *fault)
{
    char log[512];
    snprintf(log, sizeof(log), "%s/log/stack.out", fault->scene->flow);
    const char *const argv[] = {"psql", "-X", "-q", "-U", "postgres", "-d", "postgres", "-c",
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = 'referral' AND pid <> pg_backend_pid()",
        NULL};
    if (run_program(argv, log) != 0)
        fail("backends could not be ended");
}

/* --- callers
 * -------------------------------------------------------------------------------------*/

void act_repeat(struct fault *fault)
{
    callers_repeat(fault->scene->callers, TIMES);
    fault->healed_us = clock_monotonic();
}

void act_hasty(struct fault *fault)
{
    callers_hasty(fault->scene->callers, true);
}

void act_patient(struct fault *fault)
{
    callers_hasty(fault->scene->callers, false);
}

/* --- from within
 * ---------------------------------------------------------------------------------*/

/* Steps that are only come by on the way in, or out. */
static void lead_there(struct fault *fault)
{
    const char *point = fault->kind->where;
    if (strcmp(point, "start") == 0 || strcmp(point, "started") == 0 ||
        strcmp(point, "before-claim") == 0 || strcmp(point, "after-claim") == 0)
        hit(fault, SIGKILL);
    else if (strcmp(point, "stop") == 0 || strcmp(point, "stopped") == 0)
        hit(fault, SIGTERM);
}

void act_crash(struct fault *fault)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/crash/%s/%s", fault->scene->flow, fault->victim,
        fault->kind->where);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        fail("%s cannot be armed", path);
    fclose(file);
    lead_there(fault);
    int64_t until = clock_monotonic() + CRASH_US;
    while (access(path, F_OK) == 0 && clock_monotonic() < until)
        usleep(500);
    fault->missed = unlink(path) == 0; /* nobody came by */
    fault->healed_us = clock_monotonic();
}

/* --- releases
 * ------------------------------------------------------------------------------------*/

/* What is started from now on is of that release; who runs is asked to stop. */
static void replace(struct fault *fault, const char *release)
{
    char to[512], at[512], next[520];
    snprintf(to, sizeof(to), "%s/%s/%s", fault->scene->flow, release, fault->victim);
    snprintf(at, sizeof(at), "%s/bin/%s", fault->scene->flow, fault->victim);
    snprintf(next, sizeof(next), "%s.next", at);
    if (symlink(to, next) != 0 || rename(next, at) != 0)
        fail("%s cannot be replaced", at);
    hit(fault, SIGTERM);
}

void act_upgrade(struct fault *fault)
{
    replace(fault, "next");
}

/* Back again: nothing new was stated, so this one still reads all. */
void act_downgrade(struct fault *fault)
{
    replace(fault, "this");
}
