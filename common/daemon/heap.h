/* The heap of a daemon that has caught up: what it needed for that goes back to the system. */
#ifndef DAEMON_HEAP_H
#define DAEMON_HEAP_H

#include <stdint.h>

struct heap {
    int64_t next_at; /* monotonic microseconds */
};

/* Call before any thread is started: one arena for all threads, since memory that is free in
 * another than the first is never given back. */
void heap_start(void);
/* Call before each wait: every few seconds it gives back what is free, if that is
 * much. Costs about a millisecond then. */
void heap_tick(struct heap *heap);

#endif
