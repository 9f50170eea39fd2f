/* make simulate: so many worlds, one seed each. A failure prints its seed and what was wrong, is
 * cut down to the actions that it needs, and is written out as a test.
 *
 * usage: simulate SEEDS [FIRST]      worlds of seeds FIRST (1 unless said) and on
 *        simulate --weak NAME SEEDS  with one rule taken away: exits 0 once a world fails of it
 *        simulate --weakened         ... each rule in turn, as tests
 *        simulate --kept             worlds that failed once, as tests
 */
#include "kept.h"
#include "run.h"
#include "sim.h"

#include "base/weak.h"
#include "obs/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum weakness weakness;

/* Within so many seeds everything must have happened. */
enum { CATCH_WITHIN = 1000, ALL_WITHIN = 10000 };

static const struct {
    const char *name;
    const char *sentence;
} weakenings[] = {
    [WEAK_NOTHING] = {"nothing", ""},
    [WEAK_EVENTS_UNCHECKED] = {"events-unchecked", "a late event that counts is found"},
    [WEAK_REFUSALS_UNCHECKED] = {"refusals-unchecked", "a late refusal that counts is found"},
    [WEAK_FAMILY_VERSIONS] = {"family-versions",
        "one version a family instead of one a person is found"},
    [WEAK_LOST_IS_ANSWERED] = {"lost-is-answered",
        "the id of a lost record taken for answered is found"},
    [WEAK_SEEN_FIRST] = {"seen-first",
        "asking whether an id was answered before asking for gap and fork is found"},
    [WEAK_COMMIT_ON_PRODUCE] = {"commit-on-produce",
        "an offset that is committed when the record was only sent is found"},
    [WEAK_COMMIT_HIGHEST] = {"commit-highest", "committing the highest answered offset is found"},
    [WEAK_TWO_IN_FLIGHT] = {"two-in-flight",
        "two commands of one dossier in flight at once are found"},
    [WEAK_NO_SECOND_LOOK] = {"no-second-look",
        "deciding again without asking whether the id was answered is found"},
    [WEAK_NO_RESEND] = {"no-resend", "a failed append that is never sent again is found"},
    [WEAK_STORE_WITHOUT_IDS] = {"store-without-ids",
        "a store that forgets which ids were answered is found"},
    [WEAK_CLAIM_AFTER_LOADING] = {"claim-after-loading",
        "an epoch claimed after the positions were read is found"},
};

static int weakness_of(const char *name)
{
    for (size_t i = 1; i < ARRAY_LEN(weakenings); i++)
        if (strcmp(weakenings[i].name, name) == 0)
            return (int)i;
    return -1;
}

static bool is_found(
    const struct sim_parts *parts, enum weakness which, uint64_t count, bool shrink)
{
    struct failure failure;
    struct seeds seeds = {.first = 1, .count = count};
    weakness = which;
    bool found = run_seeds(parts, &seeds, &failure);
    weakness = WEAK_NOTHING;
    if (found)
        printf("  seed %llu: %s\n", (unsigned long long)failure.schedule.seed, failure.what);
    if (!found || !shrink)
        return found;
    weakness = which;
    run_shrink(parts, &failure);
    run_write_test(stdout, &failure, weakenings[which].name);
    return found;
}

static int test_weakenings(const struct sim_parts *parts)
{
    int failed = 0;
    for (size_t i = 1; i < ARRAY_LEN(weakenings); i++) {
        bool found = is_found(parts, (enum weakness)i, CATCH_WITHIN, false);
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

int main(int argc, char **argv)
{
    struct sim_parts parts;
    setvbuf(stdout, NULL, _IOLBF, 0);
    log_start("simulate", LEVEL_ERROR);
    log_to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    sim_parts_new(&parts);
    if (argc == 2 && strcmp(argv[1], "--weakened") == 0)
        return test_weakenings(&parts) > 0;
    if (argc == 2 && strcmp(argv[1], "--kept") == 0)
        return test_kept(&parts) > 0;
    if (argc == 4 && strcmp(argv[1], "--weak") == 0 && weakness_of(argv[2]) > 0)
        return !is_found(
            &parts, (enum weakness)weakness_of(argv[2]), strtoull(argv[3], NULL, 10), true);
    if (argc == 2 || argc == 3)
        return play_seeds(
            &parts, argc == 3 ? strtoull(argv[2], NULL, 10) : 1, strtoull(argv[1], NULL, 10));
    fputs("usage: simulate SEEDS [FIRST] | --weak NAME SEEDS | --weakened | --kept\n", stderr);
    return 2;
}
