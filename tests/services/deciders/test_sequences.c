/* Random commands, right and wrong, from fixed seeds: after each record every rule still holds. */
#include "base/clock.h"
#include "dossier/status.h"
#include "support/story.h"

#include <stdio.h>

enum { STEPS = 450, SEEDS = 10 };

static bool report_due(const struct story *s, const struct dossier_referral *referral)
{
    enum status_code code = status_of(s->dossier, referral, s->now).code;
    return code == STATUS_REPORT_DUE || code == STATUS_CLOSING;
}

static struct answer send_something(struct story *s, uint64_t *seed)
{
    struct uuid before = s->referral;
    const struct dossier_referral *referral = dossier_referral(s->dossier, before);
    s->now += (int64_t)story_draw(seed, 20 * 3600) * TIME_US_PER_S;
    if (referral != NULL && story_draw(seed, 3) == 0 && report_due(s, referral))
        return SENT(COMMAND_SUBMIT_REPORT, story_report(s));
    struct command command = story_something(s, seed);
    struct answer answer = story_send(s, command.type, command.body);
    /* On with a new referral, or still with the old one. */
    if (!uuid_is_zero(before) && (!answer.accepted || story_draw(seed, 2) == 0))
        s->referral = before;
    return answer;
}

/* -- the rules ----------------------------------------------------------------------------------
 */

/* A refusal moves version and history and nothing else. */
static void refusal_changes_nothing(struct story *s, const struct dossier *before)
{
    struct dossier after = *s->dossier;
    after.version = before->version;
    after.history = before->history;
    after.person = before->person;
    cr_assert(view_eq(story_pack(s, &after), story_pack(s, before)));
}

static void booking_was_allowed(const struct story *s, const struct dossier *before)
{
    const struct appointment_booked *booked = s->last.body;
    const struct booking *booking = &booked->booking;
    const struct dossier_referral *referral = dossier_referral(before, booked->meta.referral);
    cr_assert(referral != NULL && !referral_ended(referral));
    cr_assert(!HAS(before, DOSSIER_REVIEW) || !before->review.urgent);
    for (size_t i = 0; i < booking->workers.len; i++) {
        struct view worker = booking->workers.items[i];
        cr_assert(referral_has_caseworker(referral, worker));
        cr_assert(risk_acknowledged(before, worker));
        cr_assert_eq(risk_read(before, worker, RISK_READER_WORKER), dossier_risk_version(before));
    }
    cr_assert(!session_held(referral, booking->session));
    cr_assert(booking->session <= sessions_planned(referral));
    cr_assert_geq(london_day(booking->start), london_day(s->now));
}

static void book_is_sound(const struct dossier_referral *referral)
{
    for (size_t i = 0; i < referral->appointments.len; i++)
        for (size_t n = 0; n < i; n++) {
            const struct dossier_appointment *a = &referral->appointments.items[i];
            const struct dossier_appointment *b = &referral->appointments.items[n];
            bool both = appointment_live(a) && appointment_live(b);
            cr_assert(!uuid_eq(a->id, b->id));
            cr_assert(!both || a->session != b->session);
            cr_assert(!both || a->start + a->minutes * INT64_C(60000000) <= b->start ||
                      b->start + b->minutes * INT64_C(60000000) <= a->start);
        }
    for (size_t i = 0; i < referral->plans.len; i++)
        cr_assert_eq(referral->plans.items[i].plan_version, (int32_t)i + 1);
    cr_assert_leq(sessions_held(referral), sessions_recorded(referral));
}

static void status_is_sound(const struct story *s, const struct dossier_referral *referral)
{
    struct status now = status_of(s->dossier, referral, s->now);
    struct status_readings readings = status_readings_of(s->dossier, referral);
    bool after = readings.switches_us != 0 && s->now >= readings.switches_us;
    const struct status *reading = after ? &readings.after : &readings.before;
    if (readings.switches_us == 0)
        reading = &readings.after;
    cr_assert_eq(now.code, reading->code);
    cr_assert_eq(now.action, reading->action);
    cr_assert_eq(now.due_us, reading->due_us);
    cr_assert_eq(now.flags & ~(uint32_t)FLAG_OVERDUE, reading->flags);
    cr_assert((now.turn == TURN_NOBODY) == (now.action == ACTION_NONE));
    cr_assert_eq(referral_ended(referral), now.action == ACTION_NONE);
}

static void an_end_is_final(const struct story *s, const struct dossier *before)
{
    for (size_t i = 0; i < before->referrals.len; i++) {
        const struct dossier_referral *was = &before->referrals.items[i];
        const struct dossier_referral *is = &s->dossier->referrals.items[i];
        cr_assert(uuid_eq(was->id, is->id));
        if (!referral_ended(was))
            continue;
        cr_assert(referral_ended(is) && uuid_eq(was->end.record, is->end.record));
        cr_assert_eq(sessions_held(was), sessions_held(is));
        cr_assert_eq(sessions_recorded(was), sessions_recorded(is));
    }
}

static void nothing_stays_booked(const struct story *s, const struct dossier *before)
{
    const struct referral_withdrawn *withdrawn = s->last.body;
    const struct dossier_referral *was = dossier_referral(before, withdrawn->meta.referral);
    const struct dossier_referral *is = dossier_referral(s->dossier, was->id);
    cr_assert_eq(withdrawn->report_due, referral_closing(is));
    cr_assert_eq(withdrawn->report_due, !referral_ended(is));
    cr_assert_eq(sessions_held(was), sessions_held(is));
    cr_assert_eq(sessions_recorded(was), sessions_recorded(is));
    for (size_t i = 0; i < is->appointments.len; i++) {
        const struct dossier_appointment *one = &is->appointments.items[i];
        cr_assert(!appointment_live(one) || one->start <= withdrawn->meta.occurred_at);
    }
}

static void check_rules(struct story *s, const struct dossier *before, struct answer answer)
{
    cr_assert_eq(s->dossier->version, before->version + 1);
    bool shared = answer.accepted && s->last.type == EVENT_RISK_SHARED;
    cr_assert_eq(dossier_risk_version(s->dossier), dossier_risk_version(before) + shared);
    if (!answer.accepted)
        refusal_changes_nothing(s, before);
    if (answer.accepted && s->last.type == EVENT_APPOINTMENT_BOOKED)
        booking_was_allowed(s, before);
    if (answer.accepted && s->last.type == EVENT_REFERRAL_WITHDRAWN)
        nothing_stays_booked(s, before);
    an_end_is_final(s, before);
    for (size_t i = 0; i < s->dossier->referrals.len; i++) {
        book_is_sound(&s->dossier->referrals.items[i]);
        status_is_sound(s, &s->dossier->referrals.items[i]);
    }
}

/* From the log alone, without packing in between. */
static void replay_gives_the_same_bytes(struct story *s)
{
    struct dossier *replayed = dossier_empty(s->arena);
    for (size_t i = 0; i < s->records; i++) {
        struct event event;
        cr_assert_eq(codec_read_event(s->registry, s->log[i], s->arena, &event), FRAME_OK);
        cr_assert_eq(dossier_count(replayed, &event, s->log[i], s->arena, &replayed).act, RES_OK);
    }
    cr_assert(view_eq(story_pack(s, replayed), story_pack(s, s->dossier)));
}

Test(sequences, of_random_commands_keep_every_rule_and_replay_to_the_same_bytes, .timeout = 120)
{
    int accepted[EVENT_MAX_] = {0};
    for (uint64_t n = 1; n <= SEEDS; n++) {
        STORY;
        uint64_t seed = n * UINT64_C(0x9e3779b97f4a7c15);
        if (n % 2 == 0)
            story_started(s);
        else
            story_planned(s, 2);
        for (int step = 0; step < STEPS; step++) {
            const struct dossier *before = s->dossier;
            struct answer answer = send_something(s, &seed);
            check_rules(s, before, answer);
            accepted[s->last.type]++;
        }
        replay_gives_the_same_bytes(s);
    }
    /* A generator whose commands are all refused would show nothing. */
    for (int type = 0; type < EVENT_MAX_; type++)
        if (type != EVENT_PLAN_APPROVED) /* plans here are approved by the terms */
            cr_expect_gt(accepted[type], 0, "%s: %d", event_table[type].name, accepted[type]);
}
