#include "import-rm/progress.h"

#include "base/clock.h"

enum { EVERY_S = 5 };

void progress_begin(struct progress *progress)
{
    progress->began_at = progress->shown_at = clock_monotonic();
}

void progress_show(
    struct progress *progress, const char *what, size_t people, size_t records, bool last)
{
    int64_t now = clock_monotonic();
    if (progress->out == NULL || (!last && now - progress->shown_at < EVERY_S * TIME_US_PER_S))
        return;
    progress->shown_at = now;
    double seconds = (double)(now - progress->began_at) / 1e6;
    double left = people == 0 ? 0 : seconds * (double)(progress->people - people) / (double)people;
    fprintf(progress->out, "%s: %zu of %zu people, %zu records, %.0f a second; ", what, people,
        progress->people, records, seconds > 0 ? (double)records / seconds : 0);
    if (last)
        fprintf(progress->out, "done after %.1f s\n", seconds);
    else
        fprintf(progress->out, "about %.0f s left\n", left);
}
