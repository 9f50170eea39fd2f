#include "daemon/notify.h"

#include "base/clock.h"
#include "base/view.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_supervisor(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(to.sun_path))
        return;
    memcpy(to.sun_path, path, strlen(path));
    if (to.sun_path[0] == '@')
        to.sun_path[0] = '\0'; /* the abstract name space */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    (void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, len);
    close(fd);
}

/* A variable that holds a whole number from 1 up; else 0. */
static int64_t number_of(const char *name)
{
    int64_t number;
    const char *text = getenv(name);
    return text != NULL && view_to_i64(view_of(text), &number) && number > 0 ? number : 0;
}

struct watchdog watchdog_open(void)
{
    int64_t pid = number_of("WATCHDOG_PID");
    if (pid != 0 && pid != getpid())
        return (struct watchdog){0};
    return (struct watchdog){.every_us = number_of("WATCHDOG_USEC") / 2};
}

int64_t watchdog_tick(struct watchdog *watchdog)
{
    if (watchdog->every_us == 0)
        return INT64_MAX;
    int64_t now = clock_monotonic();
    if (now >= watchdog->next_at) {
        notify_supervisor("WATCHDOG=1");
        watchdog->next_at = now + watchdog->every_us;
    }
    return watchdog->next_at;
}
