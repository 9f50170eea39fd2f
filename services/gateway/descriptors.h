/* How many files and sockets the process may have open at once. */
#ifndef GATEWAY_DESCRIPTORS_H
#define GATEWAY_DESCRIPTORS_H

#include <stdint.h>

/* Raises the soft limit as far as `wanted` and the hard limit allow, never lowers it. Gives what it
 * is then, at most INT64_MAX; -1: it cannot be read. Before other threads start. */
int64_t descriptors_raise(int64_t wanted);

#endif
