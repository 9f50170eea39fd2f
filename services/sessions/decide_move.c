/* What becomes of a booked meeting before it is held. */
#include "sessions/rules.h"

void appointment_is_live(struct decision *decision)
{
    if (!appointment_live(appointment_known(decision)))
        refuse(decision, REFUSAL_APPOINTMENT_NOT_LIVE, NULL);
}

guard_fn *const cancel_guards[] = {appointment_is_live, NULL};

static bool same_workers(struct view_array a, struct view_array b)
{
    bool same = a.len == b.len;
    for (size_t i = 0; same && i < a.len; i++)
        same = view_eq(a.items[i], b.items[i]);
    return same;
}

/* An address is sealed: that it is the same one cannot be seen from here. */
void meeting_changes(struct decision *decision)
{
    const struct rebooking *is = &((const struct appointment_rescheduled *)decision->body)->booking;
    const struct dossier_appointment *was = appointment_known(decision);
    bool place = is->method != was->method || is->method == METHOD_OTHER ||
                 !view_eq(is->office, was->office);
    bool workers = HAS(is, REBOOKING_WORKERS) && !same_workers(is->workers, was->workers);
    if (is->start == was->start && is->minutes == was->minutes && !place && !workers)
        refuse(decision, REFUSAL_NOTHING_CHANGED, NULL);
}
