/* brokerctl: the operator's command. Reads the stream, the read model and the deciders' stores;
 * writes nothing but topics that are missing. */
#include <stdio.h>
#include <string.h>

#include "brokerctl/ctl.h"
#include "conf/conf.h"
#include "obs/log.h"

static const struct conf_field fields[] = {
    {"kafka_bootstrap", CONF_TEXT, offsetof(struct ctl_conf, kafka_bootstrap), "127.0.0.1:9092", 0,
        0, NULL, "brokers, host:port,..."},
    {"pg", CONF_SECRET, offsetof(struct ctl_conf, pg), "", 0, 0, NULL,
        "where Postgres is, as libpq takes it"},
    {"state", CONF_TEXT, offsetof(struct ctl_conf, state), "", 0, 0, NULL,
        "folder with the deciders' stores (verify)"},
    {"schemas", CONF_TEXT, offsetof(struct ctl_conf, schemas), "schemas", 0, 0, NULL,
        "folder with topics.tsv"},
    {"secrets", CONF_TEXT, offsetof(struct ctl_conf, secrets), "", 0, 0, NULL,
        "folder with the demo's token key"},
    {"gateway", CONF_TEXT, offsetof(struct ctl_conf, gateway), "http://127.0.0.1:8080", 0, 0, NULL,
        "where the gateway listens (demo)"},
    {"issuer", CONF_TEXT, offsetof(struct ctl_conf, issuer), "referral-broker-demo", 0, 0, NULL,
        "who tokens say they are from"},
    {"audience", CONF_TEXT, offsetof(struct ctl_conf, audience), "referral-broker", 0, 0, NULL,
        "whom tokens are for"},
};
static const struct conf_table table = {"brokerctl", "RB_", fields, ARRAY_LEN(fields)};

static const struct subcommand {
    const char *name;
    const char *usage;
    const char *about;
    ctl_run_fn *run;
} subcommands[] = {
    {"tail", "[--from start|end|N] [--once] [--json] [filters]", "the stream, decoded", tail_run},
    {"timeline", "[--json] PERSON|REFERENCE", "every fact and refusal of a person or referral",
        timeline_run},
    {"outcome", "ID", "what became of a command", outcome_run},
    {"why", "[--no-topics] REFERENCE", "what a referral waits for, in words", why_run},
    {"verify", "[--no-stores] [--no-postgres]",
        "replays the log and compares Postgres and the stores with it", verify_run},
    {"rebuild", "[--no-swap] [--anew]",
        "the read model from nothing, then in place of the live one", rebuild_run},
    {"lag", "[--all] [--json] [--seconds N]", "how far each reader of a topic is behind its end",
        lag_run},
    {"parked", "list | show PARTITION:OFFSET | resend PARTITION:OFFSET|--all",
        "records that nobody could work on, and commands among them sent again", parked_run},
    {"topics", "[--create] [TOPICS.tsv]", "are the topics there as they must be", topics_run},
    {"token", "[--user ID] [--hours N] | --make-keys", "a bearer token for curl", token_run},
    {"demo", "[--people N] [--rate R]", "a lively invented caseload, through the gateway",
        demo_run},
};

static int print_help(FILE *to)
{
    (void)fprintf(to, "usage: brokerctl SUBCOMMAND [options]   (SUBCOMMAND --help says more)\n\n");
    for (size_t i = 0; i < ARRAY_LEN(subcommands); i++)
        (void)fprintf(to, "  %-10s %-58s %s\n", subcommands[i].name, subcommands[i].usage,
            subcommands[i].about);
    (void)fprintf(to, "\nenvironment (--print-config shows it):\n");
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        char name[40] = "RB_";
        for (size_t c = 0; fields[i].name[c] != '\0' && c + 4 < sizeof name; c++) {
            char letter = fields[i].name[c];
            name[c + 3] = (char)(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
        }
        (void)fprintf(to, "  %-20s %s [%s]\n", name, fields[i].doc, fields[i].fallback);
    }
    (void)fprintf(to, "\nexit codes: 0 done, equal; 1 different, refused or not found; 2 usage; 3 "
                      "cannot reach\n");
    return to == stdout ? CTL_OK : CTL_USAGE;
}

static int run(const struct subcommand *subcommand, int argc, char **argv)
{
    CLEANUP(conf_done_p) struct conf *loaded = NULL;
    struct ctl_conf conf = {0};
    struct conf_args args = {.argc = 1, .argv = argv, .out = stdout, .err = stderr};
    if (conf_load(&table, &args, &conf, &loaded) != CONF_RUN)
        return CTL_USAGE;
    struct ctl ctl = {.name = subcommand->name,
        .usage = subcommand->usage,
        .conf = &conf,
        .argc = argc - 1,
        .argv = argv + 1};
    return subcommand->run(&ctl);
}

static int print_config(int argc, char **argv)
{
    CLEANUP(conf_done_p) struct conf *loaded = NULL;
    struct ctl_conf conf = {0};
    struct conf_args args = {.argc = argc, .argv = argv, .out = stdout, .err = stderr};
    return conf_load(&table, &args, &conf, &loaded) == CONF_EXIT_BAD ? CTL_USAGE : CTL_OK;
}

int main(int argc, char **argv)
{
    log_start("brokerctl", LEVEL_ERROR);
    if (argc < 2)
        return print_help(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(stdout);
    if (strcmp(argv[1], "--print-config") == 0)
        return print_config(argc, argv);
    for (size_t i = 0; i < ARRAY_LEN(subcommands); i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return run(&subcommands[i], argc, argv);
    (void)fprintf(stderr, "brokerctl: there is no subcommand %s\n", argv[1]);
    return CTL_USAGE;
}
