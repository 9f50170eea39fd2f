/* Tells a supervisor that asked for it ($NOTIFY_SOCKET, sd_notify(3)) how we are: ready, stopping,
 * and, where it watches ($WATCHDOG_USEC, sd_watchdog_enabled(3)), that the loop still turns. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdint.h>

/* state: "READY=1" or "STOPPING=1". Nothing happens where nobody asked; never fails loudly. */
void notify_supervisor(const char *state);

struct watchdog {
    int64_t every_us; /* half of the supervisor's patience; 0: nobody watches */
    int64_t next_at;  /* clock_monotonic() */
};

/* As the environment says; $WATCHDOG_PID of another process is not for us. */
struct watchdog watchdog_open(void);
/* Says "WATCHDOG=1" where it is time; when to call again, INT64_MAX: never. */
int64_t watchdog_tick(struct watchdog *watchdog);

#endif
