/* man: the help as a page for man(1), in the macros of man(7). */
#include "brokerctl/help.h"

#include <string.h>

/* Text of ours as roff takes it: no backslash, no control line, hyphens that can be copied. */
static void put_text(struct buf *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        buf_text(out, "\\&");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\')
            buf_text(out, "\\e");
        else if (*c == '-')
            buf_text(out, "\\-");
        else
            buf_byte(out, (uint8_t)*c);
    }
}

static void put_item(struct buf *out, const char *name, const char *about)
{
    buf_text(out, ".TP\n.B ");
    put_text(out, name);
    buf_byte(out, '\n');
    put_text(out, about);
    buf_byte(out, '\n');
}

static const char *about_of(const char *name)
{
    for (size_t i = 0; i < ctl_command_count; i++)
        if (strcmp(ctl_commands[i].name, name) == 0)
            return ctl_commands[i].about;
    WRONG("a subcommand without a row");
}

static void put_command(void *owner, const struct ctl *ctl, const struct ctl_args *args)
{
    struct buf *out = owner;
    buf_text(out, ".SS ");
    put_text(out, ctl->name);
    buf_text(out, "\n.B brokerctl ");
    put_text(out, ctl->name);
    buf_byte(out, '\n');
    if (ctl->usage[0] != '\0') {
        put_text(out, ctl->usage);
        buf_byte(out, '\n');
    }
    buf_text(out, ".PP\n");
    put_text(out, about_of(ctl->name));
    buf_byte(out, '\n');
    for (size_t i = 0; i < args->option_count; i++) {
        CLEANUP(buf_done) struct buf name = {0};
        help_put_option(&args->options[i], &name);
        buf_byte(&name, 0);
        put_item(out, name.ptr, args->options[i].about);
    }
}

static void put_settings(struct buf *out)
{
    for (size_t i = 0; i < ctl_conf_table.count; i++) {
        const struct conf_field *field = &ctl_conf_table.fields[i];
        CLEANUP(buf_done) struct buf name = {0}, about = {0};
        help_put_setting(field, &name);
        buf_byte(&name, 0);
        buf_printf(&about, "%s", field->doc);
        if (field->fallback[0] != '\0')
            buf_printf(&about, " (%s)", field->fallback);
        buf_byte(&about, 0);
        put_item(out, name.ptr, about.ptr);
    }
}

void help_put_man(struct buf *out)
{
    buf_text(out, ".TH BROKERCTL 8 \"\" \"Referral Broker\" \"System administration\"\n"
                  ".SH NAME\nbrokerctl \\- look after the referral broker\n"
                  ".SH SYNOPSIS\n.B brokerctl\n[\\-\\-config FILE] SUBCOMMAND [options]\n"
                  ".SH DESCRIPTION\nReads the stream, the read model and the deciders' stores. "
                  "Sealed text is never opened: a field that is there is shown as\n.IR sealed .\n"
                  ".SH SUBCOMMANDS\n");
    help_describe(put_command, out);
    buf_text(out, ".SH ENVIRONMENT\nAlso lines\n.I name = value\nof the file given with\n"
                  ".BR \\-\\-config ,\nwith the name in lower case and without RB_; the "
                  "environment wins.\n");
    put_settings(out);
    buf_text(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < CTL_EXITS; i++) {
        char code[8];
        (void)snprintf(code, sizeof code, "%d", (int)ctl_exits[i].code);
        put_item(out, code, ctl_exits[i].text);
    }
}

int man_run(const struct ctl *ctl)
{
    CLEANUP(buf_done) struct buf page = {0};
    struct ctl_args args = {0};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    help_put_man(&page);
    return fwrite(page.ptr, 1, page.len, stdout) == page.len ? CTL_OK : CTL_UNREACHABLE;
}
