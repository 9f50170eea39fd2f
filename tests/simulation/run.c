#include "run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORLD_SECONDS = 60, JOBS_MAX = 16 };

/* A child, and where it says what it is at. */
struct job {
    const struct sim_parts *parts;
    const struct schedule *schedule; /* NULL: seeds */
    uint64_t seed, end;              /* the one that is played */
    struct tally tally;
    FILE *words;
    pid_t child;
};

/* What the parent sees of its children. */
static struct job *jobs_new(void)
{
    struct job *jobs = mmap(
        NULL, JOBS_MAX * sizeof(*jobs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(jobs != MAP_FAILED);
    return jobs;
}

static void jobs_free(struct job *jobs)
{
    munmap(jobs, JOBS_MAX * sizeof(*jobs));
}

static void work(struct job *job)
{
    struct schedule schedule;
    if (job->schedule != NULL) {
        alarm(WORLD_SECONDS);
        sim_play(job->parts, job->schedule, &job->tally);
        return;
    }
    for (; job->seed < job->end; job->seed++) {
        alarm(WORLD_SECONDS);
        schedule_draw(&schedule, job->seed);
        sim_play(job->parts, &schedule, &job->tally);
    }
}

static void start(struct job *job)
{
    job->words = tmpfile();
    MUST(job->words != NULL);
    fflush(stdout);
    pid_t child = fork();
    MUST(child >= 0);
    if (child > 0) {
        job->child = child; /* the child sees this memory, too */
        return;
    }
    dup2(fileno(job->words), 2);
    work(job);
    exit(0); /* leaks are looked for, where somebody looks */
}

/* The last line that it wrote. */
static void last_words(FILE *words, int status, char ret[static WHAT_MAX])
{
    char line[WHAT_MAX];
    bool late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    snprintf(ret, WHAT_MAX, "%s%s", late ? "it does not end" : "it died: ",
        late || !WIFSIGNALED(status) ? "" : strsignal(WTERMSIG(status)));
    rewind(words);
    while (fgets(line, sizeof(line), words) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        snprintf(ret, WHAT_MAX, "%s", line);
    }
}

/* True: it failed. */
static bool end(struct job *job, char ret_what[static WHAT_MAX])
{
    int status = 0;
    MUST(waitpid(job->child, &status, 0) == job->child);
    bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    if (failed)
        last_words(job->words, status, ret_what);
    fclose(job->words);
    return failed;
}

static int jobs_for(uint64_t seeds)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (uint64_t)processors;
    return (int)(seeds < jobs ? seeds : jobs);
}

bool run_seeds(const struct sim_parts *parts, struct seeds *seeds, struct failure *ret)
{
    struct job *jobs = jobs_new();
    int count = jobs_for(seeds->count);
    uint64_t share = count == 0 ? 0 : seeds->count / (uint64_t)count;
    uint64_t last = seeds->first + seeds->count;
    for (int i = 0; i < count; i++) {
        uint64_t first = seeds->first + share * (uint64_t)i;
        jobs[i] = (struct job){
            .parts = parts, .seed = first, .end = i == count - 1 ? last : first + share};
        start(&jobs[i]);
    }
    bool failed = false;
    for (int i = 0; i < count; i++) {
        char what[WHAT_MAX];
        bool this = end(&jobs[i], what);
        tally_add(&seeds->tally, &jobs[i].tally);
        if (!this || failed)
            continue;
        failed = true;
        schedule_draw(&ret->schedule, jobs[i].seed);
        memcpy(ret->what, what, sizeof(what));
    }
    jobs_free(jobs);
    return failed;
}

bool run_schedule(
    const struct sim_parts *parts, const struct schedule *schedule, struct failure *ret)
{
    struct job *jobs = jobs_new();
    struct schedule played = *schedule; /* perhaps ret's own */
    jobs[0] = (struct job){.parts = parts, .schedule = schedule};
    start(&jobs[0]);
    bool failed = end(&jobs[0], ret->what);
    if (failed)
        ret->schedule = played;
    jobs_free(jobs);
    return failed;
}
