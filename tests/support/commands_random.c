/* Random commands, right and wrong: of every type, about what the dossier holds. */
#include "base/clock.h"
#include "support/story.h"

uint64_t story_draw(uint64_t *seed, uint64_t below)
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
    if (now != NULL && story_draw(seed, 8) != 0)
        return arena_text(s->arena, now->workers.items[0].user_id);
    return workers[story_draw(seed, ARRAY_LEN(workers))];
}

static int64_t some_start(const struct story *s, uint64_t *seed)
{
    int64_t hour = INT64_C(3600) * TIME_US_PER_S;
    return s->now + ((int64_t)story_draw(seed, 10 * 24) - 3 * 24) * hour;
}

static struct uuid some_appointment(const struct story *s, uint64_t *seed)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    if (referral == NULL || referral->appointments.len == 0 || story_draw(seed, 20) == 0)
        return (struct uuid){{0xee}};
    return referral->appointments.items[story_draw(seed, referral->appointments.len)].id;
}

/* Where one is live it is mostly that one: else hardly anything would be moved. */
static struct uuid some_live_appointment(const struct story *s, uint64_t *seed)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    for (size_t i = 0; referral != NULL && i < referral->appointments.len; i++)
        if (appointment_live(&referral->appointments.items[i]) && story_draw(seed, 4) != 0)
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
    int32_t session = (int32_t)story_draw(seed, 4);
    struct appointment_booked *one = story_book(s, session, some_time(s, seed));
    one->booking.workers.items = some_worker(s, seed);
    return one;
}

static void *past(struct story *s, uint64_t *seed)
{
    int32_t session = (int32_t)story_draw(seed, 4);
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
    struct feedback_given *given = kinds[story_draw(seed, ARRAY_LEN(kinds))](s, appointment);
    if (story_draw(seed, 4) == 0)
        given->has &= ~(UINT64_C(1) << FEEDBACK_GIVEN_ATTENDANCE);
    return given;
}

static void *move(struct story *s, uint64_t *seed)
{
    struct uuid appointment = some_live_appointment(s, seed);
    struct appointment_rescheduled *moved = story_move(s, appointment, some_time(s, seed));
    if (story_draw(seed, 2) == 0) {
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
    tried->result = (int32_t)story_draw(seed, CONTACT_RESULT_UNKNOWN);
    tried->purpose = (int32_t)story_draw(seed, CONTACT_PURPOSE_UNKNOWN);
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
    return story_read_concern(
        s, count > 0 ? referral->concerns.items[story_draw(seed, count)].id : none);
}

static void *withdraw(struct story *s, uint64_t *seed)
{
    return story_withdraw(s, (enum withdrawal_code)story_draw(seed, WITHDRAWAL_CODE_UNKNOWN));
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
    if (!uuid_is_zero(now) && story_draw(seed, 3) == 0) {
        sent->duplicate_of = now;
        SET(sent, REFERRAL_SUBMITTED_DUPLICATE_OF);
    }
    return sent;
}

static void *assign(struct story *s, uint64_t *seed)
{
    return story_assign(s, story_draw(seed, 2) == 0 ? "sol.reyes" : "tom.hale");
}

static void *plan(struct story *s, uint64_t *seed)
{
    int32_t version = plans_so_far(s) + (story_draw(seed, 4) != 0);
    return story_plan(s, version, 1 + (int32_t)story_draw(seed, 4));
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
    return story_risk_change(s, story_draw(seed, 3) == 0);
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
    uint64_t at = story_draw(seed, all);
    int type = 0;
    for (; at >= senders[type].weight; type++)
        at -= senders[type].weight;
    return (enum command_type)type;
}

struct command story_something(struct story *story, uint64_t *seed)
{
    enum command_type type = some_command(seed);
    return (struct command){type, senders[type].body(story, seed)};
}
