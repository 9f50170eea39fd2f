#include "base/check.h"
#include "base/res.h"
#include "event/event.h"

#include <criterion/criterion.h>

static const char *of(const struct record_desc *desc, const void *record, enum check_rule *ret)
{
    static struct check_error error;
    error = (struct check_error){.rule = CHECK_MAX_};
    bool fine = check_record(desc, record, &error);
    *ret = error.rule;
    return fine ? "fine" : error.pointer;
}

static struct booking booking_of(int32_t method)
{
    static const struct view worker = {"sol.reyes", 9};
    struct booking b = {.minutes = 60, .method = method, .workers = {&worker, 1}};
    SET(&b, BOOKING_SESSION);
    SET(&b, BOOKING_START);
    SET(&b, BOOKING_MINUTES);
    SET(&b, BOOKING_METHOD);
    SET(&b, BOOKING_WORKERS);
    return b;
}

Test(check, a_condition_requires_and_forbids, .timeout = 10)
{
    enum check_rule rule;
    struct booking b = booking_of(METHOD_PHONE);
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "fine");
    b.method = METHOD_OFFICE;
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/office");
    cr_expect_eq(rule, CHECK_MISSING);
    b.office = VIEW("CRS0151");
    SET(&b, BOOKING_OFFICE);
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "fine");
    b.method = METHOD_OTHER;
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/address");
    SET(&b, BOOKING_ADDRESS); /* sealed: presence is all that is seen */
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/office");
    cr_expect_eq(rule, CHECK_NOT_ALLOWED);
}

Test(check, numbers_items_and_text_have_limits, .timeout = 10)
{
    enum check_rule rule;
    struct booking b = booking_of(METHOD_PHONE);
    b.minutes = 4;
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/minutes");
    cr_expect_eq(rule, CHECK_TOO_SMALL);
    b.minutes = 481;
    of(&booking_desc, &b, &rule);
    cr_expect_eq(rule, CHECK_TOO_LARGE);
    b.minutes = 480;
    struct view workers[4] = {VIEW("a"), VIEW("b"), VIEW("c"), VIEW("d")};
    b.workers.items = workers;
    b.workers.len = 4;
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/workers");
    cr_expect_eq(rule, CHECK_TOO_MANY);
    b.workers.len = 0;
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/workers");
    cr_expect_eq(rule, CHECK_MISSING);
    char long_name[404];
    for (size_t i = 0; i < 202; i++) {
        long_name[2 * i] = (char)0xc3;
        long_name[2 * i + 1] = (char)0xa9;
    }
    b.workers.len = 2;
    workers[1] = (struct view){long_name, 200}; /* 100 code points */
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "fine");
    workers[1].len = 202;
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/workers/1");
    cr_expect_eq(rule, CHECK_TOO_LONG);
}

Test(check, exactly_one_of_a_group_where_it_applies, .timeout = 10)
{
    enum check_rule rule;
    struct location l = {.setting = SETTING_COMMUNITY};
    SET(&l, LOCATION_SETTING);
    cr_expect_str_eq(of(&location_desc, &l, &rule), "fine");
    l.setting = SETTING_CUSTODY;
    l.prison = VIEW("LEI");
    SET(&l, LOCATION_PRISON);
    l.office = VIEW("CRS0151");
    SET(&l, LOCATION_OFFICE);
    cr_expect_str_eq(of(&location_desc, &l, &rule), "/releaseDate");
    cr_expect_eq(rule, CHECK_MISSING);
    SET(&l, LOCATION_RELEASE_UNKNOWN);
    cr_expect_str_eq(of(&location_desc, &l, &rule), "fine");
    SET(&l, LOCATION_OVER12_WEEKS);
    cr_expect_str_eq(of(&location_desc, &l, &rule), "/over12Weeks");
    cr_expect_eq(rule, CHECK_NOT_ALLOWED);
}

Test(check, missing_is_answered_before_what_is_wrong, .timeout = 10)
{
    enum check_rule rule;
    struct booking b = booking_of(METHOD_PHONE);
    b.minutes = 1;
    b.has &= ~(UINT64_C(1) << BOOKING_WORKERS);
    cr_expect_str_eq(of(&booking_desc, &b, &rule), "/workers");
    cr_expect_eq(rule, CHECK_MISSING);
}

Test(check, a_condition_reaches_into_a_nested_record_and_compares_fields, .timeout = 10)
{
    struct referral_submitted r = {0};
    const struct record_desc *desc = &referral_submitted_desc;
    cr_expect(!check_condition(desc, &r, "terms.enforceable=true"));
    SET(&r, REFERRAL_SUBMITTED_TERMS);
    SET(&r.terms, TERMS_ENFORCEABLE);
    cr_expect(!check_condition(desc, &r, "terms.enforceable=true"));
    r.terms.enforceable = true;
    cr_expect(check_condition(desc, &r, "terms.enforceable=true"));
    r.completion_deadline = 10;
    r.sentence_end = 9;
    SET(&r, REFERRAL_SUBMITTED_COMPLETION_DEADLINE);
    cr_expect(!check_condition(desc, &r, "completionDeadline>sentenceEnd"));
    SET(&r, REFERRAL_SUBMITTED_SENTENCE_END);
    cr_expect(check_condition(desc, &r, "completionDeadline>sentenceEnd"));
    r.sentence_end = 10;
    cr_expect(!check_condition(desc, &r, "completionDeadline>sentenceEnd"));
    cr_expect(check_condition(desc, &r, "sentenceEnd & !urgent"));
    cr_expect(check_condition(desc, &r, "urgent | sentenceEnd"));
    cr_expect(!check_condition(desc, &r, "urgent | sex=female"));
}

Test(check, every_condition_of_every_schema_can_be_evaluated, .timeout = 10)
{
    struct check_error error;
    for (int i = 0; i < EVENT_MAX_; i++) {
        static _Alignas(16) char zeroes[65536];
        check_record(event_table[i].desc, zeroes, &error);
    }
    for (int i = 0; i < COMMAND_MAX_; i++) {
        static _Alignas(16) char zeroes[65536];
        cr_expect(!check_record(command_table[i].desc, zeroes, &error), "%s: nothing is required",
            command_table[i].name);
    }
}

Test(check, formats_tell_good_from_bad, .timeout = 10)
{
    static const struct {
        const char *format, *text;
        bool good;
    } cases[] = {{"crn", "X123456", true}, {"crn", "x123456", false}, {"crn", "X12345", false},
        {"crn", "CRN24", false}, {"crn", "X1234567", false}, {"postcode", "M11AA", true},
        {"postcode", "SW1A1AA", true}, {"postcode", "CR26XH", true}, {"postcode", "M1 1AA", false},
        {"postcode", "m11AA", false}, {"postcode", "M11A", false}, {"postcode", "ABC11AA", false},
        {"reference", "KT2743AC", true}, {"reference", "AB3892AC", false},
        {"reference", "FH12376SO", false}, {"reference", "IA1234AC", false},
        {"reference", "KT2043WO", false}, {"reference", "SA1534AC", false},
        {"reference", "FA1234FI", false}, {"reference", "FA2234FI", true},
        {"email", "sol.reyes@example.org", true}, {"email", "a@b", false},
        {"email", "a b@example.org", false}, {"email", "@example.org", false},
        {"email", "a@example..org", false}, {"email", "a@-example.org", false},
        {"email", "a@example.org ", false}, {"code", "PRJ_5553", true}, {"code", "a b", false},
        {"no-such-format", "x", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        cr_expect_eq(check_format(cases[i].format, view_of(cases[i].text)), cases[i].good, "%s %s",
            cases[i].format, cases[i].text);
}
