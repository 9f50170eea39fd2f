/* The decider's memory in common/store. */
#ifndef DAEMON_PORT_STORE_H
#define DAEMON_PORT_STORE_H

#include "daemon/ports.h"
#include "store/store.h"

/* Borrows the store. */
struct store_port port_store(struct store *store);

#endif
