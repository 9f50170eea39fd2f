/* Inside services/referrals: what the table of decide_referrals.c puts together, by file. */
#ifndef REFERRALS_RULES_H
#define REFERRALS_RULES_H

#include "dossier/decision.h"

/* decide_submit.c */
extern guard_fn *const submit_guards[];
guard_fn submit_find, submit_fields, submit_ids;
void submit_finish(struct decision *decision, void *event);

/* decide_plan.c: caseworkers and the action plan */
extern guard_fn *const assign_guards[], *const plan_guards[], *const approve_guards[];
guard_fn assign_fields, plan_fields, plan_ids;
void plan_finish(struct decision *decision, void *event);

/* decide_report.c */
extern guard_fn *const report_guards[];
guard_fn report_fields, report_ids;
void report_finish(struct decision *decision, void *event);

/* decide_withdraw.c */
extern guard_fn *const withdraw_guards[];
guard_fn withdraw_fields;
void withdraw_finish(struct decision *decision, void *event);

/* decide_note.c */
extern guard_fn *const note_guards[];
guard_fn note_ids;

#endif
