/* An outcome as the body of an answer. Pure. */
#ifndef GATEWAY_OUTCOME_WRITE_H
#define GATEWAY_OUTCOME_WRITE_H

#include "base/buf.h"
#include "gateway/waits.h"

/* From the outcome alone: always the same bytes. Gives the status. */
int outcome_write(const struct outcome *outcome, struct buf *out);

#endif
