/* The gate: who may do what to whom. Every request passes it, pages and API alike, before its
 * handler runs. Default deny.
 *
 * provider     referrals of contracts that its organisation delivers, prime or subcontractor, or of
 *              those alone that its token names, and the people of those
 * practitioner own cases (the referral names the user) and those of the delivery units in the
 * token; a person without any referral is open to every practitioner, for whoever refers first
 * commissioner nothing that belongs to a person
 * system, administrator  what their routes allow, of anybody
 *
 * A person whose record is restricted (edge.restriction) is hidden from whoever is not let in, on
 * all of these ways, programs included. What somebody may not see is 404 exactly like what is not
 * there.
 */
#ifndef GATEWAY_ACCESS_H
#define GATEWAY_ACCESS_H

#include "gateway/outcome.h"
#include "gateway/route.h"

/* *ret: PROBLEM_MAX_ = may; else what to answer. Fills call->person where the path names a
 * referral. */
res_t access_check(struct call *call, enum problem_code *ret) MUST_USE;
/* The same for a referral or person that is named elsewhere (a form, a stream). *ret_person is the
 * referral's. */
res_t access_referral(
    struct call *call, struct uuid referral, struct uuid *ret_person, bool *ret) MUST_USE;
res_t access_person(struct call *call, struct uuid person, bool *ret) MUST_USE;
/* The same for what became of a command, which names a person only once it is looked up. */
struct access_outcome {
    bool may;   /* false: whether there is such a command is not told */
    bool found; /* else it is still on its way */
    struct outcome outcome;
};
res_t access_outcome(struct call *call, struct uuid id, struct access_outcome *ret) MUST_USE;

/* For lists: `AND NOT_HIDDEN("n.person", "$3")` leaves out whom that user may not see. */
#define NOT_HIDDEN(person, user) person " NOT IN (SELECT h FROM edge.hidden_from(" user ") h)"

/* The rows of read.scope that this identity sees, as two arrays for unnest(kinds, codes): append
 * `(kind, code) IN ...`. All: no row is needed. */
struct access_scopes {
    struct pg_array kinds, codes;
    bool all;
};
void access_scopes_of(const struct identity *who, struct access_scopes *ret);
void access_scopes_done(struct access_scopes *scopes);

#endif
