/* The referee against the finished logs of an exhaustively checked model of the law, kept beside
 * the checkout: as they stand, and after each loss that can befall them. */
#include "base/res.h"
#include "dossier/referee.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(referee_vectors, .timeout = 60);

enum { DOSSIERS = 2, IDS_MAX = 16, RECORDS_MAX = 32, LOGS = 684 };

struct vector_record {
    size_t dossier, id;
    int64_t version;
    struct view decided_on; /* ids, a digit each */
    enum ruling ruling;
};
struct vector_log {
    struct vector_record records[RECORDS_MAX];
    size_t count;
    int64_t versions[DOSSIERS];
    struct view histories[DOSSIERS]; /* ids, a digit each */
};

struct reader {
    struct dossier_head head[DOSSIERS];
    char ids[DOSSIERS][IDS_MAX]; /* what counted, a digit each */
    bool answered[DOSSIERS][IDS_MAX];
    bool stopped;
};

/* "0": nothing counted yet. */
static struct view ids_of(struct view history)
{
    return view_eq_text(history, "0") ? VIEW("") : history;
}

static struct digest digest_of(struct view ids)
{
    struct digest history = {{0}};
    for (size_t i = 0; i < ids.len; i++)
        history = history_next(history, (struct view){ids.ptr + i, 1});
    return history;
}

/* What stands behind "name": up to a comma, bracket or quote; quotes left out. */
static struct view value_of(struct view text, const char *name)
{
    char key[40];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = memmem(text.ptr, text.len, key, strlen(key));
    if (at == NULL)
        return VIEW_NONE;
    at += strlen(key);
    at += strspn(at, "[\"");
    return (struct view){at, strcspn(at, ",]}\"")};
}

static int64_t number_of(struct view text, const char *name)
{
    int64_t ret = -1;
    struct view value = value_of(text, name);
    return value.ptr != NULL && view_to_i64(value, &ret) ? ret : -1;
}

static enum ruling ruling_of(struct view record)
{
    struct view ruling = value_of(record, "ruling");
    if (view_eq_text(ruling, "APPLIED") || view_eq_text(ruling, "NOTED"))
        return RULING_COUNTS;
    if (view_eq_text(ruling, "ignored(seen)"))
        return RULING_ANSWERED;
    cr_assert(view_eq_text(ruling, "lost"), "a ruling that this test does not know");
    return RULING_LOST;
}

static struct vector_record record_of(struct view text)
{
    struct vector_record record = {.dossier = (size_t)number_of(text, "dossier"),
        .id = (size_t)number_of(text, "id"),
        .version = number_of(text, "version"),
        .decided_on = ids_of(value_of(text, "decidedOnHistory")),
        .ruling = ruling_of(text)};
    /* In the model a refusal names the version it was decided on; with us it takes the next too. */
    if (record.version < 0)
        record.version = number_of(text, "decidedOn") + 1;
    cr_assert(record.dossier < DOSSIERS && record.id > 0 && record.id < IDS_MAX);
    return record;
}

/* The second one of an array of two stands behind the first and a comma. */
static struct view second_of(struct view first)
{
    const char *at = first.ptr + first.len;
    at += strspn(at, ",\"");
    return (struct view){at, strcspn(at, "],\"")};
}

static struct vector_log log_of(struct view line)
{
    struct vector_log log = {.count = 0};
    const char *end = memmem(line.ptr, line.len, "],\"versions\"", 12);
    cr_assert_not_null(end);
    struct view rest = {line.ptr, (size_t)(end - line.ptr)};
    for (const char *at; (at = memmem(rest.ptr, rest.len, "{\"id\"", 5)) != NULL;) {
        struct view record = view_from(rest, (size_t)(at - rest.ptr));
        record.len = view_find(record, '}') + 1;
        cr_assert_lt(log.count, RECORDS_MAX);
        log.records[log.count++] = record_of(record);
        rest = view_from(rest, (size_t)(record.ptr - rest.ptr) + record.len);
    }
    cr_assert_gt(log.count, 0);
    struct view tail = {end, line.len - (size_t)(end - line.ptr)};
    struct view versions[DOSSIERS] = {value_of(tail, "versions")};
    versions[1] = second_of(versions[0]);
    log.histories[0] = value_of(tail, "history");
    log.histories[1] = ids_of(second_of(log.histories[0]));
    log.histories[0] = ids_of(log.histories[0]);
    for (int i = 0; i < DOSSIERS; i++)
        cr_assert(view_to_i64(versions[i], &log.versions[i]));
    return log;
}

static struct view counted(const struct reader *reader, size_t dossier)
{
    return (struct view){reader->ids[dossier], (size_t)reader->head[dossier].version};
}

static enum ruling read_record(struct reader *reader, const struct vector_record *record)
{
    struct referee_input input = {record->version, digest_of(record->decided_on)};
    struct dossier_head *head = &reader->head[record->dossier];
    bool *answered = &reader->answered[record->dossier][record->id];
    enum ruling ruling = referee_rule(head, &input, *answered);
    reader->stopped |= ruling_stops(ruling);
    if (ruling != RULING_COUNTS)
        return ruling;
    cr_assert(view_eq(counted(reader, record->dossier), record->decided_on),
        "it counts on another history than it was decided on");
    char digit = (char)('0' + record->id);
    reader->ids[record->dossier][head->version++] = digit;
    head->history = history_next(head->history, (struct view){&digit, 1});
    *answered = true;
    return ruling;
}

/* Everything up to the first record that stops it, without one (count: without none). */
static struct reader read_without(const struct vector_log *log, size_t without)
{
    struct reader reader = {.stopped = false};
    for (size_t i = 0; i < log->count && !reader.stopped; i++)
        if (i != without)
            (void)read_record(&reader, &log->records[i]);
    return reader;
}

/* Calls for each log; gives how many there were. */
static int each_log(void (*call)(const struct vector_log *log, int line))
{
    const char *shared = getenv("SHARED");
    char path[400];
    snprintf(path, sizeof path, "%s/law/vectors.jsonl", shared != NULL ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        cr_skip_test("no vectors at %s: set SHARED to the folder that holds law/", path);
    char *text = NULL;
    size_t room = 0;
    int line = 0, read = 0;
    for (ssize_t len; (len = getline(&text, &room, file)) > 0;) {
        line++;
        /* The other set is of a law whose refusals do not count. */
        if (memmem(text, (size_t)len, "\"law\":\"SEQ\"", 11) == NULL)
            continue;
        struct vector_log log = log_of((struct view){text, (size_t)len});
        call(&log, line);
        read++;
    }
    free(text);
    fclose(file);
    return read;
}

static int ruled[RULING_MAX_];

static void rule_log(const struct vector_log *log, int line)
{
    struct reader reader = {.stopped = false};
    for (size_t i = 0; i < log->count; i++) {
        enum ruling ruling = read_record(&reader, &log->records[i]);
        cr_assert_eq(ruling, log->records[i].ruling, "line %d: %s", line, ruling_text(ruling));
        ruled[ruling]++;
    }
    for (size_t i = 0; i < DOSSIERS; i++) {
        cr_assert_eq(reader.head[i].version, log->versions[i], "line %d", line);
        cr_assert(view_eq(counted(&reader, i), log->histories[i]), "line %d", line);
        cr_assert(digest_eq(reader.head[i].history, digest_of(log->histories[i])), "line %d", line);
    }
}

Test(referee_vectors, every_record_is_ruled_as_the_model_rules_it)
{
    cr_assert_eq(each_log(rule_log), LOGS);
    cr_expect_eq(ruled[RULING_COUNTS], 1838);
    cr_expect_eq(ruled[RULING_ANSWERED], 1045);
    cr_expect_eq(ruled[RULING_LOST], 849);
}

static bool has_successor(const struct vector_log *log, size_t at)
{
    for (size_t i = at + 1; i < log->count; i++)
        if (log->records[i].ruling == RULING_COUNTS &&
            log->records[i].dossier == log->records[at].dossier)
            return true;
    return false;
}

static bool same_heads(const struct reader *a, const struct reader *b)
{
    return memcmp(a->ids, b->ids, sizeof(a->ids)) == 0 &&
           a->head[0].version == b->head[0].version && a->head[1].version == b->head[1].version;
}

static int noticed, replaced;

static void lose_each(const struct vector_log *log, int line)
{
    struct reader whole = read_without(log, log->count);
    for (size_t i = 0; i < log->count; i++) {
        struct reader reader = read_without(log, i);
        bool counts = log->records[i].ruling == RULING_COUNTS;
        if (!counts)
            cr_assert(!reader.stopped && same_heads(&reader, &whole), "line %d", line);
        if (!counts || !has_successor(log, i))
            continue;
        noticed += reader.stopped;
        /* A copy of the same record stood behind it and took its place. */
        replaced += !reader.stopped;
        cr_assert(reader.stopped || same_heads(&reader, &whole),
            "line %d: record %zu is gone and nobody stops", line, i);
    }
}

Test(referee_vectors, a_reader_stops_where_a_counted_record_with_a_counted_successor_is_gone)
{
    (void)each_log(lose_each);
    cr_expect_gt(noticed, 500);
    cr_expect_gt(replaced, 0);
}

/* All from `end` on is gone, and what was still on its way lands there: of the lost records those
 * after the first one of them. */
static struct reader read_regrown(const struct vector_log *log, size_t end, size_t from)
{
    struct reader reader = {.stopped = false};
    for (size_t i = 0; i < log->count && !reader.stopped; i++)
        if (i < end || i >= from)
            (void)read_record(&reader, &log->records[i]);
    return reader;
}

static int stopped, went_on;

static void truncate_each(const struct vector_log *log, int line)
{
    (void)line;
    for (size_t end = 0; end < log->count; end++)
        for (size_t from = end + 1; from <= log->count; from++) {
            struct reader reader = read_regrown(log, end, from); /* asserts of all that counts */
            stopped += reader.stopped;
            went_on += !reader.stopped;
        }
}

Test(referee_vectors, nothing_counts_after_a_truncation_that_was_decided_on_what_is_gone)
{
    (void)each_log(truncate_each);
    cr_expect_gt(stopped, 500);
    cr_expect_gt(went_on, 500);
}
