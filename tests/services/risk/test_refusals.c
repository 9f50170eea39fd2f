/* Every refusal of the risk commands, each from one change to a command that is accepted. */
#include <stdio.h>

#include "base/clock.h"
#include "dossier/status.h"
#include "risk/decide_risk.h"
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define SHARE(body) SENT(COMMAND_SHARE_RISK, (body))
#define OPEN(body) SENT(COMMAND_OPEN_RISK, (body))
#define CHANGED(body) SENT(COMMAND_NOTE_RISK_CHANGE, (body))
#define CONFIRM(body) SENT(COMMAND_CONFIRM_RISK, (body))
#define ACKNOWLEDGE(body) SENT(COMMAND_ACKNOWLEDGE_RISK, (body))

Test(share_risk, versions_are_gapless_and_acknowledgements_lapse, .timeout = 20)
{
    STORY;
    story_started(s);
    cr_expect(risk_acknowledged(s->dossier, VIEW("sol.reyes")));
    for (int32_t version = 2; version < 5; version++) {
        ACCEPTED(SHARE(story_share(s)));
        cr_expect_eq(dossier_risk_version(s->dossier), version);
        cr_expect(!risk_acknowledged(s->dossier, VIEW("sol.reyes")));
    }
    cr_expect_eq(s->dossier->risk.sealed.items[0].fields.len, 2);
}

Test(share_risk, a_basis_must_fit_what_is_said, .timeout = 20)
{
    STORY;
    struct risk_shared *shared = story_share(s);
    shared->basis = RISK_BASIS_UNAVAILABLE;
    UNSET(shared, RISK_SHARED_ASSESSED_AT);
    REFUSED(SHARE(shared), "basis-contradicts-fields", "/basis");
    UNSET(shared, RISK_SHARED_NATURE);
    UNSET(shared, RISK_SHARED_STAFF_SAFETY);
    REFUSED(SHARE(shared), "basis-contradicts-fields", "/basis");
    shared->disclosed = shared->withheld = 0;
    ACCEPTED(SHARE(shared));
    shared = story_share(s);
    shared->disclosed = shared->withheld = 0;
    REFUSED(SHARE(shared), "basis-contradicts-fields", "/basis");
    shared = story_share(s);
    shared->not_assessed = 8;
    REFUSED(SHARE(shared), "basis-contradicts-fields", "/basis");
}

Test(share_risk, each_refusal, .timeout = 20)
{
    STORY;
    struct risk_shared *shared = story_share(s);
    UNSET(shared, RISK_SHARED_ASSESSED_AT);
    REFUSED(SHARE(shared), "field-missing", "/assessedAt");
    shared = story_share(s);
    shared->approved = false;
    REFUSED(SHARE(shared), "not-approved", "/approved");
    shared = story_share(s);
    as_worker(s, "sol.reyes");
    shared->meta.actor = s->actor;
    REFUSED(SHARE(shared), "not-permitted", NULL);
}

Test(open_risk, each_refusal, .timeout = 20)
{
    STORY;
    struct risk_disclosed *disclosed = story_open(s, "sol.reyes");
    disclosed->risk_version = 1;
    as_practitioner(s);
    disclosed->meta.actor = s->actor;
    disclosed->reader = RISK_READER_PRACTITIONER;
    REFUSED(OPEN(disclosed), "no-risk-position", NULL);
    story_started(s);
    disclosed = story_open(s, "sol.reyes");
    disclosed->risk_version = 2;
    REFUSED(OPEN(disclosed), "risk-version-old", "/riskVersion");
    disclosed = story_open(s, "sol.reyes");
    disclosed->reader = RISK_READER_SYSTEM;
    REFUSED(OPEN(disclosed), "field-invalid", "/reader");
    disclosed = story_open(s, "sol.reyes");
    disclosed->reason = VIEW("sealed");
    SET(disclosed, RISK_DISCLOSED_REASON);
    REFUSED(OPEN(disclosed), "field-not-allowed", "/reason");
    disclosed = story_open(s, "tom.hale");
    REFUSED(OPEN(disclosed), "field-missing", "/reason");
    disclosed->reason = VIEW("sealed");
    SET(disclosed, RISK_DISCLOSED_REASON);
    ACCEPTED(OPEN(disclosed));
    disclosed->meta.actor.organisation = VIEW("ELSEWHERE");
    REFUSED(OPEN(disclosed), "not-permitted", NULL);
    disclosed->meta.actor.organisation = VIEW("HOME_TRUST");
    struct dossier_referral *referral = story_change(s);
    SET(referral, DOSSIER_REFERRAL_END);
    REFUSED(OPEN(disclosed), "not-permitted", NULL);
    as_kind(s, ACTOR_KIND_COMMISSIONER);
    disclosed->meta.actor = s->actor;
    UNSET(disclosed, RISK_DISCLOSED_REASON);
    REFUSED(OPEN(disclosed), "not-permitted", NULL);
}

Test(open_risk, each_reader_and_role_is_kept_once_and_the_oldest_goes_at_the_limit, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(OPEN(story_open(s, "sol.reyes")));
    cr_expect_eq(s->dossier->readings.len, 1);
    for (int i = 0; i < 205; i++) {
        struct risk_disclosed *disclosed = story_open(s, "sol.reyes");
        char name[32];
        snprintf(name, sizeof name, "reader.%d", i);
        disclosed->meta.actor.id = view_of(name);
        disclosed->reason = VIEW("sealed");
        SET(disclosed, RISK_DISCLOSED_REASON);
        ACCEPTED(OPEN(disclosed));
    }
    cr_expect_eq(s->dossier->readings.len, 200);
    cr_expect_eq(risk_read(s->dossier, VIEW("sol.reyes"), RISK_READER_WORKER), 0);
    cr_expect_eq(risk_read(s->dossier, VIEW("reader.4"), RISK_READER_WORKER), 0);
    cr_expect_eq(risk_read(s->dossier, VIEW("reader.5"), RISK_READER_WORKER), 1);
    cr_expect_eq(risk_read(s->dossier, VIEW("reader.204"), RISK_READER_WORKER), 1);
    cr_expect_eq(risk_read(s->dossier, VIEW("reader.204"), RISK_READER_PRACTITIONER), 0);
}

Test(acknowledge_risk, each_refusal, .timeout = 20)
{
    STORY;
    story_referred(s);
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    REFUSED(ACKNOWLEDGE(story_acknowledge(s, "tom.hale")), "not-assigned-worker", NULL);
    REFUSED(ACKNOWLEDGE(story_acknowledge(s, "sol.reyes")), "risk-not-read", NULL);
    ACCEPTED(OPEN(story_open(s, "sol.reyes")));
    struct risk_acknowledged *old = story_acknowledge(s, "sol.reyes");
    old->risk_version = 2;
    REFUSED(ACKNOWLEDGE(old), "risk-version-old", "/riskVersion");
    struct risk_acknowledged *elsewhere = story_acknowledge(s, "sol.reyes");
    elsewhere->referral_id = (struct uuid){{0xee}};
    REFUSED(ACKNOWLEDGE(elsewhere), "unknown-part", NULL);
    ACCEPTED(ACKNOWLEDGE(story_acknowledge(s, "sol.reyes")));
    cr_expect(uuid_eq(event_meta(&s->last)->referral, s->referral));
    REFUSED(ACKNOWLEDGE(story_acknowledge(s, "sol.reyes")), "already-noted", NULL);
    struct dossier_referral *referral = story_change(s);
    referral->withdrawal.report_due = true;
    SET(referral, DOSSIER_REFERRAL_WITHDRAWAL);
    REFUSED(ACKNOWLEDGE(story_acknowledge(s, "sol.reyes")), "end-already-requested", NULL);
    referral = story_change(s);
    SET(referral, DOSSIER_REFERRAL_END);
    REFUSED(ACKNOWLEDGE(story_acknowledge(s, "sol.reyes")), "referral-ended", NULL);
}

Test(note_risk_change, begins_one_review_however_many_changes_there_are, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(CHANGED(story_risk_change(s, false)));
    int64_t first = s->now;
    cr_assert(HAS(s->dossier, DOSSIER_REVIEW) && !s->dossier->review.urgent);
    struct status status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.action, ACTION_BOOK, "a plain one is a banner");
    cr_expect(status.flags & FLAG_RISK_REVIEW);
    story_at(s, "2026-11-25T09:00:00Z");
    ACCEPTED(CHANGED(story_risk_change(s, true)));
    ACCEPTED(CHANGED(story_risk_change(s, false)));
    const struct dossier_review *review = &s->dossier->review;
    cr_expect_eq(review->since, first);
    cr_expect(review->urgent);
    cr_expect_eq(review->urgent_since, s->now);
    cr_expect_eq(review->cause, RISK_CHANGE_CAUSE_REGISTRATION);
    status = status_of(s->dossier, story_referral(s), s->now);
    cr_expect_eq(status.action, ACTION_REVIEW_RISK);
    cr_expect_eq(status.due_us, s->now + TIME_US_PER_DAY);
    ACCEPTED(SHARE(story_share(s)));
    cr_expect(!HAS(s->dossier, DOSSIER_REVIEW));
    ACCEPTED(CHANGED(story_risk_change(s, true)));
    cr_expect(!HAS(&s->dossier->review, DOSSIER_REVIEW_URGENT_SINCE), "from its beginning");
}

Test(note_risk_change, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    struct risk_review_due *due = story_risk_change(s, false);
    UNSET(due, RISK_REVIEW_DUE_URGENT);
    REFUSED(CHANGED(due), "field-missing", "/urgent");
    due = story_risk_change(s, false);
    as_practitioner(s);
    due->meta.actor = s->actor;
    REFUSED(CHANGED(due), "not-permitted", NULL);
    due = story_risk_change(s, false);
    ACCEPTED(CHANGED(due));
    ACCEPTED(SHARE(story_share(s)));
    struct risk_review_due *again = story_risk_change(s, true);
    again->external_ref = due->external_ref;
    REFUSED(CHANGED(again), "already-noted", "/externalRef");
    cr_expect(!HAS(s->dossier, DOSSIER_REVIEW), "what was noted begins no second review");
}

Test(note_risk_change, the_oldest_reference_goes_at_the_limit, .timeout = 20)
{
    STORY;
    story_started(s);
    struct risk_review_due *first = story_risk_change(s, false);
    ACCEPTED(CHANGED(first));
    for (int i = 0; i < 200; i++)
        ACCEPTED(CHANGED(story_risk_change(s, false)));
    cr_expect_eq(s->dossier->risk_changes.len, 200);
    ACCEPTED(CHANGED(first));
}

Test(confirm_risk, ends_the_review_and_leaves_the_acknowledgements, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(CHANGED(story_risk_change(s, true)));
    REFUSED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 0, "2026-11-30T14:00:00Z")),
        "risk-review-pending", NULL);
    ACCEPTED(CONFIRM(story_confirm(s)));
    cr_expect(!HAS(s->dossier, DOSSIER_REVIEW));
    const struct dossier_risk *risk = &s->dossier->risk;
    cr_expect_eq(risk->risk_version, 1);
    cr_expect_eq(risk->review_by, london_day(s->now) + 90);
    cr_expect(view_eq_text(risk->confirmed_by, "dana.price"));
    cr_expect(risk_acknowledged(s->dossier, VIEW("sol.reyes")));
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, story_book(s, 0, "2026-11-30T14:00:00Z")));
    ACCEPTED(SHARE(story_share(s)));
    cr_expect(!HAS(&s->dossier->risk, DOSSIER_RISK_CONFIRMED_AT), "of the version before");
}

Test(confirm_risk, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    struct risk_confirmed *confirmed = story_confirm(s);
    ACCEPTED(SHARE(story_share(s)));
    REFUSED(CONFIRM(confirmed), "risk-version-old", "/riskVersion");
    confirmed = story_confirm(s);
    UNSET(confirmed, RISK_CONFIRMED_REVIEW_BY);
    REFUSED(CONFIRM(confirmed), "field-missing", "/reviewBy");
    confirmed = story_confirm(s);
    as_worker(s, "sol.reyes");
    confirmed->meta.actor = s->actor;
    REFUSED(CONFIRM(confirmed), "not-permitted", NULL);
}
