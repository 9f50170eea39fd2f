/* What the operator is told about the command itself: help, man page, completion. All of it is made
 * from the tables of commands.c and from what each subcommand tells of its options. */
#ifndef BROKERCTL_HELP_H
#define BROKERCTL_HELP_H

#include <stdio.h>

#include "brokerctl/ctl.h"
#include "conf/conf.h"

extern const struct ctl_command ctl_commands[];
extern const size_t ctl_command_count;
extern const struct conf_table ctl_conf_table;

enum { CTL_EXITS = 4 };
struct ctl_exit_row {
    enum ctl_exit code;
    const char *text;
};
extern const struct ctl_exit_row ctl_exits[CTL_EXITS];

/* Has each subcommand tell what it takes: once for each row, in order. */
typedef void help_describe_fn(void *owner, const struct ctl *ctl, const struct ctl_args *args);
void help_describe(help_describe_fn *describe, void *owner);

/* `brokerctl --help` */
void help_print(FILE *to);
/* `brokerctl SUBCOMMAND --help`, to stdout; `owner` is not used. */
help_describe_fn help_print_command;
/* "--people NUMBER" */
void help_put_option(const struct ctl_option *option, struct buf *out);
/* "RB_PG" */
void help_put_setting(const struct conf_field *field, struct buf *out);

/* The man page in roff(7), section 8; a script for bash. */
void help_put_man(struct buf *out);
void help_put_bash(struct buf *out);

#endif
