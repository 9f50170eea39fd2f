/* Somebody may not be safe: raised at any time, after the end as well. */
#include "sessions/rules.h"

void new_concern(struct decision *decision)
{
    const struct concern_raised *raised = decision->body;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++)
        if (referral_concern(&decision->dossier->referrals.items[i], raised->concern_id) != NULL)
            refuse(decision, REFUSAL_ID_ALREADY_USED, "/concernId");
}

guard_fn *const concern_guards[] = {NULL}; /* whoever may send it is heard */

void known_concern(struct decision *decision)
{
    const struct concern_read *read = decision->body;
    if (decision->referral != NULL &&
        referral_concern(decision->referral, read->concern_id) == NULL)
        refuse(decision, REFUSAL_UNKNOWN_PART, "/concernId");
}

static void is_unread(struct decision *decision)
{
    const struct concern_read *read = decision->body;
    const struct dossier_concern *one = referral_concern(decision->referral, read->concern_id);
    MUST(one != NULL);
    if (HAS(one, DOSSIER_CONCERN_READ_AT))
        refuse(decision, REFUSAL_ALREADY_NOTED, NULL);
}

guard_fn *const concern_read_guards[] = {is_unread, NULL};
