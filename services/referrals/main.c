#include "referrals/decide_referrals.h"

#include "daemon/decider_daemon.h"

static const struct decider_service service = {
    .name = "referrals",
    .commands_topic = "referral.commands",
    .family = FAMILY_REFERRAL,
    .decide = decide_referrals,
};

static res_t start(struct loop *loop, const void *conf, void **ret_self)
{
    return decider_daemon_start(&service, loop, conf, ret_self);
}

static const struct daemon referrals_daemon = {
    .name = "referrals",
    .about = "answers every command of family referral with one record on the stream",
    .start = start,
    DECIDER_DAEMON,
};

int main(int argc, char **argv)
{
    return daemon_run(&referrals_daemon, argc, argv);
}
