/* I8: how the daemons ended, and what their logs say of it. */
#ifndef FAULTS_EXITS_H
#define FAULTS_EXITS_H

#include "fault.h"

/* Where the supervisors' notes end now; what follows is looked at later. */
struct exits {
    long at[DAEMONS];
};
void exits_mark(const struct scene *scene, struct exits *ret);
/* False, and says so on stderr: an end that no fault of the schedule explains, a sanitizer's or
 * assertion's word, or a loud stop. */
bool exits_fine(const struct scene *scene, const struct exits *since, const struct schedule *of);

#endif
