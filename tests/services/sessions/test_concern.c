/* A concern goes before everything else, until it is read. */
#include "base/clock.h"
#include "dossier/status.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define OTHER ((struct uuid){{0xee}})
#define READ(body) SENT(COMMAND_READ_CONCERN, (body))
#define RAISE(body) SENT(COMMAND_RAISE_CONCERN, (body))

Test(concern, is_the_practitioners_to_read_within_a_day, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(RAISE(story_concern(s)));
    const struct dossier_concern *one = &story_referral(s)->concerns.items[0];
    cr_expect_eq(one->category, CONCERN_CATEGORY_CHILD);
    cr_expect(view_eq_text(one->by, "sol.reyes"));
    cr_assert_eq(one->sealed.len, 1);
    cr_expect(view_eq_text(one->sealed.items[0].fields.items[0], "/text"));
    struct status status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.code, STATUS_ASSESSMENT_TO_BOOK, "the status stays");
    cr_expect_eq(status.action, ACTION_READ_CONCERN);
    cr_expect_eq(status.turn, TURN_PRACTITIONER);
    cr_expect_eq(status.due_us, s->now + TIME_US_PER_DAY);
}

Test(concern, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    struct concern_raised *raised = story_concern(s);
    UNSET(raised, CONCERN_RAISED_TEXT);
    REFUSED(RAISE(raised), "field-missing", "/text");
    raised = story_concern(s);
    raised->category = CONCERN_CATEGORY_UNKNOWN;
    REFUSED(RAISE(raised), "field-invalid", "/category");
    raised = story_concern(s);
    raised->meta.actor.organisation = VIEW("ELSEWHERE");
    REFUSED(RAISE(raised), "not-permitted", NULL);
    raised = story_concern(s);
    ACCEPTED(RAISE(raised));
    REFUSED(RAISE(raised), "id-already-used", "/concernId");
}

Test(concern, is_heard_and_runs_after_the_end, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    story_at(s, "2026-12-10T12:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)));
    story_at(s, "2026-12-14T12:00:00Z");
    ACCEPTED(RAISE(story_concern(s)));
    struct deadline clock = deadline_running(s->dossier, story_referral(s), DEADLINE_CONCERN);
    cr_expect_eq(clock.due_us, s->now + TIME_US_PER_DAY);
    cr_expect_eq(status_of(s->dossier, story_referral(s), s->now).code, STATUS_COMPLETED);
}

Test(concern, is_read_once_and_gives_the_turn_back, .timeout = 20)
{
    STORY;
    story_started(s);
    struct concern_raised *raised = story_concern(s);
    ACCEPTED(RAISE(raised));
    REFUSED(READ(story_read_concern(s, OTHER)), "unknown-part", "/concernId");
    struct concern_read *wrong = story_read_concern(s, raised->concern_id);
    as_worker(s, "sol.reyes");
    wrong->meta.actor = s->actor;
    REFUSED(READ(wrong), "not-permitted", NULL);
    story_at(s, "2026-11-24T12:00:00Z");
    ACCEPTED(READ(story_read_concern(s, raised->concern_id)));
    const struct dossier_concern *one = &story_referral(s)->concerns.items[0];
    cr_expect_eq(one->read_at, s->now);
    cr_expect(view_eq_text(one->read_by, "dana.price"));
    cr_expect_eq(one->sealed.len, 2, "the text and the response");
    cr_expect_eq(deadline_running(s->dossier, story_referral(s), DEADLINE_CONCERN).due_us, 0);
    cr_expect_eq(status_of(s->dossier, story_referral(s), s->now).action, ACTION_BOOK);
    REFUSED(READ(story_read_concern(s, raised->concern_id)), "already-noted", NULL);
}
