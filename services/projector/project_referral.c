/* Tables of a referral: as sent, where it stands, who may see it, what is to be achieved. */
#include "dossier/rm.h"
#include "dossier/status.h"
#include "projector/project_table.h"

#define ARENA_FULL FATAL("a batch does not fit into its memory")

static const struct column referral_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("reference", COL_TEXT, 1, "reference"),
    FIELD("submitted_at", COL_TIME, 1, "sentAt"),
    FIELD("submitted_by", COL_TEXT, 1, "sentBy"),
    FIELD("submitted_record", COL_UUID, 1, "record"),
    FIELD("imported", COL_BOOL, 1, "imported"),
    FIELD("drafted_at", COL_TIME, 1, "draftedAt"),
    FIELD("service", COL_UUID, 1, "terms.serviceId"),
    FIELD("contract", COL_TEXT, 1, "terms.code"),
    FIELD("kind", COL_TEXT, 1, "terms.kind"),
    FIELD("contract_type", COL_TEXT, 1, "terms.type"),
    FIELD("contract_type_name", COL_TEXT, 1, "terms.typeName"),
    FIELD("prime", COL_TEXT, 1, "terms.prime"),
    FIELD("approval", COL_TEXT, 1, "terms.approval"),
    FIELD("assessment", COL_BOOL, 1, "terms.assessment"),
    FIELD("plan", COL_BOOL, 1, "terms.plan"),
    FIELD("report", COL_BOOL, 1, "terms.report"),
    FIELD("subject_kind", COL_TEXT, 1, "subject.kind"),
    FIELD("subject", COL_TEXT, 1, "subject.id"),
    FIELD("subject_event_number", COL_INT, 1, "subject.eventNumber"),
    FIELD("practitioner", COL_TEXT, 1, "practitioner"),
    FIELD("practitioner_office", COL_TEXT, 1, "practitionerOffice"),
    FIELD("unit", COL_TEXT, 1, "unit"),
    FIELD("allocated", COL_BOOL, 1, "allocated"),
    FIELD("age_years", COL_INT, 1, "ageYears"),
    FIELD("sex", COL_TEXT, 1, "sex"),
    FIELD("setting", COL_TEXT, 1, "setting"),
    FIELD("prison", COL_TEXT, 1, "prison"),
    FIELD("release_on", COL_DATE, 1, "releaseDate"),
    FIELD("over_12_weeks", COL_BOOL, 1, "over12Weeks"),
    FIELD("expected_office", COL_TEXT, 1, "expectedOffice"),
    FIELD("interpreter", COL_BOOL, 1, "interpreter"),
    FIELD("responsibilities", COL_BOOL, 1, "responsibilities"),
    FIELD("enforceable_days", COL_INT, 1, "enforceableDays"),
    FIELD("completion_deadline", COL_DATE, 1, "completionDeadline"),
    FIELD("sentence_end", COL_DATE, 1, "sentenceEnd"),
    FIELD("duplicate_of", COL_UUID, 1, "duplicateOf"),
};
static const struct table referral_table = {
    .name = "referral",
    .walk = {"referrals"},
    .columns = referral_columns,
    .column_count = ARRAY_LEN(referral_columns),
    .key_count = 2,
};

/* --- standing ----------------------------------------------------------------------------------*/

enum {
    STANDING_OPEN,
    STANDING_STATUS,
    STANDING_ACTION,
    STANDING_TURN,
    STANDING_DUE,
    STANDING_DUE_AT,
    STANDING_SESSION,
    STANDING_APPOINTMENT,
    STANDING_READING_END, /* the second reading follows in the same order */
    STANDING_TURNS_AT = STANDING_READING_END + STANDING_READING_END - STANDING_STATUS,
    STANDING_NEXT_START_AT,
    STANDING_URGENT,
    STANDING_CUSTODY,
    STANDING_RISK_REVIEW,
    STANDING_MERGED,
    STANDING_CLOSED_WITHOUT_CONTACT,
    STANDING_TAB,
    STANDING_RM_STATUS,
    STANDING_DELIVERY_STATE,
    STANDING_WITHDRAWAL_STATE,
    STANDING_END_STATE,
    STANDING_SAS,
    STANDING_PLANNED,
    STANDING_HELD,
    STANDING_RECORDED,
    STANDING_OUTCOMES,
    STANDING_MAX_
};
_Static_assert((int)STANDING_MAX_ <= (int)SLOTS_MAX, "more slots than a table may have");
#define AFTER(slot) ((slot) + STANDING_READING_END - STANDING_STATUS)

static const struct column standing_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    FIELD("submitted_at", COL_TIME, 1, "sentAt"),
    SLOT("open", COL_BOOL, STANDING_OPEN),
    FIELD("contract", COL_TEXT, 1, "terms.code"),
    SLOT("status", COL_TEXT, STANDING_STATUS),
    SLOT("action", COL_TEXT, STANDING_ACTION),
    SLOT("turn", COL_TEXT, STANDING_TURN),
    SLOT("due", COL_TEXT, STANDING_DUE),
    SLOT("due_at", COL_TIME, STANDING_DUE_AT),
    SLOT("session", COL_INT, STANDING_SESSION),
    SLOT("appointment", COL_UUID, STANDING_APPOINTMENT),
    SLOT("turns_at", COL_TIME, STANDING_TURNS_AT),
    SLOT("status_after", COL_TEXT, AFTER(STANDING_STATUS)),
    SLOT("action_after", COL_TEXT, AFTER(STANDING_ACTION)),
    SLOT("turn_after", COL_TEXT, AFTER(STANDING_TURN)),
    SLOT("due_after", COL_TEXT, AFTER(STANDING_DUE)),
    SLOT("due_at_after", COL_TIME, AFTER(STANDING_DUE_AT)),
    SLOT("session_after", COL_INT, AFTER(STANDING_SESSION)),
    SLOT("appointment_after", COL_UUID, AFTER(STANDING_APPOINTMENT)),
    SLOT("next_start_at", COL_TIME, STANDING_NEXT_START_AT),
    SLOT("urgent", COL_BOOL, STANDING_URGENT),
    SLOT("custody", COL_BOOL, STANDING_CUSTODY),
    SLOT("risk_review", COL_BOOL, STANDING_RISK_REVIEW),
    SLOT("merged", COL_BOOL, STANDING_MERGED),
    SLOT("closed_without_contact", COL_BOOL, STANDING_CLOSED_WITHOUT_CONTACT),
    SLOT("tab", COL_TEXT, STANDING_TAB),
    SLOT("rm_status", COL_TEXT, STANDING_RM_STATUS),
    SLOT("delivery_state", COL_TEXT, STANDING_DELIVERY_STATE),
    SLOT("withdrawal_state", COL_TEXT, STANDING_WITHDRAWAL_STATE),
    SLOT("end_state", COL_TEXT, STANDING_END_STATE),
    SLOT("sas", COL_TEXT, STANDING_SAS),
    SLOT("sessions_planned", COL_INT, STANDING_PLANNED),
    SLOT("sessions_held", COL_INT, STANDING_HELD),
    SLOT("sessions_recorded", COL_INT, STANDING_RECORDED),
    SLOT("outcome_count", COL_INT, STANDING_OUTCOMES),
    FIELD("score_tenths", COL_INT, 1, "report.scoreTenths"),
    FIELD("report_at", COL_TIME, 1, "report.at"),
    FIELD("withdrawn_at", COL_TIME, 1, "withdrawal.at"),
    FIELD("withdrawn_by", COL_TEXT, 1, "withdrawal.by"),
    FIELD("withdrawal_code", COL_TEXT, 1, "withdrawal.code"),
    FIELD("withdrawal_stage", COL_TEXT, 1, "withdrawal.stage"),
    FIELD("withdrawal_record", COL_UUID, 1, "withdrawal.record"),
    FIELD("ended_at", COL_TIME, 1, "end.at"),
    FIELD("concluded_at", COL_TIME, 1, "end.concludedAt"),
};

static void put_reading(const struct status *status, struct cell *slots)
{
    slots[STANDING_STATUS] = cell_text(status_text(status->code));
    slots[STANDING_ACTION] = cell_text(action_text(status->action));
    slots[STANDING_TURN] = cell_text(turn_text(status->turn));
    slots[STANDING_DUE] = cell_text(deadline_text(status->due_code));
    slots[STANDING_DUE_AT] = cell_time(status->due_us);
    slots[STANDING_SESSION] = (struct cell){.null = status->session < 0, .number = status->session};
    slots[STANDING_APPOINTMENT] = cell_uuid(status->appointment);
}

static void put_rm(const struct dossier_referral *referral, struct cell *slots)
{
    struct rm_values rm = rm_values_of(referral);
    slots[STANDING_TAB] = cell_text(rm.tab);
    slots[STANDING_RM_STATUS] = cell_text(rm.status);
    slots[STANDING_DELIVERY_STATE] = cell_text(rm.delivery_state);
    slots[STANDING_WITHDRAWAL_STATE] = cell_text(rm.withdrawal_state);
    slots[STANDING_END_STATE] = cell_text(rm.end_state);
    slots[STANDING_SAS] = cell_text(rm.sas);
}

static int64_t next_start(const struct dossier_referral *referral)
{
    int64_t next = 0;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *appointment = &referral->appointments.items[i];
        if (appointment_live(appointment) && HAS(appointment, DOSSIER_APPOINTMENT_START) &&
            (next == 0 || appointment->start < next))
            next = appointment->start;
    }
    return next;
}

static bool open_now(const struct row_source *source, const struct dossier_referral *referral)
{
    return !referral_ended(referral) && !HAS(source->dossier->dossier, DOSSIER_ERASED_AT);
}

static res_t make_standing(const struct row_source *source, struct made *ret)
{
    const struct dossier_referral *referral = source->item[1];
    struct cell *slots = made_add(ret, source->arena);
    if (slots == NULL)
        return ARENA_FULL;
    struct status_readings readings = status_readings_of(source->dossier->dossier, referral);
    put_reading(&readings.before, slots);
    if (readings.switches_us != 0)
        put_reading(&readings.after, slots + STANDING_READING_END - STANDING_STATUS);
    put_rm(referral, slots);
    uint32_t flags = readings.before.flags;
    int64_t outcomes = 0;
    for (size_t i = 0; i < referral->categories.len; i++)
        outcomes += (int64_t)referral->categories.items[i].outcomes.len;
    slots[STANDING_OPEN] = cell_bool(open_now(source, referral));
    slots[STANDING_TURNS_AT] = cell_time(readings.switches_us);
    slots[STANDING_NEXT_START_AT] = cell_time(next_start(referral));
    slots[STANDING_URGENT] = cell_bool((flags & FLAG_URGENT) != 0);
    slots[STANDING_CUSTODY] = cell_bool((flags & FLAG_CUSTODY) != 0);
    slots[STANDING_RISK_REVIEW] = cell_bool((flags & FLAG_RISK_REVIEW) != 0);
    slots[STANDING_MERGED] = cell_bool((flags & FLAG_MERGED) != 0);
    slots[STANDING_CLOSED_WITHOUT_CONTACT] = cell_bool((flags & FLAG_CLOSED_WITHOUT_CONTACT) != 0);
    slots[STANDING_PLANNED] = cell_number(sessions_planned(referral));
    slots[STANDING_HELD] = cell_number(sessions_held(referral));
    slots[STANDING_RECORDED] = cell_number(sessions_recorded(referral));
    slots[STANDING_OUTCOMES] = cell_number(outcomes);
    return RES_DONE;
}

static const struct table standing_table = {
    .name = "standing",
    .walk = {"referrals"},
    .columns = standing_columns,
    .column_count = ARRAY_LEN(standing_columns),
    .key_count = 2,
    .make = make_standing,
};

/* --- scope -------------------------------------------------------------------------------------*/

enum { SCOPE_KIND, SCOPE_CODE, SCOPE_OPEN };

static const struct column scope_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    SLOT("kind", COL_TEXT, SCOPE_KIND),
    SLOT("code", COL_TEXT, SCOPE_CODE),
    SLOT("open", COL_BOOL, SCOPE_OPEN),
};

static res_t scope_add(
    const struct row_source *source, struct made *ret, const char *kind, struct view code)
{
    if (code.ptr == NULL || code.len == 0)
        return RES_DONE;
    struct cell *slots = made_add(ret, source->arena);
    if (slots == NULL)
        return ARENA_FULL;
    slots[SCOPE_KIND] = cell_text(kind);
    slots[SCOPE_CODE] = cell_view(code);
    slots[SCOPE_OPEN] = cell_bool(open_now(source, source->item[1]));
    return RES_DONE;
}

static res_t scope_add_all(
    const struct row_source *source, struct made *ret, const char *kind, struct view_array codes)
{
    for (size_t i = 0; i < codes.len; i++)
        TRY(scope_add(source, ret, kind, codes.items[i]));
    return RES_DONE;
}

/* An absent field is all zero, so that its text is absent and its array is empty. */
static res_t make_scope(const struct row_source *source, struct made *ret)
{
    const struct dossier_referral *referral = source->item[1];
    const struct terms *terms = &referral->terms;
    TRY(scope_add(source, ret, "practitioner", referral->practitioner));
    TRY(scope_add(source, ret, "unit", referral->unit));
    TRY(scope_add(source, ret, "contract", terms->code));
    TRY(scope_add(source, ret, "organisation", terms->prime));
    TRY(scope_add_all(source, ret, "organisation", terms->subcontractors));
    TRY(scope_add_all(source, ret, "region", terms->regions));
    return scope_add_all(source, ret, "area", terms->areas);
}

static const struct reads scope_reads[] = {
    {0, "erasedAt"},
    {1, "practitioner"},
    {1, "unit"},
    {1, "terms"},
    {1, "end"},
};
static const struct table scope_table = {
    .name = "scope",
    .walk = {"referrals"},
    .columns = scope_columns,
    .column_count = ARRAY_LEN(scope_columns),
    .key_count = 4,
    .make = make_scope,
    .reads = scope_reads,
    .read_count = ARRAY_LEN(scope_reads),
};

/* --- the small ones ----------------------------------------------------------------------------*/

static const struct column category_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    PLACE("place", 2),
    FIELD("category", COL_UUID, 2, "id"),
    FIELD("complexity", COL_UUID, 2, "complexity"),
};
static const struct table category_table = {
    .name = "category",
    .walk = {"referrals", "categories"},
    .columns = category_columns,
    .column_count = ARRAY_LEN(category_columns),
    .key_count = 3,
};

static const struct column chosen_outcome_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    PLACE("category_place", 2),
    PLACE("place", 3),
    FIELD("category", COL_UUID, 2, "id"),
    FIELD("outcome", COL_UUID, 3, ""),
};
static const struct table chosen_outcome_table = {
    .name = "chosen_outcome",
    .walk = {"referrals", "categories", "outcomes"},
    .columns = chosen_outcome_columns,
    .column_count = ARRAY_LEN(chosen_outcome_columns),
    .key_count = 4,
};

static const struct column caseworker_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    PLACE("place", 3),
    FIELD("worker", COL_TEXT, 3, "userId"),
    FIELD("organisation", COL_TEXT, 3, "organisation"),
    FIELD("assigned_at", COL_TIME, 2, "at"),
    FIELD("assigned_by", COL_TEXT, 2, "by"),
    FIELD("assigned_record", COL_UUID, 2, "record"),
};
static const struct table caseworker_table = {
    .name = "caseworker",
    .walk = {"referrals", "assignments[last]", "workers"},
    .columns = caseworker_columns,
    .column_count = ARRAY_LEN(caseworker_columns),
    .key_count = 3,
};

static const struct column referral_alias_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("referral", COL_UUID, 1, "id"),
    PLACE("place", 2),
    FIELD("kind", COL_TEXT, 2, "kind"),
    FIELD("alias", COL_UUID, 2, "id"),
    FIELD("number", COL_INT, 2, "number"),
};
static const struct table referral_alias_table = {
    .name = "referral_alias",
    .walk = {"referrals", "aliases"},
    .columns = referral_alias_columns,
    .column_count = ARRAY_LEN(referral_alias_columns),
    .key_count = 3,
};

const struct table *const state_tables_referral[] = {
    &referral_table,
    &standing_table,
    &scope_table,
    &category_table,
    &chosen_outcome_table,
    &caseworker_table,
    &referral_alias_table,
    NULL,
};
