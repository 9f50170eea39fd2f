/* Dates, times, small numbers, addresses. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "gateway/pages/routes.h"
#include "gateway/pages/small_numbers.h"
#include "gateway/pages/words.h"
#include "pages/text.h"
#include "samples.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    cr_assert(time_parse(view_of(text), &us), "%s", text);
    return us;
}

static void expect_text(struct view got, const char *expected)
{
    cr_expect(view_eq_text(got, expected), "'%.*s', not '%s'", VIEW_ARG(got), expected);
}

Test(words, times_read_as_people_say_them, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    static const struct {
        const char *at, *text;
    } rows[] = {{"2026-11-20T14:15:00Z", "2:15pm"}, {"2026-11-20T09:00:00Z", "9am"},
        {"2026-11-20T12:00:00Z", "midday"}, {"2026-11-20T00:00:00Z", "midnight"},
        {"2026-11-20T00:05:00Z", "12:05am"}, {"2026-11-20T12:30:00Z", "12:30pm"},
        {"2026-06-20T12:30:00Z", "1:30pm"}, {"2026-10-25T00:30:00Z", "1:30am BST"},
        {"2026-10-25T01:30:00Z", "1:30am GMT"}, {"2026-10-25T02:30:00Z", "2:30am"},
        {"2026-10-24T23:30:00Z", "12:30am"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_text(words_time(arena, at(rows[i].at)), rows[i].text);
    expect_text(words_time(arena, 0), "");
}

Test(words, days_are_told_from_today_and_due_days_stand_before_their_midnight, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    int64_t now = SAMPLE_NOW;
    expect_text(words_date(arena, now), "Friday 20 November 2026");
    expect_text(words_date_short(arena, now), "20 Nov 2026");
    expect_text(words_when(arena, now, now), "today 2:14pm");
    expect_text(words_when(arena, at("2026-11-27T14:00:00Z"), now), "27 November 2pm");
    expect_text(words_when(arena, at("2027-01-04T14:00:00Z"), now), "4 January 2027 2pm");
    expect_text(words_due(arena, at("2026-12-08T00:00:00Z"), now), "7 December");
    expect_text(words_due(arena, at("2026-06-07T23:00:00Z"), now), "7 June");
    expect_text(words_due(arena, 0, now), "");
}

Test(words, numbers_have_commas_and_plurals_choose_their_text, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    expect_text(words_number(arena, 0), "0");
    expect_text(words_number(arena, 1234567), "1,234,567");
    expect_text(words_number(arena, -1000), "-1,000");
    expect_text(text_cases_total(arena, .n = 1), "1 case");
    expect_text(text_cases_total(arena, .n = 0), "0 cases");
    expect_text(text_cases_total(arena, .n = 1001), "1,001 cases");
}

Test(words, values_are_filled_once_and_never_read_as_patterns, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    expect_text(
        text_frame_title(arena, .title = VIEW("{title} {x}")), "{title} {x} - Referral Broker");
    expect_text(words_lookup("refusal.", VIEW("clash"), ""), TEXT_refusal_clash.ptr);
    cr_expect(words_lookup("refusal.", VIEW("nothing-like-it"), "").ptr == NULL);
    cr_expect(words_lookup("refusal.", VIEW_NONE, "").ptr == NULL);
}

Test(small_numbers, a_lone_small_count_takes_the_next_smallest_with_it, .timeout = 10)
{
    static const struct {
        int64_t counts[5];
        bool hidden[5];
    } rows[] = {{{41, 26, 2, 212, 0}, {false, true, true, false, false}},
        {{4, 3, 100, 7, 0}, {true, true, false, false, false}}, {{5, 6, 7, 8, 9}, {false}},
        {{0, 0, 1, 0, 0}, {false, false, true, false, false}},
        {{5, 5, 4, 0, 0}, {true, false, true, false, false}}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool hidden[5];
        small_numbers_hide(rows[i].counts, 5, hidden);
        for (size_t j = 0; j < 5; j++)
            cr_expect_eq(hidden[j], rows[i].hidden[j], "row %zu, count %zu", i, j);
    }
}

Test(small_numbers, what_is_hidden_says_which_of_the_two_it_is, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    expect_text(small_number_text(arena, 2, true), "fewer than 5");
    expect_text(small_number_text(arena, 26, true), "hidden");
    expect_text(small_number_text(arena, 1212, false), "1,212");
}

Test(routes, addresses_are_filled_from_the_table_and_queries_hold_codes_only, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    struct uuid id = {{0x5f}};
    expect_text(link_session(arena, ROUTE_book, id, 3).path,
        "/referrals/5f000000-0000-0000-0000-000000000000/sessions/3/book");
    const struct query queries[] = {{"status", VIEW("plan-due")}, {"whose", VIEW_NONE},
        {"x", VIEW("a&b=c")}, {"page", VIEW("2")}};
    expect_text(link_query(arena, link_to(ROUTE_cases), queries, ARRAY_LEN(queries)).path,
        "/cases?status=plan-due&page=2");
}

Test(routes, a_way_back_that_is_not_ours_leads_home, .timeout = 10)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(100000);
    static const char *const others[] = {"//elsewhere", "/\\elsewhere", "http://elsewhere/", "",
        "javascript:alert(1)", "/a\nb", "/a b"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        expect_text(link_own(arena, view_of(others[i])).path, "/");
    expect_text(link_own(arena, VIEW("/cases?page=2")).path, "/cases?page=2");
    static const char *const origins[] = {"https://probation.localhost:1", "http://evil.example:80",
        "http://probation.localhost", "http://a/b.localhost:80", "http://.localhost:80",
        "http://a.localhost:80/x"};
    for (size_t i = 0; i < ARRAY_LEN(origins); i++)
        cr_expect(link_demo_origin(arena, view_of(origins[i])).path.len == 0, "%s", origins[i]);
    expect_text(link_demo_origin(arena, VIEW("http://provider.localhost:8080")).path,
        "http://provider.localhost:8080/");
}
