/* The groups of a user, for tokens that do not say them: asked of HMPPS Manage Users by the user's
 * id, by a thread of its own, and kept for a while. Nobody waits in here. */
#ifndef HTTP_USER_GROUPS_H
#define HTTP_USER_GROUPS_H

#include "base/res.h"
#include "base/view.h"

struct user_groups;

struct user_groups_conf {
    const char *url;       /* GET URL/externalusers/ID/groups gives [{"groupCode": "..."}, ...];
                              https, or of this machine, as the next */
    const char *token_url; /* where the bearer token for it is had by client credentials (RFC 6749
                              section 4.4); NULL or "": it is asked without one */
    const char *client, *secret; /* for that */
    int64_t keep_us;             /* how long an answer holds; 0: 5 min */
    int64_t retry_us;            /* how long a failure does; 0: 10 s */
    int64_t timeout_ms;          /* of one request; 0: 2,000 */
    void (*came)(void *owner);   /* an answer or a failure is there; from the thread */
    void *owner;
};
/* FATAL: an address that is not safe, no thread. */
res_t user_groups_open(const struct user_groups_conf *conf, struct user_groups **ret) MUST_USE;
void user_groups_close(
    struct user_groups *groups); /* waits for a request under way; NULL is fine */

/* For one thread. */

enum user_groups_state {
    USER_GROUPS_KNOWN,
    USER_GROUPS_ASKED,  /* on its way: `came` tells when to look again */
    USER_GROUPS_FAILED, /* nobody knows; asked again later. Too many at once, too */
};
enum { USER_GROUPS_TEXT_MAX = 2048 };
/* The groups of that user whose code begins with INT_, one a line. A user that is not known there
 * has none. */
enum user_groups_state user_groups_find(
    struct user_groups *groups, struct view user_id, char ret[static USER_GROUPS_TEXT_MAX]);
/* Why the last request failed, and how many did, since the last call; RES_OK: none. Never FATAL. */
res_t user_groups_trouble(struct user_groups *groups, int64_t *ret_failed) MUST_USE;

#endif
