/* Tables of the work with the person: appointments, plans, the report, clocks. */
#include "dossier/deadlines.h"
#include "projector/project_table.h"

#define ARENA_FULL FATAL("a batch does not fit into its memory")

enum { APPOINTMENT_STATE, APPOINTMENT_LIVE, APPOINTMENT_HELD };

static const struct column appointment_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("appointment", COL_UUID, 2, "id"),
    FIELD("session", COL_INT, 2, "session"),
    FIELD("start_at", COL_TIME, 2, "start"),
    FIELD("minutes", COL_INT, 2, "minutes"),
    FIELD("method", COL_TEXT, 2, "method"),
    FIELD("office", COL_TEXT, 2, "office"),
    FIELD("group_id", COL_UUID, 2, "groupId"),
    FIELD("notice_how", COL_TEXT, 2, "notice.how"),
    FIELD("notice_at", COL_TIME, 2, "notice.at"),
    FIELD("booked_at", COL_TIME, 2, "bookedAt"),
    FIELD("booked_by", COL_TEXT, 2, "bookedBy"),
    FIELD("booked_record", COL_UUID, 2, "record"),
    FIELD("past", COL_BOOL, 2, "past"),
    FIELD("moved_at", COL_TIME, 2, "movedAt"),
    FIELD("moved_by", COL_TEXT, 2, "movedBy"),
    FIELD("moved_for", COL_TEXT, 2, "movedFor"),
    FIELD("moved_record", COL_UUID, 2, "movedRecord"),
    FIELD("cancelled_at", COL_TIME, 2, "cancelledAt"),
    FIELD("cancelled_by", COL_TEXT, 2, "cancelledBy"),
    FIELD("cancelled_for", COL_TEXT, 2, "cancelledFor"),
    FIELD("cancelled_record", COL_UUID, 2, "cancelledRecord"),
    SLOT("state", COL_TEXT, APPOINTMENT_STATE),
    SLOT("live", COL_BOOL, APPOINTMENT_LIVE),
    SLOT("held", COL_BOOL, APPOINTMENT_HELD),
    FIELD("happened", COL_BOOL, 2, "happened"),
    FIELD("attended", COL_BOOL, 2, "attended"),
    FIELD("late", COL_BOOL, 2, "late"),
    FIELD("whose", COL_TEXT, 2, "whose"),
    FIELD("attendance_at", COL_TIME, 2, "attendanceAt"),
    FIELD("attendance_by", COL_TEXT, 2, "attendanceBy"),
    FIELD("attendance_record", COL_UUID, 2, "attendanceRecord"),
    FIELD("feedback_at", COL_TIME, 2, "feedbackAt"),
    FIELD("feedback_by", COL_TEXT, 2, "feedbackBy"),
    FIELD("feedback_record", COL_UUID, 2, "feedbackRecord"),
    FIELD("notify_behaviour", COL_BOOL, 2, "notifyBehaviour"),
    FIELD("notify_concerns", COL_BOOL, 2, "notifyConcerns"),
    FIELD("external_id", COL_TEXT, 2, "externalId"),
};

static const char *appointment_state(const struct dossier_appointment *appointment)
{
    if (HAS(appointment, DOSSIER_APPOINTMENT_CANCELLED_AT))
        return "cancelled";
    if (!HAS(appointment, DOSSIER_APPOINTMENT_ATTENDED))
        return "booked";
    if (!appointment->attended)
        return "missed";
    if (HAS(appointment, DOSSIER_APPOINTMENT_HAPPENED) && !appointment->happened)
        return "not-held";
    return HAS(appointment, DOSSIER_APPOINTMENT_LATE) && appointment->late ? "late" : "attended";
}

static res_t make_appointment(const struct row_source *source, struct made *ret)
{
    const struct dossier_appointment *appointment = source->item[2];
    struct cell *slots = made_add(ret, source->arena);
    if (slots == NULL)
        return ARENA_FULL;
    slots[APPOINTMENT_STATE] = cell_text(appointment_state(appointment));
    slots[APPOINTMENT_LIVE] = cell_bool(appointment_live(appointment));
    slots[APPOINTMENT_HELD] = cell_bool(appointment_held(appointment));
    return RES_DONE;
}

static const struct reads appointment_reads[] = {{2, ""}};
static const struct table appointment_table = {
    .name = "appointment",
    .walk = {"referrals", "appointments"},
    .columns = appointment_columns,
    .column_count = ARRAY_LEN(appointment_columns),
    .key_count = 3,
    .make = make_appointment,
    .reads = appointment_reads,
    .read_count = ARRAY_LEN(appointment_reads),
};

static const struct column appointment_worker_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("appointment", COL_UUID, 2, "id"),
    PLACE("place", 3),
    FIELD("worker", COL_TEXT, 3, ""),
};
static const struct table appointment_worker_table = {
    .name = "appointment_worker",
    .walk = {"referrals", "appointments", "workers"},
    .columns = appointment_worker_columns,
    .column_count = ARRAY_LEN(appointment_worker_columns),
    .key_count = 4,
};

static const struct column appointment_alias_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("appointment", COL_UUID, 2, "id"),
    PLACE("place", 3),
    FIELD("kind", COL_TEXT, 3, "kind"),
    FIELD("alias", COL_UUID, 3, "id"),
    FIELD("number", COL_INT, 3, "number"),
};
static const struct table appointment_alias_table = {
    .name = "appointment_alias",
    .walk = {"referrals", "appointments", "aliases"},
    .columns = appointment_alias_columns,
    .column_count = ARRAY_LEN(appointment_alias_columns),
    .key_count = 4,
};

static const struct column contact_attempt_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("attempt", COL_UUID, 2, "id"),
    FIELD("attempted_at", COL_TIME, 2, "at"),
    FIELD("how", COL_TEXT, 2, "how"),
    FIELD("result", COL_TEXT, 2, "result"),
    FIELD("purpose", COL_TEXT, 2, "purpose"),
    FIELD("appointment", COL_UUID, 2, "appointment"),
    FIELD("by_provider", COL_BOOL, 2, "byProvider"),
    FIELD("recorded_by", COL_TEXT, 2, "by"),
    FIELD("record", COL_UUID, 2, "record"),
};
static const struct table contact_attempt_table = {
    .name = "contact_attempt",
    .walk = {"referrals", "attempts"},
    .columns = contact_attempt_columns,
    .column_count = ARRAY_LEN(contact_attempt_columns),
    .key_count = 3,
};

static const struct column concern_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("concern", COL_UUID, 2, "id"),
    FIELD("category", COL_TEXT, 2, "category"),
    FIELD("raised_at", COL_TIME, 2, "at"),
    FIELD("raised_by", COL_TEXT, 2, "by"),
    FIELD("raised_record", COL_UUID, 2, "record"),
    FIELD("read_at", COL_TIME, 2, "readAt"),
    FIELD("read_by", COL_TEXT, 2, "readBy"),
    FIELD("read_record", COL_UUID, 2, "readRecord"),
};
static const struct table concern_table = {
    .name = "concern",
    .walk = {"referrals", "concerns"},
    .columns = concern_columns,
    .column_count = ARRAY_LEN(concern_columns),
    .key_count = 3,
};

static const struct column plan_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("plan_version", COL_INT, 2, "planVersion"),
    FIELD("plan", COL_UUID, 2, "id"),
    FIELD("sessions", COL_INT, 2, "sessions"),
    FIELD("state", COL_TEXT, 2, "state"),
    FIELD("automatic", COL_BOOL, 2, "automatic"),
    FIELD("submitted_at", COL_TIME, 2, "submittedAt"),
    FIELD("submitted_by", COL_TEXT, 2, "submittedBy"),
    FIELD("submitted_record", COL_UUID, 2, "record"),
    FIELD("answered_at", COL_TIME, 2, "answeredAt"),
    FIELD("answered_by", COL_TEXT, 2, "answeredBy"),
    FIELD("answered_record", COL_UUID, 2, "answer"),
};
static const struct table plan_table = {
    .name = "plan",
    .walk = {"referrals", "plans"},
    .columns = plan_columns,
    .column_count = ARRAY_LEN(plan_columns),
    .key_count = 3,
};

static const struct column activity_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("plan_version", COL_INT, 2, "planVersion"),
    PLACE("place", 3),
    FIELD("activity", COL_UUID, 3, "id"),
    FIELD("outcome", COL_UUID, 3, "outcome"),
};
static const struct table activity_table = {
    .name = "activity",
    .walk = {"referrals", "plans", "activities"},
    .columns = activity_columns,
    .column_count = ARRAY_LEN(activity_columns),
    .key_count = 4,
};

static const struct column report_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("report", COL_UUID, 2, "id"),
    FIELD("score_tenths", COL_INT, 2, "scoreTenths"),
    FIELD("submitted_at", COL_TIME, 2, "at"),
    FIELD("submitted_by", COL_TEXT, 2, "by"),
    FIELD("submitted_record", COL_UUID, 2, "record"),
};
static const struct table report_table = {
    .name = "report",
    .walk = {"referrals", "report"},
    .columns = report_columns,
    .column_count = ARRAY_LEN(report_columns),
    .key_count = 2,
};

static const struct column report_outcome_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    PLACE("place", 3),
    FIELD("outcome", COL_UUID, 3, "id"),
    FIELD("level", COL_TEXT, 3, "level"),
};
static const struct table report_outcome_table = {
    .name = "report_outcome",
    .walk = {"referrals", "report", "outcomes"},
    .columns = report_outcome_columns,
    .column_count = ARRAY_LEN(report_outcome_columns),
    .key_count = 3,
};

enum { DEADLINE_CODE, DEADLINE_ABOUT, DEADLINE_STARTED_AT, DEADLINE_DUE_AT, DEADLINE_MET_AT };
enum { DEADLINES_USUAL = 32 };

static const struct column deadline_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    SLOT("code", COL_TEXT, DEADLINE_CODE),
    SLOT("about", COL_UUID, DEADLINE_ABOUT),
    SLOT("started_at", COL_TIME, DEADLINE_STARTED_AT),
    SLOT("due_at", COL_TIME, DEADLINE_DUE_AT),
    SLOT("met_at", COL_TIME, DEADLINE_MET_AT),
};

static res_t make_deadlines(const struct row_source *source, struct made *ret)
{
    const struct dossier *dossier = source->dossier->dossier;
    struct deadline some[DEADLINES_USUAL], *all = some;
    size_t count = deadlines_of(dossier, source->item[1], all, ARRAY_LEN(some));
    if (count > ARRAY_LEN(some)) {
        all = arena_array(source->arena, count, sizeof *all);
        if (all == NULL)
            return ARENA_FULL;
        count = deadlines_of(dossier, source->item[1], all, count);
    }
    for (size_t i = 0; i < count; i++) {
        struct cell *slots = made_add(ret, source->arena);
        if (slots == NULL)
            return ARENA_FULL;
        slots[DEADLINE_CODE] = cell_text(deadline_text(all[i].code));
        slots[DEADLINE_ABOUT] = (struct cell){.id = all[i].about};
        slots[DEADLINE_STARTED_AT] = cell_number(all[i].started_us);
        slots[DEADLINE_DUE_AT] = cell_number(all[i].due_us);
        slots[DEADLINE_MET_AT] = cell_time(all[i].met_us);
    }
    return RES_DONE;
}

static const struct table deadline_table = {
    .name = "deadline",
    .walk = {"referrals"},
    .columns = deadline_columns,
    .column_count = ARRAY_LEN(deadline_columns),
    .key_count = 4,
    .make = make_deadlines,
};

const struct table *const state_tables_session[] = {
    &appointment_table,
    &appointment_worker_table,
    &appointment_alias_table,
    &contact_attempt_table,
    &concern_table,
    &plan_table,
    &activity_table,
    &report_table,
    &report_outcome_table,
    &deadline_table,
    NULL,
};
