/* A worked row of the performance report: story 1, decided, folded, projected,
 * read through the view. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/port_pg.h"
#include "projector/batch.h"
#include "projector/migrate.h"
#include "support/cluster.h"
#include "support/story.h"

static void tell_happy_path(struct story *s)
{
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    story_at(s, "2026-11-23T10:05:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    story_at(s, "2026-11-24T10:00:00Z");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    story_at(s, "2026-12-02T09:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 2)));
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_session(s, 2, "2026-12-09T15:30:00Z", "2026-12-18T14:00:00Z");
    story_at(s, "2026-12-22T15:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
}

/* The state rows of the story's dossier, into an empty read model. */
static void project(const struct story *s, struct pg *pg)
{
    const struct projection *projection = projection_new(s->arena);
    struct row_writer *writer = row_writer_new(projection);
    struct project_dossier of = {s->dossier, VIEW("packed")};
    struct row_set none, rows;
    struct row_changes changes;
    int64_t written = 0;
    enum pg_commit commit;
    OK(projector_ready(writer, pg));
    OK(row_set_new(projection, s->arena, &none));
    OK(row_set_new(projection, s->arena, &rows));
    OK(row_changes_new(projection, s->arena, &changes));
    OK(project_state(projection, &of, s->arena, &rows));
    OK(rows_diff(projection, &none, &rows, s->arena, &changes));
    OK(pg_pipe_begin(pg));
    for (size_t t = 0; t < projection_tables(projection); t++)
        row_writer_put(writer, t, &changes);
    OK(row_writer_send(writer, pg, &written));
    OK(pg_pipe_commit(pg, &commit));
    row_writer_free(writer);
}

Test(performance_report, gives_the_worked_row_for_the_happy_path, .timeout = 30)
{
    STORY;
    char conninfo[CLUSTER_CONNINFO_MAX];
    cluster_database(conninfo);
    struct pg *pg = cluster_open(conninfo);
    tell_happy_path(s);
    project(s, pg);
    OK(pg_run(pg, "SET timezone = 'UTC'"));
    static const struct pg_sql sql = {NULL,
        "SELECT concat_ws(',', referral_ref, contract_ref, organisation_id, caseworker_id, "
        "date_referral_received, date_saa_first_arranged, date_saa_first_scheduled_for, "
        "coalesce(date_saa_first_not_attended::text, ''), date_saa_first_attended, "
        "date_saa_first_completed, saa_attended_on_time, date_first_action_plan_submitted, "
        "date_of_first_action_plan_approval, date_of_first_attended_session, "
        "outcomes_to_be_achieved_count, outcomes_achieved_tenths, count_of_sessions_expected, "
        "count_of_sessions_attended, coalesce(end_requested_by_pp_at::text, ''), "
        "coalesce(end_requested_by_pp_reason, ''), date_eosr_submitted, concluded_at, "
        "referral_end_state, date_intervention_to_be_completed_by, end_of_sentence_date) "
        "FROM read.performance"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &sql, NULL, &rows));
    cr_assert_eq(pg_rows_count(rows), 1);
    cr_expect(view_eq_text(pg_text(rows, 0, 0),
                  "KT2743AC,PRJ_5553,HOME_TRUST,sol.reyes,"
                  "2026-11-23 10:05:00+00,2026-11-24 11:00:00+00,2026-11-30 14:00:00+00,,"
                  "2026-11-30 14:00:00+00,2026-11-30 14:00:00+00,t,"
                  "2026-12-02 09:00:00+00,2026-12-02 09:00:00+00,2026-12-09 14:00:00+00,"
                  "3,20,2,2,,,2026-12-22 15:00:00+00,2026-12-22 15:00:00+00,"
                  "completed,2027-05-31,2027-08-31"),
        "%.*s", VIEW_ARG(pg_text(rows, 0, 0)));
    pg_close(pg);
}

static struct view one_text(struct pg *pg, const char *text, struct arena *arena)
{
    struct pg_sql sql = {NULL, text};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &sql, NULL, &rows));
    cr_assert_eq(pg_rows_count(rows), 1);
    return arena_copy(arena, pg_text(rows, 0, 0));
}

Test(performance_report, says_why_the_practitioner_ended_it_in_the_words_of_the_code, .timeout = 30)
{
    STORY;
    char conninfo[CLUSTER_CONNINFO_MAX];
    cluster_database(conninfo);
    struct pg *pg = cluster_open(conninfo);
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    ACCEPTED(SENT(COMMAND_WITHDRAW_REFERRAL, story_withdraw(s, WITHDRAWAL_CODE_MOV)));
    project(s, pg);
    struct view why =
        one_text(pg, "SELECT end_requested_by_pp_reason FROM read.performance", s->arena);
    cr_expect(view_eq_text(why, "Moved out of service area"), "%.*s", VIEW_ARG(why));
    pg_close(pg);
}

Test(performance_report, has_words_for_every_withdrawal_code, .timeout = 30)
{
    STORY;
    char conninfo[CLUSTER_CONNINFO_MAX];
    cluster_database(conninfo);
    struct pg *pg = cluster_open(conninfo);
    OK(projector_ready(NULL, pg));
    struct view codes = one_text(
        pg, "SELECT ' ' || string_agg(code, ' ') || ' ' FROM read.withdrawal_reason", s->arena);
    for (int32_t i = 0; i < withdrawal_code_enum.count; i++) {
        const char *code = withdrawal_code_enum.symbols[i];
        struct view word = arena_printf(s->arena, " %s ", code);
        bool has = memmem(codes.ptr, codes.len, word.ptr, word.len) != NULL;
        cr_expect_eq(has, i != WITHDRAWAL_CODE_UNKNOWN, "%s", code);
    }
    pg_close(pg);
}
