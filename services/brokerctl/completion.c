/* completion: what a shell may suggest after each word. */
#include "brokerctl/help.h"

/* The subcommand's line of the script: its verbs and options. */
static void put_words(void *owner, const struct ctl *ctl, const struct ctl_args *args)
{
    struct buf *out = owner;
    buf_printf(out, "    %s) words='%s", ctl->name, args->verbs == NULL ? "" : args->verbs);
    for (size_t i = 0; i < args->option_count; i++)
        buf_printf(out, " --%s", args->options[i].name);
    buf_text(out, " --help' ;;\n");
}

/* After an option that takes a value there is nothing to suggest. */
static void put_values(void *owner, const struct ctl *ctl, const struct ctl_args *args)
{
    struct buf *out = owner;
    for (size_t i = 0; i < args->option_count; i++)
        if (args->options[i].flag == NULL)
            buf_printf(out, "    '%s --%s') return ;;\n", ctl->name, args->options[i].name);
}

void help_put_bash(struct buf *out)
{
    buf_text(out, "# brokerctl for bash: . <(brokerctl completion bash)\n_brokerctl() {\n"
                  "    local current=${COMP_WORDS[COMP_CWORD]} words=\n"
                  "    COMPREPLY=()\n"
                  "    case \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}\" in\n");
    help_describe(put_values, out);
    buf_text(out, "    esac\n    case $COMP_CWORD:${COMP_WORDS[1]} in\n    1:*) words='");
    for (size_t i = 0; i < ctl_command_count; i++)
        buf_printf(out, "%s ", ctl_commands[i].name);
    buf_text(out, "--help --print-config' ;;\n    esac\n"
                  "    [ -n \"$words\" ] || case ${COMP_WORDS[1]} in\n");
    help_describe(put_words, out);
    buf_text(out, "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                  "}\ncomplete -o default -F _brokerctl brokerctl\n");
}

int completion_run(const struct ctl *ctl)
{
    CLEANUP(buf_done) struct buf script = {0};
    struct ctl_args args = {.verbs = "bash", .words_min = 1, .words_max = 1};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    if (!view_eq_text(view_of(args.words[0]), "bash"))
        return ctl_fail(ctl, CTL_USAGE, "the shell is bash");
    help_put_bash(&script);
    return fwrite(script.ptr, 1, script.len, stdout) == script.len ? CTL_OK : CTL_UNREACHABLE;
}
