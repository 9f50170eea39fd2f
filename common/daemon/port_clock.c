#include "daemon/port_clock.h"

#include "base/clock.h"

static int64_t now(void *self)
{
    (void)self;
    return clock_monotonic();
}

struct clock_port port_clock(void)
{
    return (struct clock_port){.now = now};
}
