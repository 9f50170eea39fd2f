/* The law as it stands, on every model of the short extent; the larger ones are `make law` and
 * `make law-full`. Each also met what it is there for: else it would hold for nothing. */
#include "law/models.h"
#include "law/projector.h"
#include "law/run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(law, .timeout = 60);

static struct law holds(const char *name)
{
    struct law law = {.model = NULL};
    for (size_t i = 0; i < model_row_count; i++)
        if (strcmp(model_rows[i].model.name, name) == 0)
            law.model = &model_rows[i].model;
    cr_assert_not_null(law.model, "no model %s", name);
    struct search_result result = run_model(&law, (struct run_bounds){0, 0});
    if (result.found)
        run_print(&law, &result, stderr);
    cr_assert(result.complete && !result.found, "%s", law.finding.text);
    free(result.path);
    cr_expect_gt(law.landings[RULING_COUNTS], 0);
    cr_expect_gt(law.quiet, 0);
    return law;
}

static void expect_races(const struct law *law)
{
    cr_expect_gt(law->landings[RULING_LOST], 0);
    cr_expect_gt(law->landings[RULING_ANSWERED], 0);
    cr_expect_eq(law->landings[RULING_GAP] + law->landings[RULING_FORKED], 0);
}

Test(law, holds_for_one_family_beside_its_zombie_with_a_crash_and_a_dropped_append)
{
    struct law law = holds("alone");
    expect_races(&law);
}

Test(law, holds_for_two_families_with_a_crash_a_late_copy_and_a_dropped_append)
{
    struct law law = holds("duel");
    expect_races(&law);
}

Test(law, holds_with_real_digests_as_with_the_stand_in)
{
    struct law law = holds("duel-sha256");
    expect_races(&law);
}

Test(law, holds_for_three_families)
{
    struct law law = holds("three-families");
    cr_expect_gt(law.landings[RULING_LOST], 0);
}

Test(law, holds_over_two_dossiers_with_a_crash)
{
    struct law law = holds("two-dossiers");
    expect_races(&law);
}

Test(law, holds_where_one_decision_is_against_the_rules)
{
    struct law law = holds("odd-release");
    expect_races(&law);
}

Test(law, holds_for_two_zombies_with_a_takeover_a_crash_a_copy_and_a_dropped_append)
{
    (void)holds("two-zombies"); /* losers of races leave a reduced model before they land */
}

Test(law, stops_every_fresh_reader_after_a_counted_record_with_a_successor_is_gone)
{
    struct law law = holds("loss");
    cr_expect_gt(law.noticed, 0);
    cr_expect_gt(law.landings[RULING_FORKED], 0);
}

Test(law, notices_a_lost_refusal_as_it_does_an_event)
{
    struct law law = holds("loss-of-refusals");
    cr_expect_gt(law.noticed, 0);
}

Test(law, keeps_rows_the_fold_of_the_log_whatever_projectors_do)
{
    struct law law = {.model = NULL};
    struct search_result result = projector_run(&law, (struct projector_bounds){3, 3, 0});
    if (result.found)
        projector_print(&law, &result, stderr);
    cr_expect(result.complete && !result.found, "%s", law.finding.text);
    free(result.path);
}

static int by_value(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

/* Sorted; gives how many. */
static size_t histories_of(const struct model *model, uint64_t *ret)
{
    struct law law = {.model = model, .histories = ret};
    memset(ret, 0, LAW_HISTORIES * sizeof(*ret));
    struct search_result result = run_model(&law, (struct run_bounds){0, 0});
    cr_assert(result.complete && !result.found, "%s: %s", model->name, law.finding.text);
    free(result.path);
    qsort(ret, LAW_HISTORIES, sizeof(*ret), by_value);
    size_t count = 0;
    while (count < LAW_HISTORIES && ret[LAW_HISTORIES - 1 - count] != 0)
        count++;
    return count;
}

/* The argument for leaving ignored records out, tried on all short models. */
Test(law, reaches_the_same_histories_reduced_and_whole)
{
    static uint64_t whole[LAW_HISTORIES], reduced[LAW_HISTORIES];
    int compared = 0;
    for (size_t i = 0; i < model_row_count; i++) {
        struct model model = model_rows[i].model;
        if (model_rows[i].extent != SHORT || model.reduced || model.faults.loss > 0)
            continue;
        size_t count = histories_of(&model, whole);
        model.reduced = true;
        cr_expect_eq(histories_of(&model, reduced), count, "%s", model.name);
        cr_expect_eq(memcmp(whole, reduced, sizeof(whole)), 0, "%s", model.name);
        cr_expect_gt(count, 1, "%s", model.name);
        compared++;
    }
    cr_expect_eq(compared, 6);
}
