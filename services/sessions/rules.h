/* Inside services/sessions: what the table of decide_sessions.c puts together, by file. */
#ifndef SESSIONS_RULES_H
#define SESSIONS_RULES_H

#include "dossier/decision.h"

/* decide_appointment.c: the one that the command names by appointmentId */
struct uuid appointment_named(const struct decision *decision);
/* NULL: not there, or another referral's. */
const struct dossier_appointment *appointment_found(const struct decision *decision);
/* The same in a guard: known_appointment came before. */
const struct dossier_appointment *appointment_known(const struct decision *decision);
guard_fn new_appointment, known_appointment;

/* decide_book.c */
extern guard_fn *const book_guards[], *const past_guards[], *const past_after_end_guards[],
                                                                *const move_guards[];
guard_fn book_fields, past_fields;

/* decide_record.c */
extern guard_fn *const attendance_guards[], *const feedback_guards[];
guard_fn attendance_fields, feedback_fields;

/* decide_move.c */
extern guard_fn *const cancel_guards[];
guard_fn appointment_is_live, meeting_changes;

/* decide_contact.c */
extern guard_fn *const attempt_guards[];
guard_fn new_attempt, attempt_about;

/* decide_concern.c */
extern guard_fn *const concern_guards[], *const concern_read_guards[];
guard_fn new_concern, known_concern;

/* A DNA is one only after due notice: 24 hours before the start. */
bool notice_in_time(const struct notice *notice, int64_t start);
/* The same by an attempt at contact: it was about this, it reached the person, and the meeting was
 * not moved since. */
bool attempt_in_time(
    const struct dossier_referral *referral, const struct dossier_appointment *appointment);
/* Conditions on a record that the schema's tables cannot say. */
void check_attendance(struct decision *decision, const struct attendance *attendance);
/* Which texts are due depends on whether the person came and the session took place. */
void check_feedback(struct decision *decision, const struct feedback *feedback,
    const struct attendance *attendance);

#endif
