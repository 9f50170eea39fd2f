#include "sessions/decide_sessions.h"

#include "sessions/rules.h"

/* What happened may still be told when the referral has ended; nothing new is booked then. */
static const struct rule rules[PHASE_MAX_][COMMAND_MAX_] = {
    [PHASE_SENT][COMMAND_BOOK_APPOINTMENT] = {book_guards},
    [PHASE_SENT][COMMAND_RECORD_PAST_APPOINTMENT] = {past_guards},
    [PHASE_SENT][COMMAND_RECORD_ATTENDANCE] = {attendance_guards},
    [PHASE_SENT][COMMAND_GIVE_FEEDBACK] = {feedback_guards},
    [PHASE_ASSIGNED][COMMAND_BOOK_APPOINTMENT] = {book_guards},
    [PHASE_ASSIGNED][COMMAND_RECORD_PAST_APPOINTMENT] = {past_guards},
    [PHASE_ASSIGNED][COMMAND_RECORD_ATTENDANCE] = {attendance_guards},
    [PHASE_ASSIGNED][COMMAND_GIVE_FEEDBACK] = {feedback_guards},
    [PHASE_SENT][COMMAND_RESCHEDULE_APPOINTMENT] = {move_guards},
    [PHASE_ASSIGNED][COMMAND_RESCHEDULE_APPOINTMENT] = {move_guards},
    [PHASE_SENT][COMMAND_CANCEL_APPOINTMENT] = {cancel_guards},
    [PHASE_ASSIGNED][COMMAND_CANCEL_APPOINTMENT] = {cancel_guards},
    [PHASE_SENT][COMMAND_RECORD_CONTACT_ATTEMPT] = {attempt_guards},
    [PHASE_ASSIGNED][COMMAND_RECORD_CONTACT_ATTEMPT] = {attempt_guards},
    [PHASE_SENT][COMMAND_RAISE_CONCERN] = {concern_guards},
    [PHASE_SENT][COMMAND_READ_CONCERN] = {concern_read_guards},
    [PHASE_ASSIGNED][COMMAND_RAISE_CONCERN] = {concern_guards},
    [PHASE_ASSIGNED][COMMAND_READ_CONCERN] = {concern_read_guards},
    [PHASE_CLOSING][COMMAND_RAISE_CONCERN] = {concern_guards},
    [PHASE_CLOSING][COMMAND_READ_CONCERN] = {concern_read_guards},
    [PHASE_ENDED][COMMAND_RAISE_CONCERN] = {concern_guards},
    [PHASE_ENDED][COMMAND_READ_CONCERN] = {concern_read_guards},
    [PHASE_CLOSING][COMMAND_RECORD_PAST_APPOINTMENT] = {past_after_end_guards},
    [PHASE_CLOSING][COMMAND_RECORD_ATTENDANCE] = {attendance_guards},
    [PHASE_CLOSING][COMMAND_GIVE_FEEDBACK] = {feedback_guards},
    [PHASE_ENDED][COMMAND_RECORD_PAST_APPOINTMENT] = {past_after_end_guards},
    [PHASE_ENDED][COMMAND_RECORD_ATTENDANCE] = {attendance_guards},
    [PHASE_ENDED][COMMAND_GIVE_FEEDBACK] = {feedback_guards},
};

static const struct command_rule commands[COMMAND_MAX_] = {
    [COMMAND_BOOK_APPOINTMENT] = {.fields = book_fields, .ids = new_appointment},
    [COMMAND_RECORD_PAST_APPOINTMENT] = {.fields = past_fields, .ids = new_appointment},
    [COMMAND_RECORD_ATTENDANCE] = {.fields = attendance_fields, .parts = known_appointment},
    [COMMAND_GIVE_FEEDBACK] = {.fields = feedback_fields, .parts = known_appointment},
    [COMMAND_RESCHEDULE_APPOINTMENT] = {.parts = known_appointment},
    [COMMAND_CANCEL_APPOINTMENT] = {.parts = known_appointment},
    [COMMAND_RAISE_CONCERN] = {.ids = new_concern},
    [COMMAND_READ_CONCERN] = {.parts = known_concern},
    [COMMAND_RECORD_CONTACT_ATTEMPT] = {.ids = new_attempt, .parts = attempt_about},
};

static const struct family_rules family = {
    .family = FAMILY_SESSION,
    .phase = referral_phase,
    .rules = rules,
    .commands = commands,
    .absent = referral_absent,
};

res_t decide_sessions(const struct dossier *dossier, const struct command *command,
    struct arena *arena, struct event *ret)
{
    return decide(&family, dossier, command, arena, ret);
}
