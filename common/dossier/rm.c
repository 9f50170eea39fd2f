#include "dossier/rm.h"

#include <string.h>

static const char *end_state(const struct dossier_referral *r)
{
    if (!referral_ended(r))
        return "";
    if (!HAS(r, DOSSIER_REFERRAL_WITHDRAWAL))
        return "completed";
    return HAS(r, DOSSIER_REFERRAL_REPORT) ? "ended" : "cancelled";
}

static const char *tab(const struct dossier_referral *r)
{
    if (!referral_ended(r))
        return referral_caseworkers(r) != NULL ? "open" : "unassigned";
    bool cancelled = HAS(r, DOSSIER_REFERRAL_WITHDRAWAL) && !HAS(r, DOSSIER_REFERRAL_REPORT);
    return cancelled ? "cancelled" : "completed";
}

static const char *delivery_state(const struct dossier_referral *r)
{
    if (referral_approved_plan(r) == NULL)
        return "NOT_DELIVERING_YET";
    if (sessions_held(r) == 0)
        return "MISSING_FIRST_SUBSTANTIVE_APPOINTMENT";
    return sessions_recorded(r) < sessions_planned(r) ? "IN_PROGRESS" : "COMPLETED";
}

/* Of the ending event. Without a report nothing was delivered that R&M counts. */
static const char *event_state(const struct dossier_referral *r)
{
    if (!referral_ended(r))
        return "";
    static const char *const states[] = {
        [END_KIND_WITHDRAWN] = "CANCELLED",
        [END_KIND_ENDED_EARLY] = "PREMATURELY_ENDED",
        [END_KIND_COMPLETED] = "COMPLETED",
        [END_KIND_UNKNOWN] = "",
    };
    if (HAS(r, DOSSIER_REFERRAL_WITHDRAWAL) && !HAS(r, DOSSIER_REFERRAL_REPORT))
        return "CANCELLED";
    return states[r->end.kind];
}

static const char *withdrawal_state(const struct dossier_referral *r)
{
    if (!HAS(r, DOSSIER_REFERRAL_WITHDRAWAL))
        return "";
    if (sessions_held(r) == 0)
        return "PRE_ICA_WITHDRAWAL";
    return view_eq_text(r->withdrawal.code, "EAR") ? "POST_ICA_CLOSE_REFERRAL_EARLY"
                                                   : "POST_ICA_WITHDRAWAL";
}

static const char *sas(const struct dossier_referral *r)
{
    if (HAS(r, DOSSIER_REFERRAL_WITHDRAWAL))
        return "WITHDRAWN";
    return referral_ended(r) && HAS(r, DOSSIER_REFERRAL_REPORT) ? "COMPLETED" : "LIVE";
}

struct rm_values rm_values_of(const struct dossier_referral *referral)
{
    return (struct rm_values){
        .tab = tab(referral),
        .status = sessions_held(referral) > 0 ? "POST_ICA" : "PRE_ICA",
        .delivery_state = delivery_state(referral),
        .event_state = event_state(referral),
        .withdrawal_state = withdrawal_state(referral),
        .end_state = end_state(referral),
        .sas = sas(referral),
    };
}
