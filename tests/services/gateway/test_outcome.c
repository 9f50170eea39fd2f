/* The link of a 202, and whose outcome is found by it. */
#include "gateway/outcome.h"

#include <criterion/criterion.h>

TestSuite(gateway_outcome, .timeout = 10);

Test(gateway_outcome, a_status_link_names_its_request_and_is_read_again)
{
    struct arena *arena = arena_new(4096);
    struct outcome_link link = {"/v1/outcomes/", {{0xab}}, {true, {{0xcd}}}};
    struct outcome_asker read;
    struct view text = outcome_link_print(arena, &link);
    struct http_pair pair = {
        VIEW("request"), {text.ptr + text.len - DIGEST_HEX_LEN, DIGEST_HEX_LEN}};
    cr_assert_eq(outcome_asker_read((struct http_pairs){&pair, 1}, &read), PROBLEM_MAX_);
    cr_expect(read.named && digest_eq(read.hash, link.asker.hash));
    pair.value.len--;
    cr_expect_eq(outcome_asker_read((struct http_pairs){&pair, 1}, &read), PROBLEM_BAD_REQUEST);
    cr_assert_eq(outcome_asker_read((struct http_pairs){NULL, 0}, &read), PROBLEM_MAX_);
    link.asker = read;
    cr_expect(view_eq(outcome_link_print(arena, &link),
        VIEW("/v1/outcomes/ab000000-0000-0000-0000-000000000000")));
    arena_free(arena);
}

Test(gateway_outcome, an_outcome_is_another_requests_where_the_asker_names_one_that_it_is_not)
{
    const struct outcome outcome = {.request_hash = {{1}}, .has_hash = true};
    const struct outcome without = {.has_hash = false};
    cr_expect(outcome_of_another(&outcome, &(struct outcome_asker){true, {{2}}}));
    cr_expect_not(outcome_of_another(&outcome, &(struct outcome_asker){true, {{1}}}));
    cr_expect_not(outcome_of_another(&outcome, &(struct outcome_asker){.named = false}));
    cr_expect_not(outcome_of_another(&without, &(struct outcome_asker){true, {{2}}}));
}
