/* Each part of the law is left out once: the model must show what that breaks, and must hold again
 * with it. The ways are printed by `build/release-gcc/law weak`. */
#include "law/models.h"
#include "law/projector.h"
#include "law/run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(law_weakened, .timeout = 60);

static const struct weak_row *row_of(uint32_t weak)
{
    for (size_t i = 0; i < weak_row_count; i++)
        if (weak_rows[i].weak == weak)
            return &weak_rows[i];
    cr_assert_fail("no model shows this weakening");
    return NULL;
}

static struct search_result walk(struct law *law, const struct weak_row *row)
{
    if (row->model.name == NULL)
        return projector_run(law, (struct projector_bounds){2, 3, 0});
    law->model = &row->model;
    return run_model(law, (struct run_bounds){0, 0});
}

/* It can be told again, act by act, and ends with what it breaks. */
static void expect_trace(const struct law *law, const struct search_result *result)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (law->model->name != NULL && strcmp(law->model->name, "projector") == 0)
        projector_print(law, result, out);
    else
        run_print(law, result, out);
    fclose(out);
    cr_expect_gt(result->path_count, 1);
    cr_expect_not_null(strstr(text, law->finding.text), "%s", text);
    free(text);
}

static void expect_caught(uint32_t weak)
{
    const struct weak_row *row = row_of(weak);
    struct law law = {.weak = weak}, whole = {.weak = 0};
    struct search_result result = walk(&law, row);
    cr_assert(result.found, "not caught in %lu states", result.states);
    cr_assert_eq(law.finding.property, row->breaks, "%s: %s", property_text(law.finding.property),
        law.finding.text);
    expect_trace(&law, &result);
    free(result.path);
    result = walk(&whole, row);
    cr_expect(result.complete && !result.found, "%s", whole.finding.text);
    free(result.path);
}

static void expect_harmless_alone(uint32_t weak)
{
    struct law law = {.weak = weak};
    struct search_result result = projector_run(&law, (struct projector_bounds){2, 3, 0});
    cr_expect(result.complete && !result.found, "%s", law.finding.text);
    free(result.path);
}

#define ONE(weakness) (UINT32_C(1) << WEAK_##weakness)

Test(law_weakened, an_event_that_counts_whatever_its_version_was_decided_on_another_history)
{
    expect_caught(ONE(EVENTS_UNCHECKED));
}

Test(law_weakened, a_refusal_noted_whatever_its_version_refuses_what_is_acceptable_by_then)
{
    expect_caught(ONE(REFUSALS_UNCHECKED));
}

Test(law_weakened, refusals_that_do_not_count_are_lost_unseen)
{
    expect_caught(ONE(REFUSALS_NOT_COUNTED));
}

Test(law_weakened, one_version_per_family_lets_two_families_decide_on_the_same_state)
{
    expect_caught(ONE(FAMILY_VERSIONS));
}

Test(law_weakened, an_id_marked_answered_on_a_lost_race_leaves_its_command_without_outcome)
{
    expect_caught(ONE(LOST_MARKS));
}

Test(law_weakened, without_answered_ids_a_command_has_two_outcomes)
{
    expect_caught(ONE(IDS_NOT_KEPT));
}

Test(law_weakened, answered_tested_before_the_digest_hides_that_the_log_lost_something)
{
    expect_caught(ONE(ANSWERED_FIRST));
}

Test(law_weakened, without_the_digest_the_loser_of_a_race_takes_the_place_of_a_lost_winner)
{
    expect_caught(ONE(DIGEST_UNCHECKED));
}

Test(law_weakened, a_gap_that_is_passed_over_counts_what_was_decided_on_what_is_lost)
{
    expect_caught(ONE(GAP_UNCHECKED));
}

Test(law_weakened, an_offset_committed_on_produce_loses_the_command_that_lost_its_race)
{
    expect_caught(ONE(COMMIT_ON_PRODUCE));
}

Test(law_weakened, the_highest_offset_committed_loses_another_dossiers_command)
{
    expect_caught(ONE(COMMIT_HIGHEST));
}

Test(law_weakened, commits_of_a_former_owner_turn_the_offset_back)
{
    expect_caught(ONE(COMMIT_UNFENCED));
}

Test(law_weakened, two_in_flight_overtake_one_another)
{
    expect_caught(ONE(TWO_IN_FLIGHT));
}

Test(law_weakened, a_second_decided_on_the_first_in_flight_stops_everybody_on_an_intact_log)
{
    expect_caught(ONE(TWO_ON_HOPE));
}

Test(law_weakened, without_a_second_look_an_answered_command_is_decided_for_ever)
{
    expect_caught(ONE(NO_SECOND_LOOK));
}

Test(law_weakened, a_lost_race_taken_for_an_outcome_loses_the_command)
{
    expect_caught(ONE(LOST_IS_DONE));
}

Test(law_weakened, without_sending_again_a_dropped_append_blocks_its_dossier)
{
    expect_caught(ONE(NO_RESEND));
}

Test(law_weakened, a_store_without_answered_ids_makes_one_reader_see_another_history)
{
    expect_caught(ONE(STORE_WITHOUT_IDS));
}

Test(law_weakened, a_store_whose_position_is_ahead_of_its_dossiers_stops_on_an_intact_log)
{
    expect_caught(ONE(STORE_APART));
}

Test(law_weakened, a_projector_without_any_fence_writes_rows_twice)
{
    expect_caught(ONE(POSITION_UNFENCED) | ONE(EPOCH_UNFENCED));
}

Test(law_weakened, an_epoch_claimed_after_loading_writes_rows_twice_unless_the_position_is_compared)
{
    expect_caught(ONE(POSITION_UNFENCED) | ONE(EPOCH_CLAIMED_LATE));
}

Test(law_weakened, rows_in_another_transaction_than_positions_are_ahead_of_them)
{
    expect_caught(ONE(ROWS_APART));
}

Test(law_weakened, either_fence_of_the_projector_is_enough_by_itself)
{
    expect_harmless_alone(ONE(POSITION_UNFENCED));
    expect_harmless_alone(ONE(EPOCH_UNFENCED));
    expect_harmless_alone(ONE(EPOCH_CLAIMED_LATE));
}

Test(law_weakened, every_weakening_has_a_model_that_shows_it)
{
    uint32_t shown = 0;
    for (size_t i = 0; i < weak_row_count; i++)
        shown |= weak_rows[i].weak;
    cr_expect_eq(shown, (UINT32_C(1) << WEAK_MAX_) - 1);
}

Test(law_weakened, every_property_is_broken_by_a_weakening)
{
    uint32_t broken = 1U << NOTHING_FOUND;
    for (size_t i = 0; i < weak_row_count; i++)
        broken |= 1U << weak_rows[i].breaks;
    cr_expect_eq(broken, (1U << PROPERTIES) - 1);
}
