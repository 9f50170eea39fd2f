/* Outcomes: what a command was answered. Looked up in the read model, and fetched for those who
 * wait once the projection has committed them. */
#ifndef GATEWAY_OUTCOME_H
#define GATEWAY_OUTCOME_H

#include "gateway/gateway.h"
#include "gateway/outcome_write.h"
#include "gateway/waits.h"

/* In the arena. */
res_t outcome_find(struct gateway *gateway, struct uuid id, struct arena *arena,
    struct outcome *ret, bool *ret_found) MUST_USE;
/* The same in two halves: $1 is the id; the answer. */
extern const struct pg_sql outcome_by_id;
res_t outcome_read(
    struct pg_rows *rows, struct arena *arena, struct outcome *ret, bool *ret_found) MUST_USE;

/* Something was projected: fetches what is waited for. RETRY: later again. */
res_t outcomes_fetch(struct gateway *gateway) MUST_USE;

/* The status link: of that id, as the outcome of that request and no other (NULL:
 * of whichever came first). */
struct view outcome_link(struct arena *arena, struct uuid id, const struct digest *request_hash);

#endif
