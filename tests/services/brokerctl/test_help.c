#include "brokerctl/help.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(brokerctl_help, .timeout = 10);

struct seen {
    size_t count;
    bool in_order;
    const char *text; /* that must hold every option; NULL: none */
};

static void see(void *owner, const struct ctl *ctl, const struct ctl_args *args)
{
    struct seen *seen = owner;
    seen->in_order &=
        seen->count < ctl_command_count && strcmp(ctl_commands[seen->count].name, ctl->name) == 0;
    seen->count++;
    for (size_t i = 0; seen->text != NULL && i < args->option_count; i++) {
        char option[64];
        snprintf(option, sizeof option, " --%s ", args->options[i].name);
        cr_expect_not_null(strstr(seen->text, option), "%s --%s", ctl->name, args->options[i].name);
    }
}

/* Hyphens of names are escaped there. */
static void see_in_man(void *page, const struct ctl *ctl, const struct ctl_args *args)
{
    for (size_t i = 0; i < args->option_count; i++) {
        CLEANUP(buf_done) struct buf line = {0};
        buf_text(&line, "\n.B \\-\\-");
        for (const char *c = args->options[i].name; *c != '\0'; c++)
            buf_printf(&line, "%s%c", *c == '-' ? "\\" : "", *c);
        buf_byte(&line, 0);
        cr_expect_not_null(strstr(page, line.ptr), "%s --%s", ctl->name, args->options[i].name);
    }
}

Test(brokerctl_help, every_subcommand_tells_what_it_takes_before_it_does_anything)
{
    struct seen seen = {.in_order = true};
    help_describe(see, &seen);
    cr_expect_eq(seen.count, ctl_command_count);
    cr_expect(seen.in_order);
}

Test(brokerctl_help, every_option_has_a_line_that_says_what_it_is)
{
    for (size_t i = 0; i < ctl_command_count; i++) {
        cr_expect_gt(strlen(ctl_commands[i].about), 10, "%s", ctl_commands[i].name);
        for (size_t k = 0; k < i; k++)
            cr_expect_str_neq(ctl_commands[i].name, ctl_commands[k].name);
    }
    for (size_t i = 0; i < ctl_conf_table.count; i++)
        cr_expect_not_null(ctl_conf_table.fields[i].fallback, "brokerctl asks for no setting: %s",
            ctl_conf_table.fields[i].name);
}

Test(brokerctl_help, the_man_page_holds_every_option_setting_and_exit_code)
{
    CLEANUP(buf_done) struct buf page = {0};
    help_put_man(&page);
    buf_byte(&page, 0);
    help_describe(see_in_man, page.ptr);
    cr_expect_not_null(strstr(page.ptr, "\n.B \\-\\-no\\-swap\n"));
    cr_expect_not_null(strstr(page.ptr, "\n.B \\-\\-people NUMBER\n"));
    for (size_t i = 0; i < ctl_command_count; i++) {
        char heading[64];
        snprintf(heading, sizeof heading, "\n.SS %s\n", ctl_commands[i].name);
        cr_expect_not_null(strstr(page.ptr, heading), "%s", ctl_commands[i].name);
        cr_expect_not_null(strstr(page.ptr, "\n.SH EXIT STATUS\n.TP\n.B 0\n"));
    }
    for (size_t i = 0; i < ctl_conf_table.count; i++) {
        CLEANUP(buf_done) struct buf name = {0};
        help_put_setting(&ctl_conf_table.fields[i], &name);
        buf_byte(&name, 0);
        cr_expect_not_null(strstr(page.ptr, name.ptr), "%s", name.ptr);
    }
}

Test(brokerctl_help, the_man_page_has_no_control_line_but_its_own)
{
    static const char *const macros[] = {
        ".TH ", ".SH ", ".SS ", ".TP", ".B ", ".PP", ".I ", ".IR ", ".BR "};
    CLEANUP(buf_done) struct buf page = {0};
    help_put_man(&page);
    struct view rest = buf_as_view(&page);
    while (rest.ptr != NULL) {
        struct view line = view_cut(&rest, '\n');
        bool known = line.len == 0 || (line.ptr[0] != '.' && line.ptr[0] != '\'');
        for (size_t i = 0; i < ARRAY_LEN(macros); i++)
            known |= view_starts(line, view_of(macros[i]));
        cr_expect(known, "%.*s", VIEW_ARG(line));
    }
}

Test(brokerctl_help, the_completion_knows_every_subcommand_and_option)
{
    CLEANUP(buf_done) struct buf script = {0};
    help_put_bash(&script);
    buf_byte(&script, 0);
    struct seen seen = {.in_order = true, .text = script.ptr};
    help_describe(see, &seen);
    for (size_t i = 0; i < ctl_command_count; i++)
        cr_expect_not_null(strstr(script.ptr, ctl_commands[i].name));
    cr_expect_not_null(strstr(script.ptr, "parked) words='list show resend "));
    cr_expect_not_null(strstr(script.ptr, "'tail --from') return"));
    cr_expect_null(strstr(script.ptr, "'tail --json') return"));
}
