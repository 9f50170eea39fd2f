/* law [short|usual|large]: walks through the models and prints the states of each.
 * law MODEL: one of them, by its name in models.inc.
 * law weak [NAME]: every weakening, or one, with the way to what it breaks. */
#include "law/models.h"
#include "law/projector.h"
#include "law/run.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_MAX = 800 << 20 };
static const struct projector_bounds projector_bounds[] = {
    [SHORT] = {3, 3, 10}, [USUAL] = {4, 3, 60}, [LARGE] = {4, 4, 300}};
static const struct run_bounds run_bounds[] = {
    [SHORT] = {MEMORY_MAX, 10}, [USUAL] = {MEMORY_MAX, 60}, [LARGE] = {MEMORY_MAX, 300}};

static struct {
    int models, whole; /* walked through whole */
    uint64_t states;
} sum;

static void print_result(
    const struct law *law, const char *name, const struct search_result *result)
{
    bool holds = result->complete && !result->found;
    sum.models++;
    sum.whole += holds;
    sum.states += result->states;
    printf("%-18s %-9s %10lu states %11lu steps  depth %2d  %5.1f s\n", name,
        holds           ? "holds"
        : result->found ? "BROKEN"
                        : "cut short",
        result->states, result->transitions, result->depth, result->seconds);
    if (result->found && law->model->name != NULL)
        printf("  %s: %s\n", property_text(law->finding.property), law->finding.text);
    fflush(stdout);
}

static bool walk_model(const struct model *model, enum extent extent)
{
    struct law law = {.model = model};
    struct search_result result = run_model(&law, run_bounds[extent]);
    if (result.found)
        run_print(&law, &result, stdout);
    print_result(&law, model->name, &result);
    free(result.path);
    return !result.found && (result.complete || extent == LARGE);
}

static int walk_all(enum extent extent)
{
    bool fine = true;
    for (size_t i = 0; i < model_row_count; i++)
        if (model_rows[i].extent <= extent)
            fine &= walk_model(&model_rows[i].model, extent);
    struct law law = {.model = NULL};
    struct search_result result = projector_run(&law, projector_bounds[extent]);
    if (result.found)
        projector_print(&law, &result, stdout);
    print_result(&law, "projector", &result);
    free(result.path);
    fine &= !result.found && (result.complete || extent == LARGE);
    printf("law: %d of %d models walked through whole, %lu states, %s\n", sum.whole, sum.models,
        sum.states, fine ? "nothing found" : "NOT as it must be");
    return fine ? 0 : 1;
}

static bool walk_weak(const struct weak_row *row)
{
    struct law law = {.model = &row->model, .weak = row->weak};
    bool projector = row->model.name == NULL;
    for (int i = 0; i < WEAK_MAX_; i++)
        if ((row->weak >> i & 1) != 0)
            printf("%s: %s\n", weakness_name((enum weakness)i), weakness_text((enum weakness)i));
    struct search_result result = projector ? projector_run(&law, projector_bounds[SHORT])
                                            : run_model(&law, run_bounds[SHORT]);
    if (!result.found)
        printf("  not caught in %lu states\n", result.states);
    else if (projector)
        projector_print(&law, &result, stdout);
    else
        run_print(&law, &result, stdout);
    free(result.path);
    return result.found && law.finding.property == row->breaks;
}

static int walk_weaknesses(const char *name)
{
    bool fine = true, any = false;
    for (size_t i = 0; i < weak_row_count; i++) {
        bool wanted = name == NULL;
        for (int w = 0; w < WEAK_MAX_ && name != NULL; w++)
            wanted |= (weak_rows[i].weak >> w & 1) != 0 &&
                      strcmp(name, weakness_name((enum weakness)w)) == 0;
        if (!wanted)
            continue;
        any = true;
        fine &= walk_weak(&weak_rows[i]);
    }
    if (!any)
        fprintf(stderr, "no weakening of this name; all of them: law weak\n");
    return fine && any ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const char *const extents[] = {"short", "usual", "large"};
    const char *what = argc > 1 ? argv[1] : "usual";
    for (int i = 0; i <= LARGE; i++)
        if (strcmp(what, extents[i]) == 0)
            return walk_all((enum extent)i);
    if (strcmp(what, "weak") == 0)
        return walk_weaknesses(argc > 2 ? argv[2] : NULL);
    for (size_t i = 0; i < model_row_count; i++)
        if (strcmp(what, model_rows[i].model.name) == 0)
            return walk_model(&model_rows[i].model, LARGE) ? 0 : 1;
    fprintf(stderr, "usage: law [short|usual|large|MODEL] | law weak [NAME]\n");
    return 2;
}
