/* make simulate: so many worlds, one seed each. A failure prints its seed and what was wrong, is
 * cut down to the actions that it needs, and is written out as a test.
 *
 * usage: simulate SEEDS [FIRST]      worlds of seeds FIRST (1 unless said) and on
 *        simulate --weak NAME SEEDS [FIRST]  with one rule taken away: exits 0 once a world fails
 *        simulate --weakened         ... each rule in turn, as tests
 *        simulate --kept             worlds that failed once, as tests
 */
#include "kept.h"
#include "run.h"
#include "sim.h"
#include "weakenings.h"

#include "obs/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Within so many seeds everything must have happened. */
enum { CATCH_WITHIN = 1000, ALL_WITHIN = 10000 };

static size_t weakening_of(const char *name)
{
    size_t at = weakening_count - 1;
    while (at > 0 && strcmp(weakenings[at].name, name) != 0)
        at--;
    return at;
}

static bool is_found(const struct sim_parts *parts, size_t which, struct seeds seeds, bool shrink)
{
    struct failure failure;
    weaken(which);
    bool found = run_seeds(parts, &seeds, &failure);
    if (found)
        printf("  seed %llu: %s\n", (unsigned long long)failure.schedule.seed, failure.what);
    if (found && shrink) {
        run_shrink(parts, &failure);
        run_write_test(stdout, &failure, weakenings[which].name);
    }
    weaken(0);
    return found;
}

static int test_weakenings(const struct sim_parts *parts)
{
    int failed = 0;
    for (size_t i = 1; i < weakening_count; i++) {
        bool found = is_found(parts, i, (struct seeds){.first = 1, .count = CATCH_WITHIN}, false);
        printf("%s: %s within %d seeds\n", found ? "passed" : "FAILED", weakenings[i].sentence,
            CATCH_WITHIN);
        failed += !found;
    }
    return failed;
}

static int test_kept(const struct sim_parts *parts)
{
    int failed = 0;
    for (size_t i = 0; i < kept_count; i++) {
        struct failure failure;
        bool fails = run_schedule(parts, kept[i].schedule, &failure);
        if (fails)
            printf("  %s\n", failure.what);
        printf("%s: %s\n", fails ? "FAILED" : "passed", kept[i].sentence);
        failed += fails;
    }
    return failed;
}

/* Seconds of processors that the worlds took. */
static double processor_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int play_seeds(const struct sim_parts *parts, uint64_t first, uint64_t count)
{
    struct failure failure;
    struct seeds seeds = {.first = first, .count = count};
    bool found = run_seeds(parts, &seeds, &failure);
    tally_print(stdout, &seeds.tally);
    if (found) {
        printf("FAILED: seed %llu: %s\n", (unsigned long long)failure.schedule.seed, failure.what);
        run_shrink(parts, &failure);
        run_write_test(stdout, &failure, NULL);
        return 1;
    }
    printf("%llu seeds from %llu on, %.0f a second and processor\n", (unsigned long long)count,
        (unsigned long long)first, (double)count / processor_s());
    const char *never = count >= ALL_WITHIN ? tally_never(&seeds.tally) : NULL;
    if (never != NULL)
        printf("FAILED: it never happened: %s\n", never);
    else
        printf("passed: every rule holds in every world, whatever fails\n");
    return never != NULL;
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    static struct sim_parts parts; /* reachable to the end: no leak */
    setvbuf(stdout, NULL, _IOLBF, 0);
    log_start("simulate", LEVEL_ERROR);
    log_to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    sim_parts_new(&parts);
    if (argc == 2 && strcmp(argv[1], "--weakened") == 0)
        return test_weakenings(&parts) > 0;
    if (argc == 2 && strcmp(argv[1], "--kept") == 0)
        return test_kept(&parts) > 0;
    if (argc >= 4 && strcmp(argv[1], "--weak") == 0 && weakening_of(argv[2]) > 0) {
        struct seeds seeds = {.first = argc > 4 ? number(argv[4]) : 1, .count = number(argv[3])};
        return !is_found(&parts, weakening_of(argv[2]), seeds, true);
    }
    if (argc == 2 || argc == 3)
        return play_seeds(&parts, argc == 3 ? number(argv[2]) : 1, number(argv[1]));
    fputs("usage: simulate SEEDS [FIRST] | --weak NAME SEEDS [FIRST] | --weakened | --kept\n",
        stderr);
    return 2;
}
