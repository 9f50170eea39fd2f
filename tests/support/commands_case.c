/* More commands that are accepted as they stand: of a case on its way. */
#include "base/clock.h"
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

struct appointment_rescheduled *story_move(
    struct story *story, struct uuid appointment, const char *start)
{
    as_worker(story, "sol.reyes");
    struct appointment_rescheduled *moved = BODY(story, appointment_rescheduled);
    PUT(moved, APPOINTMENT_RESCHEDULED_APPOINTMENT_ID, appointment_id, appointment);
    PUT(&moved->booking, REBOOKING_START, start, time_of(start));
    PUT(&moved->booking, REBOOKING_MINUTES, minutes, 60);
    PUT(&moved->booking, REBOOKING_METHOD, method, METHOD_OFFICE);
    PUT(&moved->booking, REBOOKING_OFFICE, office, VIEW("CRS0151"));
    SET(moved, APPOINTMENT_RESCHEDULED_BOOKING);
    PUT(moved, APPOINTMENT_RESCHEDULED_REQUESTED_BY, requested_by, REQUESTED_BY_PERSON);
    PUT(moved, APPOINTMENT_RESCHEDULED_REASON, reason, SEALED);
    return moved;
}

struct contact_attempted *story_attempt(struct story *story, struct uuid appointment)
{
    as_worker(story, "sol.reyes");
    struct contact_attempted *tried = BODY(story, contact_attempted);
    PUT(tried, CONTACT_ATTEMPTED_ATTEMPT_ID, attempt_id, story_id(story));
    PUT(tried, CONTACT_ATTEMPTED_AT, at, story->now);
    PUT(tried, CONTACT_ATTEMPTED_HOW, how, CONTACT_HOW_PHONE);
    PUT(tried, CONTACT_ATTEMPTED_RESULT, result, CONTACT_RESULT_NO_ANSWER);
    PUT(tried, CONTACT_ATTEMPTED_PURPOSE, purpose, CONTACT_PURPOSE_ARRANGE);
    if (!uuid_is_zero(appointment))
        PUT(tried, CONTACT_ATTEMPTED_APPOINTMENT_ID, appointment_id, appointment);
    PUT(tried, CONTACT_ATTEMPTED_NOTE, note, SEALED);
    return tried;
}

struct concern_raised *story_concern(struct story *story)
{
    as_worker(story, "sol.reyes");
    struct concern_raised *raised = BODY(story, concern_raised);
    PUT(raised, CONCERN_RAISED_CONCERN_ID, concern_id, story_id(story));
    PUT(raised, CONCERN_RAISED_CATEGORY, category, CONCERN_CATEGORY_CHILD);
    PUT(raised, CONCERN_RAISED_TEXT, text, SEALED);
    return raised;
}

struct concern_read *story_read_concern(struct story *story, struct uuid concern)
{
    as_practitioner(story);
    struct concern_read *read = BODY(story, concern_read);
    PUT(read, CONCERN_READ_CONCERN_ID, concern_id, concern);
    PUT(read, CONCERN_READ_RESPONSE, response, SEALED);
    return read;
}

struct case_note_added *story_note(struct story *story)
{
    as_worker(story, "sol.reyes");
    struct case_note_added *added = BODY(story, case_note_added);
    PUT(added, CASE_NOTE_ADDED_NOTE_ID, note_id, story_id(story));
    PUT(added, CASE_NOTE_ADDED_SUBJECT, subject, SEALED);
    PUT(added, CASE_NOTE_ADDED_BODY, body, SEALED);
    PUT(added, CASE_NOTE_ADDED_NOTIFY, notify, false);
    return added;
}

struct risk_review_due *story_risk_change(struct story *story, bool urgent)
{
    as_kind(story, ACTOR_KIND_SYSTEM);
    struct risk_review_due *due = BODY(story, risk_review_due);
    due->meta.has &= ~(UINT64_C(1) << META_REFERRAL);
    PUT(due, RISK_REVIEW_DUE_CAUSE, cause, RISK_CHANGE_CAUSE_REGISTRATION);
    PUT(due, RISK_REVIEW_DUE_URGENT, urgent, urgent);
    PUT(due, RISK_REVIEW_DUE_EXTERNAL_REF, external_ref,
        arena_printf(story->arena, "registration %u", story->ids));
    return due;
}

struct risk_confirmed *story_confirm(struct story *story)
{
    as_practitioner(story);
    struct risk_confirmed *confirmed = BODY(story, risk_confirmed);
    confirmed->meta.has &= ~(UINT64_C(1) << META_REFERRAL);
    PUT(confirmed, RISK_CONFIRMED_RISK_VERSION, risk_version, dossier_risk_version(story->dossier));
    PUT(confirmed, RISK_CONFIRMED_REVIEW_BY, review_by, london_day(story->now) + 90);
    return confirmed;
}

struct referral_withdrawn *story_withdraw(struct story *story, enum withdrawal_code code)
{
    as_practitioner(story);
    struct referral_withdrawn *withdrawn = BODY(story, referral_withdrawn);
    PUT(withdrawn, REFERRAL_WITHDRAWN_CODE, code, (int32_t)code);
    PUT(withdrawn, REFERRAL_WITHDRAWN_COMMENTS, comments, SEALED);
    return withdrawn;
}
