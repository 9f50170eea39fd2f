/* Every refusal of the referrals' commands, each from one change to a command that is accepted. */
#include "base/clock.h"
#include "referrals/decide_referrals.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define OTHER ((struct uuid){{0xee}})

Test(submit_referral, is_accepted_and_remembered, .timeout = 20)
{
    STORY;
    story_referred(s);
    const struct dossier_referral *referral = story_referral(s);
    cr_expect(view_eq_text(referral->reference, "KT2743AC"));
    cr_expect(view_eq_text(referral->practitioner, "dana.price"), "left out: the sender");
    cr_expect(view_eq_text(referral->unit, "North PDU"));
    cr_expect_eq(referral->sent_at, s->now);
    cr_assert_eq(referral->sealed.len, 1);
    cr_expect(uuid_eq(referral->sealed.items[0].record, event_meta(&s->last)->id));
    static const char *const sealed[] = {"/crn", "/person", "/practitioner/name",
        "/practitioner/email", "/reason", "/furtherInformation"};
    cr_assert_eq(referral->sealed.items[0].fields.len, ARRAY_LEN(sealed));
    for (size_t i = 0; i < ARRAY_LEN(sealed); i++)
        cr_expect(view_eq_text(referral->sealed.items[0].fields.items[i], sealed[i]));
}

Test(submit_referral, what_is_missing_or_too_much_is_named, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    struct referral_submitted *sent = story_submit(s);
    UNSET(sent, REFERRAL_SUBMITTED_REASON);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-missing", "/reason");
    sent = story_submit(s);
    sent->enforceable_days = 41;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-invalid", "/enforceableDays");
    sent = story_submit(s);
    sent->subject.id = VIEW("12345678901234567890123456789012345678901");
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-too-long", "/subject/id");
    sent = story_submit(s);
    sent->urgent_reason = VIEW("sealed");
    SET(sent, REFERRAL_SUBMITTED_URGENT_REASON);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-not-allowed", "/urgentReason");
    sent = story_submit(s);
    sent->sex = SEX_UNKNOWN;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-invalid", "/sex");
    sent = story_submit(s);
    sent->meta.referral = OTHER;
    SET(&sent->meta, META_REFERRAL);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-invalid", "/referralId");
    sent = story_submit(s);
    SET(sent, REFERRAL_SUBMITTED_ALIASES);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-not-allowed", "/aliases");
    sent = story_submit(s);
    SET(&sent->meta, META_WAIVED);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-not-allowed", "/meta/waived");
}

Test(submit_referral, only_a_commissioned_service_takes_outcomes_and_complexity, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    struct referral_submitted *sent = story_submit(s);
    struct category_choice choice = sent->categories.items[0];
    sent->categories.items = &choice;
    UNSET(&choice, CATEGORY_CHOICE_COMPLEXITY);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-missing", "/categories/0/complexity");
    sent->terms.kind = SERVICE_KIND_GRANT;
    sent->reference = VIEW("KT2743GR");
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "field-not-allowed", "/categories/0/outcomes");
    UNSET(&choice, CATEGORY_CHOICE_OUTCOMES);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, sent));
}

Test(submit_referral, each_guard_refuses_by_its_name, .timeout = 20)
{
    STORY;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)), "no-risk-position", NULL);
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    struct referral_submitted *sent = story_submit(s);
    sent->reference = VIEW("KT2743PE");
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "reference-invalid", "/reference");
    sent = story_submit(s);
    sent->age_years = 17;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "not-eligible", "/ageYears");
    sent = story_submit(s);
    sent->terms.age_to = 25;
    SET(&sent->terms, TERMS_AGE_TO);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "not-eligible", "/ageYears");
    sent = story_submit(s);
    sent->terms.sexes.len = 1; /* male only */
    sent->sex = SEX_FEMALE;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "not-eligible", "/sex");
    sent = story_submit(s);
    struct category_choice choice = sent->categories.items[0];
    choice.id = OTHER;
    sent->categories.items = &choice;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "category-not-in-contract", "/categories/0/id");
    sent = story_submit(s);
    sent->completion_deadline = london_day(s->now) - 1;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "deadline-past", "/completionDeadline");
    sent = story_submit(s);
    sent->sex = SEX_OTHER;
    sent->completion_deadline = london_day(s->now);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, sent));
}

/* Days from today; a draft of day 1 is none. */
static const struct open_row {
    int32_t from, to, draft;
    bool open;
} open_rows[] = {{-1, 1, 1, true}, {0, 0, 1, true}, {1, 9, 1, false}, {-9, -1, 1, false},
    {-9, -1, -1, true}, {-30, -14, -14, true}, {-30, -15, -15, false}, {-9, -2, -1, false},
    {1, 9, -1, false}};

Test(submit_referral, a_service_is_open_from_its_first_to_its_last_day, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    int32_t today = london_day(s->now);
    struct dossier *before = s->dossier;
    for (size_t i = 0; i < ARRAY_LEN(open_rows); i++) {
        const struct open_row *row = &open_rows[i];
        s->dossier = before;
        struct referral_submitted *sent = story_submit(s);
        sent->terms.open_from = today + row->from;
        sent->terms.open_to = today + row->to;
        SET(&sent->terms, TERMS_OPEN_FROM);
        SET(&sent->terms, TERMS_OPEN_TO);
        sent->drafted_at = london_midnight(today + row->draft);
        if (row->draft < 1)
            SET(sent, REFERRAL_SUBMITTED_DRAFTED_AT);
        if (row->open)
            ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, sent));
        else
            REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, sent), "service-closed", NULL);
    }
}

Test(submit_referral, an_open_one_of_the_same_kind_must_be_known, .timeout = 20)
{
    STORY;
    story_referred(s);
    struct uuid first = s->referral;
    struct referral_submitted *again = story_submit(s);
    again->referral_id = s->referral = first;
    UNSET(&again->meta, META_REFERRAL);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, again), "id-already-used", "/referralId");
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)), "open-referral-exists", "/duplicateOf");
    const struct command_refused *refused = s->last.body;
    cr_assert_eq(refused->arguments.len, 1);
    cr_expect(view_eq_text(refused->arguments.items[0].value, uuid_text(first).text));
    struct referral_submitted *other = story_submit(s);
    other->terms.type = VIEW("PWB");
    other->terms.type_name = VIEW("Personal Wellbeing");
    other->terms.service_id = OTHER;
    other->reference = VIEW("KT2743PE");
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, other));
    struct referral_submitted *known = story_submit(s);
    known->duplicate_of = first;
    SET(known, REFERRAL_SUBMITTED_DUPLICATE_OF);
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, known));
    cr_expect_eq(s->dossier->referrals.len, 3);
}

Test(submit_referral, not_for_the_dead_the_merged_the_erased, .timeout = 20)
{
    STORY;
    story_referred(s);
    story_change(s);
    struct dossier *before = s->dossier;
    SET(before, DOSSIER_DIED_AT);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)), "person-died", NULL);
    s->dossier = before;
    before->merged_away = true;
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)), "person-merged", NULL);
    s->dossier = before;
    SET(before, DOSSIER_ERASED_AT);
    REFUSED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)), "person-erased", NULL);
}

Test(referrals, only_those_may_send_who_may, .timeout = 20)
{
    STORY;
    story_started(s);
    for (int kind = 0; kind < ACTOR_KIND_MAX_; kind++) {
        if (kind == ACTOR_KIND_IMPORT)
            continue;
        struct caseworkers_assigned *assigned = story_assign(s, "tom.hale");
        struct plan_approved *approved = story_approve(s, 1);
        as_kind(s, (enum actor_kind)kind); /* of an organisation that delivers nothing here */
        assigned->meta.actor = approved->meta.actor = s->actor;
        REFUSED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned), "not-permitted", NULL);
        if (kind != ACTOR_KIND_PRACTITIONER)
            REFUSED(SENT(COMMAND_APPROVE_PLAN, approved), "not-permitted", NULL);
    }
    struct caseworkers_assigned *sub = story_assign(s, "tom.hale");
    sub->meta.actor.organisation = VIEW("SMALL_HOUSE");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, sub));
}

Test(assign_caseworkers, each_refusal, .timeout = 20)
{
    STORY;
    story_referred(s);
    struct caseworkers_assigned *assigned = story_assign(s, "sol.reyes");
    struct worker worker[2] = {assigned->workers.items[0], assigned->workers.items[0]};
    assigned->workers = (struct worker_array){worker, 2};
    REFUSED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned), "field-invalid", "/workers/1/userId");
    worker[1].user_id = VIEW("tom.hale");
    worker[1].organisation = VIEW("ELSEWHERE");
    REFUSED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned), "organisation-not-in-contract",
        "/workers/1/organisation");
    worker[1].organisation = VIEW("SMALL_HOUSE");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned));
    REFUSED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned), "nothing-changed", NULL);
    struct worker first = worker[0];
    worker[0] = worker[1];
    worker[1] = first;
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, assigned)); /* another leads */
    cr_expect_eq(story_referral(s)->assignments.len, 2);
    s->referral = OTHER;
    REFUSED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")), "unknown-part", NULL);
}

Test(submit_plan, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    REFUSED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 2)), "assessment-not-held", NULL);
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    REFUSED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 2, 2)), "version-not-next", "/planVersion");
    struct plan_submitted *plan = story_plan(s, 1, 2);
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, plan));
    plan->plan_version = 2;
    REFUSED(SENT(COMMAND_SUBMIT_PLAN, plan), "id-already-used", "/planId");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-04T14:00:00Z")));
    REFUSED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 2, 1)), "below-sessions-booked", "/sessions");
    plan = story_plan(s, 2, 2);
    struct activity twice[2] = {plan->activities.items[0], plan->activities.items[0]};
    plan->activities = (struct activity_array){twice, 2};
    REFUSED(SENT(COMMAND_SUBMIT_PLAN, plan), "id-already-used", "/activities/1/id");
    story_change(s)->terms.plan = false;
    REFUSED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 2, 2)), "no-plan-kind", NULL);
}

Test(approve_plan, only_the_newest_that_waits, .timeout = 20)
{
    STORY;
    story_started(s);
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    REFUSED(SENT(COMMAND_APPROVE_PLAN, story_approve(s, 1)), "plan-not-awaiting", "/planVersion");
    story_change(s)->terms.approval = APPROVAL_POLICY_PRACTITIONER;
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 2)));
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 2, 3)));
    cr_expect_null(referral_approved_plan(story_referral(s)));
    REFUSED(SENT(COMMAND_APPROVE_PLAN, story_approve(s, 1)), "plan-not-awaiting", "/planVersion");
    ACCEPTED(SENT(COMMAND_APPROVE_PLAN, story_approve(s, 2)));
    cr_expect_eq(sessions_planned(story_referral(s)), 3);
    REFUSED(SENT(COMMAND_APPROVE_PLAN, story_approve(s, 2)), "plan-not-awaiting", "/planVersion");
}

Test(submit_report, each_refusal, .timeout = 20)
{
    STORY;
    story_planned(s, 1);
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, story_report(s)), "report-not-due", NULL);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    struct report_submitted *report = story_report(s);
    report->outcomes.len = 2;
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, report), "outcomes-incomplete", "/outcomes");
    report = story_report(s);
    struct report_outcome outcomes[3] = {
        report->outcomes.items[0], report->outcomes.items[1], report->outcomes.items[2]};
    outcomes[2].id = outcomes[0].id;
    report->outcomes.items = outcomes;
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, report), "outcomes-incomplete", "/outcomes/0/id");
    outcomes[2].id = OTHER;
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, report), "outcomes-incomplete", "/outcomes/2/id");
    report = story_report(s);
    SET(report, REPORT_SUBMITTED_CONCLUDED_AT);
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, report), "field-not-allowed", "/concludedAt");
    report = story_report(s);
    ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, report));
    cr_expect(referral_ended(story_referral(s)));
    struct uuid used = report->report_id;
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    report = story_report(s);
    report->report_id = used;
    REFUSED(SENT(COMMAND_SUBMIT_REPORT, report), "id-already-used", "/reportId");
}

Test(submit_report, scores_ten_for_achieved_and_five_for_partly, .timeout = 20)
{
    static const int32_t levels[][4] = {
        {OUTCOME_LEVEL_ACHIEVED, OUTCOME_LEVEL_ACHIEVED, OUTCOME_LEVEL_ACHIEVED, 30},
        {OUTCOME_LEVEL_ACHIEVED, OUTCOME_LEVEL_PARTLY, OUTCOME_LEVEL_PARTLY, 20},
        {OUTCOME_LEVEL_PARTLY, OUTCOME_LEVEL_NOT, OUTCOME_LEVEL_NOT, 5},
        {OUTCOME_LEVEL_NOT, OUTCOME_LEVEL_NOT, OUTCOME_LEVEL_NOT, 0},
    };
    STORY;
    story_planned(s, 1);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    struct dossier *before = s->dossier;
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        s->dossier = before;
        struct report_submitted *report = story_report(s);
        struct report_outcome outcomes[3];
        for (size_t n = 0; n < 3; n++) {
            outcomes[n] = report->outcomes.items[n];
            outcomes[n].level = levels[i][n];
        }
        report->outcomes.items = outcomes;
        ACCEPTED(SENT(COMMAND_SUBMIT_REPORT, report));
        cr_expect_eq(story_referral(s)->report.score_tenths, levels[i][3]);
    }
}

Test(referrals, a_command_of_another_family_is_refused_by_name, .timeout = 20)
{
    STORY;
    struct command command = {COMMAND_SHARE_RISK, story_share(s)};
    struct event event;
    cr_assert_eq(decide_referrals(s->dossier, &command, s->arena, &event).act, RES_OK);
    cr_assert_eq(event.type, EVENT_COMMAND_REFUSED);
    cr_expect(view_eq_text(((const struct command_refused *)event.body)->code, "command-unknown"));
}

Test(referrals, a_full_arena_is_a_failure_and_no_answer, .timeout = 20)
{
    STORY;
    story_referred(s);
    struct command command = {COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")};
    struct arena *small = arena_new(16);
    struct event event = {EVENT_MAX_, NULL};
    cr_expect_eq(decide_referrals(s->dossier, &command, small, &event).act, RES_FATAL);
    cr_expect_eq(event.type, EVENT_MAX_, "untouched");
    arena_free(small);
}
