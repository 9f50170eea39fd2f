/* The fault campaign: see tests/faults/README.md.
 *
 * usage: faults run RESULTS SEED SEEDS SECONDS [FAULTS]    on the stack of tests/faults/run.sh
 *        faults matrix RESULTS                             tables of what many runs gave
 *        faults proxy CONTROL DOOR=FROM>TO...              see proxy.h
 *        faults list                                       the faults there are
 */
#include "campaign.h"
#include "fault.h"
#include "proxy.h"

#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv)
{
    struct campaign_conf conf = {.results = argv[0],
        .seed = strtoull(argv[1], NULL, 10),
        .seeds = (int)strtol(argv[2], NULL, 10),
        .seconds = strtol(argv[3], NULL, 10),
        .only = argc > 4 ? argv[4] : NULL};
    return campaign_run(&conf);
}

static int list(void)
{
    for (size_t i = 0; i < fault_kind_count; i++)
        printf("%s\n", fault_kinds[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 6 && strcmp(argv[1], "run") == 0)
        return run(argc - 2, argv + 2);
    if (argc == 3 && strcmp(argv[1], "matrix") == 0)
        return matrix_print(argv[2]);
    if (argc > 2 && strcmp(argv[1], "proxy") == 0)
        return proxy_run(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    fprintf(
        stderr, "usage: faults run RESULTS SEED SEEDS SECONDS [FAULTS] | matrix RESULTS | list\n");
    return 2;
}
