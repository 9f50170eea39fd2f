#include "referrals/rules.h"

/* R&M's scoring: whole for achieved, half for partly. */
enum { TENTHS_ACHIEVED = 10, TENTHS_PARTLY = 5 };

void report_fields(struct decision *decision)
{
    const struct report_submitted *report = decision->body;
    only_import(decision, HAS(report, REPORT_SUBMITTED_CONCLUDED_AT), "/concludedAt");
}

void report_ids(struct decision *decision)
{
    const struct report_submitted *report = decision->body;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++) {
        const struct dossier_referral *one = &decision->dossier->referrals.items[i];
        if (HAS(one, DOSSIER_REFERRAL_REPORT) && uuid_eq(one->report.id, report->report_id))
            refuse(decision, REFUSAL_ID_ALREADY_USED, "/reportId");
    }
}

static void is_due(struct decision *decision)
{
    const struct dossier_referral *referral = decision->referral;
    int32_t n = sessions_planned(referral);
    bool delivered = referral->terms.report && n > 0 && sessions_recorded(referral) >= n &&
                     sessions_held(referral) > 0;
    if (!delivered && !referral_closing(referral))
        refuse_softly(decision, REFUSAL_REPORT_NOT_DUE, NULL);
}

static size_t times_reported(const struct report_submitted *report, struct uuid outcome)
{
    size_t times = 0;
    for (size_t i = 0; i < report->outcomes.len; i++)
        times += uuid_eq(report->outcomes.items[i].id, outcome);
    return times;
}

static bool chosen(const struct dossier_referral *referral, struct uuid outcome)
{
    for (size_t i = 0; i < referral->categories.len; i++) {
        const struct category_choice *choice = &referral->categories.items[i];
        for (size_t n = 0; n < choice->outcomes.len; n++)
            if (uuid_eq(choice->outcomes.items[n], outcome))
                return true;
    }
    return false;
}

/* Each chosen outcome once, and no other. */
static void outcomes_complete(struct decision *decision)
{
    const struct report_submitted *report = decision->body;
    const struct dossier_referral *referral = decision->referral;
    for (size_t i = 0; i < report->outcomes.len; i++) {
        struct uuid id = report->outcomes.items[i].id;
        if (!chosen(referral, id) || times_reported(report, id) != 1)
            refuse_softly_at(decision, REFUSAL_OUTCOMES_INCOMPLETE, "/outcomes/%zu/id", i);
    }
    for (size_t i = 0; i < referral->categories.len; i++) {
        const struct category_choice *choice = &referral->categories.items[i];
        for (size_t n = 0; n < choice->outcomes.len; n++)
            if (times_reported(report, choice->outcomes.items[n]) != 1)
                refuse_softly(decision, REFUSAL_OUTCOMES_INCOMPLETE, "/outcomes");
    }
}

guard_fn *const report_guards[] = {is_due, outcomes_complete, NULL};

void report_finish(struct decision *decision, void *event)
{
    struct report_submitted *report = event;
    int32_t tenths = 0;
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct report_outcome *outcome = &report->outcomes.items[i];
        if (!HAS(outcome, REPORT_OUTCOME_LEVEL))
            continue;
        tenths += outcome->level == OUTCOME_LEVEL_ACHIEVED ? TENTHS_ACHIEVED : 0;
        tenths += outcome->level == OUTCOME_LEVEL_PARTLY ? TENTHS_PARTLY : 0;
    }
    report->score_tenths = tenths;
    SET(report, REPORT_SUBMITTED_SCORE_TENTHS);
    if (!HAS(report, REPORT_SUBMITTED_CONCLUDED_AT)) {
        report->concluded_at = fact_time(decision->meta);
        SET(report, REPORT_SUBMITTED_CONCLUDED_AT);
    }
}
