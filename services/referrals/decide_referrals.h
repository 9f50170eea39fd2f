/* Decides the commands of family referral: one command, one record, an event or a named refusal.
 * Pure: the record is a function of the dossier and the command alone. */
#ifndef REFERRALS_DECIDE_REFERRALS_H
#define REFERRALS_DECIDE_REFERRALS_H

#include "base/arena.h"
#include "base/res.h"
#include "event/event.h"

/* `ret`: the event, or a CommandRefused, with the command's meta (id, times, actor) and codes
 * waived added; version and history are the caller's to set. Its body lives in `arena` and borrows
 * from the command. A command of another family is refused (command-unknown). RES_FATAL: arena
 * full. */
res_t MUST_USE decide_referrals(const struct dossier *dossier, const struct command *command,
    struct arena *arena, struct event *ret);

#endif
