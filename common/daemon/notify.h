/* Tells a supervisor that asked for it ($NOTIFY_SOCKET) that we are ready or stopping. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/* state: "READY=1" or "STOPPING=1". Nothing happens where nobody asked; never fails loudly. */
void notify_supervisor(const char *state);

#endif
