/* The dossier: what is remembered of one person, as the fold of the records that count. Pure: same
 * records, same bytes. dossier_evolve shares what did not change with `before`, so both live as
 * long as their arenas; views point into the record that was applied. */
#ifndef DOSSIER_DOSSIER_H
#define DOSSIER_DOSSIER_H

#include "base/arena.h"
#include "base/res.h"
#include "dossier/referee.h"
#include "event/event.h"

/* The dossier of somebody of whom nothing is known: version 0. NULL when the arena is full. */
struct dossier *dossier_empty(struct arena *arena);
struct dossier_head dossier_head_of(const struct dossier *dossier);

/* Applies one record that counts: state, then version, history and seen version. `record_bytes` as
 * they stand on the log. A refusal moves version and history only. RES_FATAL: arena full. */
res_t MUST_USE dossier_count(const struct dossier *before, const struct event *event,
    struct view record_bytes, struct arena *arena, struct dossier **ret);

/* The state alone; version, history and seen version stay. Total: an event about a part that the
 * dossier does not hold changes nothing. RES_FATAL: arena full. */
res_t MUST_USE dossier_evolve(const struct dossier *before, const struct event *event,
    struct arena *arena, struct dossier **ret);

/* When a fact counts as stated: when recorded; of an import, when it happened. µs UTC. */
int64_t fact_time(const struct meta *meta);

/* Look-ups; NULL: not there. The part stays owned by the dossier. */
const struct dossier_referral *dossier_referral(const struct dossier *dossier, struct uuid id);
const struct dossier_appointment *referral_appointment(
    const struct dossier_referral *referral, struct uuid id);
const struct dossier_concern *referral_concern(
    const struct dossier_referral *referral, struct uuid id);
const struct dossier_plan *referral_plan(const struct dossier_referral *referral, int32_t version);
/* The assignment in force; NULL: nobody assigned. */
const struct dossier_assignment *referral_caseworkers(const struct dossier_referral *referral);
bool referral_has_caseworker(const struct dossier_referral *referral, struct view user);
/* The newest approved version; NULL: none. */
const struct dossier_plan *referral_approved_plan(const struct dossier_referral *referral);
bool referral_ended(const struct dossier_referral *referral);
/* Withdrawn, and the report that ends it is still due. */
bool referral_closing(const struct dossier_referral *referral);

/* No outcome on record and not cancelled. */
bool appointment_live(const struct dossier_appointment *appointment);
bool appointment_has_feedback(const struct dossier_appointment *appointment);
/* Came, took place, feedback given. */
bool appointment_held(const struct dossier_appointment *appointment);
/* Did not come, with or without feedback. */
bool appointment_missed(const struct dossier_appointment *appointment);

/* A session of the referral: held; or recorded (feedback, and nothing live). */
bool session_held(const struct dossier_referral *referral, int32_t session);
bool session_recorded(const struct dossier_referral *referral, int32_t session);
/* How many sessions from 1 up were held, were recorded: once closing or ended, as they stood at the
 * ending command; and how many the newest approved plan has, 0 without. */
int32_t sessions_held(const struct dossier_referral *referral);
int32_t sessions_recorded(const struct dossier_referral *referral);
int32_t sessions_planned(const struct dossier_referral *referral);

/* 0: no risk version was shared. */
int32_t dossier_risk_version(const struct dossier *dossier);
/* The user acknowledged the version in force. */
bool risk_acknowledged(const struct dossier *dossier, struct view user);
/* The last version that the user opened in that role; 0: none. */
int32_t risk_read(const struct dossier *dossier, struct view user, enum risk_reader reader);

#endif
