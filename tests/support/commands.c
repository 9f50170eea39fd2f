/* Commands that are accepted as they stand. Sealed fields hold some bytes: nobody here opens them.
 */
#include "support/body.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

void *new_body(struct story *story, size_t size)
{
    struct record_head *body = arena_alloc(story->arena, size);
    body->meta.id = story_id(story);
    body->meta.person = (struct uuid){{0x77}};
    body->meta.occurred_at = body->meta.recorded_at = story->now;
    body->meta.actor = story->actor;
    if (!uuid_is_zero(story->referral))
        PUT(&body->meta, META_REFERRAL, referral, story->referral);
    return body;
}

void *list_of(struct story *story, const void *items, size_t size)
{
    return memcpy(arena_alloc(story->arena, size), items, size);
}

struct risk_shared *story_share(struct story *story)
{
    as_practitioner(story);
    struct uuid referral = story->referral;
    story->referral = (struct uuid){{0}};
    struct risk_shared *shared = BODY(story, risk_shared);
    story->referral = referral;
    PUT(shared, RISK_SHARED_BASIS, basis, RISK_BASIS_ASSESSED);
    PUT(shared, RISK_SHARED_ASSESSED_AT, assessed_at, story->now);
    PUT(shared, RISK_SHARED_NATURE, nature, SEALED);
    PUT(shared, RISK_SHARED_STAFF_SAFETY, staff_safety, SEALED);
    PUT(shared, RISK_SHARED_REVIEW_BY, review_by, london_day(story->now) + 90);
    PUT(shared, RISK_SHARED_URGENT, urgent, false);
    PUT(shared, RISK_SHARED_APPROVED, approved, true);
    PUT(shared, RISK_SHARED_DISCLOSED, disclosed, 1);
    PUT(shared, RISK_SHARED_WITHHELD, withheld, 1);
    PUT(shared, RISK_SHARED_NOT_ASSESSED, not_assessed, 7);
    return shared;
}

struct risk_disclosed *story_open(struct story *story, const char *user)
{
    as_worker(story, user);
    struct risk_disclosed *disclosed = BODY(story, risk_disclosed);
    PUT(disclosed, RISK_DISCLOSED_RISK_VERSION, risk_version, dossier_risk_version(story->dossier));
    PUT(disclosed, RISK_DISCLOSED_READER, reader, RISK_READER_WORKER);
    PUT(disclosed, RISK_DISCLOSED_PURPOSE, purpose, RISK_PURPOSE_READ);
    PUT(disclosed, RISK_DISCLOSED_SHOWN, shown,
        ((struct view_array){LIST(story, struct view, VIEW("nature"), VIEW("staffSafety")), 2}));
    return disclosed;
}

struct risk_acknowledged *story_acknowledge(struct story *story, const char *user)
{
    as_worker(story, user);
    struct risk_acknowledged *acknowledged = BODY(story, risk_acknowledged);
    PUT(acknowledged, RISK_ACKNOWLEDGED_RISK_VERSION, risk_version,
        dossier_risk_version(story->dossier));
    PUT(acknowledged, RISK_ACKNOWLEDGED_REFERRAL_ID, referral_id, story->referral);
    return acknowledged;
}

static struct terms terms_of(struct story *story)
{
    struct terms terms = {.has = 0};
    PUT(&terms, TERMS_SERVICE_ID, service_id, ((struct uuid){{0x51}}));
    PUT(&terms, TERMS_CODE, code, VIEW("PRJ_5553"));
    PUT(&terms, TERMS_KIND, kind, SERVICE_KIND_COMMISSIONED);
    PUT(&terms, TERMS_TYPE, type, VIEW("ACC"));
    PUT(&terms, TERMS_TYPE_NAME, type_name, VIEW("Accommodation"));
    PUT(&terms, TERMS_PRIME, prime, VIEW("HOME_TRUST"));
    PUT(&terms, TERMS_SUBCONTRACTORS, subcontractors,
        ((struct view_array){LIST(story, struct view, VIEW("SMALL_HOUSE")), 1}));
    PUT(&terms, TERMS_CATEGORIES, categories,
        ((struct uuid_array){
            LIST(story, struct uuid, ((struct uuid){{0xca}}), ((struct uuid){{0xcb}})), 2}));
    PUT(&terms, TERMS_SEXES, sexes,
        ((struct int_array){LIST(story, int32_t, SEX_MALE, SEX_FEMALE), 2}));
    PUT(&terms, TERMS_AGE_FROM, age_from, 18);
    PUT(&terms, TERMS_APPROVAL, approval, APPROVAL_POLICY_AUTOMATIC);
    PUT(&terms, TERMS_ASSESSMENT, assessment, true);
    PUT(&terms, TERMS_PLAN, plan, true);
    PUT(&terms, TERMS_REPORT, report, true);
    PUT(&terms, TERMS_ENFORCEABLE, enforceable, true);
    PUT(&terms, TERMS_SUBJECTS, subjects,
        ((struct int_array){LIST(story, int32_t, SUBJECT_KIND_SENTENCE_EVENT), 1}));
    PUT(&terms, TERMS_VERSION, version, 1);
    return terms;
}

static struct category_choice category_of(struct story *story)
{
    struct category_choice choice = {.has = 0};
    PUT(&choice, CATEGORY_CHOICE_ID, id, ((struct uuid){{0xca}}));
    PUT(&choice, CATEGORY_CHOICE_OUTCOMES, outcomes,
        ((struct uuid_array){LIST(story, struct uuid, ((struct uuid){{0x01}}),
                                 ((struct uuid){{0x02}}), ((struct uuid){{0x03}})),
            3}));
    PUT(&choice, CATEGORY_CHOICE_COMPLEXITY, complexity, ((struct uuid){{0x0c}}));
    return choice;
}

static void put_person(struct referral_submitted *sent)
{
    PUT(sent, REFERRAL_SUBMITTED_CRN, crn, SEALED);
    PUT(sent, REFERRAL_SUBMITTED_PERSON, person, SEALED);
    PUT(sent, REFERRAL_SUBMITTED_AGE_YEARS, age_years, 34);
    PUT(sent, REFERRAL_SUBMITTED_SEX, sex, SEX_MALE);
    PUT(&sent->location, LOCATION_SETTING, setting, SETTING_COMMUNITY);
    SET(sent, REFERRAL_SUBMITTED_LOCATION);
    struct practitioner *practitioner = &sent->practitioner;
    PUT(practitioner, PRACTITIONER_NAME, name, SEALED);
    PUT(practitioner, PRACTITIONER_EMAIL, email, SEALED);
    PUT(practitioner, PRACTITIONER_UNIT, unit, VIEW("North PDU"));
    SET(sent, REFERRAL_SUBMITTED_PRACTITIONER);
    PUT(sent, REFERRAL_SUBMITTED_ALLOCATED, allocated, true);
    PUT(&sent->needs, NEEDS_INTERPRETER, interpreter, false);
    PUT(&sent->needs, NEEDS_RESPONSIBILITIES, responsibilities, false);
    SET(sent, REFERRAL_SUBMITTED_NEEDS);
}

struct referral_submitted *story_submit(struct story *story)
{
    as_practitioner(story);
    story->referral = story_id(story);
    struct referral_submitted *sent = BODY(story, referral_submitted);
    PUT(sent, REFERRAL_SUBMITTED_REFERRAL_ID, referral_id, story->referral);
    PUT(sent, REFERRAL_SUBMITTED_REFERENCE, reference, VIEW("KT2743AC"));
    PUT(sent, REFERRAL_SUBMITTED_TERMS, terms, terms_of(story));
    PUT(&sent->subject, SUBJECT_KIND, kind, SUBJECT_KIND_SENTENCE_EVENT);
    PUT(&sent->subject, SUBJECT_ID, id, VIEW("1"));
    SET(sent, REFERRAL_SUBMITTED_SUBJECT);
    struct category_choice choice = category_of(story);
    PUT(sent, REFERRAL_SUBMITTED_CATEGORIES, categories,
        ((struct category_choice_array){LIST(story, struct category_choice, choice), 1}));
    put_person(sent);
    PUT(sent, REFERRAL_SUBMITTED_ENFORCEABLE_DAYS, enforceable_days, 10);
    PUT(sent, REFERRAL_SUBMITTED_COMPLETION_DEADLINE, completion_deadline, day_of("2027-05-31"));
    PUT(sent, REFERRAL_SUBMITTED_SENTENCE_END, sentence_end, day_of("2027-08-31"));
    PUT(sent, REFERRAL_SUBMITTED_REASON, reason, SEALED);
    PUT(sent, REFERRAL_SUBMITTED_FURTHER_INFORMATION, further_information, SEALED);
    PUT(sent, REFERRAL_SUBMITTED_URGENT, urgent, false);
    return sent;
}

struct caseworkers_assigned *story_assign(struct story *story, const char *user)
{
    as_worker(story, "lead.one");
    struct caseworkers_assigned *assigned = BODY(story, caseworkers_assigned);
    struct worker worker = {.has = 0};
    PUT(&worker, WORKER_USER_ID, user_id, view_of(user));
    PUT(&worker, WORKER_ORGANISATION, organisation, VIEW("HOME_TRUST"));
    PUT(assigned, CASEWORKERS_ASSIGNED_WORKERS, workers,
        ((struct worker_array){LIST(story, struct worker, worker), 1}));
    return assigned;
}

struct plan_submitted *story_plan(struct story *story, int32_t version, int32_t sessions)
{
    as_worker(story, "sol.reyes");
    struct plan_submitted *plan = BODY(story, plan_submitted);
    PUT(plan, PLAN_SUBMITTED_PLAN_ID, plan_id, story_id(story));
    PUT(plan, PLAN_SUBMITTED_PLAN_VERSION, plan_version, version);
    PUT(plan, PLAN_SUBMITTED_SESSIONS, sessions, sessions);
    struct activity activity = {.has = 0};
    PUT(&activity, ACTIVITY_ID, id, story_id(story));
    PUT(&activity, ACTIVITY_TEXT, text, SEALED);
    PUT(plan, PLAN_SUBMITTED_ACTIVITIES, activities,
        ((struct activity_array){LIST(story, struct activity, activity), 1}));
    return plan;
}

struct plan_approved *story_approve(struct story *story, int32_t version)
{
    as_practitioner(story);
    struct plan_approved *approved = BODY(story, plan_approved);
    PUT(approved, PLAN_APPROVED_PLAN_VERSION, plan_version, version);
    return approved;
}

/* One achieved, two partly. */
struct report_submitted *story_report(struct story *story)
{
    as_worker(story, "sol.reyes");
    struct report_submitted *report = BODY(story, report_submitted);
    struct report_outcome *outcomes = arena_array(story->arena, 3, sizeof *outcomes);
    for (uint8_t i = 0; i < 3; i++) {
        PUT(&outcomes[i], REPORT_OUTCOME_ID, id, ((struct uuid){{(uint8_t)(i + 1)}}));
        PUT(&outcomes[i], REPORT_OUTCOME_LEVEL, level,
            i == 0 ? OUTCOME_LEVEL_ACHIEVED : OUTCOME_LEVEL_PARTLY);
        PUT(&outcomes[i], REPORT_OUTCOME_PROGRESS, progress, SEALED);
    }
    PUT(report, REPORT_SUBMITTED_REPORT_ID, report_id, story_id(story));
    PUT(report, REPORT_SUBMITTED_OUTCOMES, outcomes, ((struct report_outcome_array){outcomes, 3}));
    return report;
}

static struct booking booking_of(struct story *story, int32_t session, const char *start)
{
    struct booking booking = {.has = 0};
    PUT(&booking, BOOKING_SESSION, session, session);
    PUT(&booking, BOOKING_START, start, time_of(start));
    PUT(&booking, BOOKING_MINUTES, minutes, 60);
    PUT(&booking, BOOKING_METHOD, method, METHOD_OFFICE);
    PUT(&booking, BOOKING_OFFICE, office, VIEW("CRS0151"));
    PUT(&booking, BOOKING_WORKERS, workers,
        ((struct view_array){LIST(story, struct view, VIEW("sol.reyes")), 1}));
    struct notice notice = {.has = 0};
    PUT(&notice, NOTICE_HOW, how, NOTICE_HOW_LETTER);
    PUT(&notice, NOTICE_AT, at, time_of(start) - 2 * TIME_US_PER_DAY);
    PUT(&booking, BOOKING_NOTICE, notice, notice);
    return booking;
}

struct appointment_booked *story_book(struct story *story, int32_t session, const char *start)
{
    as_worker(story, "sol.reyes");
    struct appointment_booked *booked = BODY(story, appointment_booked);
    PUT(booked, APPOINTMENT_BOOKED_APPOINTMENT_ID, appointment_id, story_id(story));
    PUT(booked, APPOINTMENT_BOOKED_BOOKING, booking, booking_of(story, session, start));
    return booked;
}

static struct attendance attendance_of(bool happened, bool attended)
{
    struct attendance attendance = {.has = 0};
    PUT(&attendance, ATTENDANCE_HAPPENED, happened, happened);
    PUT(&attendance, ATTENDANCE_ATTENDED, attended, attended);
    if (happened)
        PUT(&attendance, ATTENDANCE_LATE, late, false);
    if (attended && !happened)
        PUT(&attendance, ATTENDANCE_WHOSE, whose, NOT_HELD_WHOSE_LOGISTICS);
    return attendance;
}

struct attendance_recorded *story_attendance(struct story *story, struct uuid appointment)
{
    as_worker(story, "sol.reyes");
    struct attendance_recorded *recorded = BODY(story, attendance_recorded);
    PUT(recorded, ATTENDANCE_RECORDED_APPOINTMENT_ID, appointment_id, appointment);
    PUT(recorded, ATTENDANCE_RECORDED_ATTENDANCE, attendance, attendance_of(true, true));
    return recorded;
}

static struct feedback feedback_of(bool happened, bool attended)
{
    struct feedback feedback = {.has = 0};
    if (happened) {
        PUT(&feedback, FEEDBACK_SUMMARY, summary, SEALED);
        PUT(&feedback, FEEDBACK_RESPONSE, response, SEALED);
        PUT(&feedback, FEEDBACK_NOTIFY_BEHAVIOUR, notify_behaviour, false);
    } else if (attended) {
        PUT(&feedback, FEEDBACK_REASON_TEXT, reason_text, SEALED);
    } else {
        PUT(&feedback, FEEDBACK_ABSENCE, absence, SEALED);
    }
    PUT(&feedback, FEEDBACK_NOTIFY_CONCERNS, notify_concerns, false);
    return feedback;
}

static struct feedback_given *given(
    struct story *story, struct uuid appointment, struct attendance attendance)
{
    as_worker(story, "sol.reyes");
    struct feedback_given *given = BODY(story, feedback_given);
    PUT(given, FEEDBACK_GIVEN_APPOINTMENT_ID, appointment_id, appointment);
    PUT(given, FEEDBACK_GIVEN_ATTENDANCE, attendance, attendance);
    PUT(given, FEEDBACK_GIVEN_FEEDBACK, feedback,
        feedback_of(attendance.happened, attendance.attended));
    return given;
}

struct feedback_given *story_held(struct story *story, struct uuid appointment)
{
    return given(story, appointment, attendance_of(true, true));
}

struct feedback_given *story_late(struct story *story, struct uuid appointment)
{
    struct attendance attendance = attendance_of(true, true);
    attendance.late = true;
    PUT(&attendance, ATTENDANCE_LATE_REASON, late_reason, SEALED);
    return given(story, appointment, attendance);
}

struct feedback_given *story_missed(struct story *story, struct uuid appointment)
{
    return given(story, appointment, attendance_of(false, false));
}

struct feedback_given *story_not_held(struct story *story, struct uuid appointment)
{
    return given(story, appointment, attendance_of(false, true));
}

struct past_appointment_recorded *story_past(
    struct story *story, int32_t session, const char *start)
{
    as_worker(story, "sol.reyes");
    struct past_appointment_recorded *past = BODY(story, past_appointment_recorded);
    PUT(past, PAST_APPOINTMENT_RECORDED_APPOINTMENT_ID, appointment_id, story_id(story));
    PUT(past, PAST_APPOINTMENT_RECORDED_BOOKING, booking, booking_of(story, session, start));
    PUT(past, PAST_APPOINTMENT_RECORDED_ATTENDANCE, attendance, attendance_of(true, true));
    PUT(past, PAST_APPOINTMENT_RECORDED_FEEDBACK, feedback, feedback_of(true, true));
    return past;
}

/* -- several at once ----------------------------------------------------------------------------
 */

void story_referred(struct story *s)
{
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    story_at(s, "2026-11-23T10:05:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_REFERRAL, story_submit(s)));
}

void story_started(struct story *s)
{
    story_referred(s);
    story_at(s, "2026-11-24T10:00:00Z");
    ACCEPTED(SENT(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_OPEN_RISK, story_open(s, "sol.reyes")));
    ACCEPTED(SENT(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")));
    story_at(s, "2026-11-24T11:00:00Z");
}

void story_session(struct story *s, int32_t session, const char *booked, const char *start)
{
    story_at(s, booked);
    struct appointment_booked *one = story_book(s, session, start);
    ACCEPTED(SENT(COMMAND_BOOK_APPOINTMENT, one));
    s->now = time_of(start) + 80 * INT64_C(60) * TIME_US_PER_S;
    ACCEPTED(SENT(COMMAND_GIVE_FEEDBACK, story_held(s, one->appointment_id)));
}

void story_planned(struct story *s, int32_t sessions)
{
    story_started(s);
    story_session(s, 0, "2026-11-24T11:00:00Z", "2026-11-30T14:00:00Z");
    story_at(s, "2026-12-02T09:00:00Z");
    ACCEPTED(SENT(COMMAND_SUBMIT_PLAN, story_plan(s, 1, sessions)));
}
