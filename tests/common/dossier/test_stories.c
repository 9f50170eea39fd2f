/* The stories of DOMAIN section 9, as far as their commands exist. */
#include "base/clock.h"
#include "dossier/rm.h"
#include "dossier/status.h"
#include "support/story.h"

/* Status, next action and due, as they are now. `due` as "2026-12-07": the day that ends then, or a
 * whole time; NULL: none. */
static void expect_status(
    const struct story *s, const char *status, const char *action, const char *due)
{
    struct status now = status_of(s->dossier, story_referral(s), s->now);
    cr_assert_str_eq(status_text(now.code), status);
    cr_assert_str_eq(action_text(now.action), action);
    char text[TIME_TEXT_MAX] = "";
    int64_t day_after = 0;
    if (due != NULL && view_of(due).len == 10)
        day_after = london_midnight(day_of(due) + 1);
    else if (due != NULL)
        day_after = time_of(due);
    time_print(now.due_us, text);
    cr_assert_eq(now.due_us, day_after, "%s is due %s, not %s", status, text, due);
}

static void expect_clock(const struct story *s, enum deadline_code code, const char *day)
{
    struct deadline clock = deadline_running(s->dossier, story_referral(s), code);
    char text[TIME_TEXT_MAX];
    time_print(clock.due_us, text);
    cr_assert_eq(
        clock.due_us, london_midnight(day_of(day) + 1), "%s is due %s", deadline_text(code), text);
}

Test(stories, first_the_happy_path, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    story_at(s, "2026-11-23T10:05:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    expect_status(s, "unassigned", "assign", "2026-11-30");
    expect_clock(s, DEADLINE_CONTACT, "2026-12-03");
    expect_clock(s, DEADLINE_ASSESSMENT, "2026-12-07");
    story_at(s, "2026-11-24T10:00:00Z");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    expect_status(s, "assessment-to-book", "acknowledge", "2026-11-26");
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    expect_status(s, "assessment-to-book", "book", "2026-12-03");
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    expect_status(s, "plan-due", "submit-plan", "2026-12-07");
    story_at(s, "2026-12-02T09:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 2)));
    expect_status(s, "session-to-book", "book", NULL);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_session(s, 2, "2026-12-09T15:30:00Z", "2026-12-18T14:00:00Z");
    expect_status(s, "report-due", "submit-report", "2026-12-29");
    story_at(s, "2026-12-22T15:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    expect_status(s, "completed", "", NULL);
    cr_expect_eq(s->dossier->version, 13);
    const struct dossier_referral *referral = story_referral(s);
    cr_expect_eq(referral->report.score_tenths, 20);
    cr_expect_eq(referral->end.concluded_at, s->now);
    cr_expect_eq(sessions_held(referral), 2);
    struct rm_values values = rm_values_of(referral);
    cr_expect_str_eq(values.tab, "completed");
    cr_expect_str_eq(values.delivery_state, "COMPLETED");
    cr_expect_str_eq(values.end_state, "completed");
    cr_expect_str_eq(values.sas, "COMPLETED");
    cr_expect_str_eq(values.status, "POST_ICA");
}
