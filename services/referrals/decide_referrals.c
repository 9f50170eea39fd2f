#include "referrals/decide_referrals.h"

#include "referrals/rules.h"

static const struct rule rules[PHASE_MAX_][COMMAND_MAX_] = {
    [PHASE_UNKNOWN][COMMAND_SUBMIT_REFERRAL] = {submit_guards},
    [PHASE_SENT][COMMAND_ASSIGN_CASEWORKERS] = {assign_guards},
    [PHASE_SENT][COMMAND_SUBMIT_PLAN] = {plan_guards},
    [PHASE_SENT][COMMAND_APPROVE_PLAN] = {approve_guards},
    [PHASE_SENT][COMMAND_SUBMIT_REPORT] = {report_guards},
    [PHASE_ASSIGNED][COMMAND_ASSIGN_CASEWORKERS] = {assign_guards},
    [PHASE_ASSIGNED][COMMAND_SUBMIT_PLAN] = {plan_guards},
    [PHASE_ASSIGNED][COMMAND_APPROVE_PLAN] = {approve_guards},
    [PHASE_ASSIGNED][COMMAND_SUBMIT_REPORT] = {report_guards},
    [PHASE_CLOSING][COMMAND_SUBMIT_REPORT] = {report_guards},
    [PHASE_SENT][COMMAND_WITHDRAW_REFERRAL] = {withdraw_guards},
    [PHASE_SENT][COMMAND_ADD_CASE_NOTE] = {note_guards},
    [PHASE_ASSIGNED][COMMAND_WITHDRAW_REFERRAL] = {withdraw_guards},
    [PHASE_ASSIGNED][COMMAND_ADD_CASE_NOTE] = {note_guards},
    [PHASE_CLOSING][COMMAND_ADD_CASE_NOTE] = {note_guards},
    [PHASE_ENDED][COMMAND_ADD_CASE_NOTE] = {note_guards},
};

static const struct command_rule commands[COMMAND_MAX_] = {
    [COMMAND_SUBMIT_REFERRAL] = {.find = submit_find,
        .fields = submit_fields,
        .ids = submit_ids,
        .finish = submit_finish},
    [COMMAND_ASSIGN_CASEWORKERS] = {.fields = assign_fields},
    [COMMAND_SUBMIT_PLAN] = {.fields = plan_fields, .ids = plan_ids, .finish = plan_finish},
    [COMMAND_APPROVE_PLAN] = {0},
    [COMMAND_SUBMIT_REPORT] = {.fields = report_fields, .ids = report_ids, .finish = report_finish},
    [COMMAND_WITHDRAW_REFERRAL] = {.fields = withdraw_fields, .finish = withdraw_finish},
    [COMMAND_ADD_CASE_NOTE] = {.ids = note_ids},
};

static const struct family_rules family = {
    .family = FAMILY_REFERRAL,
    .phase = referral_phase,
    .rules = rules,
    .commands = commands,
    .absent = referral_absent,
};

res_t decide_referrals(const struct dossier *dossier, const struct command *command,
    struct arena *arena, struct event *ret)
{
    return decide(&family, dossier, command, arena, ret);
}
