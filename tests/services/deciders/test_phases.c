/* Every command in every phase of a referral: one row a command, one column a phase. */
#include "dossier/decision.h"
#include "support/story.h"

#include <string.h>

#define OTHER ((struct uuid){{0xee}})

/* Sol Reyes, risk read; assessment held; plan 1 approved, plan 2 waits; session 1 is running; a
 * concern is unread. */
static struct uuid prepare(struct story *s, enum phase phase)
{
    story_planned(s, 2);
    struct appointment_booked *one = story_book(s, 1, "2026-12-09T14:00:00Z");
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    story_change(s)->terms.approval = APPROVAL_POLICY_PRACTITIONER;
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 2, 3)));
    story_at(s, "2026-12-09T14:30:00Z");
    ACCEPTED(SENT(COMMAND_RAISE_CONCERN, story_concern(s)));
    struct dossier_referral *referral = story_change(s);
    if (phase == PHASE_SENT)
        referral->assignments.len = 0;
    referral->withdrawal = (struct dossier_withdrawal){.at = s->now, .report_due = true};
    referral->end = (struct dossier_end){.kind = END_KIND_ENDED_EARLY, .at = s->now};
    if (phase == PHASE_CLOSING)
        SET(referral, DOSSIER_REFERRAL_WITHDRAWAL);
    if (phase == PHASE_ENDED)
        SET(referral, DOSSIER_REFERRAL_END);
    if (phase == PHASE_UNKNOWN)
        s->referral = OTHER;
    return one->appointment_id;
}

static void *submit(struct story *s, struct uuid appointment)
{
    (void)appointment;
    struct uuid known = s->dossier->referrals.items[0].id;
    struct uuid referral = s->referral;
    struct referral_submitted *sent = story_submit(s);
    sent->referral_id = sent->meta.referral = s->referral = referral;
    sent->duplicate_of = known;
    SET(sent, REFERRAL_SUBMITTED_DUPLICATE_OF);
    return sent;
}
static void *assign(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_assign(s, "tom.hale");
}
static void *plan(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_plan(s, 3, 4);
}
static void *approve(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_approve(s, 2);
}
static void *report(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_report(s);
}
static void *withdraw(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_withdraw(s, WITHDRAWAL_CODE_MOV);
}
static void *note(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_note(s);
}
static void *book(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_book(s, 2, "2026-12-10T14:00:00Z");
}
static void *past(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_past(s, 2, "2026-12-08T14:00:00Z");
}
static void *attendance(struct story *s, struct uuid appointment)
{
    return story_attendance(s, appointment);
}
static void *feedback(struct story *s, struct uuid appointment)
{
    return story_held(s, appointment);
}
static void *move(struct story *s, struct uuid appointment)
{
    return story_move(s, appointment, "2026-12-10T14:00:00Z");
}
static void *cancel(struct story *s, struct uuid appointment)
{
    return story_cancel(s, appointment);
}
static void *attempt(struct story *s, struct uuid appointment)
{
    return story_attempt(s, appointment);
}
static void *concern(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_concern(s);
}
static void *read_concern(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_read_concern(s, s->dossier->referrals.items[0].concerns.items[0].id);
}
static void *share(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_share(s);
}
static void *risk_change(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_risk_change(s, true);
}
static void *confirm(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_confirm(s);
}
static void *open_risk(struct story *s, struct uuid appointment)
{
    (void)appointment;
    struct risk_disclosed *disclosed = story_open(s, "dana.price");
    as_practitioner(s);
    disclosed->meta.actor = s->actor;
    disclosed->reader = RISK_READER_PRACTITIONER;
    return disclosed;
}
static void *acknowledge(struct story *s, struct uuid appointment)
{
    (void)appointment;
    return story_acknowledge(s, "sol.reyes");
}

/* "" is accepted. */
static const struct pairs_row {
    void *(*body)(struct story *s, struct uuid appointment);
    const char *code[PHASE_MAX_]; /* unknown, sent, assigned, closing, ended */
} pairs[COMMAND_MAX_] = {
    [COMMAND_SUBMIT_REFERRAL] = {submit,
        {"", "id-already-used", "id-already-used", "id-already-used", "id-already-used"}},
    [COMMAND_ASSIGN_CASEWORKERS] = {assign,
        {"unknown-part", "", "", "end-already-requested", "referral-ended"}},
    [COMMAND_SUBMIT_PLAN] = {plan,
        {"unknown-part", "", "", "end-already-requested", "referral-ended"}},
    [COMMAND_APPROVE_PLAN] = {approve,
        {"unknown-part", "", "", "end-already-requested", "referral-ended"}},
    [COMMAND_SUBMIT_REPORT] = {report,
        {"unknown-part", "report-not-due", "report-not-due", "", "referral-ended"}},
    [COMMAND_WITHDRAW_REFERRAL] = {withdraw,
        {"unknown-part", "", "", "end-already-requested", "referral-ended"}},
    [COMMAND_ADD_CASE_NOTE] = {note, {"unknown-part", "", "", "", ""}},
    [COMMAND_BOOK_APPOINTMENT] = {book,
        {"unknown-part", "not-assigned", "", "end-already-requested", "referral-ended"}},
    [COMMAND_RECORD_PAST_APPOINTMENT] = {past, {"unknown-part", "not-assigned", "", "", ""}},
    [COMMAND_RECORD_ATTENDANCE] = {attendance, {"unknown-part", "", "", "", ""}},
    [COMMAND_GIVE_FEEDBACK] = {feedback, {"unknown-part", "", "", "", ""}},
    [COMMAND_RESCHEDULE_APPOINTMENT] = {move,
        {"unknown-part", "not-assigned", "", "end-already-requested", "referral-ended"}},
    [COMMAND_CANCEL_APPOINTMENT] = {cancel,
        {"unknown-part", "", "", "end-already-requested", "referral-ended"}},
    [COMMAND_RECORD_CONTACT_ATTEMPT] = {attempt,
        {"unknown-part", "", "", "end-already-requested", "referral-ended"}},
    [COMMAND_RAISE_CONCERN] = {concern, {"unknown-part", "", "", "", ""}},
    [COMMAND_READ_CONCERN] = {read_concern, {"unknown-part", "", "", "", ""}},
    [COMMAND_SHARE_RISK] = {share, {"", "", "", "", ""}},
    [COMMAND_NOTE_RISK_CHANGE] = {risk_change, {"", "", "", "", ""}},
    [COMMAND_CONFIRM_RISK] = {confirm, {"", "", "", "", ""}},
    [COMMAND_OPEN_RISK] = {open_risk, {"", "", "", "", ""}},
    [COMMAND_ACKNOWLEDGE_RISK] = {acknowledge,
        {"unknown-part", "not-assigned-worker", "already-noted", "end-already-requested",
            "referral-ended"}},
};

Test(phases, every_command_in_every_phase_has_its_answer, .timeout = 60)
{
    for (int phase = 0; phase < PHASE_MAX_; phase++) {
        STORY;
        struct uuid appointment = prepare(s, (enum phase)phase);
        struct dossier *before = s->dossier;
        struct uuid referral = s->referral;
        for (int type = 0; type < COMMAND_MAX_; type++) {
            cr_assert_not_null(pairs[type].body, "command %d has no row", type);
            s->dossier = before;
            s->referral = referral;
            struct answer answer =
                story_send(s, (enum command_type)type, pairs[type].body(s, appointment));
            struct view code = answer.accepted ? VIEW("") : answer.code;
            cr_expect(view_eq_text(code, pairs[type].code[phase]), "phase %d, %s: %.*s not %s",
                phase, command_table[type].name, VIEW_ARG(code), pairs[type].code[phase]);
        }
    }
}

Test(phases, an_empty_risk_file_has_an_answer_to_each, .timeout = 20)
{
    STORY;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
    story_change(s);
    s->dossier->has &= ~(UINT64_C(1) << DOSSIER_RISK);
    struct dossier *before = s->dossier;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    s->dossier = before;
    ACCEPTED(SENT(COMMAND_NOTE_RISK_CHANGE, story_risk_change(s, false)));
    s->dossier = before;
    struct risk_disclosed *disclosed = open_risk(s, OTHER);
    disclosed->risk_version = 1;
    REFUSED(SENT(COMMAND_OPEN_RISK, disclosed), "no-risk-position", NULL);
    struct risk_acknowledged *acknowledged = story_acknowledge(s, "sol.reyes");
    acknowledged->risk_version = 1;
    REFUSED(SENT(COMMAND_ACKNOWLEDGE_RISK, acknowledged), "risk-version-old", "/riskVersion");
    struct risk_confirmed *confirmed = story_confirm(s);
    confirmed->risk_version = 1;
    REFUSED(SENT(COMMAND_CONFIRM_RISK, confirmed), "risk-version-old", "/riskVersion");
}
