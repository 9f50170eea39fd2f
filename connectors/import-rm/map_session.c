#include "import-rm/map_build.h"

#include <string.h>

static int32_t method_of(struct view type)
{
    return cell_is(type, "PHONE_CALL")                           ? METHOD_PHONE
           : cell_is(type, "VIDEO_CALL")                         ? METHOD_VIDEO
           : cell_is(type, "IN_PERSON_MEETING_PROBATION_OFFICE") ? METHOD_OFFICE
           : cell_is(type, "IN_PERSON_MEETING_OTHER")            ? METHOD_OTHER
                                                                 : METHOD_UNKNOWN;
}

static void put_address(
    struct build *build, void *record, int bit, struct view *field, const struct view *row)
{
    struct address address = {0};
    if (row[APT_LINE1].ptr == NULL)
        return;
    put_text(&address, ADDRESS_LINE1, &address.line1, row[APT_LINE1]);
    put_text(&address, ADDRESS_LINE2, &address.line2, row[APT_LINE2]);
    put_text(&address, ADDRESS_TOWN, &address.town, row[APT_TOWN]);
    put_text(&address, ADDRESS_COUNTY, &address.county, row[APT_COUNTY]);
    put_text(&address, ADDRESS_POSTCODE, &address.postcode, row[APT_POSTCODE]);
    put_sealed_group(build, record, bit, field, &address_desc, &address);
}

/* What each row has, whatever is stated of it. */
static void keep_row(struct build *build, const struct view *row)
{
    build_kept(build, "appointment.referral_id", row[APT_NAMED_REFERRAL]);
    build_kept(build, "appointment.superseded_by_appointment_id", row[APT_SUPERSEDED_BY]);
    build_kept(build, "appointment_delivery.appointment_session_type", row[APT_GROUP]);
}

static void put_booking(struct build *build, struct booking *booking, const struct view *row)
{
    put_int(build, booking, BOOKING_SESSION, &booking->session, row[APT_SESSION]);
    put_time(build, booking, BOOKING_START, &booking->start, row[APT_START]);
    put_int(build, booking, BOOKING_MINUTES, &booking->minutes, row[APT_MINUTES]);
    booking->method = method_of(row[APT_METHOD]);
    SET(booking, BOOKING_METHOD);
    if (booking->method == METHOD_UNKNOWN)
        build_unknown(build, "/booking/method");
    put_text(booking, BOOKING_OFFICE, &booking->office, row[APT_OFFICE]);
    put_address(build, booking, BOOKING_ADDRESS, &booking->address, row);
    build_unknown(build, "/booking/workers");
    build_kept(build, "appointment.created_at", row[APT_CREATED_AT]);
    keep_row(build, row);
}

static void put_rebooking(struct build *build, struct rebooking *booking, const struct view *row)
{
    put_time(build, booking, REBOOKING_START, &booking->start, row[APT_START]);
    put_int(build, booking, REBOOKING_MINUTES, &booking->minutes, row[APT_MINUTES]);
    booking->method = method_of(row[APT_METHOD]);
    SET(booking, REBOOKING_METHOD);
    if (booking->method == METHOD_UNKNOWN)
        build_unknown(build, "/booking/method");
    put_text(booking, REBOOKING_OFFICE, &booking->office, row[APT_OFFICE]);
    put_address(build, booking, REBOOKING_ADDRESS, &booking->address, row);
    keep_row(build, row);
}

static int32_t whose_of(struct view type)
{
    return cell_is(type, "POP_ACCEPTABLE")     ? NOT_HELD_WHOSE_PERSON_ACCEPTABLE
           : cell_is(type, "POP_UNACCEPTABLE") ? NOT_HELD_WHOSE_PERSON_UNACCEPTABLE
           : cell_is(type, "LOGISTICS")        ? NOT_HELD_WHOSE_LOGISTICS
                                               : NOT_HELD_WHOSE_UNKNOWN;
}

/* What the source says although it means nothing under that outcome. */
static void keep_pointless(
    struct build *build, const struct attendance *attendance, const struct view *row)
{
    if (!attendance->happened)
        build_kept(build, "appointment.late", row[APT_LATE]);
    if (!attendance->attended)
        build_kept(build, "appointment.did_session_happen", row[APT_HAPPENED]);
    if (!HAS(attendance, ATTENDANCE_WHOSE))
        build_kept(build, "appointment.no_session_reason_type", row[APT_WHOSE]);
}

/* YES and LATE without did_session_happen took place; LATE means late where `late` says nothing. */
static void put_attendance(
    struct build *build, struct attendance *attendance, const struct view *row)
{
    bool came = !cell_is(row[APT_ATTENDED], "NO");
    attendance->attended = came;
    attendance->happened = came && !cell_is(row[APT_HAPPENED], "false");
    SET(attendance, ATTENDANCE_ATTENDED);
    SET(attendance, ATTENDANCE_HAPPENED);
    if (row[APT_HAPPENED].ptr == NULL)
        build_unknown(build, "/attendance/happened");
    if (attendance->happened) {
        attendance->late = cell_is(row[APT_ATTENDED], "LATE") || cell_is(row[APT_LATE], "true");
        SET(attendance, ATTENDANCE_LATE);
        if (row[APT_LATE].ptr == NULL)
            build_unknown(build, "/attendance/late");
    }
    put_sealed(
        build, attendance, ATTENDANCE_LATE_REASON, &attendance->late_reason, row[APT_LATE_REASON]);
    if (came && !attendance->happened) {
        attendance->whose = whose_of(row[APT_WHOSE]);
        SET(attendance, ATTENDANCE_WHOSE);
    }
    keep_pointless(build, attendance, row);
}

static void put_feedback(struct build *build, struct feedback *feedback, const struct view *row)
{
    put_sealed(build, feedback, FEEDBACK_SUMMARY, &feedback->summary, row[APT_SUMMARY]);
    put_sealed(build, feedback, FEEDBACK_RESPONSE, &feedback->response, row[APT_RESPONSE]);
    put_sealed(
        build, feedback, FEEDBACK_FUTURE_PLANS, &feedback->future_plans, row[APT_FUTURE_PLANS]);
    put_sealed(build, feedback, FEEDBACK_REASON_TEXT, &feedback->reason_text, row[APT_REASON]);
    put_sealed(build, feedback, FEEDBACK_ABSENCE, &feedback->absence, row[APT_ABSENCE]);
    put_sealed(build, feedback, FEEDBACK_BEHAVIOUR, &feedback->behaviour, row[APT_BEHAVIOUR]);
    put_sealed(build, feedback, FEEDBACK_CONCERNS, &feedback->concerns, row[APT_CONCERNS]);
    if (!put_bool(build, feedback, FEEDBACK_NOTIFY_BEHAVIOUR, &feedback->notify_behaviour,
            row[APT_NOTIFY_BEHAVIOUR]))
        build_unknown(build, "/feedback/notifyBehaviour");
    if (!put_bool(build, feedback, FEEDBACK_NOTIFY_CONCERNS, &feedback->notify_concerns,
            row[APT_NOTIFY_CONCERNS]))
        build_unknown(build, "/feedback/notifyConcerns");
}

static void put_submissions(struct build *build, struct submissions *s, const struct view *row)
{
    put_time(build, s, SUBMISSIONS_ATTENDANCE_AT, &s->attendance_at, row[APT_ATTENDANCE_AT]);
    put_text(s, SUBMISSIONS_ATTENDANCE_BY, &s->attendance_by, row[APT_ATTENDANCE_BY]);
    put_time(build, s, SUBMISSIONS_BEHAVIOUR_AT, &s->behaviour_at, row[APT_BEHAVIOUR_AT]);
    put_text(s, SUBMISSIONS_BEHAVIOUR_BY, &s->behaviour_by, row[APT_BEHAVIOUR_BY]);
    put_time(build, s, SUBMISSIONS_SESSION_AT, &s->session_at, row[APT_SESSION_AT]);
    put_text(s, SUBMISSIONS_SESSION_BY, &s->session_by, row[APT_SESSION_BY]);
    put_time(build, s, SUBMISSIONS_FEEDBACK_AT, &s->feedback_at, row[APT_FEEDBACK_AT]);
    put_text(s, SUBMISSIONS_FEEDBACK_BY, &s->feedback_by, row[APT_FEEDBACK_BY]);
}

/* The appointment that a row is, or is a time of. The second of two sessions that claim one gets an
 * id of its own. */
static void put_id(
    struct build *build, void *record, int bit, struct uuid *id, const struct view *row)
{
    if (!put_uuid(build, record, bit, id, row[APT_NEWEST]))
        return;
    bool second = cell_is(row[APT_SECOND_LINK], "true");
    if (second || !view_eq(row[APT_ID], row[APT_NEWEST]))
        build_kept(build, "appointment.id", row[APT_ID]);
    if (second)
        *id = uuid_v5(*id, VIEW("delivery"));
}

static void map_past(struct build *build, const struct view *row, const struct build_meta *meta)
{
    struct past_appointment_recorded *past =
        build_start(build, COMMAND_RECORD_PAST_APPOINTMENT, sizeof *past);
    if (past == NULL)
        return;
    put_id(build, past, PAST_APPOINTMENT_RECORDED_APPOINTMENT_ID, &past->appointment_id, row);
    put_booking(build, &past->booking, row);
    put_attendance(build, &past->attendance, row);
    put_feedback(build, &past->feedback, row);
    put_submissions(build, &past->submissions, row);
    put_text(past, PAST_APPOINTMENT_RECORDED_EXTERNAL_ID, &past->external_id, row[APT_DELIUS_ID]);
    SET(past, PAST_APPOINTMENT_RECORDED_BOOKING);
    SET(past, PAST_APPOINTMENT_RECORDED_ATTENDANCE);
    SET(past, PAST_APPOINTMENT_RECORDED_FEEDBACK);
    SET(past, PAST_APPOINTMENT_RECORDED_SUBMISSIONS);
    build_end(build, meta);
}

/* The rows of a chain stand one after the other, up to the newest; the older ones' ids are aliases.
 */
static struct alias_array put_aliases(struct build *build, const struct view *row)
{
    const struct rm_rows *rows = &build->person->appointments;
    const struct view *end = rm_row(rows, rows->count);
    size_t older = 0;
    for (const struct view *at = row; at < end && !cell_is(at[APT_LAST], "true");
         at += rows->columns)
        older++;
    struct alias *items = arena_array(build->context->arena, older, sizeof *items);
    for (size_t i = 0; items != NULL && i < older; i++) {
        items[i].kind = ALIAS_KIND_SUPERSEDED_APPOINTMENT;
        SET(&items[i], ALIAS_KIND);
        put_uuid(build, &items[i], ALIAS_ID, &items[i].id, row[i * rows->columns + APT_ID]);
    }
    return (struct alias_array){items, older};
}

static void map_booked(struct build *build, const struct view *row, const struct build_meta *meta)
{
    struct appointment_booked *booked =
        build_start(build, COMMAND_BOOK_APPOINTMENT, sizeof *booked);
    if (booked == NULL)
        return;
    put_id(build, booked, APPOINTMENT_BOOKED_APPOINTMENT_ID, &booked->appointment_id, row);
    put_booking(build, &booked->booking, row);
    put_text(
        booked, APPOINTMENT_BOOKED_EXTERNAL_ID, &booked->external_id, row[APT_NEWEST_DELIUS_ID]);
    if (!view_eq(row[APT_DELIUS_ID], row[APT_NEWEST_DELIUS_ID]))
        build_kept(build, "appointment.delius_appointment_id", row[APT_DELIUS_ID]);
    booked->aliases = put_aliases(build, row);
    if (booked->aliases.len > 0)
        SET(booked, APPOINTMENT_BOOKED_ALIASES);
    SET(booked, APPOINTMENT_BOOKED_BOOKING);
    build_end(build, meta);
}

/* Who asked may be a name in the source: only the side is read. */
static int32_t moved_for(struct view side)
{
    return cell_is(side, "provider") ? REQUESTED_BY_PROVIDER
           : cell_is(side, "person") ? REQUESTED_BY_PERSON
                                     : REQUESTED_BY_UNKNOWN;
}

static void map_moved(struct build *build, const struct view *row, const struct build_meta *meta)
{
    struct appointment_rescheduled *moved =
        build_start(build, COMMAND_RESCHEDULE_APPOINTMENT, sizeof *moved);
    if (moved == NULL)
        return;
    put_id(build, moved, APPOINTMENT_RESCHEDULED_APPOINTMENT_ID, &moved->appointment_id, row);
    put_rebooking(build, &moved->booking, row);
    SET(moved, APPOINTMENT_RESCHEDULED_BOOKING);
    moved->requested_by = moved_for(row[APT_MOVED_FOR]);
    SET(moved, APPOINTMENT_RESCHEDULED_REQUESTED_BY);
    if (row[APT_MOVED_FOR].ptr == NULL)
        build_unknown(build, "/requestedBy");
    if (!put_sealed(
            build, moved, APPOINTMENT_RESCHEDULED_REASON, &moved->reason, row[APT_MOVED_WHY]))
        build_unknown(build, "/reason");
    build_kept(build, "appointment.delius_appointment_id", row[APT_DELIUS_ID]);
    build_end(build, meta);
}

/* When and by whom a part of the outcome was told; what has no time of its own is as old as the
 * whole. */
static struct build_meta told(
    struct build *build, const struct view *row, const struct build_meta *meta, const char *part)
{
    bool whole = strcmp(part, "feedback") == 0 || row[APT_ATTENDANCE_AT].ptr == NULL;
    struct build_meta told = *meta;
    told.key = arena_printf(build->context->arena, "%.*s:%s", VIEW_ARG(meta->key), part);
    told.occurred_at = row[whole ? APT_FEEDBACK_AT : APT_ATTENDANCE_AT];
    told.actor = row[whole ? APT_FEEDBACK_BY : APT_ATTENDANCE_BY];
    return told;
}

static void map_outcome(struct build *build, const struct view *row, const struct build_meta *meta)
{
    struct attendance_recorded *came = build_start(build, COMMAND_RECORD_ATTENDANCE, sizeof *came);
    if (came == NULL)
        return;
    put_id(build, came, ATTENDANCE_RECORDED_APPOINTMENT_ID, &came->appointment_id, row);
    put_attendance(build, &came->attendance, row);
    SET(came, ATTENDANCE_RECORDED_ATTENDANCE);
    struct build_meta first = told(build, row, meta, "attendance");
    build_end(build, &first);
    struct feedback_given *given = build_start(build, COMMAND_GIVE_FEEDBACK, sizeof *given);
    if (given == NULL)
        return;
    put_id(build, given, FEEDBACK_GIVEN_APPOINTMENT_ID, &given->appointment_id, row);
    put_feedback(build, &given->feedback, row);
    put_submissions(build, &given->submissions, row);
    SET(given, FEEDBACK_GIVEN_FEEDBACK);
    SET(given, FEEDBACK_GIVEN_SUBMISSIONS);
    struct build_meta second = told(build, row, meta, "feedback");
    build_end(build, &second);
}

/* An appointment of its own is one command: without an outcome a booking, else all in one. One that
 * was moved is booked at its first time, moved to each later one, and then has its outcome. */
static void map_appointment(
    struct build *build, const struct view *row, const struct build_meta *meta)
{
    bool outcome = row[APT_ATTENDED].ptr != NULL, alone = cell_is(row[APT_STEP], "alone");
    if (alone && outcome)
        map_past(build, row, meta);
    else if (alone || cell_is(row[APT_STEP], "book"))
        map_booked(build, row, meta);
    else if (cell_is(row[APT_STEP], "move"))
        map_moved(build, row, meta);
    if (!alone && outcome && cell_is(row[APT_LAST], "true"))
        map_outcome(build, row, meta);
}

void map_appointments(struct build *build, struct view referral)
{
    const struct rm_rows *rows = &build->person->appointments;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[APT_REFERRAL], referral))
            continue;
        bool assessment = cell_is(row[APT_KIND], "assessment");
        struct view key = arena_printf(build->context->arena, "%.*s:%.*s",
            VIEW_ARG(row[APT_SESSION_ID]), VIEW_ARG(row[APT_ID]));
        struct build_meta meta = {
            assessment ? "supplier_assessment_appointment" : "delivery_session_appointment", key,
            referral, row[APT_CREATED_AT], row[APT_CREATED_BY]};
        map_appointment(build, row, &meta);
    }
}
