/* The referral page: sessions, deadlines, the latest facts. */
#include "gateway/model.h"

#include "base/clock.h"

#include <stdio.h>

enum { DEADLINES_MAX = 64, WORDS_MAX = 6 };

static res_t put_sessions(
    struct call *call, const struct case_file *file, struct referral_model *ret)
{
    size_t count = file->referral->appointments.len;
    struct session_line *lines = arena_array(call->arena, count, sizeof(*lines));
    if (lines == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++) {
        const struct dossier_appointment *appointment =
            &file->referral->appointments.items[count - 1 - i];
        lines[i] = model_session(call, appointment);
        ret->sessions_booked += appointment_live(appointment) && appointment->start > call->now_us;
    }
    ret->sessions = lines;
    ret->session_count = count;
    ret->sessions_planned = sessions_planned(file->referral);
    ret->sessions_held = sessions_held(file->referral);
    return RES_DONE;
}

static res_t put_deadlines(
    struct call *call, const struct case_file *file, struct referral_model *ret)
{
    struct deadline found[DEADLINES_MAX];
    size_t count = deadlines_of(file->dossier, file->referral, found, DEADLINES_MAX);
    count = count < DEADLINES_MAX ? count : DEADLINES_MAX;
    struct deadline_row *rows = arena_array(call->arena, count, sizeof(*rows));
    if (rows == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct deadline_row){
            .code = view_of(deadline_text(found[i].code)),
            .due_us = found[i].due_us,
            .met_us = found[i].met_us,
            .overdue = found[i].met_us == 0 && found[i].due_us < call->now_us,
        };
    ret->deadlines = rows;
    ret->deadline_count = count;
    return RES_DONE;
}

static struct view worker_names(struct call *call, const struct dossier_referral *referral)
{
    const struct dossier_assignment *assigned = referral_caseworkers(referral);
    struct view names = VIEW_NONE;
    for (size_t i = 0; assigned != NULL && i < assigned->workers.len; i++) {
        struct view name = model_user_name(call, assigned->workers.items[i].user_id);
        names = names.ptr == NULL
                    ? name
                    : arena_printf(call->arena, "%.*s, %.*s", VIEW_ARG(names), VIEW_ARG(name));
    }
    return names;
}

static struct view practitioner_name(struct call *call, const struct case_file *file)
{
    const struct referral_submitted *submitted = file->submitted.body;
    const struct fact_place place = {
        &practitioner_desc, &submitted->practitioner, "name", "/practitioner/name"};
    struct view name = fact_text(call, &file->keys, &place);
    return name.ptr != NULL ? name : model_user_name(call, file->referral->practitioner);
}

/* The session that may be booked next; -1: none. */
static int32_t next_book(struct call *call, const struct case_file *file)
{
    struct status status = status_of(file->dossier, file->referral, call->now_us);
    bool mine = call->who.kind == ACTOR_KIND_PROVIDER;
    bool open = !referral_ended(file->referral) && referral_caseworkers(file->referral) != NULL;
    if (!mine || !open)
        return -1;
    if (status.action == ACTION_BOOK || status.action == ACTION_BOOK_OR_COMPLETE)
        return status.session;
    if (status.action != ACTION_ACKNOWLEDGE)
        return -1;
    /* Risk comes first, but what is booked then is known already. */
    for (int32_t session = 0; session <= 100; session++)
        if (!session_held(file->referral, session) &&
            (model_session_current(file->referral, session) == NULL ||
                !appointment_live(model_session_current(file->referral, session))))
            return session;
    return -1;
}

res_t model_referral(struct call *call, const struct case_file *file, struct referral_model *ret)
{
    bool provider = call->who.kind == ACTOR_KIND_PROVIDER;
    bool open = !referral_ended(file->referral);
    *ret = (struct referral_model){
        .row = file->row,
        .person = call->person,
        .crn = file->person.crn,
        .practitioner = practitioner_name(call, file),
        .caseworkers = worker_names(call, file->referral),
        .risk = model_risk_line(call, file),
        .seen = file->dossier->seen_version,
        .next_book = next_book(call, file),
        .may_assign = provider && open,
        .may_record = provider,
        .may_share_risk = call->who.kind == ACTOR_KIND_PRACTITIONER,
    };
    TRY(put_sessions(call, file, ret));
    TRY(put_deadlines(call, file, ret));
    return model_facts(call, file, 10, ret);
}
