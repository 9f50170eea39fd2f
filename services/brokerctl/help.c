#include "brokerctl/help.h"

void help_describe(help_describe_fn *describe, void *owner)
{
    for (size_t i = 0; i < ctl_command_count; i++) {
        const struct ctl ctl = {.name = ctl_commands[i].name,
            .usage = ctl_commands[i].usage,
            .describe = describe,
            .owner = owner};
        (void)ctl_commands[i].run(&ctl);
    }
}

void help_put_option(const struct ctl_option *option, struct buf *out)
{
    buf_printf(out, "--%s%s", option->name,
        option->flag != NULL   ? ""
        : option->text != NULL ? " TEXT"
                               : " NUMBER");
}

void help_put_setting(const struct conf_field *field, struct buf *out)
{
    buf_text(out, ctl_conf_table.prefix);
    for (const char *c = field->name; *c != '\0'; c++)
        buf_byte(out, (uint8_t)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
}

static void print_exits(FILE *to)
{
    (void)fprintf(to, "exit codes:\n");
    for (size_t i = 0; i < CTL_EXITS; i++)
        (void)fprintf(to, "  %d  %s\n", (int)ctl_exits[i].code, ctl_exits[i].text);
}

void help_print_command(void *owner, const struct ctl *ctl, const struct ctl_args *args)
{
    (void)owner;
    printf("usage: brokerctl %s %s\n", ctl->name, ctl->usage);
    for (size_t i = 0; i < args->option_count; i++) {
        CLEANUP(buf_done) struct buf name = {0};
        help_put_option(&args->options[i], &name);
        printf("  %-22.*s %s\n", VIEW_ARG(buf_as_view(&name)), args->options[i].about);
    }
    print_exits(stdout);
}

void help_print(FILE *to)
{
    (void)fprintf(to, "usage: brokerctl [--config FILE] SUBCOMMAND [options]\n"
                      "       brokerctl SUBCOMMAND --help | --print-config | --help\n\n");
    for (size_t i = 0; i < ctl_command_count; i++)
        (void)fprintf(to, "  %-10s %s\n  %-10s   %s\n", ctl_commands[i].name, ctl_commands[i].usage,
            "", ctl_commands[i].about);
    (void)fprintf(to, "\nenvironment (--print-config shows it):\n");
    for (size_t i = 0; i < ctl_conf_table.count; i++) {
        const struct conf_field *field = &ctl_conf_table.fields[i];
        CLEANUP(buf_done) struct buf name = {0};
        help_put_setting(field, &name);
        (void)fprintf(
            to, "  %-20.*s %s [%s]\n", VIEW_ARG(buf_as_view(&name)), field->doc, field->fallback);
    }
    (void)fprintf(to, "\n");
    print_exits(to);
}
