/* What the loop of a daemon watches: file descriptors, signals, one wake time. epoll, one thread.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "base/res.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

enum { LOOP_WATCHED_MAX = 64 };

/* Called when `fd` is readable; NULL: being woken is enough, the daemon's step looks by itself. */
typedef void loop_readable_fn(void *owner, int fd);

/* Blocks SIGTERM, SIGINT and SIGHUP in this thread and those it starts later, ignores SIGPIPE.
 * Call before any thread is started. */
res_t loop_new(struct loop **ret) MUST_USE;
void loop_free(struct loop *loop); /* NULL is fine; watched descriptors stay open */
void loop_free_p(struct loop **loop);

res_t loop_watch(struct loop *loop, int fd, loop_readable_fn *readable, void *owner) MUST_USE;
void loop_forget(struct loop *loop, int fd); /* before it is closed; unknown is fine */

/* Waits until something is readable, a signal came, or clock_monotonic() reaches `wake_at`
 * (INT64_MAX: for ever; the past: only looks). Calls the readable functions. */
res_t loop_wait(struct loop *loop, int64_t wake_at) MUST_USE;
/* Signals so far that ask to stop. */
int loop_stops(const struct loop *loop);

#endif
