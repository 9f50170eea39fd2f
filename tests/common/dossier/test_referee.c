#include "dossier/referee.h"

#include "base/res.h"

#include <criterion/criterion.h>
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
