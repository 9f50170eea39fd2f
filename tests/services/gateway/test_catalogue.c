#include "base/clock.h"
#include "gateway/catalogue.h"
#include "gateway/problem.h"
#include "gateway/tsv.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(gateway_catalogue, holds_a_service_of_every_kind_that_can_be_referred_to, .timeout = 20)
{
    struct catalogue *catalogue = NULL;
    res_t res = catalogue_open("schemas/catalogue", &catalogue);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    size_t count;
    const struct catalogue_service *services = catalogue_services(catalogue, &count);
    bool kinds[SERVICE_KIND_MAX_] = {0};
    int32_t today = day_from_parts((struct date_parts){2026, 11, 20});
    for (size_t i = 0; i < count; i++) {
        const struct terms *terms = &services[i].terms;
        struct check_error error;
        cr_expect(check_record(&terms_desc, terms, &error), "%.*s: %s", VIEW_ARG(terms->code),
            error.pointer);
        kinds[terms->kind] = kinds[terms->kind] || catalogue_service_open(&services[i], today);
        cr_expect_not_null(catalogue_organisation(catalogue, terms->prime));
        for (size_t k = 0; k < terms->categories.len; k++)
            cr_expect_not_null(catalogue_category(catalogue, terms->categories.items[k]));
        cr_expect_eq(catalogue_service(catalogue, terms->service_id), &services[i]);
        cr_expect_eq(catalogue_service_by_code(catalogue, terms->code), &services[i]);
    }
    for (int kind = 0; kind < SERVICE_KIND_UNKNOWN; kind++)
        cr_expect(kinds[kind], "kind %d", kind);
    catalogue_close(catalogue);
}

Test(gateway_catalogue, offers_an_outcome_until_the_day_it_was_deprecated, .timeout = 20)
{
    struct catalogue_outcome outcome = {.deprecated_on = 100};
    cr_assert(catalogue_offered(&outcome, 99));
    cr_assert_not(catalogue_offered(&outcome, 100));
    outcome.deprecated_on = INT32_MAX;
    cr_assert(catalogue_offered(&outcome, 1000000));
}

Test(gateway_catalogue, refuses_a_folder_that_is_not_there, .timeout = 20)
{
    struct catalogue *catalogue = NULL;
    cr_assert_eq(catalogue_open("schemas/nowhere", &catalogue).act, RES_FATAL);
    cr_assert_null(catalogue);
}

Test(gateway_tsv, reads_cells_by_column_and_refuses_crooked_rows, .timeout = 10)
{
    struct arena *arena = arena_new(1 << 16);
    struct tsv tsv;
    cr_assert_eq(table_parse(VIEW("# a\tb\n1\t2\n\t\n"), arena, &tsv).act, RES_OK);
    cr_assert_eq(tsv.row_count, 2);
    cr_assert(view_eq(table_cell(&tsv, 0, "b"), VIEW("2")));
    cr_assert(view_eq(table_cell(&tsv, 1, "a"), VIEW("")));
    cr_assert_eq(table_cell(&tsv, 0, "c").len, 0);
    static const char *const wrong[] = {
        "", "a\tb\n", "# a\tb\n1\n", "# a\tb\n1\t2\t3\n", "# a\n\xff\n"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        cr_expect_eq(table_parse(view_of(wrong[i]), arena, &tsv).act, RES_FATAL, "%zu", i);
    arena_free(arena);
}

Test(gateway_problem, has_each_code_once_with_a_status_that_says_no, .timeout = 10)
{
    for (enum problem_code i = 0; i < PROBLEM_MAX_; i++) {
        cr_expect_not_null(problem_table[i].code);
        cr_expect_geq(problem_table[i].status, 400, "%s", problem_table[i].code);
        cr_expect_lt(problem_table[i].status, 600, "%s", problem_table[i].code);
        cr_expect_eq(problem_find(view_of(problem_table[i].code)), i, "%s stands twice",
            problem_table[i].code);
    }
    cr_assert_eq(problem_find(VIEW("nothing-of-the-kind")), PROBLEM_MAX_);
}

Test(gateway_problem, is_written_with_field_rule_and_limit, .timeout = 10)
{
    struct codec_error error = {.pointer = "/reason", .rule = CODEC_TOO_LONG, .limit = 500};
    struct problem problem = problem_of_codec(&error);
    struct buf out = {0};
    problem_write(&problem, &out);
    buf_byte(&out, 0);
    cr_assert_str_eq(out.ptr,
        "{\"type\":\"/problems/field-too-long\",\"title\":\"Refused by the rules\","
        "\"status\":422,\"code\":\"field-too-long\",\"field\":\"/reason\",\"rule\":\"too-long\","
        "\"limit\":500}");
    buf_done(&out);
    error.rule = CODEC_SYNTAX;
    cr_assert_eq(problem_of_codec(&error).code, PROBLEM_BAD_REQUEST);
}

Test(gateway_problem, knows_every_rule_of_the_codec, .timeout = 10)
{
    for (enum codec_rule rule = 0; rule < CODEC_RULE_MAX_; rule++) {
        struct codec_error error = {.pointer = "/x", .rule = rule};
        cr_expect_neq(problem_of_codec(&error).code, PROBLEM_MAX_);
    }
}

/* Whoever fills in a form is told in words what was refused. */
Test(gateway_problem, has_words_for_every_code_that_a_form_can_meet, .timeout = 10)
{
    FILE *file = fopen("services/gateway/pages/text/en.txt", "r");
    cr_assert_not_null(file);
    char *text = calloc(1, 1 << 20);
    cr_assert_gt(fread(text, 1, (1 << 20) - 1, file), 0);
    fclose(file);
    for (enum problem_code i = 0; i < PROBLEM_MAX_; i++) {
        char key[128];
        snprintf(key, sizeof(key), "\nrefusal.%s = ", problem_table[i].code);
        bool form = problem_table[i].status == 409 || problem_table[i].status == 422;
        if (form && i != PROBLEM_COMMAND_UNKNOWN)
            cr_expect_not_null(strstr(text, key), "%s", problem_table[i].code);
    }
    free(text);
}
