#include "gateway/hmpps.h"

#include <string.h>

/* The next authority that begins so, without its beginning; absent: no more. */
static struct view next_group(struct view *rest, struct view prefix)
{
    while (rest->ptr != NULL && rest->len > 0) {
        struct view line = view_cut(rest, '\n');
        if (view_starts(line, prefix))
            return view_from(line, prefix.len);
    }
    return VIEW_NONE;
}

static bool has_role(const struct token_claims *claims, const char *role)
{
    struct view rest = view_of(claims->authorities);
    while (rest.ptr != NULL && rest.len > 0)
        if (view_eq_text(view_cut(&rest, '\n'), role))
            return true;
    return false;
}

static bool in_group(const struct token_claims *claims, struct view organisation)
{
    struct view rest = view_of(claims->authorities), code;
    while ((code = next_group(&rest, VIEW("INT_SP_"))).ptr != NULL)
        if (view_eq(code, organisation))
            return true;
    return false;
}

/* Does one of the token's organisations deliver it? */
static bool delivered(const struct token_claims *claims, const struct terms *terms)
{
    bool ours = in_group(claims, terms->prime);
    for (size_t i = 0; i < terms->subcontractors.len; i++)
        ours = ours || in_group(claims, terms->subcontractors.items[i]);
    return ours;
}

static void put_organisation(
    const struct catalogue *catalogue, const struct token_claims *claims, struct identity *ret)
{
    struct view rest = view_of(claims->authorities), code;
    while ((code = next_group(&rest, VIEW("INT_SP_"))).ptr != NULL) {
        const struct catalogue_name *known = catalogue_organisation(catalogue, code);
        if (known != NULL &&
            (ret->organisation.ptr == NULL || view_cmp(known->code, ret->organisation) < 0))
            ret->organisation = known->code;
    }
}

/* False: a contract that is none of the organisations', or too many. */
static bool put_contracts(
    const struct catalogue *catalogue, const struct token_claims *claims, struct identity *ret)
{
    struct view rest = view_of(claims->authorities), code;
    while ((code = next_group(&rest, VIEW("INT_CR_"))).ptr != NULL) {
        const struct catalogue_service *service = catalogue_service_by_code(catalogue, code);
        if (service == NULL)
            continue;
        if (!delivered(claims, &service->terms) || ret->contract_count == IDENTITY_CONTRACTS_MAX)
            return false;
        ret->contracts[ret->contract_count++] = service->terms.code;
    }
    return true;
}

static enum problem_code be_provider(
    const struct catalogue *catalogue, const struct token_claims *claims, struct identity *ret)
{
    ret->kind = ACTOR_KIND_PROVIDER;
    put_organisation(catalogue, claims, ret);
    bool ours = put_contracts(catalogue, claims, ret);
    return ours && ret->organisation.ptr != NULL && ret->contract_count > 0 ? PROBLEM_MAX_
                                                                            : PROBLEM_NOT_PERMITTED;
}

enum problem_code hmpps_identify(
    const struct catalogue *catalogue, const struct token_claims *claims, struct identity *ret)
{
    if (strcmp(claims->auth_source, "auth") == 0 && has_role(claims, "ROLE_CRS_PROVIDER"))
        return be_provider(catalogue, claims, ret);
    if (strcmp(claims->auth_source, "delius") == 0 && has_role(claims, "ROLE_PROBATION")) {
        ret->kind = ACTOR_KIND_PRACTITIONER;
        return PROBLEM_MAX_;
    }
    /* Nobody stands behind it: the program speaks for itself. */
    bool itself = strcmp(claims->subject, claims->client) == 0;
    if (itself && has_role(claims, "ROLE_INTERVENTIONS_API_READ_ALL")) {
        ret->kind = ACTOR_KIND_SYSTEM;
        ret->read_only = true;
        return PROBLEM_MAX_;
    }
    return PROBLEM_TOKEN_REFUSED;
}
