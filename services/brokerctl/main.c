/* brokerctl: the operator's command. The subcommands are the rows of commands.c. */
#include <stdio.h>
#include <string.h>

#include "brokerctl/help.h"
#include "obs/log.h"

/* argv[0] is the subcommand. `settings` are the arguments before it. */
static int run(const struct ctl_command *command, int argc, char **argv, struct conf_args *settings)
{
    CLEANUP(conf_done_p) struct conf *loaded = NULL;
    struct ctl_conf conf = {0};
    if (conf_load(&ctl_conf_table, settings, &conf, &loaded) != CONF_RUN)
        return CTL_USAGE;
    struct ctl ctl = {
        .name = command->name, .usage = command->usage, .conf = &conf, .argc = argc, .argv = argv};
    return command->run(&ctl);
}

static int print_config(const struct conf_args *args)
{
    CLEANUP(conf_done_p) struct conf *loaded = NULL;
    struct ctl_conf conf = {0};
    return conf_load(&ctl_conf_table, args, &conf, &loaded) == CONF_EXIT_BAD ? CTL_USAGE : CTL_OK;
}

int main(int argc, char **argv)
{
    log_start("brokerctl", LEVEL_ERROR);
    int at = argc > 2 && strcmp(argv[1], "--config") == 0 ? 3 : 1;
    struct conf_args settings = {.argc = at, .argv = argv, .out = stdout, .err = stderr};
    if (argc <= at) {
        help_print(stderr);
        return CTL_USAGE;
    }
    if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
        help_print(stdout);
        return CTL_OK;
    }
    if (strcmp(argv[at], "--print-config") == 0) {
        settings.argc = argc;
        return print_config(&settings);
    }
    for (size_t i = 0; i < ctl_command_count; i++)
        if (strcmp(argv[at], ctl_commands[i].name) == 0)
            return run(&ctl_commands[i], argc - at, argv + at, &settings);
    (void)fprintf(stderr, "brokerctl: there is no subcommand %s\n", argv[at]);
    return CTL_USAGE;
}
