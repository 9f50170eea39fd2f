/* The appointment that a command is about. */
#include "sessions/rules.h"

#include <string.h>

struct uuid appointment_named(const struct decision *decision)
{
    const struct field_desc *field =
        desc_field(command_table[decision->command->type].desc, VIEW("appointmentId"));
    struct uuid id;
    MUST(field != NULL && field->kind == KIND_UUID);
    memcpy(&id, (const char *)decision->body + field->offset, sizeof id);
    return id;
}

const struct dossier_appointment *appointment_found(const struct decision *decision)
{
    if (decision->referral == NULL)
        return NULL;
    return referral_appointment(decision->referral, appointment_named(decision));
}

const struct dossier_appointment *appointment_known(const struct decision *decision)
{
    const struct dossier_appointment *one = appointment_found(decision);
    MUST(one != NULL);
    return one;
}

void known_appointment(struct decision *decision)
{
    if (decision->referral != NULL && appointment_found(decision) == NULL)
        refuse(decision, REFUSAL_UNKNOWN_PART, "/appointmentId");
}

void new_appointment(struct decision *decision)
{
    for (size_t i = 0; i < decision->dossier->referrals.len; i++)
        if (referral_appointment(
                &decision->dossier->referrals.items[i], appointment_named(decision)) != NULL)
            refuse(decision, REFUSAL_ID_ALREADY_USED, "/appointmentId");
}
