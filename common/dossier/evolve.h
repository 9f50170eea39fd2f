/* Inside common/dossier: how one event changes the state. Each family's changes stand in their own
 * file; dossier_evolve (evolve.c) chooses by a table, one row an event. */
#ifndef DOSSIER_EVOLVE_H
#define DOSSIER_EVOLVE_H

#include "dossier/dossier.h"

/* Somebody's readings and acknowledgements are kept for so many people; beyond it the one stated
 * longest ago goes: who opens or acknowledges again is simply there again. */
enum { READERS_MAX = 200 };
/* So many changes to the risk are told from new ones; an older one would be noted again. */
enum { RISK_CHANGES_MAX = 200 };

/* `after` begins as a copy of the dossier before and is the change's to write; its arrays are still
 * shared with it. */
struct change {
    struct dossier *after;
    struct arena *arena;
    enum event_type type;
    const void *body;
    const struct meta *meta;
    int64_t at; /* fact_time */
    bool full;  /* the arena was: the result is unusable */
};

typedef void change_fn(struct change *change);
change_fn change_referral_submitted, change_caseworkers_assigned, change_plan_submitted,
    change_plan_approved, change_report_submitted, change_case_note_added,
    change_referral_withdrawn;
change_fn change_appointment_booked, change_attendance_recorded, change_feedback_given,
    change_past_appointment_recorded, change_appointment_cancelled, change_appointment_rescheduled,
    change_contact_attempted, change_concern_raised, change_concern_read;
change_fn change_risk_shared, change_risk_disclosed, change_risk_acknowledged,
    change_risk_review_due, change_risk_confirmed;

#define UNSET(ptr, BIT) ((void)((ptr)->has &= ~(UINT64_C(1) << (BIT))))
/* Sets a nullable field; or copies one where the source has it. */
#define PUT(ptr, BIT, field, value)                                                                \
    do {                                                                                           \
        (ptr)->field = (value);                                                                    \
        SET((ptr), BIT);                                                                           \
    } while (0)
#define PUT_FROM(ptr, BIT, field, from, FROM_BIT, from_field)                                      \
    do {                                                                                           \
        if (HAS((from), FROM_BIT))                                                                 \
            PUT((ptr), BIT, field, (from)->from_field);                                            \
    } while (0)

/* `array` is a generated array struct (struct array_any's layout). Copies its items, with one more,
 * zeroed, at the end: gives that one. NULL when full. */
void *change_append(struct change *change, void *array, size_t size);
/* Copies its items: gives the writable beginning. NULL when full. */
void *change_copy(struct change *change, void *array, size_t size);

/* The writable copy of one referral or appointment; NULL: not there, or full. */
struct dossier_referral *change_referral(struct change *change, struct uuid id);
/* Of the referral that the record's meta names. */
struct dossier_referral *change_own_referral(struct change *change);
struct dossier_appointment *change_appointment(
    struct change *change, struct dossier_referral *referral, struct uuid id);

/* The appointment is cancelled by this record. `for_whom`: an enum requested_by. */
void change_cancelled(
    struct change *change, struct dossier_appointment *appointment, int32_t for_whom);

/* Adds to `array` which sealed fields the record holds; nothing where it holds none. */
void change_sealed(struct change *change, struct dossier_sealed_array *array);

#endif
