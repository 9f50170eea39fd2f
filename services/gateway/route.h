/* Routes: one table, for pages and API alike, with who may use each. What is not in it is 404; what
 * names nobody is for nobody. */
#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include "gateway/gateway.h"

/* OK: answered, or kept until an answer. Else the request is still in hand: call_failed. */
typedef res_t handler_fn(struct call *call);

enum route_kind { ROUTE_OPEN, ROUTE_API, ROUTE_PAGE, ROUTE_LIVE, ROUTE_KIND_MAX_ };

#define WHO(kind) (UINT32_C(1) << ACTOR_KIND_##kind)
#define WHO_ANYONE UINT32_MAX /* no sign-in needed */

struct route {
    enum http_method method;
    const char *path; /* segments in braces: {person} {referral} {id} UUIDs, {session} 0..100,
                         {name} a word */
    enum route_kind kind;
    uint32_t who;
    enum command_type command; /* COMMAND_MAX_: none */
    handler_fn *handle;
};

res_t routes_new(struct routes **ret) MUST_USE;
void routes_free(struct routes *routes);

/* Finds the route and fills the call's path values. PROBLEM_MAX_: found; else PROBLEM_NOT_FOUND or
 * PROBLEM_METHOD (then call->route is one of that path, for its kind). */
enum problem_code route_find(const struct routes *routes, struct call *call);
/* The same for another address than the request's own. */
enum problem_code route_find_path(
    const struct routes *routes, enum http_method method, struct view path, struct call *call);
/* What the header Allow says of a path that does not take the request's method. In the arena. */
struct view route_allow(const struct routes *routes, struct view path, struct arena *arena);
/* Does `path` fit the pattern? Pure. */
bool route_match(const char *pattern, struct view path, struct call *ret);

/* All routes, for tests. */
const struct route *routes_all(const struct routes *routes, size_t *ret_count);

#endif
