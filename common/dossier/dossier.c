#include "dossier/dossier.h"

#include "dossier/evolve.h"

struct dossier *dossier_empty(struct arena *arena)
{
    return ARENA_NEW(arena, struct dossier);
}

struct dossier_head dossier_head_of(const struct dossier *dossier)
{
    return (struct dossier_head){dossier->version, dossier->history};
}

int64_t fact_time(const struct meta *meta)
{
    return meta->actor.kind == ACTOR_KIND_IMPORT ? meta->occurred_at : meta->recorded_at;
}

/* What people see as a version does not move when somebody merely read or was sent something. */
static bool is_seen(enum event_type type)
{
    return type != EVENT_COMMAND_REFUSED && type != EVENT_RISK_DISCLOSED;
}

res_t dossier_count(const struct dossier *before, const struct event *event,
    struct view record_bytes, struct arena *arena, struct dossier **ret)
{
    struct dossier *after = NULL;
    TRY(dossier_evolve(before, event, arena, &after));
    after->person = event_meta(event)->person;
    after->version = before->version + 1;
    after->history = history_next(before->history, record_bytes);
    if (is_seen(event->type))
        after->seen_version = after->version;
    *ret = after;
    return RES_DONE;
}

const struct dossier_referral *dossier_referral(const struct dossier *dossier, struct uuid id)
{
    for (size_t i = 0; i < dossier->referrals.len; i++)
        if (uuid_eq(dossier->referrals.items[i].id, id))
            return &dossier->referrals.items[i];
    return NULL;
}

const struct dossier_appointment *referral_appointment(
    const struct dossier_referral *referral, struct uuid id)
{
    for (size_t i = 0; i < referral->appointments.len; i++)
        if (uuid_eq(referral->appointments.items[i].id, id))
            return &referral->appointments.items[i];
    return NULL;
}

const struct dossier_concern *referral_concern(
    const struct dossier_referral *referral, struct uuid id)
{
    for (size_t i = 0; i < referral->concerns.len; i++)
        if (uuid_eq(referral->concerns.items[i].id, id))
            return &referral->concerns.items[i];
    return NULL;
}

const struct dossier_plan *referral_plan(const struct dossier_referral *referral, int32_t version)
{
    for (size_t i = 0; i < referral->plans.len; i++)
        if (referral->plans.items[i].plan_version == version)
            return &referral->plans.items[i];
    return NULL;
}

const struct dossier_assignment *referral_caseworkers(const struct dossier_referral *referral)
{
    size_t len = referral->assignments.len;
    if (len == 0 || referral->assignments.items[len - 1].workers.len == 0)
        return NULL;
    return &referral->assignments.items[len - 1];
}

bool referral_has_caseworker(const struct dossier_referral *referral, struct view user)
{
    const struct dossier_assignment *now = referral_caseworkers(referral);
    for (size_t i = 0; now != NULL && i < now->workers.len; i++)
        if (view_eq(now->workers.items[i].user_id, user))
            return true;
    return false;
}

const struct dossier_plan *referral_approved_plan(const struct dossier_referral *referral)
{
    for (size_t i = referral->plans.len; i > 0; i--)
        if (referral->plans.items[i - 1].state == PLAN_STATE_APPROVED)
            return &referral->plans.items[i - 1];
    return NULL;
}

bool referral_ended(const struct dossier_referral *referral)
{
    return HAS(referral, DOSSIER_REFERRAL_END);
}

bool referral_closing(const struct dossier_referral *referral)
{
    return !referral_ended(referral) && HAS(referral, DOSSIER_REFERRAL_WITHDRAWAL) &&
           referral->withdrawal.report_due;
}

bool appointment_live(const struct dossier_appointment *appointment)
{
    return !HAS(appointment, DOSSIER_APPOINTMENT_CANCELLED_AT) &&
           !HAS(appointment, DOSSIER_APPOINTMENT_ATTENDANCE_RECORD);
}

bool appointment_has_feedback(const struct dossier_appointment *appointment)
{
    return HAS(appointment, DOSSIER_APPOINTMENT_FEEDBACK_AT);
}

bool appointment_held(const struct dossier_appointment *appointment)
{
    return appointment_has_feedback(appointment) && appointment->attended && appointment->happened;
}

bool appointment_missed(const struct dossier_appointment *appointment)
{
    return HAS(appointment, DOSSIER_APPOINTMENT_ATTENDED) && !appointment->attended;
}

bool session_held(const struct dossier_referral *referral, int32_t session)
{
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *one = &referral->appointments.items[i];
        if (one->session == session && appointment_held(one))
            return true;
    }
    return false;
}

bool session_recorded(const struct dossier_referral *referral, int32_t session)
{
    bool feedback = false;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        const struct dossier_appointment *one = &referral->appointments.items[i];
        if (one->session != session)
            continue;
        if (appointment_live(one))
            return false;
        feedback |= appointment_has_feedback(one);
    }
    return feedback;
}

/* Each session counts once, at the first of its appointments. */
static int32_t count_sessions(const struct dossier_referral *referral,
    bool (*is)(const struct dossier_referral *referral, int32_t session))
{
    int32_t count = 0;
    for (size_t i = 0; i < referral->appointments.len; i++) {
        int32_t session = referral->appointments.items[i].session;
        size_t first = 0;
        while (referral->appointments.items[first].session != session)
            first++;
        count += session >= 1 && first == i && is(referral, session);
    }
    return count;
}

int32_t sessions_held(const struct dossier_referral *referral)
{
    if (HAS(referral, DOSSIER_REFERRAL_HELD))
        return referral->held;
    return count_sessions(referral, session_held);
}

int32_t sessions_recorded(const struct dossier_referral *referral)
{
    if (HAS(referral, DOSSIER_REFERRAL_RECORDED))
        return referral->recorded;
    return count_sessions(referral, session_recorded);
}

int32_t sessions_planned(const struct dossier_referral *referral)
{
    const struct dossier_plan *plan = referral_approved_plan(referral);
    return plan != NULL ? plan->sessions : 0;
}

int32_t dossier_risk_version(const struct dossier *dossier)
{
    return HAS(dossier, DOSSIER_RISK) ? dossier->risk.risk_version : 0;
}

bool risk_acknowledged(const struct dossier *dossier, struct view user)
{
    for (size_t i = 0; i < dossier->acknowledgements.len; i++) {
        const struct dossier_acknowledgement *one = &dossier->acknowledgements.items[i];
        if (view_eq(one->user, user))
            return one->risk_version == dossier_risk_version(dossier);
    }
    return false;
}

int32_t risk_read(const struct dossier *dossier, struct view user, enum risk_reader reader)
{
    for (size_t i = 0; i < dossier->readings.len; i++) {
        const struct dossier_reading *one = &dossier->readings.items[i];
        if (one->reader == (int32_t)reader && view_eq(one->user, user))
            return one->risk_version;
    }
    return 0;
}
