/* A referral's reference number (DOMAIN section 2): the gateway reserves one, the decider looks
 * whether it is one. */
#ifndef DOSSIER_REFERENCE_H
#define DOSSIER_REFERENCE_H

#include "base/arena.h"
#include "event/event.h"

/* 2 of 24 letters, 4 digits, the service's 2 letters, nothing that is read for something else (0
 * and O, 1 and I, 5 and S, 8 and B never both). `suffix`: the service's 2. */
bool reference_valid(struct view reference, struct view suffix);
/* The 2 letters of a service; absent: its terms do not say. */
struct view reference_suffix(const struct terms *terms, struct arena *arena);

#endif
