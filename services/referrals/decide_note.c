/* Case notes: anybody of the case adds one, after the end as well. */
#include "referrals/rules.h"

void note_ids(struct decision *decision)
{
    const struct case_note_added *added = decision->body;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++) {
        const struct uuid_array *notes = &decision->dossier->referrals.items[i].notes;
        for (size_t n = 0; n < notes->len; n++)
            if (uuid_eq(notes->items[n], added->note_id))
                refuse(decision, REFUSAL_ID_ALREADY_USED, "/noteId");
    }
}

guard_fn *const note_guards[] = {NULL};
