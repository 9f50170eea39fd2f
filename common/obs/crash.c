#include "obs/crash.h"

#ifdef CRASH_POINTS
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void crash_point(const char *name)
{
    char path[512];
    const char *folder = getenv("RB_CRASH");
    if (folder == NULL)
        return;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (unlink(path) == 0)
        kill(getpid(), SIGKILL);
}
#endif
