/* Questions to the read model and to schema edge that a command will ask once the gate has let it
 * through. They travel with the gate's own question: one round trip instead of one each. What comes
 * back is looked at by whoever would have asked, after the gate, and by nobody where it stayed
 * shut. */
#ifndef GATEWAY_EARLY_H
#define GATEWAY_EARLY_H

#include "gateway/gateway.h"
#include "pg/pipe.h"

enum early { EARLY_OUTCOME, EARLY_RISK, EARLY_KEYS, EARLY_MAX_ };

/* Queues the questions of a command's route; of any other none. call->id is the record's. */
void early_prepare(struct call *call);
/* The gate's question, and whatever is queued along with it. */
res_t early_ask(struct call *call, const struct pg_sql *sql, const struct pg_params *params,
    struct pg_rows **ret) MUST_USE;
/* The answer, the caller's from now on; NULL: it was not asked early. */
struct pg_rows *early_take(struct call *call, enum early which);
void early_free(struct call *call);

#endif
