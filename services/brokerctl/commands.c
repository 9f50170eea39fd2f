/* The subcommands and the settings: the tables that help, man page and completion are made from. */
#include "brokerctl/help.h"

const struct ctl_command ctl_commands[] = {
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
    {"restrict", "[--lift] [--only USERS] [--except USERS] CRN|PERSON",
        "who may see a person whose access is limited", restrict_run},
    {"topics", "[--create] [TOPICS.tsv]", "are the topics there as they must be", topics_run},
    {"token", "[--user ID] [--hours N] | --make-keys", "a bearer token for curl", token_run},
    {"demo", "[--people N] [--rate R]", "a lively invented caseload, through the gateway",
        demo_run},
    {"completion", "bash", "a script that completes these words in a shell", completion_run},
    {"man", "", "this as a man page, for man -l", man_run},
};
const size_t ctl_command_count = ARRAY_LEN(ctl_commands);

static const struct conf_field fields[] = {
    CONF_KAFKA_FIELDS(struct ctl_conf),
    {"pg", CONF_SECRET, offsetof(struct ctl_conf, pg), "", 0, 0, NULL,
        "where Postgres is, as libpq takes it"},
    {"state", CONF_TEXT, offsetof(struct ctl_conf, state), "", 0, 0, NULL,
        "folder with the deciders' stores (verify)"},
    {"schemas", CONF_TEXT, offsetof(struct ctl_conf, schemas), "schemas", 0, 0, NULL,
        "folder with topics.tsv"},
    {"secrets", CONF_TEXT, offsetof(struct ctl_conf, secrets), "", 0, 0, NULL,
        "folder with the demo's token key, and what a CRN needs (restrict)"},
    {"gateway", CONF_TEXT, offsetof(struct ctl_conf, gateway), "http://127.0.0.1:8080", 0, 0, NULL,
        "where the gateway listens (demo)"},
    {"issuer", CONF_TEXT, offsetof(struct ctl_conf, issuer), "referral-broker-demo", 0, 0, NULL,
        "who tokens say they are from"},
    {"audience", CONF_TEXT, offsetof(struct ctl_conf, audience), "referral-broker", 0, 0, NULL,
        "whom tokens are for"},
};
const struct conf_table ctl_conf_table = {"brokerctl", "RB_", fields, ARRAY_LEN(fields)};

const struct ctl_exit_row ctl_exits[] = {
    {CTL_OK, "done; equal; nobody too far behind"},
    {CTL_DIFFERENT, "different, too far behind, refused, or not found"},
    {CTL_USAGE, "options or settings"},
    {CTL_UNREACHABLE, "Kafka, Postgres or the gateway cannot be reached, or failed"},
};
_Static_assert(ARRAY_LEN(ctl_exits) == CTL_EXITS, "an exit code without its words");
