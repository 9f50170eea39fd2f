/* Tries to reach the person. */
#include "sessions/rules.h"

static const struct dossier_attempt *attempt_known(
    const struct dossier_referral *referral, struct uuid id)
{
    for (size_t i = 0; i < referral->attempts.len; i++)
        if (uuid_eq(referral->attempts.items[i].id, id))
            return &referral->attempts.items[i];
    return NULL;
}

void new_attempt(struct decision *decision)
{
    const struct contact_attempted *tried = decision->body;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++)
        if (attempt_known(&decision->dossier->referrals.items[i], tried->attempt_id) != NULL)
            refuse(decision, REFUSAL_ID_ALREADY_USED, "/attemptId");
}

void attempt_about(struct decision *decision)
{
    const struct contact_attempted *tried = decision->body;
    if (HAS(tried, CONTACT_ATTEMPTED_APPOINTMENT_ID))
        known_appointment(decision);
}

static void not_in_the_future(struct decision *decision)
{
    const struct contact_attempted *tried = decision->body;
    if (tried->at > decision->now)
        refuse(decision, REFUSAL_IN_THE_FUTURE, "/at");
}

guard_fn *const attempt_guards[] = {not_in_the_future, NULL};

bool attempt_in_time(
    const struct dossier_referral *referral, const struct dossier_appointment *appointment)
{
    for (size_t i = 0; i < referral->attempts.len; i++) {
        const struct dossier_attempt *one = &referral->attempts.items[i];
        struct notice notice = {.at = one->at};
        SET(&notice, NOTICE_AT);
        bool reached = one->result == CONTACT_RESULT_MESSAGE || one->result == CONTACT_RESULT_SPOKE;
        bool moved =
            HAS(appointment, DOSSIER_APPOINTMENT_MOVED_AT) && one->at < appointment->moved_at;
        if (HAS(one, DOSSIER_ATTEMPT_APPOINTMENT) && uuid_eq(one->appointment, appointment->id) &&
            one->purpose == CONTACT_PURPOSE_NOTICE && reached && !moved &&
            notice_in_time(&notice, appointment->start))
            return true;
    }
    return false;
}
