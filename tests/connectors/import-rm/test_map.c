#include "base/clock.h"
#include "codec/codec.h"
#include "import-rm/map.h"

#include <criterion/criterion.h>
#include <string.h>

static const char person_id[] = "aaaaaaaa-0000-0000-0000-000000000001";
static const char referral_id[] = "bbbbbbbb-0000-0000-0000-000000000001";

struct fixture {
    struct arena *arena;
    struct map_context context;
    struct rm_person person;
    struct view referral[REF_COLUMNS];
    struct view appointment[APT_COLUMNS];
};

static struct fixture fixture_new(void)
{
    struct fixture f = {.arena = arena_new(64 << 20)};
    f.context = (struct map_context){.space = {{7}}, .now = 1000, .arena = f.arena};
    uuid_parse(view_of(person_id), &f.context.person);
    f.person.crn = VIEW("X000001");
    f.referral[REF_ID] = view_of(referral_id);
    f.referral[REF_REFERENCE] = VIEW("AB1234AC");
    f.referral[REF_INTERVENTION] = VIEW("cccccccc-0000-0000-0000-000000000001");
    f.referral[REF_SENT_AT] = VIEW("2021-01-14T15:56:45.382884Z");
    f.referral[REF_SENT_BY] = VIEW("11");
    f.referral[REF_GENDER] = VIEW("Female");
    f.referral[REF_DOB] = VIEW("1990-01-15");
    f.referral[REF_DISABILITIES] = VIEW("one\x1ftwo");
    f.appointment[APT_REFERRAL] = view_of(referral_id);
    f.appointment[APT_KIND] = VIEW("delivery");
    f.appointment[APT_SESSION_ID] = VIEW("dddddddd-0000-0000-0000-000000000001");
    f.appointment[APT_SESSION] = VIEW("2");
    f.appointment[APT_ID] = VIEW("eeeeeeee-0000-0000-0000-000000000001");
    f.appointment[APT_NEWEST] = f.appointment[APT_ID];
    f.appointment[APT_STEP] = VIEW("alone");
    f.appointment[APT_LAST] = VIEW("true");
    f.appointment[APT_START] = VIEW("2021-04-01T12:00:00.000000Z");
    f.appointment[APT_MINUTES] = VIEW("120");
    f.appointment[APT_CREATED_AT] = VIEW("2021-03-12T17:51:34.235464Z");
    f.appointment[APT_SECOND_LINK] = VIEW("false");
    return f;
}

static struct stated_list map_all(struct fixture *f)
{
    f->person.referrals = (struct rm_rows){1, REF_COLUMNS, f->referral};
    f->person.appointments = (struct rm_rows){1, APT_COLUMNS, f->appointment};
    struct stated_list list = {0};
    res_t mapped = map_person(&f->context, &f->person, &list);
    cr_assert_eq(mapped.act, RES_OK, "%s", mapped.what);
    return list;
}

static bool names(struct view_array list, const char *text)
{
    for (size_t i = 0; i < list.len; i++)
        if (view_eq_text(list.items[i], text))
            return true;
    return false;
}

Test(import_map, an_appointment_without_outcome_is_booked_and_one_with_is_recorded_in_one,
    .timeout = 20)
{
    struct fixture f = fixture_new();
    struct stated_list list = map_all(&f);
    cr_assert_eq(list.len, 2);
    cr_expect_eq(list.items[0].command.type, COMMAND_SUBMIT_REFERRAL);
    cr_expect_eq(list.items[1].command.type, COMMAND_BOOK_APPOINTMENT);
    f.appointment[APT_ATTENDED] = VIEW("LATE");
    list = map_all(&f);
    cr_assert_eq(list.items[1].command.type, COMMAND_RECORD_PAST_APPOINTMENT);
    const struct past_appointment_recorded *past = list.items[1].command.body;
    cr_expect(past->attendance.attended && past->attendance.happened && past->attendance.late);
    arena_free(f.arena);
}

Test(import_map, what_the_source_does_not_say_is_named_as_unknown, .timeout = 20)
{
    struct fixture f = fixture_new();
    struct stated_list list = map_all(&f);
    const struct meta *meta = &list.items[0].head->meta;
    cr_expect(names(meta->unknown, "/reason") && names(meta->unknown, "/urgent"));
    cr_expect(!names(meta->unknown, "/ageYears"));
    const struct meta *booked = &list.items[1].head->meta;
    cr_expect(names(booked->unknown, "/booking/method"));
    cr_expect(names(booked->unknown, "/meta/actor/id"));
    arena_free(f.arena);
}

Test(import_map, the_age_is_in_whole_years_on_the_day_of_sending, .timeout = 20)
{
    struct fixture f = fixture_new();
    struct stated_list list = map_all(&f);
    const struct referral_submitted *s = list.items[0].command.body;
    cr_expect_eq(s->age_years, 30, "the birthday is a day later");
    f.referral[REF_DOB] = VIEW("1990-01-14");
    s = map_all(&f).items[0].command.body;
    cr_expect_eq(s->age_years, 31);
    f.referral[REF_DOB] = VIEW("2097-11-08");
    s = map_all(&f).items[0].command.body;
    cr_expect(!HAS(s, REFERRAL_SUBMITTED_AGE_YEARS));
    arena_free(f.arena);
}

Test(import_map, command_ids_are_the_same_in_every_run_and_other_in_another_deployment,
    .timeout = 20)
{
    struct fixture f = fixture_new();
    struct uuid first = map_all(&f).items[0].head->meta.id;
    f.context.now = 2000;
    cr_expect(uuid_eq(first, map_all(&f).items[0].head->meta.id));
    f.context.space.b[0] = 8;
    cr_expect(!uuid_eq(first, map_all(&f).items[0].head->meta.id));
    arena_free(f.arena);
}

Test(import_map, the_second_session_that_claims_an_appointment_gets_an_id_of_its_own, .timeout = 20)
{
    struct fixture f = fixture_new();
    const struct appointment_booked *booked = map_all(&f).items[1].command.body;
    struct uuid plain = booked->appointment_id;
    f.appointment[APT_SECOND_LINK] = VIEW("true");
    booked = map_all(&f).items[1].command.body;
    cr_expect(uuid_eq(booked->appointment_id, uuid_v5(plain, VIEW("delivery"))));
    arena_free(f.arena);
}

/* Three rows of one session: booked, moved, moved again. */
static struct stated_list map_chain(struct fixture *f, const char *attended)
{
    static const char *const ids[] = {"eeeeeeee-0000-0000-0000-000000000011",
        "eeeeeeee-0000-0000-0000-000000000012", "eeeeeeee-0000-0000-0000-000000000013"};
    static const char *const steps[] = {"book", "move", "move"};
    static struct view rows[3][APT_COLUMNS];
    for (size_t i = 0; i < 3; i++) {
        memcpy(rows[i], f->appointment, sizeof rows[i]);
        rows[i][APT_ID] = view_of(ids[i]);
        rows[i][APT_NEWEST] = view_of(ids[2]);
        rows[i][APT_STEP] = view_of(steps[i]);
        rows[i][APT_LAST] = i == 2 ? VIEW("true") : VIEW("false");
        rows[i][APT_NEWEST_DELIUS_ID] = VIEW("103");
        rows[i][APT_DELIUS_ID] = i == 2 ? VIEW("103") : VIEW("101");
        rows[i][APT_MOVED_FOR] = i == 1 ? VIEW("person") : i == 2 ? VIEW("provider") : VIEW_NONE;
    }
    rows[2][APT_ATTENDED] = view_of(attended);
    rows[2][APT_FEEDBACK_AT] = VIEW("2021-04-01T15:00:00Z");
    rows[2][APT_ATTENDANCE_AT] = VIEW("2021-04-01T14:00:00Z");
    f->person.referrals = (struct rm_rows){1, REF_COLUMNS, f->referral};
    f->person.appointments = (struct rm_rows){3, APT_COLUMNS, rows[0]};
    struct stated_list list = {0};
    res_t mapped = map_person(&f->context, &f->person, &list);
    cr_assert_eq(mapped.act, RES_OK, "%s", mapped.what);
    return list;
}

Test(import_map, a_moved_appointment_is_booked_once_under_its_newest_id_and_then_moved,
    .timeout = 20)
{
    struct fixture f = fixture_new();
    struct stated_list list = map_chain(&f, NULL);
    cr_assert_eq(list.len, 4);
    cr_assert_eq(list.items[1].command.type, COMMAND_BOOK_APPOINTMENT);
    const struct appointment_booked *booked = list.items[1].command.body;
    cr_expect_str_eq(
        uuid_text(booked->appointment_id).text, "eeeeeeee-0000-0000-0000-000000000013");
    cr_expect(view_eq_text(booked->external_id, "103"));
    cr_assert_eq(booked->aliases.len, 2);
    cr_expect_str_eq(
        uuid_text(booked->aliases.items[1].id).text, "eeeeeeee-0000-0000-0000-000000000012");
    static const int32_t sides[] = {REQUESTED_BY_PERSON, REQUESTED_BY_PROVIDER};
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(list.items[2 + i].command.type, COMMAND_RESCHEDULE_APPOINTMENT);
        const struct appointment_rescheduled *moved = list.items[2 + i].command.body;
        cr_expect(uuid_eq(moved->appointment_id, booked->appointment_id));
        cr_expect_eq(moved->requested_by, sides[i]);
        cr_expect(names(moved->meta.unknown, "/reason"));
    }
    arena_free(f.arena);
}

Test(import_map, the_outcome_of_a_moved_appointment_is_attendance_and_then_feedback, .timeout = 20)
{
    struct fixture f = fixture_new();
    struct stated_list list = map_chain(&f, "LATE");
    cr_assert_eq(list.len, 6);
    cr_assert_eq(list.items[4].command.type, COMMAND_RECORD_ATTENDANCE);
    cr_assert_eq(list.items[5].command.type, COMMAND_GIVE_FEEDBACK);
    const struct attendance_recorded *came = list.items[4].command.body;
    const struct feedback_given *given = list.items[5].command.body;
    cr_expect(came->attendance.attended && came->attendance.late);
    cr_expect(HAS(&given->submissions, SUBMISSIONS_FEEDBACK_AT));
    cr_expect_eq(given->meta.occurred_at - came->meta.occurred_at, 3600 * TIME_US_PER_S);
    arena_free(f.arena);
}

static const struct referral_withdrawn *map_withdrawn(struct fixture *f)
{
    struct stated_list list = map_all(f);
    cr_assert_eq(list.len, 3);
    cr_assert_eq(list.items[2].command.type, COMMAND_WITHDRAW_REFERRAL);
    return list.items[2].command.body;
}

Test(import_map, a_withdrawal_has_its_code_and_an_old_one_is_kept_beside, .timeout = 20)
{
    struct fixture f = fixture_new();
    f.referral[REF_WITHDRAWN] = VIEW("true");
    f.referral[REF_WITHDRAWN_AT] = VIEW("2021-05-01T12:00:00Z");
    f.referral[REF_WITHDRAWN_CODE] = VIEW("SEE");
    f.referral[REF_WITHDRAWN_OLD_CODE] = VIEW("END");
    f.referral[REF_WITHDRAWN_COMMENTS] = VIEW("it ended");
    const struct referral_withdrawn *withdrawn = map_withdrawn(&f);
    cr_expect_eq(withdrawn->code, WITHDRAWAL_CODE_SEE);
    cr_expect(HAS(withdrawn, REFERRAL_WITHDRAWN_COMMENTS));
    cr_expect(!HAS(withdrawn, REFERRAL_WITHDRAWN_CONCLUDED_AT), "the decider says when it ended");
    cr_assert_eq(withdrawn->meta.kept.len, 1);
    cr_expect(view_eq_text(withdrawn->meta.kept.items[0].value, "END"));
    f.referral[REF_WITHDRAWN_CONCLUDED_AT] = VIEW("2021-05-02T12:00:00Z");
    cr_expect(HAS(map_withdrawn(&f), REFERRAL_WITHDRAWN_CONCLUDED_AT));
    f.referral[REF_WITHDRAWN_CODE] = VIEW("XXX");
    withdrawn = map_withdrawn(&f);
    cr_expect_eq(withdrawn->code, WITHDRAWAL_CODE_UNKNOWN);
    cr_expect(names(withdrawn->meta.unknown, "/code"));
    arena_free(f.arena);
}

Test(import_map, a_case_note_keeps_its_id_and_time, .timeout = 20)
{
    struct fixture f = fixture_new();
    struct view note[NOTE_COLUMNS] = {view_of(referral_id),
        VIEW("ffffffff-0000-0000-0000-000000000001"), VIEW("a subject"), VIEW("a body"),
        VIEW("2021-05-01T12:00:00Z"), VIEW("11")};
    f.person.case_notes = (struct rm_rows){1, NOTE_COLUMNS, note};
    struct stated_list list = map_all(&f);
    cr_assert_eq(list.len, 3);
    const struct case_note_added *added = list.items[2].command.body;
    cr_expect_str_eq(uuid_text(added->note_id).text, "ffffffff-0000-0000-0000-000000000001");
    cr_expect(view_eq_text(added->body, "\"a body\""), "sealing takes JSON");
    cr_expect(names(added->meta.unknown, "/notify"));
    arena_free(f.arena);
}

Test(import_map, a_value_that_cannot_be_read_stops_the_person_and_is_not_passed_over, .timeout = 20)
{
    static const struct {
        int column;
        const char *value;
    } rows[] = {{APT_MINUTES, "many"}, {APT_START, "yesterday"}, {APT_NEWEST, "x"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fixture f = fixture_new();
        f.appointment[rows[i].column] = view_of(rows[i].value);
        f.person.referrals = (struct rm_rows){1, REF_COLUMNS, f.referral};
        f.person.appointments = (struct rm_rows){1, APT_COLUMNS, f.appointment};
        struct stated_list list;
        cr_expect_eq(map_person(&f.context, &f.person, &list).act, RES_REJECT, "%s", rows[i].value);
        arena_free(f.arena);
    }
}

Test(import_source, a_file_of_queries_is_split_at_its_marks, .timeout = 20)
{
    struct view rest = VIEW("-- head\n\n--! one\nSELECT 1\nFROM x;\n\n--! two\nSELECT 2;\n"), name,
                sql;
    cr_assert(source_next_part(&rest, &name, &sql));
    cr_expect(view_eq_text(name, "one") && view_eq_text(sql, "SELECT 1\nFROM x"));
    cr_assert(source_next_part(&rest, &name, &sql));
    cr_expect(view_eq_text(name, "two") && view_eq_text(sql, "SELECT 2"));
    cr_expect(!source_next_part(&rest, &name, &sql));
}
