#include "risk/decide_risk.h"

#include "daemon/decider_daemon.h"

static const struct decider_service service = {
    .name = "risk",
    .commands_topic = "risk.commands",
    .family = FAMILY_RISK,
    .decide = decide_risk,
};

static res_t start(struct loop *loop, const void *conf, void **ret_self)
{
    return decider_daemon_start(&service, loop, conf, ret_self);
}

static const struct daemon risk_daemon = {
    .name = "risk",
    .about = "answers every command of family risk with one record on the stream",
    .start = start,
    DECIDER_DAEMON,
};

int main(int argc, char **argv)
{
    return daemon_run(&risk_daemon, argc, argv);
}
