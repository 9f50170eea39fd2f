/* Somebody may not be safe: raised at any time, after the end as well. */
#include "sessions/rules.h"

static const struct dossier_concern *concern_known(
    const struct dossier_referral *referral, struct uuid id)
{
    for (size_t i = 0; i < referral->concerns.len; i++)
        if (uuid_eq(referral->concerns.items[i].id, id))
            return &referral->concerns.items[i];
    return NULL;
}

void new_concern(struct decision *decision)
{
    const struct concern_raised *raised = decision->body;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++)
        if (concern_known(&decision->dossier->referrals.items[i], raised->concern_id) != NULL)
            refuse(decision, REFUSAL_ID_ALREADY_USED, "/concernId");
}

guard_fn *const concern_guards[] = {NULL}; /* whoever may send it is heard */
