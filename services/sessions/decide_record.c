#include "sessions/rules.h"

#include "base/clock.h"

#define NOTICE_US TIME_US_PER_DAY

/* What the command says of attendance; NULL: nothing. */
static const struct attendance *stated(const struct decision *decision)
{
    if (decision->command->type == COMMAND_RECORD_ATTENDANCE)
        return &((const struct attendance_recorded *)decision->body)->attendance;
    const struct feedback_given *given = decision->body;
    return HAS(given, FEEDBACK_GIVEN_ATTENDANCE) ? &given->attendance : NULL;
}

/* -- fields -------------------------------------------------------------------------------------
 */

void check_attendance(struct decision *decision, const struct attendance *attendance)
{
    if (attendance->happened && HAS(attendance, ATTENDANCE_ATTENDED) && !attendance->attended)
        refuse(decision, REFUSAL_FIELD_INVALID, "/attendance/happened");
}

/* An older system's texts are kept wherever it put them. */
static void text_if(struct decision *decision, bool wanted, bool there, const char *field)
{
    if (!wanted && there && decision->import)
        waive(decision, REFUSAL_FIELD_NOT_ALLOWED);
    else
        require_if(decision, wanted, there, field);
}

void check_feedback(
    struct decision *decision, const struct feedback *feedback, const struct attendance *attendance)
{
    bool held = attendance->attended && attendance->happened;
    bool not_held = attendance->attended && !attendance->happened;
    bool missed = !attendance->attended;
    text_if(decision, held, HAS(feedback, FEEDBACK_SUMMARY), "/feedback/summary");
    text_if(decision, held, HAS(feedback, FEEDBACK_RESPONSE), "/feedback/response");
    if (!held)
        text_if(decision, false, HAS(feedback, FEEDBACK_FUTURE_PLANS), "/feedback/futurePlans");
    text_if(decision, held, HAS(feedback, FEEDBACK_NOTIFY_BEHAVIOUR), "/feedback/notifyBehaviour");
    text_if(decision, not_held, HAS(feedback, FEEDBACK_REASON_TEXT), "/feedback/reasonText");
    text_if(decision, missed, HAS(feedback, FEEDBACK_ABSENCE), "/feedback/absence");
}

void attendance_fields(struct decision *decision)
{
    const struct attendance *attendance = stated(decision);
    MUST(attendance != NULL);
    check_attendance(decision, attendance);
}

void feedback_fields(struct decision *decision)
{
    const struct feedback_given *given = decision->body;
    const struct dossier_appointment *one = appointment_found(decision);
    const struct attendance *attendance = stated(decision);
    only_import(decision, HAS(given, FEEDBACK_GIVEN_SUBMISSIONS), "/submissions");
    if (attendance != NULL) {
        check_attendance(decision, attendance);
        check_feedback(decision, &given->feedback, attendance);
    } else if (one != NULL && HAS(one, DOSSIER_APPOINTMENT_ATTENDANCE_RECORD)) {
        struct attendance known = {.happened = one->happened, .attended = one->attended};
        check_feedback(decision, &given->feedback, &known);
    }
}

/* -- guards: what each refuses ----------------------------------------------------------------- */

static void attendance_there(struct decision *decision)
{
    if (stated(decision) == NULL &&
        !HAS(appointment_known(decision), DOSSIER_APPOINTMENT_ATTENDANCE_RECORD))
        refuse(decision, REFUSAL_ATTENDANCE_MISSING, "/attendance");
}

static void attendance_once(struct decision *decision)
{
    if (stated(decision) != NULL &&
        HAS(appointment_known(decision), DOSSIER_APPOINTMENT_ATTENDANCE_RECORD))
        refuse(decision, REFUSAL_ATTENDANCE_ALREADY_RECORDED, "/attendance");
}

static void feedback_once(struct decision *decision)
{
    if (appointment_has_feedback(appointment_known(decision)))
        refuse(decision, REFUSAL_FEEDBACK_ALREADY_GIVEN, NULL);
}

static void before_death(struct decision *decision)
{
    const struct dossier *dossier = decision->dossier;
    int64_t start = appointment_known(decision)->start;
    bool after = HAS(dossier, DOSSIER_DIED_ON) ? london_day(start) > dossier->died_on
                                               : start > dossier->died_at;
    if (HAS(dossier, DOSSIER_DIED_AT) && after)
        refuse_softly(decision, REFUSAL_PERSON_DIED, NULL);
}

/* Whoever gives feedback on an attendance recorded before needs nothing live, but no cancelled one
 * either. */
static void live(struct decision *decision)
{
    const struct dossier_appointment *one = appointment_known(decision);
    bool told = stated(decision) == NULL && !HAS(one, DOSSIER_APPOINTMENT_CANCELLED_AT);
    if (!told && !appointment_live(one))
        refuse(decision, REFUSAL_APPOINTMENT_NOT_LIVE, NULL);
}

static void started(struct decision *decision)
{
    if (appointment_known(decision)->start > decision->now)
        refuse(decision, REFUSAL_APPOINTMENT_IN_FUTURE, NULL);
}

bool notice_in_time(const struct notice *notice, int64_t start)
{
    return notice != NULL && HAS(notice, NOTICE_AT) && notice->at <= start - NOTICE_US;
}

static void noticed(struct decision *decision)
{
    const struct attendance *attendance = stated(decision);
    const struct dossier_appointment *one = appointment_known(decision);
    const struct notice *notice = HAS(one, DOSSIER_APPOINTMENT_NOTICE) ? &one->notice : NULL;
    bool missed =
        attendance != NULL && HAS(attendance, ATTENDANCE_ATTENDED) && !attendance->attended;
    if (missed && !notice_in_time(notice, one->start) && !attempt_in_time(decision->referral, one))
        refuse_softly(decision, REFUSAL_NOTICE_NOT_GIVEN, NULL);
}

guard_fn *const attendance_guards[] = {before_death, live, started, noticed, NULL};
guard_fn *const feedback_guards[] = {
    attendance_there, attendance_once, feedback_once, before_death, live, started, noticed, NULL};
