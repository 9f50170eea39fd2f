#include "brokerctl/ctl.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "base/clock.h"
#include "brokerctl/people.h"
#include "brokerctl/tsv.h"

/* --- options -----------------------------------------------------------------------------------*/

struct parsed {
    bool flag;
    const char *text;
    int64_t number;
    struct ctl_args args;
    int exit;
    bool run;
};

static struct parsed parse(int argc, char **argv)
{
    struct parsed parsed = {.exit = -1};
    const struct ctl ctl = {.name = "test", .usage = "WORD", .argc = argc, .argv = argv};
    const struct ctl_option options[] = {
        {"flag", "", .flag = &parsed.flag},
        {"text", "", .text = &parsed.text},
        {"number", "", .number = &parsed.number},
    };
    parsed.args = (struct ctl_args){
        .options = options, .option_count = ARRAY_LEN(options), .words_min = 1, .words_max = 2};
    parsed.run = ctl_parse(&ctl, &parsed.args, &parsed.exit);
    parsed.args.options = NULL;
    return parsed;
}
/* argv is the program's own, and so writable by type; nobody writes to it. */
static struct parsed parse_words(const char *const *words, size_t count)
{
    static char *argv[16];
    memcpy(argv, words, count * sizeof *argv);
    return parse((int)count, argv);
}
#define WORDS(...) ((const char *const[]){"test", __VA_ARGS__})
#define PARSE(...) parse_words(WORDS(__VA_ARGS__), ARRAY_LEN(WORDS(__VA_ARGS__)))

Test(brokerctl_options, are_read_with_a_blank_or_an_equals_sign, .timeout = 10)
{
    struct parsed parsed = PARSE("--flag", "one", "--text=a=b", "--number", "-12", "two");
    cr_assert(parsed.run);
    cr_expect(parsed.flag);
    cr_expect_str_eq(parsed.text, "a=b");
    cr_expect_eq(parsed.number, -12);
    cr_assert_eq(parsed.args.word_count, 2);
    cr_expect_str_eq(parsed.args.words[0], "one");
    cr_expect_str_eq(parsed.args.words[1], "two");
}

Test(brokerctl_options, that_are_wrong_end_in_a_usage_failure, .timeout = 10)
{
    cr_redirect_stderr();
    const struct parsed all[] = {
        PARSE("--unknown", "word"),
        PARSE("--flag=yes", "word"),
        PARSE("--number", "twelve", "word"),
        PARSE("word", "--text"),
        PARSE("one", "two", "three"),
        PARSE("--flag"),
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        cr_expect_not(all[i].run, "case %zu", i);
        cr_expect_eq(all[i].exit, CTL_USAGE, "case %zu", i);
    }
}

Test(brokerctl_options, help_is_no_failure, .timeout = 10)
{
    cr_redirect_stdout();
    struct parsed parsed = PARSE("--help");
    cr_expect_not(parsed.run);
    cr_expect_eq(parsed.exit, CTL_OK);
}

/* --- records as text ---------------------------------------------------------------------------*/

static struct feedback_given *secretive(void)
{
    static struct feedback_given given;
    given.meta.actor.id = VIEW("JBELL");
    given.attendance.happened = true;
    SET(&given.attendance, ATTENDANCE_HAPPENED);
    given.attendance.late_reason = VIEW("HIDDEN");
    SET(&given.attendance, ATTENDANCE_LATE_REASON);
    SET(&given, FEEDBACK_GIVEN_ATTENDANCE);
    given.feedback.summary = VIEW("HIDDEN");
    SET(&given.feedback, FEEDBACK_SUMMARY);
    given.feedback.concerns = VIEW("HIDDEN");
    SET(&given.feedback, FEEDBACK_CONCERNS);
    SET(&given, FEEDBACK_GIVEN_FEEDBACK);
    return &given;
}

Test(brokerctl_text, says_of_sealed_fields_that_they_are_there_and_no_more, .timeout = 10)
{
    CLEANUP(buf_done) struct buf fields = {0}, json = {0};
    ctl_put_fields(&feedback_given_desc, secretive(), &fields);
    struct view line = buf_as_view(&fields);
    cr_expect(view_eq_text(line,
                  "attendance.happened=yes attendance.lateReason=sealed feedback.summary=sealed "
                  "feedback.concerns=sealed"),
        "%.*s", VIEW_ARG(line));
    ctl_put_json(&feedback_given_desc, secretive(), &json);
    cr_expect_null(memmem(json.ptr, json.len, "HIDDEN", 6));
    cr_expect_not_null(memmem(json.ptr, json.len, "\"summary\":\"sealed\"", 18));
}

Test(brokerctl_text, names_items_by_their_place, .timeout = 10)
{
    static const struct worker workers[] = {
        {.has = 3, .user_id = {"A", 1}, .organisation = {"ORG", 3}},
        {.has = 1, .user_id = {"B \"x\"", 5}},
    };
    struct caseworkers_assigned assigned = {.workers = {workers, 2}};
    SET(&assigned, CASEWORKERS_ASSIGNED_WORKERS);
    CLEANUP(buf_done) struct buf fields = {0};
    ctl_put_fields(&caseworkers_assigned_desc, &assigned, &fields);
    cr_expect(
        view_eq_text(buf_as_view(&fields), "workers.0.userId=\"A\" workers.0.organisation=\"ORG\" "
                                           "workers.1.userId=\"B \\\"x\\\"\""),
        "%.*s", VIEW_ARG(buf_as_view(&fields)));
}

/* --- what a replay remembers -------------------------------------------------------------------*/

static struct uuid id_of(uint32_t n)
{
    struct uuid id = {{0}};
    memcpy(id.b, &n, sizeof n);
    return id;
}

Test(brokerctl_people, remember_the_last_of_each_through_growth, .timeout = 20)
{
    enum { MANY = 5000 };
    struct people *people = people_new();
    for (uint32_t round = 1; round <= 2; round++)
        for (uint32_t i = 0; i < MANY; i++) {
            char text[32];
            int len = snprintf(text, sizeof text, "%u in round %u", i, round);
            struct known known = {
                .person = id_of(i), .version = round, .packed = {text, (size_t)len}};
            people_put(people, &known);
            answer_put(people, (struct uuid[2]){id_of(i), id_of(i + round)}, i + round);
        }
    cr_expect_eq(people_count(people), MANY);
    cr_expect_eq(answer_count(people), 2 * MANY);
    cr_expect(view_eq_text(people_find(people, id_of(77))->packed, "77 in round 2"));
    cr_expect_null(people_find(people, id_of(MANY)));
    cr_expect_eq(answer_find(people, id_of(9), id_of(11)), 11);
    cr_expect_eq(answer_find(people, id_of(9), id_of(12)), 0);
    const struct known **all = people_sorted(people);
    for (size_t i = 1; i < MANY; i++)
        cr_assert_lt(uuid_cmp(all[i - 1]->person, all[i]->person), 0);
    free(all);
    people_clear(people);
    cr_expect_eq(people_count(people) + answer_count(people), 0);
    cr_expect_null(people_find(people, id_of(77)));
    people_free(people);
}

/* --- tables ------------------------------------------------------------------------------------*/

Test(brokerctl_tables, of_the_schemas_can_be_read_by_column, .timeout = 10)
{
    struct arena *arena = arena_new((size_t)32 << 20);
    static struct tsv tsv;
    cr_assert_eq(tsv_read("schemas/catalogue/users.tsv", arena, &tsv).act, RES_OK);
    cr_assert_gt(tsv.count, 3);
    cr_expect(view_eq_text(tsv_cell(&tsv, 0, "id"), "BBEAKS"));
    cr_expect_null(tsv_cell(&tsv, 0, "no such column").ptr);
    cr_expect_eq(tsv_read("schemas/catalogue/none.tsv", arena, &tsv).act, RES_REJECT);
    cr_expect(tsv_list_has(VIEW("a,b,c"), VIEW("b")));
    cr_expect_not(tsv_list_has(VIEW("a,bb,c"), VIEW("b")));
    arena_free(arena);
}
