/* What differs for the import: soft guards go into meta.waived, times are those of the source. */
#include "base/clock.h"
#include "dossier/rm.h"
#include "dossier/status.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))

static void from_source(struct story *s, void *body, const char *occurred)
{
    struct meta *meta = &((struct record_head *)body)->meta;
    as_import(s);
    meta->actor = s->actor;
    meta->occurred_at = time_of(occurred);
}

static void share_unavailable(struct story *s)
{
    struct risk_shared *shared = story_share(s);
    uint64_t keep = UINT64_C(1) << RISK_SHARED_SOURCE;
    shared->has = keep;
    SET(shared, RISK_SHARED_BASIS);
    shared->basis = RISK_BASIS_UNAVAILABLE;
    shared->source = VIEW("5f2debc5-4c6a-4972-84ce-0689b8f9ec52");
    shared->disclosed = shared->withheld = shared->not_assessed = 0;
    shared->approved = shared->urgent = false;
    from_source(s, shared, "2021-01-14T17:51:34Z");
    ACCEPTED(SENT(COMMAND_SHARE_RISK, shared));
    cr_expect(story_waived(s, "field-missing"));
    cr_expect(!HAS(&s->dossier->risk, DOSSIER_RISK_REVIEW_BY));
}

static struct referral_submitted *old_referral(struct story *s)
{
    struct referral_submitted *sent = story_submit(s);
    sent->reference = VIEW("AB3892EO");
    sent->terms.open_from = day_of("2021-12-11");
    sent->terms.open_to = day_of("2022-12-11");
    SET(&sent->terms, TERMS_OPEN_FROM);
    SET(&sent->terms, TERMS_OPEN_TO);
    UNSET(sent, REFERRAL_SUBMITTED_PRACTITIONER);
    UNSET(sent, REFERRAL_SUBMITTED_LOCATION);
    UNSET(sent, REFERRAL_SUBMITTED_ALLOCATED);
    UNSET(sent, REFERRAL_SUBMITTED_URGENT);
    sent->age_years = 12;
    sent->completion_deadline = day_of("2021-04-01");
    from_source(s, sent, "2021-01-14T17:51:34Z");
    return sent;
}

Test(import, the_soft_guards_of_a_referral_are_waived_and_the_rest_refuse, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, old_referral(s)));
    static const char *const codes[] = {"field-missing", "reference-invalid", "no-risk-position",
        "service-closed", "not-eligible", "deadline-past"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        cr_expect(story_waived(s, codes[i]), "%s", codes[i]);
    const struct dossier_referral *referral = story_referral(s);
    cr_expect_eq(referral->sent_at, time_of("2021-01-14T17:51:34Z"));
    cr_expect_eq(referral->recorded_at, s->now);
    cr_expect(referral->imported);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, old_referral(s)));
    cr_expect(story_waived(s, "open-referral-exists"));
    struct referral_submitted *wrong = old_referral(s);
    struct category_choice other = wrong->categories.items[0];
    other.id = (struct uuid){{0xee}};
    wrong->categories.items = &other;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, wrong), "category-not-in-contract", "/categories/0/id");
}

/* As R&M's own row: attended, but the feedback was never submitted; a text that does not fit. */
static struct past_appointment_recorded *old_past(
    struct story *s, int32_t session, const char *feedback_at)
{
    struct past_appointment_recorded *past = story_past(s, session, "2021-04-01T12:00:00Z");
    UNSET(&past->booking, BOOKING_METHOD);
    UNSET(&past->booking, BOOKING_OFFICE);
    UNSET(&past->booking, BOOKING_NOTICE);
    UNSET(&past->attendance, ATTENDANCE_LATE);
    SET(&past->feedback, FEEDBACK_ABSENCE);
    past->feedback.absence = VIEW("sealed");
    struct submissions *submissions = &past->submissions;
    submissions->attendance_at = time_of("2023-01-13T12:00:00Z");
    SET(submissions, SUBMISSIONS_ATTENDANCE_AT);
    SET(past, PAST_APPOINTMENT_RECORDED_SUBMISSIONS);
    if (feedback_at != NULL) {
        submissions->feedback_at = time_of(feedback_at);
        SET(submissions, SUBMISSIONS_FEEDBACK_AT);
        submissions->feedback_by = VIEW("6c4036b7");
        SET(submissions, SUBMISSIONS_FEEDBACK_BY);
    }
    from_source(s, past, "2021-03-12T17:51:34.235464Z");
    return past;
}

Test(import, a_whole_referral_moves_over_in_its_own_order, .timeout = 20)
{
    STORY;
    share_unavailable(s);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, old_referral(s)));
    struct caseworkers_assigned *assigned = story_assign(s, "608955ae");
    struct worker worker = assigned->workers.items[0];
    UNSET(&worker, WORKER_ORGANISATION);
    assigned->workers.items = &worker;
    from_source(s, assigned, "2021-02-18T10:00:00Z");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned));
    cr_expect(story_waived(s, "field-missing"));

    struct plan_submitted *plan = story_plan(s, 1, 1);
    plan->activities.len = 0;
    from_source(s, plan, "2021-03-11T10:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, plan));
    cr_expect(story_waived(s, "assessment-not-held"));
    cr_expect_eq(
        story_referral(s)->plans.items[0].state, PLAN_STATE_AWAITING, "whatever the terms say");
    struct plan_approved *approved = story_approve(s, 1);
    from_source(s, approved, "2021-01-14T10:00:00Z");
    ACCEPTED(SENT(COMMAND_APPROVE_PLAN, approved));

    ACCEPTED(SENT(COMMAND_RECORD_PAST_APPOINTMENT, old_past(s, 0, "2023-01-13T11:30:00Z")));
    static const char *const codes[] = {
        "field-missing", "field-not-allowed", "worker-not-assigned", "risk-not-acknowledged"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        cr_expect(story_waived(s, codes[i]), "%s", codes[i]);
    const struct dossier_appointment *first = &story_referral(s)->appointments.items[0];
    cr_expect(appointment_held(first));
    cr_expect_eq(first->booked_at, time_of("2021-03-12T17:51:34.235464Z"));
    cr_expect_eq(first->feedback_at, time_of("2023-01-13T12:00:00Z"), "the latest of its parts");
    cr_expect(view_eq_text(first->feedback_by, "6c4036b7"));

    ACCEPTED(SENT(COMMAND_RECORD_PAST_APPOINTMENT, old_past(s, 1, NULL)));
    const struct dossier_appointment *second = &story_referral(s)->appointments.items[1];
    cr_expect(!appointment_has_feedback(second), "never submitted");
    cr_expect(!appointment_live(second));
    struct status status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.code, STATUS_FEEDBACK_DUE);
    cr_expect_str_eq(
        rm_values_of(story_referral(s)).delivery_state, "MISSING_FIRST_SUBSTANTIVE_APPOINTMENT");

    struct report_submitted *report = story_report(s);
    report->outcomes.len = 1;
    report->concluded_at = time_of("2021-01-14T17:51:34Z");
    SET(report, REPORT_SUBMITTED_CONCLUDED_AT);
    from_source(s, report, "2023-01-11T10:32:12Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, report));
    cr_expect(story_waived(s, "report-not-due"));
    cr_expect(story_waived(s, "outcomes-incomplete"));
    const struct dossier_referral *referral = story_referral(s);
    cr_expect_eq(referral->end.kind, END_KIND_COMPLETED);
    cr_expect_eq(referral->end.concluded_at, time_of("2021-01-14T17:51:34Z"));
    cr_expect_eq(referral->report.at, time_of("2023-01-11T10:32:12Z"));
    cr_expect_eq(referral->report.score_tenths, 10);
}

Test(import, an_open_appointment_of_long_ago_stays_live, .timeout = 20)
{
    STORY;
    share_unavailable(s);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, old_referral(s)));
    struct appointment_booked *one = story_book(s, 0, "2021-04-01T12:00:00Z");
    from_source(s, one, "2021-03-12T17:51:34Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    cr_expect(story_waived(s, "in-the-past"));
    cr_expect(story_waived(s, "not-assigned"));
    cr_expect(appointment_live(&story_referral(s)->appointments.items[0]));
    struct appointment_booked *same = story_book(s, 0, "2021-04-01T12:30:00Z");
    from_source(s, same, "2021-03-12T17:51:34Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, same));
    cr_expect(story_waived(s, "session-has-live-appointment"));
    cr_expect(story_waived(s, "clash"));
    struct past_appointment_recorded *ahead = story_past(s, 0, "2026-11-23T10:30:00Z");
    from_source(s, ahead, "2021-03-12T17:51:34Z");
    REFUSED(SENT(COMMAND_RECORD_PAST_APPOINTMENT, ahead), "in-the-future", "/booking/start");
}

Test(import, what_the_edge_waived_stays_beside_what_the_decider_waives, .timeout = 20)
{
    STORY;
    struct referral_submitted *sent = old_referral(s);
    struct view stated[] = {VIEW("email-not-gov-uk"), VIEW("not-eligible")};
    sent->meta.waived = (struct view_array){stated, 2};
    SET(&sent->meta, META_WAIVED);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, sent));
    const struct view_array *waived = &event_meta(&s->last)->waived;
    size_t eligible = 0;
    for (size_t i = 0; i < waived->len; i++)
        eligible += view_eq_text(waived->items[i], "not-eligible");
    cr_expect_eq(eligible, 1, "each once");
    cr_expect(story_waived(s, "email-not-gov-uk"));
    cr_expect(story_waived(s, "service-closed"));
}
