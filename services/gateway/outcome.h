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

/* Who asks by the link of a 202 names the request that it was given for. */
struct outcome_asker {
    bool named; /* false: whichever request came first */
    struct digest hash;
};
/* The link: that path, the id, "?request=..." where the request is named. */
struct outcome_link {
    const char *path; /* "/v1/outcomes/" */
    struct uuid id;
    struct outcome_asker asker;
};
struct view outcome_link_print(struct arena *arena, const struct outcome_link *link);
/* From the link's query. PROBLEM_BAD_REQUEST: it cannot be. */
enum problem_code outcome_asker_read(struct http_pairs query, struct outcome_asker *ret) MUST_USE;
/* Is the outcome another request's, of which no gateway knew when it gave the link? */
bool outcome_of_another(const struct outcome *outcome, const struct outcome_asker *asker);

#endif
