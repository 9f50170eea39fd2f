/* The invariants, looked at from the complete history after the faults of a schedule stopped. */
#ifndef FAULTS_JUDGE_H
#define FAULTS_JUDGE_H

#include "fault.h"

enum invariant {
    I1_ANSWERED_ONCE,   /* every 2xx once on the log and in the read model; no refusal applied */
    I2_SAME_KEY,        /* same key, same bytes: one effect, one answer */
    I3_FOLD,            /* the read model is the pure fold of the log */
    I4_SAME_OUTCOME,    /* every reader has the same outcome of every command */
    I5_ONE_OWNER,       /* at most one owner of a partition commits */
    I6_POSITION,        /* the stored position only grows, and is the applied prefix */
    I7_NOTHING_SKIPPED, /* applied, ignored and parked are what was read */
    I8_NO_CRASH,        /* none but the injected ones; no sanitizer spoke */
    I9_CAUGHT_UP,       /* lag is 0 within ten seconds of the last fault's end */
    I10_ORDER,          /* a person's facts keep order, whatever the clock says */
    I11_VERSIONS,       /* old and new releases read each other, or refuse by name */
    I12_SEALED,         /* no sealed text in any file, log, segment or core */
    INVARIANTS,
};
enum verdict { NOT_LOOKED = '-', HOLDS = '+', BROKEN = '!' };
struct judged {
    enum verdict of[INVARIANTS];
    size_t commands, records; /* on the stack so far */
};
/* In a process of its own: what breaks is told on stderr, and what comes behind it is not looked
 * at. */
void judge(struct scene *scene, const struct schedule *schedule, struct judged *ret);

/* Begins a look: broken until it is said to hold. */
void look(struct judged *judged, enum invariant invariant);
void holds(struct judged *judged, enum invariant invariant);

/* I7, in a file of its own. */
struct walk;
void judge_skipped(const struct walk *walk);

#endif
