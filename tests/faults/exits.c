#include "exits.h"

#include "flow/walk.h"

#include <stdlib.h>
#include <string.h>

enum {
    EXIT_GAVE_UP = 1,
    EXIT_ABORTED = 134,
    EXIT_KILLED = 137,
    EXIT_TERMINATED = 143 /* asked to stop before it listened */
};

static FILE *notes_of(const struct scene *scene, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/log/%s.exits", scene->flow, name);
    return fopen(path, "re");
}

void exits_mark(const struct scene *scene, struct exits *ret)
{
    for (int i = 0; i < DAEMONS; i++) {
        FILE *file = notes_of(scene, daemon_names[i]);
        ret->at[i] = 0;
        if (file == NULL)
            continue;
        fseek(file, 0, SEEK_END);
        ret->at[i] = ftell(file);
        fclose(file);
    }
}

static bool is_fine(int status, const struct schedule *of)
{
    bool restarts = false, aborts = false;
    for (size_t i = 0; i < of->count; i++) {
        restarts |= of->faults[i].kind->restarts;
        aborts |= of->faults[i].kind->aborts;
    }
    return status == 0 || status == EXIT_KILLED || status == EXIT_TERMINATED ||
           (status == EXIT_GAVE_UP && restarts) || (status == EXIT_ABORTED && aborts);
}

static bool ends_fine(
    const struct scene *scene, int daemon, const struct exits *since, const struct schedule *of)
{
    FILE *file = notes_of(scene, daemon_names[daemon]);
    int status = 0;
    bool fine = true;
    if (file == NULL)
        return true;
    fseek(file, since->at[daemon], SEEK_SET);
    while (fscanf(file, " exit %d", &status) == 1) {
        if (is_fine(status, of))
            continue;
        fprintf(stderr, "I8: %s ended with %d\n", daemon_names[daemon], status);
        fine = false;
    }
    fclose(file);
    return fine;
}

/* Where memory is made to run out, assertions may speak: their exit status tells when. */
static bool logs_fine(const struct scene *scene)
{
    static const char words[] =
        "ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|stopped-loudly|\"event\":\"bug\"";
    static const char but_assertions[] =
        "ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|stopped-loudly";
    char folder[512];
    snprintf(folder, sizeof(folder), "%s/log", scene->flow);
    const char *const argv[] = {
        "grep", "-rE", (scene->have & NEEDS_CLOCK) != 0 ? but_assertions : words, folder, NULL};
    return run_program(argv, NULL) == 1;
}

bool exits_fine(const struct scene *scene, const struct exits *since, const struct schedule *of)
{
    bool fine = logs_fine(scene);
    for (int i = 0; i < DAEMONS; i++)
        fine &= ends_fine(scene, i, since, of);
    return fine;
}
