/* Services to refer to, with their terms; categories, outcomes, complexity levels; organisations,
 * units, offices; the users of the demo. Read once at start from schemas/catalogue. Read-only. */
#ifndef GATEWAY_CATALOGUE_H
#define GATEWAY_CATALOGUE_H

#include "base/arena.h"
#include "event/event.h"

struct catalogue_service {
    struct view name;
    struct terms terms;
};
struct catalogue_category {
    struct uuid id;
    struct view code, name;
};
struct catalogue_outcome {
    struct uuid id, category;
    struct view name;
    int32_t deprecated_on; /* INT32_MAX: not */
};
struct catalogue_level {
    struct uuid id, category;
    struct view level, name;
};
struct catalogue_name { /* organisation, unit, office */
    struct view code, name, region;
};
struct catalogue_user {
    struct view id, name, role, audience, organisation;
    enum actor_kind kind;
    struct view_array units;
};

struct catalogue;
/* `folder` holds the tables. RES_FATAL: one cannot be read; the line is in `what` by file only. */
res_t catalogue_open(const char *folder, struct catalogue **ret) MUST_USE;
void catalogue_close(struct catalogue *catalogue); /* NULL is fine */
void catalogue_close_p(struct catalogue **catalogue);

/* Look-ups; NULL: not there. */
const struct catalogue_service *catalogue_service(const struct catalogue *, struct uuid id);
const struct catalogue_service *catalogue_service_by_code(
    const struct catalogue *, struct view code);
const struct catalogue_service *catalogue_services(const struct catalogue *, size_t *ret_count);
const struct catalogue_category *catalogue_category(const struct catalogue *, struct uuid id);
const struct catalogue_outcome *catalogue_outcome(const struct catalogue *, struct uuid id);
const struct catalogue_outcome *catalogue_outcomes(const struct catalogue *, size_t *ret_count);
const struct catalogue_level *catalogue_level(const struct catalogue *, struct uuid id);
const struct catalogue_level *catalogue_levels(const struct catalogue *, size_t *ret_count);
const struct catalogue_name *catalogue_organisation(const struct catalogue *, struct view code);
const struct catalogue_name *catalogue_unit(const struct catalogue *, struct view code);
const struct catalogue_name *catalogue_office(const struct catalogue *, struct view code);
const struct catalogue_name *catalogue_offices(const struct catalogue *, size_t *ret_count);
const struct catalogue_user *catalogue_user(const struct catalogue *, struct view id);
const struct catalogue_user *catalogue_users(const struct catalogue *, size_t *ret_count);

/* May the outcome be chosen that day? */
bool catalogue_offered(const struct catalogue_outcome *outcome, int32_t day);
/* Takes the service referrals that day? */
bool catalogue_service_open(const struct catalogue_service *service, int32_t day);

#endif
