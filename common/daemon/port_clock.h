/* The monotonic clock of this machine. */
#ifndef DAEMON_PORT_CLOCK_H
#define DAEMON_PORT_CLOCK_H

#include "daemon/ports.h"

struct clock_port port_clock(void);

#endif
