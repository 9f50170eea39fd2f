/* Withdrawing a referral: at once, or by the report. */
#include "base/clock.h"
#include "dossier/rm.h"
#include "dossier/status.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define WITHDRAW(body) SENT(COMMAND_WITHDRAW_REFERRAL, (body))

static const struct referral_withdrawn *last(const struct story *s)
{
    cr_assert_eq(s->last.type, EVENT_REFERRAL_WITHDRAWN);
    return s->last.body;
}

/* One session of four held, one booked ahead. */
static void delivering(struct story *s)
{
    story_planned(s, 4);
    story_session(s, 1, "2026-12-02T09:30:00Z", "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 2, "2026-12-16T14:00:00Z")));
}

static const struct ending_row {
    enum withdrawal_code code;
    bool held, report_due;
    enum withdrawal_stage stage;
    enum end_kind kind; /* where it ends at once */
    const char *rm;
} ending_rows[] = {
    {WITHDRAWAL_CODE_MOV, false, false, WITHDRAWAL_STAGE_BEFORE_FIRST_SESSION, END_KIND_WITHDRAWN,
        "PRE_ICA_WITHDRAWAL"},
    {WITHDRAWAL_CODE_USE, false, false, WITHDRAWAL_STAGE_BEFORE_FIRST_SESSION, END_KIND_WITHDRAWN,
        "PRE_ICA_WITHDRAWAL"},
    {WITHDRAWAL_CODE_MOV, true, true, WITHDRAWAL_STAGE_AFTER_FIRST_SESSION, END_KIND_UNKNOWN,
        "POST_ICA_WITHDRAWAL"},
    {WITHDRAWAL_CODE_EAR, true, true, WITHDRAWAL_STAGE_EARLY_CLOSE, END_KIND_UNKNOWN,
        "POST_ICA_CLOSE_REFERRAL_EARLY"},
    {WITHDRAWAL_CODE_USE, true, false, WITHDRAWAL_STAGE_AFTER_FIRST_SESSION, END_KIND_ENDED_EARLY,
        "POST_ICA_WITHDRAWAL"},
};

Test(withdraw, the_report_is_due_where_something_was_held_and_nobody_died, .timeout = 20)
{
    for (size_t i = 0; i < ARRAY_LEN(ending_rows); i++) {
        const struct ending_row *row = &ending_rows[i];
        STORY;
        if (row->held)
            delivering(s);
        else
            story_started(s);
        ACCEPTED(WITHDRAW(story_withdraw(s, row->code)));
        const struct referral_withdrawn *withdrawn = last(s);
        const struct dossier_referral *referral = story_referral(s);
        cr_expect_eq(withdrawn->stage, (int32_t)row->stage, "row %zu", i);
        cr_expect_eq(withdrawn->report_due, row->report_due, "row %zu", i);
        cr_expect_eq(withdrawn->cancelled.len, row->held, "row %zu: what is booked ahead", i);
        cr_expect_eq(referral_closing(referral), row->report_due, "row %zu", i);
        cr_expect_eq(referral_ended(referral), !row->report_due, "row %zu", i);
        cr_expect_eq(
            HAS(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT), !row->report_due, "row %zu", i);
        if (referral_ended(referral)) {
            cr_expect_eq(referral->end.kind, (int32_t)row->kind, "row %zu", i);
            cr_expect_eq(referral->end.concluded_at, s->now, "row %zu", i);
        }
        cr_expect_str_eq(rm_values_of(referral).withdrawal_state, row->rm, "row %zu", i);
    }
}

Test(withdraw, a_service_without_reports_ends_at_once, .timeout = 20)
{
    STORY;
    delivering(s);
    story_change(s)->terms.report = false;
    ACCEPTED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_MOV)));
    cr_expect_eq(story_referral(s)->end.kind, END_KIND_ENDED_EARLY);
    struct rm_values values = rm_values_of(story_referral(s));
    cr_expect_str_eq(values.end_state, "cancelled");
    cr_expect_str_eq(values.tab, "cancelled");
}

Test(withdraw, cancels_what_is_booked_ahead_and_leaves_what_has_begun, .timeout = 20)
{
    STORY;
    story_planned(s, 4);
    story_at(s, "2026-12-09T09:00:00Z");
    struct appointment_booked *begun = story_book(s, 1, "2026-12-09T14:00:00Z");
    struct appointment_booked *ahead = story_book(s, 2, "2026-12-09T15:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, begun));
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, ahead));
    story_at(s, "2026-12-09T14:00:00Z");
    ACCEPTED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_MOV)));
    cr_assert_eq(last(s)->cancelled.len, 1);
    cr_expect(uuid_eq(last(s)->cancelled.items[0], ahead->appointment_id));
    const struct dossier_appointment *gone =
        referral_appointment(story_referral(s), ahead->appointment_id);
    cr_expect_eq(gone->cancelled_at, s->now);
    cr_expect_eq(gone->cancelled_for, REQUESTED_BY_PRACTITIONER);
    cr_expect(uuid_eq(gone->cancelled_record, event_meta(&s->last)->id));
    /* What has begun may still be told, and changes nothing of the end. */
    story_at(s, "2026-12-09T15:20:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_held(s, begun->appointment_id)));
    cr_expect_eq(sessions_held(story_referral(s)), 0);
    cr_expect_eq(story_referral(s)->end.kind, END_KIND_WITHDRAWN);
}

Test(withdraw, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    REFUSED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_EAR)), "early-close-too-soon", "/code");
    REFUSED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_NOT)), "no-contact-on-record", "/code");
    REFUSED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_UNKNOWN)), "field-invalid", "/code");
    struct referral_withdrawn *withdrawn = story_withdraw(s, WITHDRAWAL_CODE_MOV);
    UNSET(withdrawn, REFERRAL_WITHDRAWN_COMMENTS);
    REFUSED(WITHDRAW(withdrawn), "field-missing", "/comments");
    withdrawn = story_withdraw(s, WITHDRAWAL_CODE_MOV);
    SET(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT);
    REFUSED(WITHDRAW(withdrawn), "field-not-allowed", "/concludedAt");
    withdrawn = story_withdraw(s, WITHDRAWAL_CODE_MOV);
    as_worker(s, "sol.reyes");
    withdrawn->meta.actor = s->actor;
    REFUSED(WITHDRAW(withdrawn), "not-permitted", NULL);
    ACCEPTED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_MOV)));
    REFUSED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_MOV)), "referral-ended", NULL);
}

Test(withdraw, only_the_providers_attempt_or_an_outcome_is_contact, .timeout = 20)
{
    STORY;
    story_started(s);
    struct contact_attempted *own = story_attempt(s, (struct uuid){{0}});
    as_practitioner(s);
    own->meta.actor = s->actor;
    ACCEPTED(SENT(COMMAND_RECORD_CONTACT_ATTEMPT, own));
    REFUSED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_NOT)), "no-contact-on-record", "/code");
    struct dossier *before = s->dossier;
    ACCEPTED(SENT(COMMAND_RECORD_CONTACT_ATTEMPT, story_attempt(s, (struct uuid){{0}})));
    ACCEPTED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_NOT)));
    cr_expect(last(s)->contact_on_record);
    s->dossier = before;
    struct appointment_booked *one = story_book(s, 0, "2026-11-30T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    REFUSED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_NOT)), "no-contact-on-record", "/code");
    story_at(s, "2026-11-30T14:30:00Z");
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_missed(s, one->appointment_id)));
    ACCEPTED(WITHDRAW(story_withdraw(s, WITHDRAWAL_CODE_NOT)));
}

Test(withdraw, of_an_import_is_waived_and_ends_when_the_source_says, .timeout = 20)
{
    STORY;
    delivering(s);
    struct referral_withdrawn *withdrawn = story_withdraw(s, WITHDRAWAL_CODE_MOV);
    as_import(s);
    withdrawn->meta.actor = s->actor;
    withdrawn->meta.occurred_at = time_of("2026-12-14T10:00:00Z");
    withdrawn->concluded_at = time_of("2026-12-15T10:00:00Z");
    SET(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT);
    ACCEPTED(WITHDRAW(withdrawn));
    cr_expect(!last(s)->report_due, "it ended then");
    cr_expect_eq(story_referral(s)->end.at, time_of("2026-12-14T10:00:00Z"));
    cr_expect_eq(story_referral(s)->end.concluded_at, time_of("2026-12-15T10:00:00Z"));

    struct story *other = story_new();
    story_started(other);
    withdrawn = story_withdraw(other, WITHDRAWAL_CODE_EAR);
    as_import(other);
    withdrawn->meta.actor = other->actor;
    UNSET(withdrawn, REFERRAL_WITHDRAWN_COMMENTS);
    ACCEPTED(story_send(other, COMMAND_WITHDRAW_REFERRAL, withdrawn));
    cr_expect(story_waived(other, "early-close-too-soon"));
    cr_expect(story_waived(other, "field-missing"));
    cr_expect_eq(last(other)->stage, WITHDRAWAL_STAGE_BEFORE_FIRST_SESSION);
    cr_expect_eq(story_referral(other)->end.concluded_at, other->now, "null: at the withdrawal");
    story_free(other);
}
