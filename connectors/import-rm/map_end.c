/* How a referral ends, and what was noted on the way. */
#include "import-rm/map_build.h"

void map_case_notes(struct build *build, struct view referral)
{
    const struct rm_rows *rows = &build->person->case_notes;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[NOTE_REFERRAL], referral))
            continue;
        struct case_note_added *note = build_start(build, COMMAND_ADD_CASE_NOTE, sizeof *note);
        if (note == NULL)
            return;
        put_uuid(build, note, CASE_NOTE_ADDED_NOTE_ID, &note->note_id, row[NOTE_ID]);
        put_sealed(build, note, CASE_NOTE_ADDED_SUBJECT, &note->subject, row[NOTE_SUBJECT]);
        put_sealed(build, note, CASE_NOTE_ADDED_BODY, &note->body, row[NOTE_BODY]);
        build_unknown(build, "/notify");
        build_end(build, &(struct build_meta){"case_note", row[NOTE_ID], referral,
                             row[NOTE_SENT_AT], row[NOTE_SENT_BY]});
    }
}

static void put_code(
    struct build *build, struct referral_withdrawn *withdrawn, const struct view *row)
{
    int32_t code = desc_symbol(&withdrawal_code_enum, row[REF_WITHDRAWN_CODE]);
    withdrawn->code = code < 0 ? WITHDRAWAL_CODE_UNKNOWN : code;
    SET(withdrawn, REFERRAL_WITHDRAWN_CODE);
    build_kept(build, "referral.end_requested_reason_code", row[REF_WITHDRAWN_OLD_CODE]);
    if (withdrawn->code != WITHDRAWAL_CODE_UNKNOWN)
        return;
    build_unknown(build, "/code");
    build_kept(build, "referral.withdrawal_reason_code", row[REF_WITHDRAWN_CODE]);
}

/* What it leaves out is derived: how far it had come, whether a report is due. */
void map_withdrawal(struct build *build, const struct view *row)
{
    if (!cell_is(row[REF_WITHDRAWN], "true"))
        return;
    struct referral_withdrawn *withdrawn =
        build_start(build, COMMAND_WITHDRAW_REFERRAL, sizeof *withdrawn);
    if (withdrawn == NULL)
        return;
    put_code(build, withdrawn, row);
    if (!put_sealed(build, withdrawn, REFERRAL_WITHDRAWN_COMMENTS, &withdrawn->comments,
            row[REF_WITHDRAWN_COMMENTS]))
        build_unknown(build, "/comments");
    put_time(build, withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT, &withdrawn->concluded_at,
        row[REF_WITHDRAWN_CONCLUDED_AT]);
    struct view key = arena_printf(build->context->arena, "%.*s:withdrawal", VIEW_ARG(row[REF_ID]));
    build_end(build, &(struct build_meta){"referral", key, row[REF_ID], row[REF_WITHDRAWN_AT],
                         row[REF_WITHDRAWN_BY]});
}

static struct report_outcome_array put_outcomes(struct build *build, struct view report_id)
{
    const struct rm_rows *rows = &build->person->report_outcomes;
    struct report_outcome *items = arena_array(build->context->arena, rows->count, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; items != NULL && i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[OUT_REPORT], report_id))
            continue;
        struct report_outcome *outcome = &items[count++];
        put_uuid(build, outcome, REPORT_OUTCOME_ID, &outcome->id, row[OUT_ID]);
        outcome->level = cell_is(row[OUT_LEVEL], "ACHIEVED")             ? OUTCOME_LEVEL_ACHIEVED
                         : cell_is(row[OUT_LEVEL], "PARTIALLY_ACHIEVED") ? OUTCOME_LEVEL_PARTLY
                         : cell_is(row[OUT_LEVEL], "NOT_ACHIEVED")       ? OUTCOME_LEVEL_NOT
                                                                         : OUTCOME_LEVEL_UNKNOWN;
        SET(outcome, REPORT_OUTCOME_LEVEL);
        put_sealed(build, outcome, REPORT_OUTCOME_PROGRESS, &outcome->progress, row[OUT_PROGRESS]);
        put_sealed(build, outcome, REPORT_OUTCOME_FURTHER, &outcome->further, row[OUT_FURTHER]);
    }
    return (struct report_outcome_array){items, count};
}

void map_reports(struct build *build, struct view referral)
{
    const struct rm_rows *rows = &build->person->reports;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[REP_REFERRAL], referral))
            continue;
        struct report_submitted *report = build_start(build, COMMAND_SUBMIT_REPORT, sizeof *report);
        if (report == NULL)
            return;
        put_uuid(build, report, REPORT_SUBMITTED_REPORT_ID, &report->report_id, row[REP_ID]);
        report->outcomes = put_outcomes(build, row[REP_ID]);
        SET(report, REPORT_SUBMITTED_OUTCOMES);
        put_sealed(build, report, REPORT_SUBMITTED_INFORMATION, &report->information,
            row[REP_INFORMATION]);
        put_time(build, report, REPORT_SUBMITTED_CONCLUDED_AT, &report->concluded_at,
            row[REP_CONCLUDED_AT]);
        build_kept(build, "end_of_service_report.created_at", row[REP_CREATED_AT]);
        build_kept(build, "end_of_service_report.created_by_id", row[REP_CREATED_BY]);
        build_end(build, &(struct build_meta){"end_of_service_report", row[REP_ID], referral,
                             row[REP_SUBMITTED_AT], row[REP_SUBMITTED_BY]});
    }
}
