/* What the C side of the pages promises by itself; how they look is for the browser tests. */
#include "samples.h"

#include <criterion/criterion.h>
#include <string.h>

static bool contains(const struct buf *out, const char *text)
{
    return out->len > 0 && memmem(out->ptr, out->len, text, strlen(text)) != NULL;
}

Test(pages, every_page_renders_in_every_flavour_with_title_and_end, .timeout = 60)
{
    for (size_t i = 0; i < sample_count; i++) {
        for (enum flavour f = 0; f < FLAVOUR_MAX_; f++) {
            struct buf out = {0};
            res_t res = samples[i].render(f, NULL, &out);
            cr_assert(res.act == RES_OK, "%s %s: %s", samples[i].name, flavour_names[f], res.what);
            cr_expect(contains(&out, "- Referral Broker</title>"), "%s", samples[i].name);
            cr_expect(contains(&out, "</html>"), "%s", samples[i].name);
            cr_expect(!contains(&out, "<script>alert"), "%s", samples[i].name);
            buf_done(&out);
        }
    }
}

Test(pages, a_page_answers_twice_with_the_same_bytes, .timeout = 60)
{
    for (size_t i = 0; i < sample_count; i++) {
        struct buf a = {0}, b = {0};
        cr_assert(samples[i].render(FLAVOUR_FULL, NULL, &a).act == RES_OK);
        cr_assert(samples[i].render(FLAVOUR_FULL, NULL, &b).act == RES_OK);
        cr_expect(view_eq(buf_as_view(&a), buf_as_view(&b)), "%s", samples[i].name);
        buf_done(&a);
        buf_done(&b);
    }
}

Test(pages, an_unknown_part_is_rejected_and_writes_nothing, .timeout = 60)
{
    const struct view name = VIEW("nothing");
    const struct part_names parts = {&name, 1};
    for (size_t i = 0; i < sample_count; i++) {
        if (samples[i].parts == NULL)
            continue;
        struct buf out = {0};
        cr_expect(
            samples[i].render(FLAVOUR_FULL, &parts, &out).act == RES_REJECT, "%s", samples[i].name);
        cr_expect_eq(out.len, 0, "%s", samples[i].name);
        buf_done(&out);
    }
}

Test(pages, a_code_without_words_fails_loudly_instead_of_showing_itself, .timeout = 10)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROBATION);
    const struct case_row row = {.status = VIEW("somewhere-else")};
    const struct cases_model m = {.rows = &row, .row_count = 1, .total = 1, .page = 1};
    struct buf out = {0};
    cr_expect(page_cases(&frame, &m, &out).act == RES_FATAL);
    buf_done(&out);
}

Test(pages, a_page_beyond_the_answers_limit_is_a_failure_not_half_a_page, .timeout = 10)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROBATION);
    const struct cases_model m = {.page = 1};
    struct buf out = {.limit = 2000};
    cr_expect(page_cases(&frame, &m, &out).act == RES_FATAL);
    buf_done(&out);
}

Test(pages, before_the_reading_the_risk_page_holds_the_card_and_no_field, .timeout = 10)
{
    const struct sample *before = NULL;
    for (size_t i = 0; i < sample_count; i++)
        if (strcmp(samples[i].name, "risk-before") == 0)
            before = &samples[i];
    cr_assert_not_null(before);
    struct buf out = {0};
    cr_assert(before->render(FLAVOUR_FULL, NULL, &out).act == RES_OK);
    cr_expect(contains(&out, "moj-interruption-card"));
    cr_expect(!contains(&out, "No lone meetings") && !contains(&out, "riskLevel") &&
              !contains(&out, "Register one") && !contains(&out, "High"));
    buf_done(&out);
}

Test(pages, every_refusal_of_the_deciders_and_the_edge_has_words, .timeout = 10)
{
    static const char *const codes[] = {"field-missing", "field-too-long", "field-invalid",
        "field-not-allowed", "key-reused", "not-permitted", "not-found", "person-erased",
        "dossier-full", "id-already-used", "unknown-part", "referral-ended",
        "end-already-requested", "reference-invalid", "person-merged", "person-died",
        "no-risk-position", "service-closed", "not-eligible", "category-not-in-contract",
        "outcome-not-offered", "complexity-not-offered", "deadline-past", "email-not-gov-uk",
        "open-referral-exists", "worker-out-of-scope", "organisation-not-in-contract",
        "nothing-changed", "no-plan-kind", "assessment-not-held", "version-not-next",
        "below-sessions-booked", "plan-not-awaiting", "report-not-due", "report-already-submitted",
        "outcomes-incomplete", "not-assigned", "worker-not-assigned", "risk-review-pending",
        "risk-not-acknowledged", "risk-not-read", "risk-version-old", "not-assigned-worker",
        "already-noted", "unknown-session", "session-has-live-appointment", "session-already-held",
        "before-referral", "too-far-ahead", "in-the-past", "in-the-future", "office-not-in-region",
        "postcode-invalid", "clash", "time-does-not-exist", "appointment-not-live",
        "appointment-in-future", "notice-not-given", "attendance-missing",
        "attendance-already-recorded", "feedback-already-given", "basis-contradicts-fields",
        "not-approved"};
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        const struct outcome_model m = {.answered = true, .refused.code = view_of(codes[i])};
        struct buf out = {0};
        cr_assert(page_outcome(&frame, &m, &out).act == RES_OK);
        cr_expect(!contains(&out, "This could not be recorded"), "%s", codes[i]);
        cr_expect(!contains(&out, codes[i]) || strchr(codes[i], '-') == NULL, "%s", codes[i]);
        buf_done(&out);
    }
}

Test(pages, an_error_at_a_field_uses_the_words_made_for_that_field, .timeout = 10)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    const struct word limit = {VIEW("limit"), VIEW("4000")};
    const struct page_error errors[] = {
        {.pointer = VIEW("/feedback/summary"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/feedback/response"),
            .code = VIEW("field-too-long"),
            .arguments = {&limit, 1}},
        {.code = VIEW("no-such-code")}};
    frame.form.errors = errors;
    frame.form.error_count = ARRAY_LEN(errors);
    const struct record_model m = {
        .session = {.start_us = SAMPLE_NOW - 1, .state = VIEW("unrecorded")},
        .status = VIEW("feedback-due")};
    struct buf out = {0};
    cr_assert(page_record(&frame, &m, &out).act == RES_OK);
    cr_expect(contains(&out, "Enter what you did in the session"));
    cr_expect(contains(&out, "Use at most 4000 characters"));
    cr_expect(contains(&out, "This could not be recorded"));
    cr_expect(contains(&out, "<title>Error: "));
    buf_done(&out);
}
