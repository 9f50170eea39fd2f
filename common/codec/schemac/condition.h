/* Checks at build time that every `requiredWhen` and `oneOf` names fields and symbols that exist,
 * so that the evaluator (base/check.h) never meets one it cannot read. */
#ifndef SCHEMAC_CONDITION_H
#define SCHEMAC_CONDITION_H

#include "codec/schemac/model.h"

/* Fails the run with the record and the condition. */
void conditions_check(const struct record *record);

/* True if a sender states each field that the condition looks at: none is the decider's, the
 * import's or the edge's to add. `condition` was checked. */
bool condition_stated(const struct record *record, const char *condition);

#endif
