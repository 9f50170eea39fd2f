/* What one invented person's referral says, as commands in the order in which they are sent. */
#ifndef FLOW_SCRIPT_H
#define FLOW_SCRIPT_H

#include "base/id.h"
#include "codec/framing.h"
#include "event/event.h"

enum { STEPS_MAX = 64, SCRIPTS_MAX = 2 };
struct step {
    int group; /* sent when all of the groups before are answered; those of one group together */
    enum command_type type;
    enum event_type expected; /* EVENT_MAX_: whatever, the others of its group decide */
    struct uuid id;
    char *bytes;
    size_t len;
};
struct script {
    struct uuid person;
    struct step steps[STEPS_MAX];
    int count;
};
/* Two stories, told in memory once: one session by session, one that ends with groups of commands
 * that race each other. */
struct scripts {
    struct codec_registry *registry;
    struct arena *arena;
    struct script of[SCRIPTS_MAX];
};
void scripts_init(struct scripts *scripts);
void scripts_done(struct scripts *scripts);
/* The n-th person of a run: one of the stories, about this person, under ids of its own. */
void script_make(struct scripts *scripts, struct script *ret, struct view run, int n);
void script_done(struct script *script);

#endif
