/* Entity tags of answers to queries (RFC 9110 sections 8.8.3 and 13.1.2). Pure.
 *
 * Tags are weak: the same facts may come packed or not, and a clock in the answer is no change. A
 * tag is a digest of what the answer says, because that hangs on more than the dossier: who asks,
 * and what time it is (a session that begins turns the status, and no fact is stated). Where one
 * referral is asked for, the version that people have seen stands in front of it. */
#ifndef GATEWAY_ETAG_H
#define GATEWAY_ETAG_H

#include "base/arena.h"

/* `seen` 0: none. In the arena, with a NUL; absent when it is full. */
struct view etag_make(struct arena *arena, int64_t seen, struct view said);
/* Does an If-None-Match name this tag? Weakly compared. Absent and broken ones name none. */
bool etag_matches(struct view if_none_match, struct view etag);

#endif
