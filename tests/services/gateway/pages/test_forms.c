/* From what a browser posts to a command's body. */
#include <criterion/criterion.h>
#include <string.h>

#include "gateway/pages/forms.h"

#define F(n, v)                                                                                    \
    {                                                                                              \
        {"" n, sizeof(n) - 1},                                                                     \
        {                                                                                          \
            "" v, sizeof(v) - 1                                                                    \
        }                                                                                          \
    }

static const struct uuid appointment = {{0x5f}};
#define APPOINTMENT "5f000000-0000-0000-0000-000000000000"

enum which { BOOK, RECORD, SHARE, ASSIGN, OPEN, ACKNOWLEDGE };

struct answer {
    struct buf json;
    struct form_errors errors;
    res_t res;
    struct arena *arena;
};

static struct answer read_form(enum which which, const struct field *fields, size_t count)
{
    struct answer answer = {.arena = arena_new(1 << 20)};
    struct form form = {fields, count, answer.arena};
    switch (which) {
    case BOOK:
        answer.res = form_book(&form, appointment, 3, &answer.json, &answer.errors);
        break;
    case RECORD:
        answer.res = form_record(&form, appointment, &answer.json, &answer.errors);
        break;
    case SHARE:
        answer.res = form_share_risk(&form, &answer.json, &answer.errors);
        break;
    case ASSIGN:
        answer.res = form_assign(&form, &answer.json, &answer.errors);
        break;
    case OPEN:
        answer.res = form_open_risk(&form, &answer.json, &answer.errors);
        break;
    case ACKNOWLEDGE:
        answer.res = form_acknowledge_risk(&form, &answer.json, &answer.errors);
        break;
    }
    return answer;
}

static void answer_done(struct answer *answer)
{
    buf_done(&answer->json);
    arena_free(answer->arena);
}

static void expect_json(
    enum which which, const struct field *fields, size_t count, const char *json)
{
    CLEANUP(answer_done) struct answer answer = read_form(which, fields, count);
    cr_assert(answer.res.act == RES_OK);
    for (size_t i = 0; i < answer.errors.len; i++)
        cr_expect(false, "%.*s at %.*s", VIEW_ARG(answer.errors.items[i].code),
            VIEW_ARG(answer.errors.items[i].pointer));
    cr_expect(
        view_eq_text(buf_as_view(&answer.json), json), "%.*s", VIEW_ARG(buf_as_view(&answer.json)));
}

static void expect_error(
    enum which which, const struct field *fields, size_t count, const char *const error[2])
{
    CLEANUP(answer_done) struct answer answer = read_form(which, fields, count);
    cr_assert(answer.res.act == RES_OK);
    bool found = false;
    for (size_t i = 0; i < answer.errors.len; i++)
        found = found || (view_eq_text(answer.errors.items[i].pointer, error[0]) &&
                             view_eq_text(answer.errors.items[i].code, error[1]));
    cr_expect(found, "%s at %s", error[1], error[0]);
}

Test(forms, a_session_at_an_office_becomes_a_booking, .timeout = 10)
{
    const struct field fields[] = {F("csrf", "t"), F("booking-start-day", "30"),
        F("booking-start-month", "11"), F("booking-start-year", "2026"),
        F("booking-start-time", " 2pm "), F("booking-minutes", "45"), F("booking-method", "office"),
        F("booking-office", "CRS0151"), F("booking-address-line1", "left over"), F("worker", "jo"),
        F("worker", "sol"), F("booking-notice-how", "text"), F("booking-notice-at-day", "20"),
        F("booking-notice-at-month", "06"), F("booking-notice-at-year", "2026"),
        F("booking-notice-at-time", "9:05am")};
    expect_json(BOOK, fields, ARRAY_LEN(fields),
        "{\"appointmentId\":\"" APPOINTMENT "\",\"booking\":{\"session\":3,"
        "\"start\":\"2026-11-30T14:00:00Z\",\"minutes\":45,\"method\":\"office\","
        "\"office\":\"CRS0151\",\"workers\":[\"jo\",\"sol\"],\"notice\":{\"how\":\"text\","
        "\"at\":\"2026-06-20T08:05:00Z\"}}}");
}

Test(forms, what_is_missing_or_no_date_is_told_at_its_field, .timeout = 10)
{
    static const char *const missing[][2] = {{"/booking/start", "field-missing"},
        {"/booking/minutes", "field-missing"}, {"/booking/method", "field-missing"},
        {"/booking/workers", "field-missing"}};
    for (size_t i = 0; i < ARRAY_LEN(missing); i++)
        expect_error(BOOK, NULL, 0, missing[i]);
    static const struct field wrong[][5] = {
        {F("booking-start-day", "31"), F("booking-start-month", "11"),
            F("booking-start-year", "2026"), F("booking-start-time", "2pm"), F("x", "y")},
        {F("booking-start-day", "30"), F("booking-start-month", "11"),
            F("booking-start-year", "2026"), F("booking-start-time", "25:00"), F("x", "y")},
        {F("booking-start-day", "30"), F("booking-start-month", ""),
            F("booking-start-year", "2026"), F("booking-start-time", "2pm"), F("x", "y")},
        {F("booking-start-day", "30"), F("booking-start-month", "11"),
            F("booking-start-year", "2026"), F("booking-start-time", ""), F("x", "y")}};
    static const char *const invalid[2] = {"/booking/start", "field-invalid"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        expect_error(BOOK, wrong[i], 5, invalid);
}

Test(forms, an_hour_that_the_clocks_skip_is_told_and_a_doubled_one_is_the_first, .timeout = 10)
{
    const struct field skipped[] = {F("booking-start-day", "28"), F("booking-start-month", "3"),
        F("booking-start-year", "2027"), F("booking-start-time", "01:30")};
    static const char *const error[2] = {"/booking/start", "time-does-not-exist"};
    expect_error(BOOK, skipped, ARRAY_LEN(skipped), error);
    const struct field doubled[] = {F("booking-start-day", "25"), F("booking-start-month", "10"),
        F("booking-start-year", "2026"), F("booking-start-time", "1:30am"),
        F("booking-minutes", "60"), F("booking-method", "phone"), F("worker", "jo")};
    expect_json(BOOK, doubled, ARRAY_LEN(doubled),
        "{\"appointmentId\":\"" APPOINTMENT "\",\"booking\":{\"session\":3,"
        "\"start\":\"2026-10-25T00:30:00Z\",\"minutes\":60,\"method\":\"phone\","
        "\"workers\":[\"jo\"]}}");
}

Test(forms, times_are_taken_as_people_write_them, .timeout = 10)
{
    static const struct {
        const char *typed, *minute;
    } rows[] = {{"2pm", "14:00"}, {"2 PM", "14:00"}, {"12pm", "12:00"}, {"12am", "00:00"},
        {"9.30am", "09:30"}, {"14:05", "14:05"}, {"midday", "12:00"}, {"Midnight", "00:00"},
        {"0:00", "00:00"}};
    static const char *const refused[] = {
        "2", "1405", "13pm", "0am", "24:00", "9:3", "9:60", "pm", ":30"};
    for (size_t i = 0; i < ARRAY_LEN(rows) + ARRAY_LEN(refused); i++) {
        bool good = i < ARRAY_LEN(rows);
        const char *typed = good ? rows[i].typed : refused[i - ARRAY_LEN(rows)];
        const struct field fields[] = {F("booking-start-day", "1"), F("booking-start-month", "12"),
            F("booking-start-year", "2026"), {VIEW("booking-start-time"), view_of(typed)}};
        CLEANUP(answer_done) struct answer answer = read_form(BOOK, fields, ARRAY_LEN(fields));
        char expected[64] = "\"start\":\"2026-12-01T";
        if (good) {
            memcpy(expected + strlen(expected), rows[i].minute, 6);
            cr_expect(memmem(answer.json.ptr, answer.json.len, expected, strlen(expected)) != NULL,
                "%s", typed);
        } else {
            cr_expect(memmem(answer.json.ptr, answer.json.len, "start", 5) == NULL, "%s", typed);
        }
    }
}

Test(forms, a_held_session_carries_its_feedback_and_nothing_of_the_other_answers, .timeout = 10)
{
    const struct field fields[] = {F("attendance", "late"), F("attendance-lateReason", "Bus"),
        F("attendance-whose", "logistics"), F("feedback-summary", "Line one\r\nline \"two\"\\\x01"),
        F("feedback-response", "Well"), F("feedback-notifyBehaviour", "no"),
        F("feedback-behaviour", "left over"), F("feedback-reasonText", "left over"),
        F("feedback-notifyConcerns", "yes"), F("feedback-concerns", "Somebody"),
        F("feedback-purposes", "constructive"), F("feedback-purposes", "compliance")};
    expect_json(RECORD, fields, ARRAY_LEN(fields),
        "{\"appointmentId\":\"" APPOINTMENT
        "\",\"attendance\":{\"happened\":true,\"attended\":true,"
        "\"late\":true,\"lateReason\":\"Bus\"},\"feedback\":{\"summary\":\"Line one\\nline "
        "\\\"two\\\"\\\\\\u0001\",\"response\":\"Well\",\"notifyBehaviour\":false,"
        "\"notifyConcerns\":true,\"concerns\":\"Somebody\",\"purposes\":[\"constructive\","
        "\"compliance\"]}}");
}

Test(forms, not_attending_and_not_held_ask_for_their_own_words, .timeout = 10)
{
    const struct field missed[] = {F("attendance", "did-not-attend"),
        F("feedback-absence", "Rang twice"), F("feedback-notifyConcerns", "no")};
    expect_json(RECORD, missed, ARRAY_LEN(missed),
        "{\"appointmentId\":\"" APPOINTMENT
        "\",\"attendance\":{\"happened\":false,\"attended\":false},"
        "\"feedback\":{\"absence\":\"Rang twice\",\"notifyConcerns\":false}}");
    const struct field not_held[] = {F("attendance", "not-held"),
        F("attendance-whose", "logistics"), F("feedback-reasonText", "Fire alarm"),
        F("feedback-notifyConcerns", "no")};
    expect_json(RECORD, not_held, ARRAY_LEN(not_held),
        "{\"appointmentId\":\"" APPOINTMENT
        "\",\"attendance\":{\"happened\":false,\"attended\":true,"
        "\"whose\":\"logistics\"},\"feedback\":{\"reasonText\":\"Fire "
        "alarm\",\"notifyConcerns\":false}}");
    static const char *const errors[][2] = {{"/attendance/whose", "field-missing"},
        {"/feedback/reasonText", "field-missing"}, {"/feedback/notifyConcerns", "field-missing"}};
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        expect_error(RECORD, not_held, 1, errors[i]);
    static const char *const nothing[2] = {"/attendance", "field-missing"};
    expect_error(RECORD, NULL, 0, nothing);
}

Test(forms, shared_risk_states_each_field_and_counts_them, .timeout = 10)
{
    const struct field fields[] = {F("basis", "assessed"), F("assessedAt-day", "2"),
        F("assessedAt-month", "11"), F("assessedAt-year", "2026"),
        F("whoIsAtRisk-state", "disclosed"), F("whoIsAtRisk-text", "Staff"),
        F("nature-state", "withheld"), F("nature-text", "Names somebody"),
        F("imminence-state", "not-assessed"), F("imminence-text", "left over"),
        F("increases-state", "not-assessed"), F("decreases-state", "not-assessed"),
        F("analysis-state", "not-assessed"), F("staffSafety-state", "not-assessed"),
        F("sexualHistory-state", "not-assessed"), F("additional-state", "not-assessed"),
        F("levels-knownAdult-community", "very-high"), F("levels-public-custody", ""),
        F("toSelf-selfHarm", "yes"), F("registrations", "One\r\n\r\n Two "), F("reviewBy-day", "4"),
        F("reviewBy-month", "12"), F("reviewBy-year", "2026"), F("approved", "yes")};
    expect_json(SHARE, fields, ARRAY_LEN(fields),
        "{\"basis\":\"assessed\",\"assessedAt\":\"2026-11-02T12:00:00Z\",\"whoIsAtRisk\":{"
        "\"state\":"
        "\"disclosed\",\"text\":\"Staff\"},\"nature\":{\"state\":\"withheld\",\"why\":\"Names "
        "somebody\"},\"imminence\":{\"state\":\"not-assessed\"},\"increases\":{\"state\":"
        "\"not-assessed\"},\"decreases\":{\"state\":\"not-assessed\"},\"analysis\":{\"state\":"
        "\"not-assessed\"},\"staffSafety\":{\"state\":\"not-assessed\"},\"sexualHistory\":{"
        "\"state\":"
        "\"not-assessed\"},\"additional\":{\"state\":\"not-assessed\"},\"disclosed\":1,"
        "\"withheld\":1,"
        "\"notAssessed\":7,\"levels\":{\"knownAdult\":{\"community\":\"very-high\"}},\"toSelf\":{"
        "\"selfHarm\":{\"state\":\"yes\"}},\"registrations\":{\"items\":[\"One\",\"Two\"]},"
        "\"reviewBy\":\"2026-12-04\",\"urgent\":false,\"approved\":true}");
    static const char *const errors[][2] = {{"/nature/state", "field-missing"},
        {"/reviewBy", "field-missing"}, {"/approved", "not-approved"}};
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        expect_error(SHARE, fields, 6, errors[i]);
}

Test(forms, assigning_names_each_workers_organisation, .timeout = 10)
{
    const struct field fields[] = {
        F("referral", "x"), F("worker", "jo HARMONY"), F("worker", "sol HOME")};
    expect_json(ASSIGN, fields, ARRAY_LEN(fields),
        "{\"workers\":[{\"userId\":\"jo\",\"organisation\":\"HARMONY\"},{\"userId\":\"sol\","
        "\"organisation\":\"HOME\"}]}");
    static const char *const nobody[2] = {"/workers", "field-missing"};
    expect_error(ASSIGN, fields, 1, nobody);
}

Test(forms, a_form_that_names_no_risk_version_is_none_of_ours, .timeout = 10)
{
    CLEANUP(answer_done) struct answer none = read_form(ACKNOWLEDGE, NULL, 0);
    cr_expect(none.res.act == RES_REJECT);
    const struct field fields[] = {F("riskVersion", "4")};
    expect_json(ACKNOWLEDGE, fields, 1, "{\"riskVersion\":4}");
}

Test(forms, who_is_not_assigned_says_why_they_read, .timeout = 10)
{
    const struct field fields[] = {F("riskVersion", "4"), F("reason", " covering today ")};
    expect_json(OPEN, fields, 2, "{\"riskVersion\":4,\"reason\":\"covering today\"}");
}
