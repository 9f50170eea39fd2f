/* The practitioner withdraws a referral. */
#include "referrals/rules.h"

void withdraw_fields(struct decision *decision)
{
    const struct referral_withdrawn *withdrawn = decision->body;
    only_import(decision, HAS(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT), "/concludedAt");
}

/* The provider tried to reach the person, or the outcome of a meeting is known. */
static bool contact_on_record(const struct dossier_referral *referral)
{
    for (size_t i = 0; i < referral->attempts.len; i++)
        if (referral->attempts.items[i].by_provider)
            return true;
    for (size_t i = 0; i < referral->appointments.len; i++)
        if (HAS(&referral->appointments.items[i], DOSSIER_APPOINTMENT_ATTENDANCE_RECORD))
            return true;
    return false;
}

static void early_close(struct decision *decision)
{
    const struct referral_withdrawn *withdrawn = decision->body;
    if (withdrawn->code == WITHDRAWAL_CODE_EAR && sessions_held(decision->referral) == 0)
        refuse_softly(decision, REFUSAL_EARLY_CLOSE_TOO_SOON, "/code");
}

/* Nobody is "not engaged" whom the provider never tried to reach. */
static void not_engaged(struct decision *decision)
{
    const struct referral_withdrawn *withdrawn = decision->body;
    if (withdrawn->code == WITHDRAWAL_CODE_NOT && !contact_on_record(decision->referral))
        refuse_softly(decision, REFUSAL_NO_CONTACT_ON_RECORD, "/code");
}

guard_fn *const withdraw_guards[] = {early_close, not_engaged, NULL};

static struct uuid_array live_ahead(struct decision *decision)
{
    const struct dossier_appointment_array *all = &decision->referral->appointments;
    struct uuid *ids = arena_array(decision->arena, all->len, sizeof *ids);
    size_t count = 0;
    decision->full |= ids == NULL;
    for (size_t i = 0; ids != NULL && i < all->len; i++)
        if (appointment_live(&all->items[i]) && all->items[i].start > decision->meta->occurred_at)
            ids[count++] = all->items[i].id;
    return (struct uuid_array){ids, count};
}

static int32_t stage_of(const struct referral_withdrawn *withdrawn, bool held)
{
    if (!held)
        return WITHDRAWAL_STAGE_BEFORE_FIRST_SESSION;
    return withdrawn->code == WITHDRAWAL_CODE_EAR ? WITHDRAWAL_STAGE_EARLY_CLOSE
                                                  : WITHDRAWAL_STAGE_AFTER_FIRST_SESSION;
}

/* An older system that says when it ended says so of one without a report to come. */
void withdraw_finish(struct decision *decision, void *event)
{
    struct referral_withdrawn *withdrawn = event;
    const struct dossier_referral *referral = decision->referral;
    bool held = sessions_held(referral) > 0;
    bool stated = HAS(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT);
    withdrawn->stage = stage_of(withdrawn, held);
    SET(withdrawn, REFERRAL_WITHDRAWN_STAGE);
    withdrawn->report_due =
        held && referral->terms.report && withdrawn->code != WITHDRAWAL_CODE_USE && !stated;
    SET(withdrawn, REFERRAL_WITHDRAWN_REPORT_DUE);
    withdrawn->contact_on_record = contact_on_record(referral);
    SET(withdrawn, REFERRAL_WITHDRAWN_CONTACT_ON_RECORD);
    withdrawn->cancelled = live_ahead(decision);
    SET(withdrawn, REFERRAL_WITHDRAWN_CANCELLED);
    if (withdrawn->report_due || stated)
        return;
    withdrawn->concluded_at = fact_time(decision->meta);
    SET(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT);
}
