#include "sessions/decide_sessions.h"

#include "daemon/decider_daemon.h"

static const struct decider_service service = {
    .name = "sessions",
    .commands_topic = "session.commands",
    .family = FAMILY_SESSION,
    .decide = decide_sessions,
};

static res_t start(struct loop *loop, const void *conf, void **ret_self)
{
    return decider_daemon_start(&service, loop, conf, ret_self);
}

static const struct daemon sessions_daemon = {
    .name = "sessions",
    .about = "answers every command of family session with one record on the stream",
    .start = start,
    DECIDER_DAEMON,
};

int main(int argc, char **argv)
{
    return daemon_run(&sessions_daemon, argc, argv);
}
