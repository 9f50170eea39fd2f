#include "brokerctl/why.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"

/* --- since when --------------------------------------------------------------------------------*/

static bool same_wait(const struct status *a, const struct status *b)
{
    return a->code == b->code && a->action == b->action && a->turn == b->turn &&
           a->session == b->session && uuid_eq(a->appointment, b->appointment);
}

/* Where it is the passing of the meeting's start that made it so, that is since when. */
static void look_at_start(struct why *why, const struct dossier_referral *referral)
{
    struct status_readings readings = status_readings_of(why->dossier, referral);
    if (readings.switches_us > why->since && readings.switches_us <= why->now) {
        why->since = readings.switches_us;
        why->by_start = true;
    }
}

res_t why_tell(struct why *why, const struct event *event, struct arena *arena)
{
    TRY(dossier_evolve(why->dossier, event, arena, &why->dossier));
    const struct dossier_referral *referral = dossier_referral(why->dossier, why->referral);
    if (referral == NULL)
        return RES_DONE;
    struct status status = status_of(why->dossier, referral, why->now);
    bool same = why->there && same_wait(&why->status, &status);
    why->there = true;
    why->status = status;
    if (same)
        return RES_DONE;
    why->since = fact_time(event_meta(event));
    why->cause = event->type;
    why->by_start = false;
    look_at_start(why, referral);
    return RES_DONE;
}

/* --- words -------------------------------------------------------------------------------------*/

static const char *const actions[] = {
    [ACTION_NONE] = "nothing",
    [ACTION_SUBMIT_REPORT] = "to submit the end of service report",
    [ACTION_WAIVE_REPORT] = "to waive the end of service report",
    [ACTION_REBOOK_OR_WITHDRAW] = "to agree to a new booking or to withdraw the referral",
    [ACTION_START] = "to take the person off the waiting list",
    [ACTION_ASSIGN] = "to assign a caseworker",
    [ACTION_GIVE_FEEDBACK] = "to record what came of the appointment",
    [ACTION_HOLD] = "to hold the appointment",
    [ACTION_BOOK] = "to book an appointment",
    [ACTION_BOOK_OR_COMPLETE] = "to book an appointment or to complete the referral",
    [ACTION_SUBMIT_PLAN] = "to submit the action plan",
    [ACTION_APPROVE_PLAN] = "to approve or return the action plan",
    [ACTION_READ_CONCERN] = "to read a concern",
    [ACTION_WITHDRAW] = "to withdraw the referral: the person has died",
    [ACTION_ANSWER_NEED] = "to answer a need that was found",
    [ACTION_ANSWER_CLOSURE] = "to answer the proposal to close",
    [ACTION_REVIEW_RISK] = "to review the risk, urgently",
    [ACTION_ACKNOWLEDGE] = "to acknowledge the current risk",
};
_Static_assert(ARRAY_LEN(actions) == ACTION_MAX_, "words for each action");

static const char *const turns[] = {[TURN_NOBODY] = "",
    [TURN_PROVIDER] = "the provider ",
    [TURN_PRACTITIONER] = "the probation practitioner "};
_Static_assert(ARRAY_LEN(turns) == TURN_MAX_, "words for each turn");

static const struct {
    uint32_t flag;
    const char *text;
} flags[] = {{FLAG_URGENT, "urgent"}, {FLAG_OVERDUE, "overdue"}, {FLAG_CUSTODY, "custody"},
    {FLAG_RISK_REVIEW, "risk-review"}, {FLAG_MERGED, "merged"}};

static void put_when(int64_t at, int64_t now, const char *words[2], struct buf *out)
{
    char time[TIME_TEXT_MAX];
    time_print(at, time);
    buf_printf(out, "%s, %s ", time, at <= now ? words[0] : words[1]);
    ctl_put_duration(at <= now ? now - at : at - now, out);
}

static void put_wait(const struct why *why, struct buf *out)
{
    const struct status *status = &why->status;
    buf_printf(out, "waits for  %s%s", turns[status->turn], actions[status->action]);
    if (status->session == 0)
        buf_text(out, " (the initial assessment)");
    else if (status->session > 0)
        buf_printf(out, " (session %" PRId32 ")", status->session);
    if (!uuid_is_zero(status->appointment))
        buf_printf(out, ", appointment %s", uuid_text(status->appointment).text);
    buf_text(out, "\nsince      ");
    put_when(why->since, why->now, (const char *[2]){"for", "in"}, out);
    buf_printf(
        out, ": %s\n", why->by_start ? "the appointment's start" : event_table[why->cause].name);
}

static void put_due(const struct why *why, struct buf *out)
{
    const struct status *status = &why->status;
    buf_text(out, "deadline   ");
    if (status->due_us == 0) {
        buf_text(out, "none\n");
        return;
    }
    buf_printf(out, "%s, ", deadline_text(status->due_code));
    put_when(status->due_us, why->now, (const char *[2]){"overdue for", "in"}, out);
    buf_byte(out, '\n');
}

/* The other clocks that run. */
static void put_clocks(const struct why *why, struct buf *out)
{
    enum { CLOCKS_MAX = 64 };
    struct deadline clocks[CLOCKS_MAX];
    const struct dossier_referral *referral = dossier_referral(why->dossier, why->referral);
    size_t count = deadlines_of(why->dossier, referral, clocks, CLOCKS_MAX);
    for (size_t i = 0; i < count && i < CLOCKS_MAX; i++) {
        if (clocks[i].met_us != 0 ||
            (clocks[i].code == why->status.due_code && clocks[i].due_us == why->status.due_us))
            continue;
        buf_printf(out, "also due   %s, ", deadline_text(clocks[i].code));
        put_when(clocks[i].due_us, why->now, (const char *[2]){"overdue for", "in"}, out);
        buf_byte(out, '\n');
    }
}

static void put_flags(const struct status *status, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if ((status->flags & flags[i].flag) == 0)
            continue;
        buf_printf(out, "%s%s", any ? ", " : "flags      ", flags[i].text);
        any = true;
    }
    buf_text(out, any ? "\n" : "");
}

void why_put(const struct why *why, const char *reference, struct buf *out)
{
    buf_printf(out, "%s is %s\n", reference, status_text(why->status.code));
    buf_printf(out, "person     %s\nreferral   %s\n", uuid_text(why->dossier->person).text,
        uuid_text(why->referral).text);
    put_wait(why, out);
    if (why->status.action == ACTION_NONE)
        return;
    put_due(why, out);
    put_clocks(why, out);
    put_flags(&why->status, out);
}
