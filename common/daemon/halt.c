#include "daemon/halt.h"

#include "obs/log.h"

static const struct {
    const char *name;
    const char *what;
    const char *advice;
} words[HALT_MAX_] = {
    [HALT_NOT] = {"running", "", ""},
    [HALT_VERSION_GAP] = {"version-gap", "a record of this dossier is missing before this one",
        "the log lost a record: compare the topic with its replicas or backup, then run brokerctl "
        "verify; "
        "do not skip"},
    [HALT_FORKED] = {"forked", "the record was decided on a history that no longer exists",
        "the log was cut and written again, or a record was altered: compare the topic with its "
        "replicas or "
        "backup, then run brokerctl verify; do not skip"},
    [HALT_POSITION] = {"position-outside-log", "the stored position is outside the log",
        "the log was cut, or this state belongs to another log: restore the topic, or delete this "
        "daemon's own "
        "state so that it is rebuilt"},
    [HALT_TAIL] = {"tail-lost",
        "read past the offset acknowledged for our record without meeting it",
        "the broker lost an acknowledged record: check min.insync.replicas and unclean elections, "
        "then run "
        "brokerctl verify"},
    [HALT_UPGRADE] = {"upgrade-me-first", "a schema that this program does not know",
        "start a version of this program that knows the schema, before the writer of it"},
    [HALT_COMMANDS_GONE] = {"commands-outside-log",
        "the committed offset is outside the command topic",
        "commands were deleted unanswered, or the topic was made anew: find them in a backup or at "
        "their senders, "
        "then set the group's offset by hand"},
};

const char *halt_name(enum halt_why why)
{
    return words[why].name;
}

const char *halt_advice(enum halt_why why)
{
    return words[why].advice;
}

res_t halt_now(struct halt *halt, const struct halt *found)
{
    if (halt->why == HALT_NOT) {
        *halt = *found;
        log_line(LEVEL_ERROR, "stopped-loudly", LOG_WORD("why", words[found->why].name),
            LOG_WORD("what", words[found->why].what),
            LOG_AT(found->topic, found->partition, found->offset), LOG_PERSON(found->person),
            LOG_TRACE(&found->trace), LOG_INT("expected", found->expected),
            LOG_INT("found", found->found), LOG_WORD("do", words[found->why].advice));
    }
    return FATAL("stopped loudly");
}
