#include "dossier/referee.h"

#include "base/res.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct digest other = {{1}};

Test(referee, the_next_version_on_my_history_counts, .timeout = 10)
{
    struct dossier_head head = {4, history_next((struct digest){{0}}, VIEW("a"))};
    struct referee_input record = {5, head.history};
    cr_expect_eq(referee_rule(&head, &record, false), RULING_COUNTS);
    cr_expect_eq(referee_rule(&head, &record, true), RULING_ANSWERED);
}

Test(referee, a_version_beyond_the_next_is_a_gap_even_when_answered, .timeout = 10)
{
    struct dossier_head head = {4, {{0}}};
    struct referee_input record = {6, head.history};
    cr_expect_eq(referee_rule(&head, &record, false), RULING_GAP);
    cr_expect_eq(referee_rule(&head, &record, true), RULING_GAP);
    record.version = INT64_MAX;
    cr_expect_eq(referee_rule(&head, &record, false), RULING_GAP);
}

Test(referee, the_next_version_on_another_history_is_a_fork_even_when_answered, .timeout = 10)
{
    struct dossier_head head = {4, {{0}}};
    struct referee_input record = {5, other};
    cr_expect_eq(referee_rule(&head, &record, false), RULING_FORKED);
    cr_expect_eq(referee_rule(&head, &record, true), RULING_FORKED);
}

Test(referee, a_version_that_is_taken_lost_whatever_its_history, .timeout = 10)
{
    struct dossier_head head = {4, {{0}}};
    for (int64_t version = INT64_MIN; version < 5; version = version < -1 ? -1 : version + 1) {
        struct referee_input record = {version, other};
        cr_expect_eq(referee_rule(&head, &record, false), RULING_LOST);
        cr_expect_eq(referee_rule(&head, &record, true), RULING_ANSWERED);
    }
}

Test(referee, an_empty_dossier_begins_at_version_one_and_zeros, .timeout = 10)
{
    struct dossier_head head = {0, {{0}}};
    cr_expect_eq(referee_rule(&head, &(struct referee_input){1, {{0}}}, false), RULING_COUNTS);
    cr_expect_eq(referee_rule(&head, &(struct referee_input){1, other}, false), RULING_FORKED);
    cr_expect_eq(referee_rule(&head, &(struct referee_input){2, {{0}}}, false), RULING_GAP);
}

Test(referee, a_lost_record_with_a_successor_stops_every_reader, .timeout = 10)
{
    /* The log had a, b, c; b is gone and a late loser of b's race stands in its place. */
    struct digest after_a = history_next((struct digest){{0}}, VIEW("a"));
    struct digest after_b = history_next(after_a, VIEW("b"));
    struct dossier_head head = {1, after_a};
    cr_expect_eq(referee_rule(&head, &(struct referee_input){3, after_b}, false), RULING_GAP);
    struct dossier_head replaced = {2, history_next(after_a, VIEW("late"))};
    cr_expect_eq(
        referee_rule(&replaced, &(struct referee_input){3, after_b}, false), RULING_FORKED);
}

Test(referee, history_is_sha256_over_the_history_and_the_bytes, .timeout = 10)
{
    char hex[DIGEST_HEX_LEN + 1];
    digest_hex(history_next((struct digest){{0}}, VIEW("")), hex);
    cr_expect_str_eq(hex, "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
}

Test(referee, every_ruling_has_a_text_and_two_stop, .timeout = 10)
{
    int stops = 0;
    for (int i = 0; i < RULING_MAX_; i++) {
        cr_expect_gt(strlen(ruling_text((enum ruling)i)), 2);
        stops += ruling_stops((enum ruling)i);
    }
    cr_expect_eq(stops, 2);
}

/* -- the vectors of the checked model -----------------------------------------------------------
 */

enum { DOSSIERS_MAX = 2, IDS_MAX = 16 };

struct reader {
    struct dossier_head head[DOSSIERS_MAX];
    bool answered[DOSSIERS_MAX][IDS_MAX];
};

/* A model's history is the ids of the records before, one digit each; "0" is none. */
static struct digest history_of(struct view ids)
{
    struct digest history = {{0}};
    if (view_eq_text(ids, "0"))
        return history;
    for (size_t i = 0; i < ids.len; i++)
        history = history_next(history, (struct view){ids.ptr + i, 1});
    return history;
}

/* What stands behind "name": up to a comma, bracket or quote; quotes left out. */
static struct view value_of(struct view record, const char *name)
{
    char key[40];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = memmem(record.ptr, record.len, key, strlen(key));
    if (at == NULL)
        return VIEW_NONE;
    at += strlen(key);
    if (*at == '"')
        at++;
    return (struct view){at, strcspn(at, ",]}\"")};
}

static int64_t number_of(struct view record, const char *name)
{
    int64_t ret = -1;
    struct view text = value_of(record, name);
    return text.ptr != NULL && view_to_i64(text, &ret) ? ret : -1;
}

static enum ruling expected_of(struct view record)
{
    struct view ruling = value_of(record, "ruling");
    if (view_eq_text(ruling, "APPLIED") || view_eq_text(ruling, "NOTED"))
        return RULING_COUNTS;
    if (view_eq_text(ruling, "ignored(seen)"))
        return RULING_ANSWERED;
    cr_assert(view_eq_text(ruling, "lost"), "a ruling that this test does not know");
    return RULING_LOST;
}

static void read_record(struct reader *reader, struct view record, int line)
{
    size_t dossier = (size_t)number_of(record, "dossier");
    size_t id = (size_t)number_of(record, "id");
    cr_assert(dossier < DOSSIERS_MAX && id < IDS_MAX);
    /* In the model a refusal names the version it was decided on; with us it takes the next too. */
    int64_t version = number_of(record, "version");
    if (version < 0)
        version = number_of(record, "decidedOn") + 1;
    struct referee_input input = {version, history_of(value_of(record, "decidedOnHistory"))};
    struct dossier_head *head = &reader->head[dossier];
    enum ruling ruling = referee_rule(head, &input, reader->answered[dossier][id]);
    cr_assert_eq(ruling, expected_of(record), "line %d: %s", line, ruling_text(ruling));
    if (ruling != RULING_COUNTS)
        return;
    char digit = (char)('0' + id);
    head->version++;
    head->history = history_next(head->history, (struct view){&digit, 1});
    reader->answered[dossier][id] = true;
}

static void read_log(struct view log, int line)
{
    struct reader reader = {0};
    const char *end = memmem(log.ptr, log.len, "],\"versions\"", 12);
    cr_assert_not_null(end);
    struct view rest = {log.ptr, (size_t)(end - log.ptr)};
    size_t records = 0;
    for (const char *at; (at = memmem(rest.ptr, rest.len, "{\"id\"", 5)) != NULL; records++) {
        struct view record = view_from(rest, (size_t)(at - rest.ptr));
        record.len = view_find(record, '}') + 1;
        read_record(&reader, record, line);
        rest = view_from(rest, (size_t)(record.ptr - rest.ptr) + record.len);
    }
    cr_assert_gt(records, 0);
    struct view tail = {end, log.len - (size_t)(end - log.ptr)};
    char versions[40];
    snprintf(versions, sizeof versions, "\"versions\":[%d,%d]", (int)reader.head[0].version,
        (int)reader.head[1].version);
    cr_assert_not_null(memmem(tail.ptr, tail.len, versions, strlen(versions)), "line %d", line);
}

/* Against the logs of the exhaustively checked model; they are kept beside the checkout. */
Test(referee, agrees_with_every_log_of_the_checked_model, .timeout = 30)
{
    const char *shared = getenv("SHARED");
    char path[400];
    snprintf(path, sizeof path, "%s/law/vectors.jsonl", shared != NULL ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        cr_skip_test("no vectors at %s: set SHARED to the folder that holds law/", path);
    char *text = NULL;
    size_t room = 0;
    int line = 0;
    int read = 0;
    for (ssize_t len; (len = getline(&text, &room, file)) > 0;) {
        line++;
        struct view log = {text, (size_t)len};
        if (memmem(text, log.len, "\"law\":\"SEQ\"", 11) == NULL)
            continue;
        read_log(log, line);
        read++;
    }
    free(text);
    fclose(file);
    cr_assert_eq(read, 684, "the set SEQ has 684 logs, read %d", read);
}
