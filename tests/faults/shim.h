/* What the shim under a daemon is told: numbers in a file that both map. */
#ifndef FAULTS_SHIM_H
#define FAULTS_SHIM_H

#include <stdatomic.h>

struct shim_orders {
    atomic_int writes;    /* so many of the next writes to files fail with EIO */
    atomic_int syncs;     /* so many of the next fsyncs */
    atomic_int malloc_at; /* the n-th malloc from now has no memory; 0: none */
};

#endif
