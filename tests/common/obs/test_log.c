#include "obs/log.h"
#include "obs/trace.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char lines[8 * LOG_LINE_MAX];
static int out;

static void start(void)
{
    out = memfd_create("log", MFD_CLOEXEC);
    log_start("tests", LEVEL_INFO);
    log_to(out);
}

static const char *written(void)
{
    ssize_t n = pread(out, lines, sizeof lines - 1, 0);
    cr_assert_geq(n, 0);
    lines[n] = '\0';
    return lines;
}

static void done(void)
{
    close(out);
}

TestSuite(log, .init = start, .fini = done, .timeout = 10);

Test(log, a_line_is_one_json_object_with_its_fields_in_order)
{
    struct uuid id = {{0x12, 0x34}};
    log_line(LEVEL_WARN, "decider.caught-up", LOG_AT("referral.events", 3, 77), LOG_PERSON(id),
        LOG_INT("took_ms", -5));
    const char *line = written();
    cr_assert(strncmp(line, "{\"at\":\"", 7) == 0);
    cr_assert_not_null(
        strstr(line, "\"level\":\"warn\",\"service\":\"tests\",\"event\":\"decider.caught-up\","
                     "\"topic\":\"referral.events\",\"partition\":3,\"offset\":77,"
                     "\"person\":\"12340000-0000-0000-0000-000000000000\",\"took_ms\":-5}\n"));
}

Test(log, an_event_without_fields_is_a_line_too)
{
    log_line(LEVEL_INFO, "started");
    cr_assert_not_null(strstr(written(), "\"event\":\"started\"}\n"));
}

Test(log, lines_below_the_level_are_not_written)
{
    log_line(LEVEL_DEBUG, "detail");
    cr_assert_str_empty(written());
}

static char static_text[32];
static char filled_text[] = "Maya Invented";

Test(log, text_that_is_no_constant_is_never_printed)
{
    char on_stack[] = "Maya Invented";
    char *on_heap = strdup("Maya Invented");
    snprintf(static_text, sizeof static_text, "Maya Invented");
    res_t res = {RES_FATAL, on_heap, "file.c", 1};
    log_line(LEVEL_INFO, "a", LOG_WORD("word", on_stack));
    log_line(LEVEL_INFO, "a", LOG_WORD("word", on_heap));
    log_line(LEVEL_INFO, "a", LOG_WORD("word", static_text));
    log_line(LEVEL_INFO, "a", LOG_WORD("word", filled_text));
    log_line(LEVEL_INFO, "a", LOG_WORD("word", getenv("PATH")));
    log_line(LEVEL_INFO, "a", LOG_CODE("word", on_heap));
    log_res(res);
    const char *text = written();
    cr_assert_null(strstr(text, "Maya"));
    cr_assert_null(strstr(text, "/bin"));
    size_t refused = 0;
    for (const char *at = text; (at = strstr(at, "\"word\":\"(not a co")) != NULL; at++)
        refused++;
    cr_assert_eq(refused, 6);
    cr_assert_not_null(strstr(text, "\"what\":\"(not a constant)\""));
    free(on_heap);
}

Test(log, a_declared_word_is_printed)
{
    static char topic[] = "referral.events";
    static char quote[] = "a\"b";
    cr_assert(log_word_add(topic));
    cr_assert_not(log_word_add(quote));
    log_line(LEVEL_INFO, "a", LOG_WORD("topic", topic));
    cr_assert_not_null(strstr(written(), "\"topic\":\"referral.events\""));
}

Test(log, words_in_constant_tables_are_printed)
{
    static const char *const names[] = {"event", "refused"};
    log_line(LEVEL_INFO, "a", LOG_WORD("outcome", names[1]), LOG_CODE("sqlstate", "23505"));
    cr_assert_not_null(strstr(written(), "\"outcome\":\"refused\",\"sqlstate\":\"23505\""));
}

Test(log, a_failure_says_what_where_and_what_follows)
{
    log_res(RES_DONE);
    cr_assert_str_empty(written());
    log_res(RETRY("the brokers are away"), LOG_INT("partition", 4));
    cr_assert_not_null(strstr(written(), "\"level\":\"warn\""));
    cr_assert_not_null(strstr(written(),
        "\"event\":\"failed\",\"what\":\"the brokers are away\",\"act\":\"retry\",\"file\":\""));
    cr_assert_not_null(strstr(written(), "\"partition\":4}\n"));
}

Test(log, a_line_too_long_loses_fields_and_stays_json)
{
    struct log_field fields[200];
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        fields[i] = LOG_INT("number", i);
    fields[ARRAY_LEN(fields) - 1] = LOG_END_;
    log_write(LEVEL_INFO, "long", fields);
    const char *line = written();
    size_t len = strlen(line);
    cr_assert_leq(len, LOG_LINE_MAX);
    cr_assert_str_eq(line + len - 2, "}\n");
    cr_assert_geq(line[len - 3], '0');
}

Test(log, a_trace_is_spelled_as_its_standard_does_and_left_out_where_there_is_none)
{
    struct trace trace = {0};
    log_line(LEVEL_INFO, "a", LOG_TRACE(&trace), LOG_RECORD(trace.id));
    cr_assert_not_null(strstr(written(), "\"event\":\"a\"}\n"));
    trace.id.b[0] = 0xab;
    trace.request.b[15] = 1;
    log_line(LEVEL_INFO, "b", LOG_TRACE(&trace));
    cr_assert_not_null(
        strstr(written(), "\"event\":\"b\",\"trace\":\"ab000000000000000000000000000000\","
                          "\"request\":\"00000000-0000-0000-0000-000000000001\"}\n"));
}
