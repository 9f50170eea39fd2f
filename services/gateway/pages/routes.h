/* Addresses. A struct link is made here only, so that no page can link to what is not a route. */
#ifndef PAGES_ROUTES_H
#define PAGES_ROUTES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"

enum route {
#define ROUTE(name, pattern) ROUTE_##name,
#include "gateway/pages/routes.def"
#undef ROUTE
    ROUTE_MAX_
};

struct link {
    struct view path;
};

/* The pattern as routes.def has it. */
const char *route_pattern(enum route route);

struct link link_to(enum route route);
struct link link_id(struct arena *arena, enum route route, struct uuid id);
struct link link_session(struct arena *arena, enum route route, struct uuid id, int32_t session);
/* "#id" on the same page. */
struct link link_within(struct arena *arena, struct view id);
/* The route with a query of closed values; each name and value of [A-Za-z0-9-] only, absent values
 * left out. */
struct query {
    const char *name;
    struct view value;
};
struct link link_query(
    struct arena *arena, struct link link, const struct query *queries, size_t count);
/* A path on this host that the reader came from; the home page where it is none ("//", "\"). */
struct link link_own(struct arena *arena, struct view path);
/* A fragment of another audience's host in the demo: only http://NAME.localhost:PORT. */
struct link link_demo_origin(struct arena *arena, struct view origin);

#endif
