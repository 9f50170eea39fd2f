#include "obs/trace.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(trace, .timeout = 10);

#define ID "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"

Test(trace, what_the_standard_gives_as_an_example_is_read_and_printed_again)
{
    static const char text[] = "00-" ID "-" SPAN "-01";
    char printed[TRACE_TEXT_LEN + 1];
    struct trace trace = {0};
    cr_assert(trace_parse(view_of(text), &trace));
    cr_assert_eq(trace.id.b[0], 0x0a);
    cr_assert_eq(trace.span[7], 0x31);
    cr_assert_eq(trace.flags, 1);
    trace_print(&trace, printed);
    cr_assert_str_eq(printed, text);
}

/* https://github.com/w3c/trace-context/blob/main/test/test.py holds such cases. */
Test(trace, what_the_standard_does_not_take_is_none)
{
    static const char *const bad[] = {"", "00", "00-" ID "-" SPAN, "00-" ID "-" SPAN "-",
        "00-" ID "-" SPAN "-1", "00-" ID "-" SPAN "-0g", "00-" ID "-" SPAN "-01-",
        "00-" ID "-" SPAN "-01-what", "00-" ID "-" SPAN "-01.", "ff-" ID "-" SPAN "-01",
        "0-" ID "-" SPAN "-01", "00_" ID "_" SPAN "_01", "00-" ID "-" SPAN "-0A",
        "00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01",
        "00-00000000000000000000000000000000-" SPAN "-01", "00-" ID "-0000000000000000-01",
        "00-" ID "0-" SPAN "-01", " 00-" ID "-" SPAN "-01", "cc-" ID "-" SPAN "-01.what"};
    struct trace trace = {.flags = 7};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect_not(trace_parse(view_of(bad[i]), &trace), "%s", bad[i]);
    cr_assert_not(trace_parse(VIEW_NONE, &trace));
    cr_assert(uuid_is_zero(trace.id) && trace.flags == 7, "untouched");
}

Test(trace, of_a_newer_version_the_parts_that_we_know_are_read)
{
    struct trace trace = {0};
    char printed[TRACE_TEXT_LEN + 1];
    cr_assert(trace_parse(VIEW("cc-" ID "-" SPAN "-ff-what-the-future-brings"), &trace));
    trace_print(&trace, printed);
    cr_assert_str_eq(printed, "00-" ID "-" SPAN "-01", "as the version that we speak");
    cr_assert(trace_parse(VIEW("01-" ID "-" SPAN "-00"), &trace));
}

Test(trace, entering_keeps_the_trace_and_makes_a_span_of_our_own)
{
    struct trace trace = {0}, none = {0};
    cr_assert(trace_parse(VIEW("00-" ID "-" SPAN "-01"), &trace));
    struct trace entered = trace;
    trace_enter(&entered);
    cr_assert(uuid_eq(entered.id, trace.id));
    cr_assert_eq(entered.flags, 1);
    cr_assert_neq(memcmp(entered.span, trace.span, TRACE_SPAN_BYTES), 0);
    trace_enter(&none);
    cr_assert_not(uuid_is_zero(none.id));
    cr_assert_eq(none.flags, 0, "nobody is said to keep it");
}
