#include "dossier/evolve.h"

#define COPY(to, TO, FIELD, from, FROM)                                                            \
    PUT_FROM(to, DOSSIER_APPOINTMENT_##TO, FIELD, from, FROM, FIELD)

static void put_booking(struct dossier_appointment *one, const struct booking *booking)
{
    COPY(one, SESSION, session, booking, BOOKING_SESSION);
    COPY(one, START, start, booking, BOOKING_START);
    COPY(one, MINUTES, minutes, booking, BOOKING_MINUTES);
    COPY(one, METHOD, method, booking, BOOKING_METHOD);
    COPY(one, OFFICE, office, booking, BOOKING_OFFICE);
    COPY(one, GROUP_ID, group_id, booking, BOOKING_GROUP_ID);
    COPY(one, NOTICE, notice, booking, BOOKING_NOTICE);
    one->workers = booking->workers;
}

static void put_attendance(
    struct change *change, struct dossier_appointment *one, const struct attendance *attendance)
{
    COPY(one, HAPPENED, happened, attendance, ATTENDANCE_HAPPENED);
    COPY(one, ATTENDED, attended, attendance, ATTENDANCE_ATTENDED);
    COPY(one, LATE, late, attendance, ATTENDANCE_LATE);
    COPY(one, WHOSE, whose, attendance, ATTENDANCE_WHOSE);
    PUT(one, DOSSIER_APPOINTMENT_ATTENDANCE_RECORD, attendance_record, change->meta->id);
    PUT(one, DOSSIER_APPOINTMENT_ATTENDANCE_AT, attendance_at, change->at);
    PUT(one, DOSSIER_APPOINTMENT_ATTENDANCE_BY, attendance_by, change->meta->actor.id);
}

static int64_t later(int64_t a, bool has, int64_t b)
{
    return has && b > a ? b : a;
}

/* When an older system had the last part of the feedback; 0: it never had the whole. */
static int64_t time_submitted(const struct submissions *s)
{
    if (!HAS(s, SUBMISSIONS_FEEDBACK_AT))
        return 0;
    int64_t at = later(s->feedback_at, HAS(s, SUBMISSIONS_ATTENDANCE_AT), s->attendance_at);
    at = later(at, HAS(s, SUBMISSIONS_BEHAVIOUR_AT), s->behaviour_at);
    return later(at, HAS(s, SUBMISSIONS_SESSION_AT), s->session_at);
}

static void put_feedback(
    struct change *change, struct dossier_appointment *one, const struct feedback *feedback)
{
    COPY(one, NOTIFY_BEHAVIOUR, notify_behaviour, feedback, FEEDBACK_NOTIFY_BEHAVIOUR);
    COPY(one, NOTIFY_CONCERNS, notify_concerns, feedback, FEEDBACK_NOTIFY_CONCERNS);
    PUT(one, DOSSIER_APPOINTMENT_FEEDBACK_RECORD, feedback_record, change->meta->id);
    if (!HAS(one, DOSSIER_APPOINTMENT_SUBMISSIONS)) {
        PUT(one, DOSSIER_APPOINTMENT_FEEDBACK_AT, feedback_at, change->at);
        PUT(one, DOSSIER_APPOINTMENT_FEEDBACK_BY, feedback_by, change->meta->actor.id);
        return;
    }
    int64_t at = time_submitted(&one->submissions);
    if (at == 0)
        return;
    PUT(one, DOSSIER_APPOINTMENT_FEEDBACK_AT, feedback_at, at);
    PUT_FROM(one, DOSSIER_APPOINTMENT_FEEDBACK_BY, feedback_by, &one->submissions,
        SUBMISSIONS_FEEDBACK_BY, feedback_by);
}

/* A new appointment at the end of the book of the referral that the record names. */
static struct dossier_appointment *append_appointment(struct change *change, struct uuid id)
{
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return NULL;
    struct dossier_appointment *one = change_append(change, &referral->appointments, sizeof *one);
    if (one == NULL)
        return NULL;
    one->id = id;
    one->record = change->meta->id;
    one->booked_at = change->at;
    PUT(one, DOSSIER_APPOINTMENT_BOOKED_BY, booked_by, change->meta->actor.id);
    change_sealed(change, &one->sealed);
    return one;
}

static struct dossier_appointment *own_appointment(struct change *change, struct uuid id)
{
    struct dossier_referral *referral = change_own_referral(change);
    struct dossier_appointment *one =
        referral != NULL ? change_appointment(change, referral, id) : NULL;
    if (one != NULL)
        change_sealed(change, &one->sealed);
    return one;
}

void change_appointment_booked(struct change *change)
{
    const struct appointment_booked *booked = change->body;
    struct dossier_appointment *one = append_appointment(change, booked->appointment_id);
    if (one == NULL)
        return;
    put_booking(one, &booked->booking);
    COPY(one, EXTERNAL_ID, external_id, booked, APPOINTMENT_BOOKED_EXTERNAL_ID);
    one->aliases = booked->aliases;
}

void change_attendance_recorded(struct change *change)
{
    const struct attendance_recorded *recorded = change->body;
    struct dossier_appointment *one = own_appointment(change, recorded->appointment_id);
    if (one != NULL)
        put_attendance(change, one, &recorded->attendance);
}

void change_feedback_given(struct change *change)
{
    const struct feedback_given *given = change->body;
    struct dossier_appointment *one = own_appointment(change, given->appointment_id);
    if (one == NULL)
        return;
    if (HAS(given, FEEDBACK_GIVEN_ATTENDANCE))
        put_attendance(change, one, &given->attendance);
    COPY(one, SUBMISSIONS, submissions, given, FEEDBACK_GIVEN_SUBMISSIONS);
    if (HAS(given, FEEDBACK_GIVEN_FEEDBACK))
        put_feedback(change, one, &given->feedback);
}

void change_past_appointment_recorded(struct change *change)
{
    const struct past_appointment_recorded *past = change->body;
    struct dossier_appointment *one = append_appointment(change, past->appointment_id);
    if (one == NULL)
        return;
    one->past = true;
    put_booking(one, &past->booking);
    COPY(one, EXTERNAL_ID, external_id, past, PAST_APPOINTMENT_RECORDED_EXTERNAL_ID);
    COPY(one, SUBMISSIONS, submissions, past, PAST_APPOINTMENT_RECORDED_SUBMISSIONS);
    one->aliases = past->aliases;
    put_attendance(change, one, &past->attendance);
    if (HAS(past, PAST_APPOINTMENT_RECORDED_FEEDBACK))
        put_feedback(change, one, &past->feedback);
}

void change_cancelled(
    struct change *change, struct dossier_appointment *appointment, int32_t for_whom)
{
    PUT(appointment, DOSSIER_APPOINTMENT_CANCELLED_AT, cancelled_at, change->at);
    PUT(appointment, DOSSIER_APPOINTMENT_CANCELLED_BY, cancelled_by, change->meta->actor.id);
    PUT(appointment, DOSSIER_APPOINTMENT_CANCELLED_RECORD, cancelled_record, change->meta->id);
    PUT(appointment, DOSSIER_APPOINTMENT_CANCELLED_FOR, cancelled_for, for_whom);
}

void change_appointment_cancelled(struct change *change)
{
    const struct appointment_cancelled *cancelled = change->body;
    struct dossier_appointment *one = own_appointment(change, cancelled->appointment_id);
    if (one != NULL)
        change_cancelled(change, one,
            HAS(cancelled, APPOINTMENT_CANCELLED_BY) ? cancelled->by : REQUESTED_BY_UNKNOWN);
}

/* The notice of the old time goes; that there was one stays. */
static void put_told(
    struct change *change, struct dossier_appointment *one, const struct rebooking *booking)
{
    if (!HAS(one, DOSSIER_APPOINTMENT_TOLD_AT)) {
        if (HAS(one, DOSSIER_APPOINTMENT_NOTICE))
            PUT(one, DOSSIER_APPOINTMENT_TOLD_AT, told_at, one->booked_at);
        else if (HAS(booking, REBOOKING_NOTICE))
            PUT(one, DOSSIER_APPOINTMENT_TOLD_AT, told_at, change->at);
    }
    one->notice = (struct notice){0};
    UNSET(one, DOSSIER_APPOINTMENT_NOTICE);
    COPY(one, NOTICE, notice, booking, REBOOKING_NOTICE);
}

static void put_place(struct dossier_appointment *one, const struct rebooking *booking)
{
    one->office = VIEW_NONE;
    UNSET(one, DOSSIER_APPOINTMENT_OFFICE);
    COPY(one, METHOD, method, booking, REBOOKING_METHOD);
    COPY(one, OFFICE, office, booking, REBOOKING_OFFICE);
}

void change_appointment_rescheduled(struct change *change)
{
    const struct appointment_rescheduled *moved = change->body;
    struct dossier_appointment *one = own_appointment(change, moved->appointment_id);
    if (one == NULL)
        return;
    const struct rebooking *booking = &moved->booking;
    put_told(change, one, booking);
    put_place(one, booking);
    COPY(one, START, start, booking, REBOOKING_START);
    COPY(one, MINUTES, minutes, booking, REBOOKING_MINUTES);
    if (HAS(booking, REBOOKING_WORKERS))
        one->workers = booking->workers;
    PUT(one, DOSSIER_APPOINTMENT_MOVED_AT, moved_at, change->at);
    PUT(one, DOSSIER_APPOINTMENT_MOVED_BY, moved_by, change->meta->actor.id);
    PUT(one, DOSSIER_APPOINTMENT_MOVED_RECORD, moved_record, change->meta->id);
    PUT_FROM(one, DOSSIER_APPOINTMENT_MOVED_FOR, moved_for, moved,
        APPOINTMENT_RESCHEDULED_REQUESTED_BY, requested_by);
}

void change_contact_attempted(struct change *change)
{
    const struct contact_attempted *tried = change->body;
    const struct actor *actor = &change->meta->actor;
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return;
    struct dossier_attempt *one = change_append(change, &referral->attempts, sizeof *one);
    if (one == NULL)
        return;
    one->id = tried->attempt_id;
    one->record = change->meta->id;
    one->at = HAS(tried, CONTACT_ATTEMPTED_AT) ? tried->at : change->at;
    PUT(one, DOSSIER_ATTEMPT_BY, by, actor->id);
    one->by_provider = actor->kind == ACTOR_KIND_PROVIDER;
    one->how = HAS(tried, CONTACT_ATTEMPTED_HOW) ? tried->how : CONTACT_HOW_UNKNOWN;
    one->result = HAS(tried, CONTACT_ATTEMPTED_RESULT) ? tried->result : CONTACT_RESULT_UNKNOWN;
    one->purpose = HAS(tried, CONTACT_ATTEMPTED_PURPOSE) ? tried->purpose : CONTACT_PURPOSE_UNKNOWN;
    PUT_FROM(one, DOSSIER_ATTEMPT_APPOINTMENT, appointment, tried, CONTACT_ATTEMPTED_APPOINTMENT_ID,
        appointment_id);
}

void change_concern_raised(struct change *change)
{
    const struct concern_raised *raised = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    if (referral == NULL)
        return;
    struct dossier_concern *one = change_append(change, &referral->concerns, sizeof *one);
    if (one == NULL)
        return;
    one->id = raised->concern_id;
    one->record = change->meta->id;
    one->at = change->at;
    PUT_FROM(one, DOSSIER_CONCERN_CATEGORY, category, raised, CONCERN_RAISED_CATEGORY, category);
    PUT(one, DOSSIER_CONCERN_BY, by, change->meta->actor.id);
    change_sealed(change, &one->sealed);
}

void change_concern_read(struct change *change)
{
    const struct concern_read *read = change->body;
    struct dossier_referral *referral = change_own_referral(change);
    const struct dossier_concern *old =
        referral != NULL ? referral_concern(referral, read->concern_id) : NULL;
    if (old == NULL)
        return;
    size_t at = (size_t)(old - referral->concerns.items);
    struct dossier_concern *items = change_copy(change, &referral->concerns, sizeof *items);
    if (items == NULL)
        return;
    PUT(&items[at], DOSSIER_CONCERN_READ_AT, read_at, change->at);
    PUT(&items[at], DOSSIER_CONCERN_READ_BY, read_by, change->meta->actor.id);
    PUT(&items[at], DOSSIER_CONCERN_READ_RECORD, read_record, change->meta->id);
    change_sealed(change, &items[at].sealed);
}
