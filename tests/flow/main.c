/* What the flow tests send and count: see tests/flow/README.md. */
#include "walk.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"load", flow_load}, {"check", flow_check}, {"repeat", flow_repeat}};
    for (size_t i = 0; i < ARRAY_LEN(commands) && argc > 1; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    fprintf(stderr, "usage: flow load LEDGER SECONDS PEOPLE [COMMANDS] | flow check LEDGER | flow "
                    "repeat LEDGER TIMES\n");
    return 2;
}
