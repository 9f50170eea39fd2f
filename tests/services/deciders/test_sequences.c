/* Random commands, right and wrong, from fixed seeds: after each record every rule still holds. */
#include "base/clock.h"
#include "dossier/status.h"
#include "support/story.h"

#include <stdio.h>

enum { STEPS = 450, SEEDS = 10 };

static uint64_t next(uint64_t *seed, uint64_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % below;
}

/* Mostly whoever leads: else hardly anything would be accepted. */
static const char *worker_of(struct story *s, uint64_t *seed)
{
    static const char *const workers[] = {"sol.reyes", "tom.hale", "priya.nair"};
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    const struct dossier_assignment *now = referral != NULL ? referral_caseworkers(referral) : NULL;
    if (now != NULL && next(seed, 8) != 0)
        return arena_text(s->arena, now->workers.items[0].user_id);
    return workers[next(seed, ARRAY_LEN(workers))];
}

static int64_t some_start(const struct story *s, uint64_t *seed)
{
    int64_t hour = INT64_C(3600) * TIME_US_PER_S;
    return s->now + ((int64_t)next(seed, 10 * 24) - 3 * 24) * hour;
}

static struct uuid some_appointment(const struct story *s, uint64_t *seed)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    if (referral == NULL || referral->appointments.len == 0 || next(seed, 20) == 0)
        return (struct uuid){{0xee}};
    return referral->appointments.items[next(seed, referral->appointments.len)].id;
}

/* Where one is live it is mostly that one: else hardly anything would be moved. */
static struct uuid some_live_appointment(const struct story *s, uint64_t *seed)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    for (size_t i = 0; referral != NULL && i < referral->appointments.len; i++)
        if (appointment_live(&referral->appointments.items[i]) && next(seed, 4) != 0)
            return referral->appointments.items[i].id;
    return some_appointment(s, seed);
}

static const char *some_time(struct story *s, uint64_t *seed)
{
    char text[TIME_TEXT_MAX];
    time_print(some_start(s, seed), text);
    return arena_text(s->arena, view_of(text));
}

static const struct view *some_worker(struct story *s, uint64_t *seed)
{
    struct view *worker = ARENA_NEW(s->arena, struct view);
    *worker = view_of(worker_of(s, seed));
    return worker;
}

static int32_t plans_so_far(const struct story *s)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    return referral != NULL ? (int32_t)referral->plans.len : 0;
}

/* Each draw in a statement of its own: compilers evaluate arguments in orders of their own. */
static void *book(struct story *s, uint64_t *seed)
{
    int32_t session = (int32_t)next(seed, 4);
    struct appointment_booked *one = story_book(s, session, some_time(s, seed));
    one->booking.workers.items = some_worker(s, seed);
    return one;
}

static void *past(struct story *s, uint64_t *seed)
{
    int32_t session = (int32_t)next(seed, 4);
    struct past_appointment_recorded *one = story_past(s, session, some_time(s, seed));
    one->booking.workers.items = some_worker(s, seed);
    return one;
}

static void *attendance(struct story *s, uint64_t *seed)
{
    return story_attendance(s, some_appointment(s, seed));
}

static void *feedback(struct story *s, uint64_t *seed)
{
    struct feedback_given *(*const kinds[])(struct story *, struct uuid) = {
        story_held, story_held, story_late, story_missed, story_not_held};
    struct uuid appointment = some_appointment(s, seed);
    struct feedback_given *given = kinds[next(seed, ARRAY_LEN(kinds))](s, appointment);
    if (next(seed, 4) == 0)
        given->has &= ~(UINT64_C(1) << FEEDBACK_GIVEN_ATTENDANCE);
    return given;
}

static void *move(struct story *s, uint64_t *seed)
{
    struct uuid appointment = some_live_appointment(s, seed);
    struct appointment_rescheduled *moved = story_move(s, appointment, some_time(s, seed));
    if (next(seed, 2) == 0) {
        moved->booking.workers = (struct view_array){some_worker(s, seed), 1};
        SET(&moved->booking, REBOOKING_WORKERS);
    }
    return moved;
}

static void *cancel(struct story *s, uint64_t *seed)
{
    return story_cancel(s, some_appointment(s, seed));
}

static void *attempt(struct story *s, uint64_t *seed)
{
    struct contact_attempted *tried = story_attempt(s, some_appointment(s, seed));
    tried->result = (int32_t)next(seed, CONTACT_RESULT_UNKNOWN);
    tried->purpose = (int32_t)next(seed, CONTACT_PURPOSE_UNKNOWN);
    return tried;
}

static void *concern(struct story *s, uint64_t *seed)
{
    (void)seed;
    return story_concern(s);
}

static void *read_concern(struct story *s, uint64_t *seed)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    size_t count = referral != NULL ? referral->concerns.len : 0;
    struct uuid none = {{0xee}};
    return story_read_concern(s, count > 0 ? referral->concerns.items[next(seed, count)].id : none);
}

static void *withdraw(struct story *s, uint64_t *seed)
{
    return story_withdraw(s, (enum withdrawal_code)next(seed, WITHDRAWAL_CODE_UNKNOWN));
}

static void *note(struct story *s, uint64_t *seed)
{
    (void)seed;
    return story_note(s);
}

static void *submit(struct story *s, uint64_t *seed)
{
    struct uuid now = s->referral;
    struct referral_submitted *sent = story_submit(s);
    if (!uuid_is_zero(now) && next(seed, 3) == 0) {
        sent->duplicate_of = now;
        SET(sent, REFERRAL_SUBMITTED_DUPLICATE_OF);
    }
    return sent;
}

static void *assign(struct story *s, uint64_t *seed)
{
    return story_assign(s, next(seed, 2) == 0 ? "sol.reyes" : "tom.hale");
}

static void *plan(struct story *s, uint64_t *seed)
{
    int32_t version = plans_so_far(s) + (next(seed, 4) != 0);
    return story_plan(s, version, 1 + (int32_t)next(seed, 4));
}

static void *approve(struct story *s, uint64_t *seed)
{
    (void)seed;
    return story_approve(s, plans_so_far(s));
}

static void *report(struct story *s, uint64_t *seed)
{
    (void)seed;
    return story_report(s);
}

static void *share(struct story *s, uint64_t *seed)
{
    (void)seed;
    return story_share(s);
}

static void *risk_change(struct story *s, uint64_t *seed)
{
    return story_risk_change(s, next(seed, 3) == 0);
}

static void *confirm(struct story *s, uint64_t *seed)
{
    (void)seed;
    return story_confirm(s);
}

static void *open_risk(struct story *s, uint64_t *seed)
{
    return story_open(s, worker_of(s, seed));
}

static void *acknowledge(struct story *s, uint64_t *seed)
{
    return story_acknowledge(s, worker_of(s, seed));
}

/* How often each command is sent, and what it says. */
static const struct sender {
    uint64_t weight;
    void *(*body)(struct story *s, uint64_t *seed);
} senders[COMMAND_MAX_] = {
    [COMMAND_SUBMIT_REFERRAL] = {3, submit},
    [COMMAND_ASSIGN_CASEWORKERS] = {3, assign},
    [COMMAND_SUBMIT_PLAN] = {3, plan},
    [COMMAND_APPROVE_PLAN] = {3, approve},
    [COMMAND_SUBMIT_REPORT] = {3, report},
    [COMMAND_WITHDRAW_REFERRAL] = {1, withdraw},
    [COMMAND_ADD_CASE_NOTE] = {1, note},
    [COMMAND_BOOK_APPOINTMENT] = {7, book},
    [COMMAND_RECORD_PAST_APPOINTMENT] = {2, past},
    [COMMAND_RECORD_ATTENDANCE] = {2, attendance},
    [COMMAND_GIVE_FEEDBACK] = {7, feedback},
    [COMMAND_RESCHEDULE_APPOINTMENT] = {3, move},
    [COMMAND_CANCEL_APPOINTMENT] = {2, cancel},
    [COMMAND_RECORD_CONTACT_ATTEMPT] = {2, attempt},
    [COMMAND_RAISE_CONCERN] = {1, concern},
    [COMMAND_READ_CONCERN] = {2, read_concern},
    [COMMAND_SHARE_RISK] = {2, share},
    [COMMAND_NOTE_RISK_CHANGE] = {1, risk_change},
    [COMMAND_CONFIRM_RISK] = {3, confirm},
    [COMMAND_OPEN_RISK] = {6, open_risk},
    [COMMAND_ACKNOWLEDGE_RISK] = {6, acknowledge},
};

static enum command_type some_command(uint64_t *seed)
{
    uint64_t all = 0;
    for (int type = 0; type < COMMAND_MAX_; type++) {
        cr_assert_gt(senders[type].weight, 0, "command %d has no row", type);
        all += senders[type].weight;
    }
    uint64_t at = next(seed, all);
    int type = 0;
    for (; at >= senders[type].weight; type++)
        at -= senders[type].weight;
    return (enum command_type)type;
}

static bool report_due(const struct story *s, const struct dossier_referral *referral)
{
    enum status_code code = status_of(s->dossier, referral, s->now).code;
    return code == STATUS_REPORT_DUE || code == STATUS_CLOSING;
}

static struct answer send_something(struct story *s, uint64_t *seed)
{
    struct uuid before = s->referral;
    const struct dossier_referral *referral = dossier_referral(s->dossier, before);
    s->now += (int64_t)next(seed, 20 * 3600) * TIME_US_PER_S;
    if (referral != NULL && next(seed, 3) == 0 && report_due(s, referral))
        return SENT(COMMAND_SUBMIT_REPORT, story_report(s));
    enum command_type type = some_command(seed);
    struct answer answer = story_send(s, type, senders[type].body(s, seed));
    /* On with a new referral, or still with the old one. */
    if (!uuid_is_zero(before) && (!answer.accepted || next(seed, 2) == 0))
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
