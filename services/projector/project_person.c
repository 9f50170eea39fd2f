/* Tables of a person: the dossier itself, risk, who read and acknowledged it. */
#include "projector/project_table.h"

enum { DOSSIER_PACKED };

static res_t make_dossier(const struct row_source *source, struct made *ret)
{
    struct cell *slots = made_add(ret, source->arena);
    if (slots == NULL)
        return FATAL("a batch does not fit into its memory");
    slots[DOSSIER_PACKED] = cell_view(source->dossier->packed);
    return RES_DONE;
}

static const struct column dossier_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("version", COL_LONG, 0, "version"),
    FIELD("history", COL_BYTES, 0, "history"),
    FIELD("seen_version", COL_LONG, 0, "seenVersion"),
    SLOT("packed", COL_BYTES, DOSSIER_PACKED),
};
static const struct table dossier_table = {
    .name = "dossier",
    .columns = dossier_columns,
    .column_count = ARRAY_LEN(dossier_columns),
    .key_count = 1,
    .make = make_dossier,
};

static const struct column risk_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("risk_version", COL_INT, 1, "riskVersion"),
    FIELD("basis", COL_TEXT, 1, "basis"),
    FIELD("source", COL_TEXT, 1, "source"),
    FIELD("assessed_at", COL_TIME, 1, "assessedAt"),
    FIELD("review_by", COL_DATE, 1, "reviewBy"),
    FIELD("urgent", COL_BOOL, 1, "urgent"),
    FIELD("approved", COL_BOOL, 1, "approved"),
    FIELD("disclosed", COL_INT, 1, "disclosed"),
    FIELD("withheld", COL_INT, 1, "withheld"),
    FIELD("not_assessed", COL_INT, 1, "notAssessed"),
    FIELD("shared_at", COL_TIME, 1, "sharedAt"),
    FIELD("shared_by", COL_TEXT, 1, "sharedBy"),
    FIELD("organisation", COL_TEXT, 1, "organisation"),
    FIELD("shared_record", COL_UUID, 1, "record"),
    FIELD("confirmed_at", COL_TIME, 1, "confirmedAt"),
    FIELD("confirmed_by", COL_TEXT, 1, "confirmedBy"),
    FIELD("confirmed_record", COL_UUID, 1, "confirmedRecord"),
};
static const struct table risk_table = {
    .name = "risk",
    .walk = {"risk"},
    .columns = risk_columns,
    .column_count = ARRAY_LEN(risk_columns),
    .key_count = 1,
};

static const struct column risk_review_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("cause", COL_TEXT, 1, "cause"),
    FIELD("since_at", COL_TIME, 1, "since"),
    FIELD("urgent", COL_BOOL, 1, "urgent"),
    FIELD("urgent_since_at", COL_TIME, 1, "urgentSince"),
    FIELD("record", COL_UUID, 1, "record"),
};
static const struct table risk_review_table = {
    .name = "risk_review",
    .walk = {"review"},
    .columns = risk_review_columns,
    .column_count = ARRAY_LEN(risk_review_columns),
    .key_count = 1,
};

static const struct column acknowledgement_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("worker", COL_TEXT, 1, "user"),
    FIELD("risk_version", COL_INT, 1, "riskVersion"),
    FIELD("organisation", COL_TEXT, 1, "organisation"),
    FIELD("referral", COL_UUID, 1, "referral"),
    FIELD("acknowledged_at", COL_TIME, 1, "at"),
    FIELD("acknowledged_record", COL_UUID, 1, "record"),
};
static const struct table acknowledgement_table = {
    .name = "acknowledgement",
    .walk = {"acknowledgements"},
    .columns = acknowledgement_columns,
    .column_count = ARRAY_LEN(acknowledgement_columns),
    .key_count = 2,
};

static const struct column reading_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("reader", COL_TEXT, 1, "user"),
    FIELD("role", COL_TEXT, 1, "reader"),
    FIELD("risk_version", COL_INT, 1, "riskVersion"),
    FIELD("organisation", COL_TEXT, 1, "organisation"),
    FIELD("read_at", COL_TIME, 1, "at"),
    FIELD("read_record", COL_UUID, 1, "record"),
};
static const struct table reading_table = {
    .name = "reading",
    .walk = {"readings"},
    .columns = reading_columns,
    .column_count = ARRAY_LEN(reading_columns),
    .key_count = 3,
};

const struct table *const state_tables_person[] = {
    &dossier_table,
    &risk_table,
    &risk_review_table,
    &acknowledgement_table,
    &reading_table,
    NULL,
};
