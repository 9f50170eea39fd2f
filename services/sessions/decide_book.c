#include "sessions/rules.h"

#include "base/clock.h"

#define US_PER_MINUTE (INT64_C(60) * TIME_US_PER_S)

enum { AHEAD_MONTHS = 6 };

static bool past(const struct decision *decision)
{
    return decision->command->type == COMMAND_RECORD_PAST_APPOINTMENT;
}

/* When, how long, with whom. */
struct meeting {
    struct uuid appointment;
    int32_t session;
    int64_t start;
    int32_t minutes;
    struct view_array workers;
};

/* Of one that is moved, what is not stated stays. */
static struct meeting moved_meeting(const struct decision *decision)
{
    const struct rebooking *is = &((const struct appointment_rescheduled *)decision->body)->booking;
    const struct dossier_appointment *was = appointment_known(decision);
    return (struct meeting){was->id, was->session, is->start, is->minutes,
        HAS(is, REBOOKING_WORKERS) ? is->workers : was->workers};
}

static struct meeting meeting_of(const struct decision *decision)
{
    if (decision->command->type == COMMAND_RESCHEDULE_APPOINTMENT)
        return moved_meeting(decision);
    const struct booking *booking =
        past(decision) ? &((const struct past_appointment_recorded *)decision->body)->booking
                       : &((const struct appointment_booked *)decision->body)->booking;
    return (struct meeting){appointment_named(decision), booking->session, booking->start,
        booking->minutes, booking->workers};
}

/* -- fields -------------------------------------------------------------------------------------
 */

void book_fields(struct decision *decision)
{
    const struct appointment_booked *booked = decision->body;
    only_import(decision, HAS(booked, APPOINTMENT_BOOKED_EXTERNAL_ID), "/externalId");
    only_import(decision, HAS(booked, APPOINTMENT_BOOKED_ALIASES), "/aliases");
}

void past_fields(struct decision *decision)
{
    const struct past_appointment_recorded *one = decision->body;
    only_import(decision, HAS(one, PAST_APPOINTMENT_RECORDED_EXTERNAL_ID), "/externalId");
    only_import(decision, HAS(one, PAST_APPOINTMENT_RECORDED_ALIASES), "/aliases");
    only_import(decision, HAS(one, PAST_APPOINTMENT_RECORDED_SUBMISSIONS), "/submissions");
    check_attendance(decision, &one->attendance);
    if (HAS(one, PAST_APPOINTMENT_RECORDED_FEEDBACK))
        check_feedback(decision, &one->feedback, &one->attendance);
}

/* -- guards: what each refuses ----------------------------------------------------------------- */

/* A meeting that took place must be recordable: on risk and death it is only waived, and the
 * practitioner is told. */
static void refuse_risk(struct decision *decision, enum refusal refusal)
{
    if (past(decision))
        waive(decision, refusal);
    else
        refuse_softly(decision, refusal, NULL);
}

static void alive(struct decision *decision)
{
    if (!HAS(decision->dossier, DOSSIER_DIED_AT))
        return;
    if (past(decision))
        waive(decision, REFUSAL_PERSON_DIED);
    else
        refuse(decision, REFUSAL_PERSON_DIED, NULL);
}

static void assigned(struct decision *decision)
{
    if (referral_caseworkers(decision->referral) == NULL)
        refuse_softly(decision, REFUSAL_NOT_ASSIGNED, NULL);
}

static void risk_stated(struct decision *decision)
{
    if (!HAS(decision->dossier, DOSSIER_RISK))
        refuse_risk(decision, REFUSAL_NO_RISK_POSITION);
}

static void workers_assigned(struct decision *decision)
{
    struct meeting meeting = meeting_of(decision);
    for (size_t i = 0; i < meeting.workers.len; i++)
        if (!referral_has_caseworker(decision->referral, meeting.workers.items[i]))
            refuse_softly_at(decision, REFUSAL_WORKER_NOT_ASSIGNED, "/booking/workers/%zu", i);
}

static void no_urgent_review(struct decision *decision)
{
    if (HAS(decision->dossier, DOSSIER_REVIEW) && decision->dossier->review.urgent)
        refuse_risk(decision, REFUSAL_RISK_REVIEW_PENDING);
}

static void risk_read_by_workers(struct decision *decision)
{
    struct meeting meeting = meeting_of(decision);
    if (!HAS(decision->dossier, DOSSIER_RISK))
        return;
    for (size_t i = 0; i < meeting.workers.len; i++) {
        if (risk_acknowledged(decision->dossier, meeting.workers.items[i]))
            continue;
        if (past(decision))
            waive(decision, REFUSAL_RISK_NOT_ACKNOWLEDGED);
        else
            refuse_softly_at(decision, REFUSAL_RISK_NOT_ACKNOWLEDGED, "/booking/workers/%zu", i);
        refuse_with_number(decision, "riskVersion", dossier_risk_version(decision->dossier));
        return;
    }
}

/* 0; 1 to n of the approved plan; where the service has no plans, up to one more than so far. */
static void session_exists(struct decision *decision)
{
    const struct dossier_referral *referral = decision->referral;
    struct meeting meeting = meeting_of(decision);
    int32_t highest = sessions_planned(referral);
    for (size_t i = 0; !referral->terms.plan && i < referral->appointments.len; i++)
        if (referral->appointments.items[i].session > highest)
            highest = referral->appointments.items[i].session;
    if (!referral->terms.plan)
        highest++;
    if (meeting.session <= highest)
        return;
    refuse_softly(decision, REFUSAL_UNKNOWN_SESSION, "/booking/session");
    refuse_with_number(decision, "highest", highest);
}

static void session_free(struct decision *decision)
{
    struct meeting meeting = meeting_of(decision);
    const struct dossier_referral *referral = decision->referral;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *one = &referral->appointments.items[i];
        if (one->session == meeting.session && appointment_live(one))
            refuse_softly(decision, REFUSAL_SESSION_HAS_LIVE_APPOINTMENT, "/booking/session");
    }
}

static void session_not_held(struct decision *decision)
{
    if (session_held(decision->referral, meeting_of(decision).session))
        refuse_softly(decision, REFUSAL_SESSION_ALREADY_HELD, "/booking/session");
}

static void after_sending(struct decision *decision)
{
    if (london_day(meeting_of(decision).start) < london_day(decision->referral->sent_at))
        refuse_softly(decision, REFUSAL_BEFORE_REFERRAL, "/booking/start");
}

/* The same day of the month, or the month's last. */
static int32_t months_after(int32_t day, int months)
{
    struct date_parts parts = day_to_parts(day);
    int month = parts.month - 1 + months;
    struct date_parts first = {parts.year + month / 12, month % 12 + 1, 1};
    struct date_parts next = {parts.year + (month + 1) / 12, (month + 1) % 12 + 1, 1};
    int32_t length = day_from_parts(next) - day_from_parts(first);
    return day_from_parts(first) + (parts.day < length ? parts.day : length) - 1;
}

static void not_too_far(struct decision *decision)
{
    if (london_day(meeting_of(decision).start) > months_after(decision->today, AHEAD_MONTHS))
        refuse_softly(decision, REFUSAL_TOO_FAR_AHEAD, "/booking/start");
}

static void not_in_the_past(struct decision *decision)
{
    if (london_day(meeting_of(decision).start) < decision->today)
        refuse_softly(decision, REFUSAL_IN_THE_PAST, "/booking/start");
}

/* An earlier London day; an import may tell of today. */
static void in_the_past(struct decision *decision)
{
    int64_t start = meeting_of(decision).start;
    bool earlier = decision->import ? start < decision->now : london_day(start) < decision->today;
    if (!earlier)
        refuse(decision, REFUSAL_IN_THE_FUTURE, "/booking/start");
}

static int64_t end_of(int64_t start, int32_t minutes)
{
    return start + minutes * US_PER_MINUTE;
}

static void no_clash(struct decision *decision)
{
    struct meeting meeting = meeting_of(decision);
    int64_t end = end_of(meeting.start, meeting.minutes);
    for (size_t i = 0; i < decision->dossier->referrals.len; i++) {
        const struct dossier_referral *referral = &decision->dossier->referrals.items[i];
        for (size_t n = 0; n < referral->appointments.len; n++) {
            const struct dossier_appointment *one = &referral->appointments.items[n];
            if (!appointment_live(one) || uuid_eq(one->id, meeting.appointment) ||
                one->start >= end || meeting.start >= end_of(one->start, one->minutes))
                continue;
            char text[TIME_TEXT_MAX];
            refuse_softly(decision, REFUSAL_CLASH, "/booking/start");
            time_print(one->start, text);
            refuse_with(decision, "from", view_of(text));
            time_print(end_of(one->start, one->minutes), text);
            refuse_with(decision, "to", view_of(text));
            return;
        }
    }
}

static void noticed(struct decision *decision)
{
    const struct past_appointment_recorded *one = decision->body;
    bool came = !HAS(&one->attendance, ATTENDANCE_ATTENDED) || one->attendance.attended;
    const struct notice *notice = HAS(&one->booking, BOOKING_NOTICE) ? &one->booking.notice : NULL;
    if (!came && !notice_in_time(notice, one->booking.start))
        refuse_softly(decision, REFUSAL_NOTICE_NOT_GIVEN, "/booking/notice");
}

/* Told late is well; taken place after the end is not. */
static void before_the_end(struct decision *decision)
{
    const struct dossier_referral *referral = decision->referral;
    bool ended = referral_ended(referral);
    int64_t end = ended ? referral->end.at : referral->withdrawal.at;
    if (meeting_of(decision).start >= end)
        refuse(decision, ended ? REFUSAL_REFERRAL_ENDED : REFUSAL_END_ALREADY_REQUESTED,
            "/booking/start");
}

#define WHO_MAY_MEET                                                                               \
    alive, assigned, risk_stated, workers_assigned, no_urgent_review, risk_read_by_workers
#define WHICH_SESSION session_exists, session_free, session_not_held, after_sending, not_too_far

guard_fn *const book_guards[] = {WHO_MAY_MEET, WHICH_SESSION, not_in_the_past, no_clash, NULL};
guard_fn *const past_guards[] = {WHO_MAY_MEET, WHICH_SESSION, in_the_past, no_clash, noticed, NULL};
guard_fn *const past_after_end_guards[] = {
    before_the_end, WHO_MAY_MEET, WHICH_SESSION, in_the_past, no_clash, noticed, NULL};
guard_fn *const move_guards[] = {appointment_is_live, meeting_changes, WHO_MAY_MEET, after_sending,
    not_too_far, not_in_the_past, no_clash, NULL};
