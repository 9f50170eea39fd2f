/* Places where a test may have the process die, as by SIGKILL: CRASH_POINT("before-produce").
 * Compiled into every build but release, where they are nothing at all.
 *
 * Armed from outside, while the process runs or before it starts: a file of that name in the folder
 * that RB_CRASH names. It is removed, and the process is gone: once, not at each start. */
#ifndef OBS_CRASH_H
#define OBS_CRASH_H

void crash_point(const char *name); /* not in a release build */
#ifdef CRASH_POINTS
#define CRASH_POINT(name) crash_point(name)
#else
#define CRASH_POINT(name) ((void)0)
#endif

#endif
