/* One referral: its dossier, who it is about, where it stands. */
#include "gateway/model.h"

#include "base/clock.h"

res_t model_dossier(struct call *call, struct uuid person, const struct dossier **ret)
{
    static const struct pg_sql sql = {
        "dossier_find", "SELECT packed FROM read.dossier WHERE person = $1"};
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, &params, &rows));
    *ret = NULL;
    if (pg_rows_count(rows) == 0)
        return RES_DONE;
    struct view packed = arena_copy(call->arena, pg_bytes(rows, 0, 0));
    TRY(pg_rows_ok(rows));
    struct dossier *dossier = NULL;
    enum frame_fault fault =
        codec_read_dossier(call->gateway->registry, packed, call->arena, &dossier);
    if (fault == FRAME_NO_ROOM || packed.ptr == NULL)
        return RETRY("the request needs more memory than it may");
    if (fault != FRAME_OK)
        return FATAL("a dossier in the read model cannot be decoded");
    *ret = dossier;
    return RES_DONE;
}

static int64_t next_start(const struct dossier_referral *referral, int64_t now_us)
{
    int64_t next = 0;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *appointment = &referral->appointments.items[i];
        if (appointment_live(appointment) && appointment->start >= now_us &&
            (next == 0 || appointment->start < next))
            next = appointment->start;
    }
    return next;
}

static struct case_row row_of(struct call *call, const struct case_file *file)
{
    const struct dossier_referral *referral = file->referral;
    const struct terms *terms = &referral->terms;
    struct status status = status_of(file->dossier, referral, call->now_us);
    const char *action = action_text(status.action);
    const char *turn = turn_text(status.turn);
    return (struct case_row){
        .referral = referral->id,
        .name = {file->person.first, file->person.last},
        .reference = referral->reference,
        .service = model_service_name(call, terms->service_id, terms->code),
        .provider = model_organisation_name(call, terms->prime),
        .status = view_of(status_text(status.code)),
        .action = action[0] != '\0' ? view_of(action) : VIEW_NONE,
        .turn = turn[0] != '\0' ? view_of(turn) : VIEW_NONE,
        .due_us = status.due_us,
        .next_at_us = next_start(referral, call->now_us),
        .overdue = status.due_us != 0 && status.due_us < call->now_us,
    };
}

res_t case_file_open(struct call *call, struct case_file *ret, bool *ret_found)
{
    *ret = (struct case_file){0};
    *ret_found = false;
    TRY(model_dossier(call, call->person, &ret->dossier));
    if (ret->dossier != NULL)
        ret->referral = dossier_referral(ret->dossier, call->referral);
    if (ret->referral == NULL)
        return RES_DONE;
    bool found;
    TRY(fact_find(call, call->person, ret->referral->record, &ret->submitted, &found));
    if (!found)
        return FATAL("the read model has a referral without the fact that sent it");
    TRY(fact_keys_open(call, call->person, &ret->keys));
    ret->person = query_person_of(call, &ret->keys, &ret->submitted);
    ret->row = row_of(call, ret);
    *ret_found = true;
    return RES_DONE;
}

void case_file_done(struct case_file *file)
{
    fact_keys_done(&file->keys);
}

static bool everybody_acknowledged(const struct case_file *file)
{
    const struct dossier_assignment *assigned = referral_caseworkers(file->referral);
    for (size_t i = 0; assigned != NULL && i < assigned->workers.len; i++)
        if (!risk_acknowledged(file->dossier, assigned->workers.items[i].user_id))
            return false;
    return assigned != NULL;
}

static enum risk_state risk_state_of(const struct case_file *file, const struct risk_line *line)
{
    const struct dossier_risk *risk = &file->dossier->risk;
    if (line->version == 0)
        return RISK_MISSING;
    if (risk->basis == RISK_BASIS_NOT_AUTHORISED)
        return RISK_UNAUTHORISED;
    if (risk->basis == RISK_BASIS_UNAVAILABLE)
        return RISK_UNAVAILABLE;
    if (everybody_acknowledged(file))
        return RISK_READ;
    return line->read_us != 0 ? RISK_OUTDATED : RISK_UNREAD;
}

struct risk_line model_risk_line(struct call *call, const struct case_file *file)
{
    const struct dossier *dossier = file->dossier;
    struct risk_line line = {
        .version = dossier_risk_version(dossier),
        .shared_us = dossier->risk.shared_at,
        .mine_to_read = dossier_risk_version(dossier) > 0 &&
                        call->who.kind == ACTOR_KIND_PROVIDER &&
                        referral_has_caseworker(file->referral, call->who.user) &&
                        !risk_acknowledged(dossier, call->who.user),
    };
    for (size_t i = 0; i < dossier->acknowledgements.len; i++) {
        const struct dossier_acknowledgement *read = &dossier->acknowledgements.items[i];
        if (read->at >= line.read_us) {
            line.read_by = model_user_name(call, read->user);
            line.read_us = read->at;
        }
    }
    line.state = risk_state_of(file, &line);
    return line;
}

static struct view session_state(const struct dossier_appointment *appointment, int64_t now_us)
{
    if (HAS(appointment, DOSSIER_APPOINTMENT_CANCELLED_AT))
        return VIEW("cancelled");
    if (!HAS(appointment, DOSSIER_APPOINTMENT_ATTENDED))
        return appointment->start > now_us ? VIEW("booked") : VIEW("unrecorded");
    if (appointment_missed(appointment))
        return VIEW("missed");
    if (!appointment->happened)
        return VIEW("not-held");
    return appointment->late ? VIEW("late") : VIEW("attended");
}

struct session_line model_session(struct call *call, const struct dossier_appointment *appointment)
{
    struct session_line line = {
        .session = appointment->session,
        .appointment = appointment->id,
        .start_us = appointment->start,
        .minutes = appointment->minutes,
        .method = model_symbol(&method_enum, appointment->method),
        .state = session_state(appointment, call->now_us),
    };
    if (HAS(appointment, DOSSIER_APPOINTMENT_NOTICE)) {
        line.notice_how = model_symbol(&notice_how_enum, appointment->notice.how);
        line.notice_us = appointment->notice.at;
    }
    return line;
}

const struct dossier_appointment *model_session_current(
    const struct dossier_referral *referral, int32_t session)
{
    const struct dossier_appointment *found = NULL;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *appointment = &referral->appointments.items[i];
        if (appointment->session == session &&
            (found == NULL || appointment_live(appointment) || !appointment_live(found)))
            found = appointment;
    }
    return found;
}
