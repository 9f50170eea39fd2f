/* More commands that are accepted as they stand: of a case on its way. */
#include "support/body.h"

struct appointment_cancelled *story_cancel(struct story *story, struct uuid appointment)
{
    as_worker(story, "sol.reyes");
    struct appointment_cancelled *cancelled = BODY(story, appointment_cancelled);
    PUT(cancelled, APPOINTMENT_CANCELLED_APPOINTMENT_ID, appointment_id, appointment);
    PUT(cancelled, APPOINTMENT_CANCELLED_BY, by, REQUESTED_BY_PROVIDER);
    PUT(cancelled, APPOINTMENT_CANCELLED_REASON, reason, SEALED);
    return cancelled;
}
