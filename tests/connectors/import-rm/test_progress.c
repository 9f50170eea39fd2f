#include "base/clock.h"
#include "import-rm/progress.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What is printed half an hour into a run. */
static char *shown(size_t people, size_t records, bool last, int64_t since_line_us)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct progress progress = {.out = out, .people = 400};
    progress.began_at = clock_monotonic() - 1800 * TIME_US_PER_S;
    progress.shown_at = clock_monotonic() - since_line_us;
    progress_show(&progress, "stated", people, records, last);
    fclose(out);
    return text;
}

Test(import_progress, tells_how_far_how_fast_and_about_how_long_yet, .timeout = 20)
{
    char *line = shown(300, 3600, false, 60 * TIME_US_PER_S);
    const char *left = strstr(line, "about ");
    cr_expect(
        strstr(line, "stated: 300 of 400 people, 3600 records, 2 a second") != NULL, "%s", line);
    cr_assert_not_null(left);
    long seconds = strtol(left + strlen("about "), NULL, 10);
    cr_expect(seconds >= 600 && seconds < 700, "a third of the time so far, not %ld s", seconds);
    free(line);
}

Test(import_progress, is_silent_between_its_lines_but_says_the_end, .timeout = 20)
{
    char *line = shown(300, 3600, false, 0);
    cr_expect_str_empty(line);
    free(line);
    line = shown(400, 3600, true, 0);
    cr_expect_not_null(strstr(line, "done after 18"), "%s", line);
    free(line);
}
