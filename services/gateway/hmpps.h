/* Who a token of HMPPS Auth speaks for: its roles and groups as our identity. Pure. A token that
 * says rb_kind is read by its own claims instead (session.c).
 *
 * The rules are those of Refer and Monitor (hmpps-interventions-service: UserTypeChecker,
 * ServiceProviderAccessScopeMapper, ClientApiAccessChecker):
 *   practitioner  auth_source delius, ROLE_PROBATION; sees own cases: the token names no unit
 *   provider      auth_source auth, ROLE_CRS_PROVIDER; groups INT_SP_<organisation> and
 *                 INT_CR_<contract>, at least one of each that we know, each contract delivered by
 *                 one of the organisations; sees the referrals of those contracts
 *   system        client credentials, ROLE_INTERVENTIONS_API_READ_ALL; reads, and sends nothing
 * Groups are taken from `authorities` and `groups`, or looked up where there is none (groups.h).
 * Codes that the catalogue does not know count for nothing. Who delivers for several organisations
 * acts for the first of them, by code. */
#ifndef GATEWAY_HMPPS_H
#define GATEWAY_HMPPS_H

#include "gateway/catalogue.h"
#include "gateway/identity.h"
#include "gateway/problem.h"
#include "http/token.h"

/* Fills kind, organisation, contracts, read_only; the texts are the catalogue's. PROBLEM_MAX_:
 * done; PROBLEM_TOKEN_REFUSED: no role that we know; PROBLEM_NOT_PERMITTED: groups that open
 * nothing. */
enum problem_code hmpps_identify(
    const struct catalogue *catalogue, const struct token_claims *claims, struct identity *ret);

#endif
