/* The self-contained Avro text of a record: every named type written out at its first use, and
 * nothing but what Avro itself reads, so that a changed limit or description is no new schema. */
#ifndef SCHEMAC_EXPAND_H
#define SCHEMAC_EXPAND_H

#include "codec/schemac/model.h"

/* `command`: as its command has it, without the fields that the decider adds. */
const char *expand_record(const struct model *model, const struct record *record, bool command);

#endif
