/* What becomes of a booked meeting before it is held. */
#include "sessions/rules.h"

static void is_live(struct decision *decision)
{
    if (!appointment_live(appointment_known(decision)))
        refuse(decision, REFUSAL_APPOINTMENT_NOT_LIVE, NULL);
}

guard_fn *const cancel_guards[] = {is_live, NULL};
