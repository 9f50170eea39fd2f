/* From a failing schedule to what the failure needs of it, and to a test. */
#include "run.h"

#include <string.h>

static void without(const struct schedule *from, size_t at, size_t count, struct schedule *ret)
{
    *ret = *from;
    ret->count -= count;
    memmove(
        &ret->actions[at], &from->actions[at + count], (ret->count - at) * sizeof(*ret->actions));
}

/* Another failure than the first is one, too: what stays is a schedule that fails. */
static bool drop(const struct sim_parts *parts, struct failure *failure, size_t at, size_t count)
{
    struct schedule less;
    without(&failure->schedule, at, count, &less);
    return run_schedule(parts, &less, failure);
}

void run_shrink(const struct sim_parts *parts, struct failure *failure)
{
    for (size_t count = failure->schedule.count / 2; count > 0;) {
        bool any = false;
        for (size_t at = failure->schedule.count; at >= count && at > 0;) {
            at -= count;
            if (drop(parts, failure, at, count))
                any = true;
            if (at < count && at > 0)
                at = count;
        }
        if (!any || count > 1)
            count /= 2;
    }
}

void run_write_test(FILE *to, const struct failure *failure, const char *weak)
{
    const struct schedule *schedule = &failure->schedule;
    fprintf(to, "--- a test of it, for tests/simulation/kept.c: name what must hold ---\n");
    fprintf(to, "/* %s%s%s */\n", failure->what, weak != NULL ? ", without the rule " : "",
        weak != NULL ? weak : "");
    fprintf(to, "static const struct schedule kept_%llu = {\n    .seed = UINT64_C(%llu),\n",
        (unsigned long long)schedule->seed, (unsigned long long)schedule->seed);
    fprintf(to, "    .loud = %s,\n    .begins = %d,\n    .slow = %s,\n    .count = %zu,\n",
        schedule->loud ? "true" : "false", schedule->begins, schedule->slow ? "true" : "false",
        schedule->count);
    fprintf(to, "    .actions = {\n");
    for (size_t i = 0; i < schedule->count; i++)
        fprintf(to, "        {ACT_%s, 0x%08x},\n", action_name(schedule->actions[i].kind),
            schedule->actions[i].draw);
    fprintf(to, "    },\n};\n");
}
