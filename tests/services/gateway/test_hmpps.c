#include "gateway/hmpps.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct catalogue *catalogue;
static void set_up(void)
{
    cr_assert_eq(catalogue_open("schemas/catalogue", &catalogue).act, RES_OK);
}
static void tear_down(void)
{
    catalogue_close(catalogue);
}
TestSuite(gateway_hmpps, .init = set_up, .fini = tear_down, .timeout = 20);

static enum problem_code identify(const char *source, const char *authorities, struct identity *ret)
{
    struct token_claims claims = {.subject = "ZUSER", .user = "ZUSER", .client = "a-program"};
    snprintf(claims.auth_source, sizeof(claims.auth_source), "%s", source);
    snprintf(claims.authorities, sizeof(claims.authorities), "%s", authorities);
    *ret = (struct identity){.kind = ACTOR_KIND_UNKNOWN};
    return hmpps_identify(catalogue, &claims, ret);
}

Test(gateway_hmpps, a_provider_has_the_contracts_of_its_groups_that_its_organisation_delivers)
{
    struct identity who;
    cr_assert_eq(
        identify("auth", "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\nINT_CR_INV-ACC-A\nINT_CR_INV-ETE-A\n",
            &who),
        PROBLEM_MAX_, "prime of one, subcontractor of the other");
    cr_assert_eq(who.kind, ACTOR_KIND_PROVIDER);
    cr_assert(view_eq(who.organisation, VIEW("HARMONY")));
    cr_assert_eq(who.contract_count, 2);
    cr_assert(view_eq(who.contracts[0], VIEW("INV-ACC-A")));
    cr_assert(view_eq(who.contracts[1], VIEW("INV-ETE-A")));
    cr_assert_not(who.read_only);
}

Test(gateway_hmpps, groups_that_the_catalogue_does_not_know_count_for_nothing)
{
    struct identity who;
    cr_assert_eq(identify("auth",
                     "ROLE_CRS_PROVIDER\nINT_SP_NOBODY\nINT_SP_HARMONY\nINT_CR_NONE\n"
                     "INT_CR_INV-ACC-A\n",
                     &who),
        PROBLEM_MAX_);
    cr_assert_eq(who.contract_count, 1);
}

Test(gateway_hmpps,
    a_provider_without_a_group_of_each_kind_or_with_somebody_elses_contract_is_refused)
{
    static const char *const bad[] = {"ROLE_CRS_PROVIDER\n", "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\n",
        "ROLE_CRS_PROVIDER\nINT_CR_INV-ACC-A\n",
        "ROLE_CRS_PROVIDER\nINT_SP_NOBODY\nINT_CR_INV-ACC-A\n",
        "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\nINT_CR_NONE\n",
        "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\nINT_CR_INV-ACC-A\nINT_CR_INV-FBD-B\n",
        "ROLE_CRS_PROVIDER\nINT_SP_HARMONYX\nINT_CR_INV-ACC-A\n",
        "ROLE_CRS_PROVIDER\nINT_SP_\nINT_CR_\n"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct identity who;
        cr_expect_eq(identify("auth", bad[i], &who), PROBLEM_NOT_PERMITTED, "row %zu", i);
    }
}

Test(gateway_hmpps, a_role_is_good_for_its_own_kind_of_user_alone)
{
    struct identity who;
    cr_assert_eq(identify("delius", "ROLE_PROBATION\n", &who), PROBLEM_MAX_);
    cr_assert_eq(who.kind, ACTOR_KIND_PRACTITIONER);
    cr_assert_eq(who.unit_count, 0);
    static const struct {
        const char *source, *authorities;
    } bad[] = {{"auth", "ROLE_PROBATION\n"}, {"none", "ROLE_PROBATION\n"}, {"", "ROLE_PROBATION\n"},
        {"delius", "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\nINT_CR_INV-ACC-A\n"},
        {"delius", "ROLE_PROBATIONER\n"}, {"auth", "INT_SP_HARMONY\nINT_CR_INV-ACC-A\n"},
        {"none", "ROLE_RM_REFERRAL\n"}, {"auth", "ROLE_INTERVENTIONS_API_READ_ALL\n"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect_eq(
            identify(bad[i].source, bad[i].authorities, &who), PROBLEM_TOKEN_REFUSED, "row %zu", i);
}

Test(gateway_hmpps, a_program_that_speaks_for_itself_may_read_and_send_nothing)
{
    struct token_claims claims = {.subject = "events",
        .user = "events",
        .client = "events",
        .auth_source = "none",
        .authorities = "ROLE_INTERVENTIONS_API_READ_ALL\n"};
    struct identity who = {.kind = ACTOR_KIND_UNKNOWN};
    cr_assert_eq(hmpps_identify(catalogue, &claims, &who), PROBLEM_MAX_);
    cr_assert_eq(who.kind, ACTOR_KIND_SYSTEM);
    cr_assert(who.read_only);
}
