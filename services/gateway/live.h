/* Live pages: event streams that tell which parts of a page changed, and nothing else. The page
 * then fetches those parts through the gate. */
#ifndef GATEWAY_LIVE_H
#define GATEWAY_LIVE_H

#include "gateway/gateway.h"

/* Where the read model stands, for a page that is being made: `/live?after=` takes it. Opaque,
 * signed. Taken before the page's queries, so that nothing falls between. None where no part of
 * the page may change: a form, a refusal, a page for nobody in particular. */
struct view live_cursor_of(const struct call *page);

res_t live_new(struct gateway *gateway, struct live **ret) MUST_USE;
/* How many may be open at once. Further ones are refused: busy. */
void live_limit(struct live *live, int64_t streams);
/* Ends all streams: whoever reads them comes again, to another gateway or later. */
void live_end(struct live *live);
void live_free(struct live *live); /* ends them, too; NULL is fine */
/* What a notification `read` says ("partition:next,..."). While nobody has a stream open this is
 * all there is to do: true. */
bool live_heard(struct live *live, struct view payload);
/* Something was projected: tells whom it concerns. RETRY: later again, nothing is missed. */
res_t live_fetch(struct live *live) MUST_USE;
/* It is another question now who may see the person: ends the streams of their pages whose readers
 * may not, and has the lists looked at again. */
void live_judged(struct live *live, struct uuid person);
/* Something of that kind may have been missed: ends all streams; who comes back passes the gate. */
void live_lost(struct live *live);
/* Once a second: readers that went away, sessions that ended. */
void live_tick(struct live *live);
/* Ends the streams of a session that signed out. */
void live_sign_out(struct live *live, struct uuid sign_in);
int64_t live_count(const struct live *live);

#endif
