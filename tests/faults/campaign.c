/* One schedule after another on one stack: load, faults, peace, judgement; a line of results for
 * each fault. */
#include "campaign.h"

#include "base/clock.h"
#include "callers.h"
#include "exits.h"
#include "flow/check.h"
#include "judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PEOPLE = 10, AFTER_US = 700000, OTHERS_US = 1000000 };

/* I9; more on a machine that does much else. */
static int64_t caught_up_us(void)
{
    const char *seconds = getenv("CAUGHT_UP_SECONDS");
    return (seconds == NULL ? 10 : strtol(seconds, NULL, 10)) * TIME_US_PER_S;
}

/* --- how long until it was over
 * ------------------------------------------------------------------*/

static bool alone(const struct schedule *schedule, const struct fault *fault, int64_t until_us)
{
    for (size_t i = 0; i < schedule->count; i++) {
        const struct fault *other = &schedule->faults[i];
        if (other != fault && other->began_us < until_us &&
            other->healed_us + OTHERS_US > fault->began_us)
            return false;
    }
    return true;
}

/* A decider is needed by the commands of its family, everybody else by all. */
static bool needs(const struct call *call, const char *victim)
{
    static const char *const deciders[FAMILY_MAX_] = {
        [FAMILY_REFERRAL] = "referrals", [FAMILY_SESSION] = "sessions", [FAMILY_RISK] = "risk"};
    for (int i = 0; i < FAMILY_MAX_; i++)
        if (strcmp(deciders[i], victim) == 0)
            return (enum family)i == call->family;
    return true;
}

/* From when the fault was over (for a kill: from the kill) to the answer of the first command of
 * its family that was sent after that; -1: another fault was at work meanwhile. Answered means
 * committed and visible. */
static int64_t recovery_us(
    const struct schedule *schedule, const struct fault *fault, const struct history *history)
{
    int64_t seen_us = INT64_MAX;
    for (size_t i = 0; i < history->count; i++) {
        const struct call *call = &history->calls[i];
        if (call->schedule == schedule->number && call->status == 201 &&
            call->first_us >= fault->healed_us && call->answered_us < seen_us &&
            needs(call, fault->victim))
            seen_us = call->answered_us;
    }
    if (seen_us == INT64_MAX || !alone(schedule, fault, seen_us))
        return -1;
    return seen_us - fault->healed_us;
}

/* --- one schedule
 * --------------------------------------------------------------------------------*/

static int64_t last_healed(const struct schedule *schedule)
{
    int64_t last = 0;
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->faults[i].healed_us > last)
            last = schedule->faults[i].healed_us;
    return last;
}

/* The read model has come to the end of the log: in a process of its own, as the judge. */
static int64_t behind_us(int64_t since_us)
{
    int64_t ends[TOPIC_PARTITIONS];
    struct walk walk;
    walk_init(&walk);
    stream_walk(&walk, ends);
    struct pg *pg = flow_pg();
    projection_wait(ends, pg);
    pg_close(pg);
    walk_done(&walk);
    return clock_monotonic() - since_us;
}

static void results(FILE *to, const struct schedule *schedule, const struct history *history,
    const struct judged *judged)
{
    for (size_t i = 0; i < schedule->count; i++) {
        const struct fault *fault = &schedule->faults[i];
        if (fault->missed)
            continue;
        fprintf(to, "%" PRIu64 "\t%s\t%" PRId64 "\t", schedule->seed, fault->kind->name,
            recovery_us(schedule, fault, history));
        for (int k = 0; k < INVARIANTS; k++)
            fputc(judged->of[k], to);
        fputc('\n', to);
    }
    fflush(to);
}

static int tell_broken(const struct schedule *schedule, const struct judged *judged)
{
    int broken = 0;
    for (int k = 0; k < INVARIANTS; k++)
        broken += judged->of[k] == BROKEN;
    schedule_print(schedule, stdout);
    if (broken == 0)
        printf(": all hold");
    for (int k = 0; k < INVARIANTS; k++)
        if (judged->of[k] == BROKEN)
            printf(" I%d BROKEN", k + 1);
    return broken;
}

static int looked_at(const struct judged *judged)
{
    int count = 0;
    for (int k = 0; k < INVARIANTS; k++)
        count += judged->of[k] != NOT_LOOKED;
    return count;
}

static void one(struct campaign *campaign, struct schedule *schedule)
{
    struct scene *scene = &campaign->scene;
    struct exits before;
    struct judged judged;
    exits_mark(scene, &before);
    int64_t began = clock_monotonic();
    scene->callers = callers_start(
        &(struct callers_conf){&scene->history, schedule->number, schedule->seed, PEOPLE});
    schedule_run(schedule, scene);
    usleep(AFTER_US);
    int64_t healed = last_healed(schedule);
    callers_free(scene->callers);
    int64_t took = behind_us(healed);
    judge(scene, schedule, &judged);
    judged.of[I9_CAUGHT_UP] = took <= caught_up_us() ? HOLDS : BROKEN;
    if ((scene->have & NEEDS_RELEASES) != 0)
        judged.of[I11_VERSIONS] = judged.of[I3_FOLD];
    judged.of[I8_NO_CRASH] = exits_fine(scene, &before, schedule) ? HOLDS : BROKEN;
    results(campaign->results, schedule, &scene->history, &judged);
    int broken = tell_broken(schedule, &judged);
    printf("; quiet %" PRId64 " ms after, %" PRId64 " ms in all, %zu commands so far\n",
        took / 1000, (clock_monotonic() - began) / 1000, judged.commands);
    fflush(stdout);
    campaign->broken += broken;
    campaign->held += looked_at(&judged) - broken;
}

/* What was sent and answered, for who wants to look at a failure. */
static void keep_history(const struct campaign *campaign)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/log/history.tsv", campaign->scene.flow);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        fail("%s cannot be written", path);
    history_write(&campaign->scene.history, file);
    fclose(file);
}

int campaign_run(const struct campaign_conf *conf)
{
    struct campaign campaign = {.results = fopen(conf->results, "ae")};
    if (campaign.results == NULL)
        fail("%s cannot be written", conf->results);
    int64_t until = clock_monotonic() + conf->seconds * TIME_US_PER_S;
    scene_init(&campaign.scene);
    for (int i = 0; i < conf->seeds && clock_monotonic() < until; i++) {
        struct schedule schedule = {.number = i + 1};
        schedule_draw(&schedule, conf->seed + (uint64_t)i, conf->only, campaign.scene.have);
        one(&campaign, &schedule);
    }
    keep_history(&campaign);
    scene_done(&campaign.scene);
    fclose(campaign.results);
    printf("schedules: %d passed, %d failed\n", campaign.held, campaign.broken);
    return campaign.broken == 0 && campaign.held > 0 ? 0 : 1;
}
