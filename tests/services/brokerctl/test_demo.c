/* The demo's commands against the schemas, without a gateway. */
#include "brokerctl/demo.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "codec/json.h"

static struct demo *demo_at(const char *time)
{
    static const struct ctl_conf conf = {.schemas = "schemas"};
    static const struct ctl ctl = {.name = "demo", .usage = "", .conf = &conf};
    static struct demo demo;
    demo = (struct demo){.ctl = &ctl, .seed = 1};
    demo.arena = arena_new((size_t)64 << 20);
    demo.record = arena_new((size_t)64 << 20);
    cr_assert(time_parse(view_of(time), &demo.now));
    cr_assert_eq(catalogue_read(&ctl, "users", demo.arena, &demo.users).act, RES_OK);
    cr_assert_eq(catalogue_read(&ctl, "services", demo.arena, &demo.services).act, RES_OK);
    cr_assert_eq(catalogue_read(&ctl, "outcomes", demo.arena, &demo.outcomes).act, RES_OK);
    cr_assert_eq(catalogue_read(&ctl, "complexity", demo.arena, &demo.complexity).act, RES_OK);
    cr_assert_eq(catalogue_read(&ctl, "offices", demo.arena, &demo.offices).act, RES_OK);
    return &demo;
}

static void demo_done(struct demo *demo)
{
    arena_free(demo->arena);
    arena_free(demo->record);
}

static enum command_type command_of(char letter)
{
    switch (letter) {
    case 'R':
        return COMMAND_SHARE_RISK;
    case 'S':
        return COMMAND_SUBMIT_REFERRAL;
    case 'A':
        return COMMAND_ASSIGN_CASEWORKERS;
    case 'O':
    case 'o':
        return COMMAND_OPEN_RISK;
    case 'K':
    case 'k':
        return COMMAND_ACKNOWLEDGE_RISK;
    case 'P':
        return COMMAND_SUBMIT_PLAN;
    case 'V':
        return COMMAND_APPROVE_PLAN;
    case 'E':
        return COMMAND_SUBMIT_REPORT;
    default:
        return COMMAND_BOOK_APPOINTMENT;
    }
}

/* Reads the body as the gateway would; the record in the demo's arena. What the gateway itself adds
 * (terms, reference) is not missed. */
static void *read_body(struct demo *demo, enum command_type type, const struct buf *body)
{
    const struct record_desc *desc = command_table[type].desc;
    struct codec_json_options options = {.partial = type == COMMAND_SUBMIT_REFERRAL};
    struct codec_error error;
    void *record = arena_alloc(demo->record, desc->size);
    res_t res = codec_json_read(desc, buf_as_view(body), &options, demo->record, record, &error);
    cr_assert_eq(res.act, RES_OK, "%s: %s %s in %.*s", desc->name,
        res.act == RES_REJECT ? codec_rule_name(error.rule) : res.what,
        res.act == RES_REJECT ? error.pointer : "", VIEW_ARG(buf_as_view(body)));
    return record;
}

static void expect_today(
    const struct demo *demo, char letter, const struct appointment_booked *booked)
{
    int64_t start = booked->booking.start;
    bool past = strchr("HLNT", letter) != NULL;
    if (past) {
        cr_expect_leq(start, demo->now);
        cr_expect_eq(london_day(start), london_day(demo->now));
    } else {
        cr_expect_gt(start, demo->now);
    }
}

static void live_through(struct demo *demo, struct demo_person *person)
{
    int64_t last_start = 0;
    for (const char *at = person->recipe->steps; *at != '\0';) {
        struct demo_step step = {*at++, 0};
        if (*at >= '0' && *at <= '9')
            step.number = *at++ - '0';
        CLEANUP(buf_done) struct buf body = {0}, told = {0};
        arena_clear(demo->record);
        demo_body(demo, person, step, &body);
        const void *record = read_body(demo, command_of(step.letter), &body);
        if (step.letter == 'R')
            person->risk_version++;
        if (strchr("HLNTFB", step.letter) == NULL)
            continue;
        const struct appointment_booked *booked = record;
        cr_expect_eq(booked->booking.session, step.number);
        cr_expect_geq(booked->booking.start, last_start, "sessions of %s are in order",
            person->recipe->steps);
        last_start = booked->booking.start;
        expect_today(demo, step.letter, booked);
        if (strchr("HLN", step.letter) == NULL)
            continue;
        demo_body_feedback(demo, person, step, &told);
        (void)read_body(demo, COMMAND_GIVE_FEEDBACK, &told);
    }
}

static void invent(const char *time, size_t people)
{
    struct demo *demo = demo_at(time);
    for (size_t i = 0; i < people; i++) {
        struct demo_person person;
        demo->dice = i;
        cr_assert_eq(demo_person_make(demo, i, &person).act, RES_OK);
        live_through(demo, &person);
    }
    demo_done(demo);
}

Test(brokerctl_demo, every_command_is_as_the_schemas_want_it, .timeout = 60)
{
    invent("2026-11-20T14:00:00Z", 120);
}

Test(brokerctl_demo, just_after_midnight_what_was_held_was_still_held_today, .timeout = 60)
{
    invent("2026-11-20T00:20:00Z", 60);
}

Test(brokerctl_demo, begins_with_sam_ash_whom_jo_bell_meets_since_half_an_hour, .timeout = 20)
{
    struct demo *demo = demo_at("2026-11-20T14:00:00Z");
    struct demo_person sam;
    cr_assert_eq(demo_person_make(demo, 0, &sam).act, RES_OK);
    cr_expect(view_eq_text(sam.first, "Sam") && view_eq_text(sam.last, "Ash"));
    cr_expect(view_eq_text(tsv_cell(&demo->users, sam.practitioner, "id"), "BBEAKS"));
    cr_expect(view_eq_text(tsv_cell(&demo->users, sam.worker, "id"), "JBELL"));
    CLEANUP(buf_done) struct buf body = {0};
    demo_body(demo, &sam, (struct demo_step){'T', 3}, &body);
    const struct appointment_booked *booked = read_body(demo, COMMAND_BOOK_APPOINTMENT, &body);
    cr_expect_eq(booked->booking.start, demo->now - 30 * 60 * TIME_US_PER_S);
    cr_assert_eq(booked->booking.workers.len, 1);
    cr_expect(view_eq_text(booked->booking.workers.items[0], "JBELL"));
    demo_done(demo);
}

Test(brokerctl_demo, nobody_else_met_jo_bell_earlier_today, .timeout = 20)
{
    struct demo *demo = demo_at("2026-11-20T14:00:00Z");
    for (size_t i = 1; i < 300; i++) {
        struct demo_person person;
        demo->dice = i;
        cr_assert_eq(demo_person_make(demo, i, &person).act, RES_OK);
        bool jo = view_eq_text(tsv_cell(&demo->users, person.worker, "id"), "JBELL");
        cr_expect_not(jo && person.past_count > 0);
    }
    demo_done(demo);
}

Test(brokerctl_demo, the_same_seed_gives_the_same_people, .timeout = 20)
{
    struct demo *demo = demo_at("2026-11-20T14:00:00Z");
    for (size_t i = 0; i < 80; i++) {
        struct demo_person a, b;
        demo->dice = i;
        cr_assert_eq(demo_person_make(demo, i, &a).act, RES_OK);
        demo->dice = i;
        cr_assert_eq(demo_person_make(demo, i, &b).act, RES_OK);
        cr_expect(a.recipe == b.recipe && a.service == b.service && a.worker == b.worker);
        cr_expect_str_eq(a.crn, b.crn);
    }
    demo_done(demo);
}
