#include "judge.h"

#include "base/clock.h"
#include "callers.h"
#include "flow/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void look(struct judged *judged, enum invariant invariant)
{
    judged->of[invariant] = BROKEN;
}

void holds(struct judged *judged, enum invariant invariant)
{
    judged->of[invariant] = HOLDS;
}

/* --- calls against the log
 * -----------------------------------------------------------------------*/

static const struct counted *counted_of(const struct walk *walk, const struct call *call)
{
    int64_t n = pairs_find(&walk->answers, call->person, call->id);
    return n == PAIR_NONE ? NULL : &walk->counted[n];
}

static void one_answer(const struct walk *walk, const struct call *call)
{
    const struct counted *counted = counted_of(walk, call);
    const char *id = uuid_text(call->id).text;
    if (call->status == 0)
        fail("I1: command %s was never answered (%d attempts)", id, call->attempts);
    if (call->status / 100 == 2 && counted == NULL)
        fail("I1: command %s was answered with %d and is not on the log", id, call->status);
    if (call->status / 100 == 2 && counted->type == EVENT_COMMAND_REFUSED)
        fail("I1: command %s was answered with %d and refused on the log", id, call->status);
    if (call->status / 100 == 4 && counted != NULL && counted->type != EVENT_COMMAND_REFUSED)
        fail("I1: command %s was answered with %d and applied", id, call->status);
}

/* Nothing counts that nobody sent. */
static void no_other(const struct walk *walk, const struct history *history)
{
    struct pairs sent = {0};
    for (size_t i = 0; i < history->count; i++)
        pairs_add(&sent, history->calls[i].person, history->calls[i].id);
    for (size_t n = 0; n < walk->answers.count; n++)
        if (pairs_find(&sent, walk->answers.keys[n][0], walk->answers.keys[n][1]) == PAIR_NONE)
            fail("I1: an outcome on the log is of a command that nobody sent: %s",
                uuid_text(walk->answers.keys[n][1]).text);
    pairs_done(&sent);
}

static void answers(const struct walk *walk, const struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        one_answer(walk, &history->calls[i]);
    no_other(walk, history);
}

static void same_answers(const struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->calls[i].differs)
            fail("I2: command %s was answered in two ways", uuid_text(history->calls[i].id).text);
}

/* Who was answered before another one was sent comes before it in the person's history. */
static void in_order(const struct walk *walk, const struct history *history, int schedule)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct call *a = &history->calls[i];
        const struct counted *first = counted_of(walk, a);
        if (a->schedule != schedule || first == NULL)
            continue;
        for (size_t k = 0; k < history->count; k++) {
            const struct call *b = &history->calls[k];
            if (b->schedule != schedule || a->status == 0 || a->answered_us >= b->first_us ||
                !uuid_eq(a->person, b->person))
                continue;
            const struct counted *then = counted_of(walk, b);
            if (then != NULL && then->version <= first->version)
                fail("I10: command %s was answered before %s was sent, and stands behind it",
                    uuid_text(a->id).text, uuid_text(b->id).text);
        }
    }
}

/* --- Postgres
 * ------------------------------------------------------------------------------------*/

/* Each move of a position was noted by a trigger (tests/faults/audit.sql), in order. */
static void moves(struct judged *judged, struct pg *pg)
{
    static const struct pg_sql sql = {
        NULL, "SELECT partition, epoch, next_offset FROM faults.moved ORDER BY partition, n"};
    struct pg_rows *rows = NULL;
    int64_t partition = -1, epoch = 0, next = 0;
    look(judged, I5_ONE_OWNER);
    must(pg_exec(pg, &sql, NULL, &rows), "moves");
    if (pg_rows_count(rows) == 0)
        fail("I6: no position was ever moved");
    for (int i = 0; i < pg_rows_count(rows); i++) {
        bool same = pg_int(rows, i, 0) == partition;
        if (same && pg_int(rows, i, 1) < epoch)
            fail("I5: partition %" PRId64 " was moved by the owner of epoch %" PRId64
                 " after epoch %" PRId64 " was claimed",
                partition, pg_int(rows, i, 1), epoch);
        partition = pg_int(rows, i, 0);
        epoch = pg_int(rows, i, 1);
    }
    holds(judged, I5_ONE_OWNER);
    look(judged, I6_POSITION);
    partition = -1;
    for (int i = 0; i < pg_rows_count(rows); i++) {
        bool same = pg_int(rows, i, 0) == partition;
        if (same && pg_int(rows, i, 2) < next)
            fail("I6: the position of partition %" PRId64 " went from %" PRId64 " to %" PRId64,
                partition, next, pg_int(rows, i, 2));
        partition = pg_int(rows, i, 0);
        next = pg_int(rows, i, 2);
    }
    must(pg_rows_ok(rows), "moves");
    pg_rows_free(rows);
}

static void applied_prefix(struct pg *pg)
{
    static const struct pg_sql sql = {NULL,
        "SELECT count(*) FROM read.outcome o JOIN read.position p USING (partition)"
        " WHERE o.log_offset >= p.next_offset"};
    struct pg_rows *rows = NULL;
    must(pg_exec(pg, &sql, NULL, &rows), "prefix");
    if (pg_int(rows, 0, 0) != 0)
        fail("I6: %" PRId64 " outcomes lie beyond the stored position", pg_int(rows, 0, 0));
    pg_rows_free(rows);
}

/* --- by programs
 * ---------------------------------------------------------------------------------*/

static void verify(const struct scene *scene)
{
    char pg[512], program[512], log[512];
    snprintf(pg, sizeof(pg), "RB_PG=%s user=operator", getenv("RB_PG"));
    snprintf(program, sizeof(program), "%s/brokerctl", scene->bin);
    snprintf(log, sizeof(log), "%s/log/verify.out", scene->flow);
    const char *const argv[] = {"env", pg, "timeout", "60", program, "verify", NULL};
    int status = run_program(argv, log);
    if (status != 0)
        fail("I3: brokerctl verify: exit %d (%s)", status, log);
}

static void nothing_in_plain(const struct scene *scene)
{
    static const char *const words[] = {SEALED_WORDS};
    char patterns[256] = "", kafka[300], pg[300], wal[300], log[300], store[300];
    snprintf(kafka, sizeof(kafka), "%s/kafka/data", scene->stack);
    snprintf(pg, sizeof(pg), "%s/pg", scene->stack);
    snprintf(wal, sizeof(wal), "%s/pg/pg_wal/", scene->stack); /* it may be a link */
    snprintf(log, sizeof(log), "%s/log", scene->flow);
    snprintf(store, sizeof(store), "%s/store", scene->flow);
    for (size_t i = 0, at = 0; i < ARRAY_LEN(words); i++)
        at += (size_t)snprintf(
            patterns + at, sizeof(patterns) - at, "%s%s", i == 0 ? "" : "\n", words[i]);
    const char *const argv[] = {"grep", "-rqaF", "--exclude=*.index", "--exclude=*.timeindex", "-e",
        patterns, kafka, pg, wal, log, store, NULL};
    if (run_program(argv, NULL) == 0)
        fail("I12: a text that is sealed stands somewhere in plain");
}

/* --- all of it
 * -----------------------------------------------------------------------------------*/

static void judge_all(struct scene *scene, const struct schedule *schedule, struct judged *judged)
{
    struct walk walk;
    int64_t ends[TOPIC_PARTITIONS];
    walk_init(&walk);
    look(judged, I10_ORDER);
    stream_walk(&walk, ends);
    in_order(&walk, &scene->history, schedule->number);
    holds(judged, I10_ORDER);
    look(judged, I1_ANSWERED_ONCE);
    answers(&walk, &scene->history);
    look(judged, I2_SAME_KEY);
    same_answers(&scene->history);
    holds(judged, I2_SAME_KEY);
    look(judged, I4_SAME_OUTCOME);
    struct pg *pg = flow_pg();
    projection_wait(ends, pg);
    outcomes_compare(&walk, pg);
    holds(judged, I1_ANSWERED_ONCE);
    moves(judged, pg);
    applied_prefix(pg);
    holds(judged, I6_POSITION);
    pg_close(pg);
    look(judged, I7_NOTHING_SKIPPED);
    judge_skipped(&walk);
    holds(judged, I7_NOTHING_SKIPPED);
    look(judged, I3_FOLD);
    verify(scene); /* the read model and each decider's store */
    holds(judged, I3_FOLD);
    holds(judged, I4_SAME_OUTCOME);
    look(judged, I12_SEALED);
    nothing_in_plain(scene);
    holds(judged, I12_SEALED);
    judged->commands = scene->history.count;
    judged->records = (size_t)walk.records;
    walk_done(&walk);
}

void judge(struct scene *scene, const struct schedule *schedule, struct judged *ret)
{
    struct judged *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(shared != MAP_FAILED);
    for (int i = 0; i < INVARIANTS; i++)
        shared->of[i] = NOT_LOOKED;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        judge_all(scene, schedule, shared);
        _exit(0);
    }
    MUST(pid > 0 && waitpid(pid, NULL, 0) == pid);
    *ret = *shared;
    munmap(shared, sizeof(*shared));
}
