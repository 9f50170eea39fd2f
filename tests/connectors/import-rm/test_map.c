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

Test(import_map, a_value_that_cannot_be_read_stops_the_person_and_is_not_passed_over, .timeout = 20)
{
    static const struct {
        int column;
        const char *value;
    } rows[] = {{APT_MINUTES, "many"}, {APT_START, "yesterday"}, {APT_ID, "x"}};
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
