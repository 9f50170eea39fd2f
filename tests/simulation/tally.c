#include "tally.h"

static const char *const words[TALLY_MAX_] = {
    [TALLY_WORLDS] = "worlds",
    [TALLY_LOUD] = "worlds stopped loudly, as they should",
    [TALLY_REQUESTS] = "requests",
    [TALLY_LATE] = "requests answered 202",
    [TALLY_NOT_RECORDED] = "requests answered 503",
    [TALLY_REUSED] = "requests refused for their key",
    [TALLY_RECORDS] = "records",
    [TALLY_COUNTED] = "records that count",
    [TALLY_LOST] = "races lost",
    [TALLY_RESENT] = "appends sent again",
    [TALLY_REPEATED] = "commands answered before",
    [TALLY_PARKED] = "records parked",
    [TALLY_CORRUPT] = "unreadable records met",
    [TALLY_COMMITS_REFUSED] = "offset commits refused",
    [TALLY_UNKNOWN] = "COMMITs in doubt",
    [TALLY_NOT_OURS] = "transactions of a former owner",
    [TALLY_RETRIES] = "transactions tried again",
    [TALLY_DEATHS] = "deaths within a step",
};

static void add(uint64_t *to, const uint64_t *from, int count)
{
    for (int i = 0; i < count; i++)
        to[i] += from[i];
}

void tally_add(struct tally *to, const struct tally *from)
{
    add(to->of, from->of, TALLY_MAX_);
    add(to->events, from->events, EVENT_MAX_);
    add(to->actions, from->actions, ACT_MAX_);
}

void tally_print(FILE *to, const struct tally *tally)
{
    for (int i = 0; i < TALLY_MAX_; i++)
        fprintf(to, "  %12llu %s\n", (unsigned long long)tally->of[i], words[i]);
    for (int type = 0; type < EVENT_MAX_; type++)
        fprintf(
            to, "  %12llu %s\n", (unsigned long long)tally->events[type], event_table[type].name);
}

const char *tally_never(const struct tally *tally)
{
    for (int i = 0; i < TALLY_MAX_; i++)
        if (tally->of[i] == 0)
            return words[i];
    for (int kind = 0; kind < ACT_MAX_; kind++)
        if (tally->actions[kind] == 0)
            return action_name((enum action_kind)kind);
    for (int type = 0; type < EVENT_MAX_; type++)
        if (tally->events[type] == 0)
            return event_table[type].name;
    return NULL;
}
