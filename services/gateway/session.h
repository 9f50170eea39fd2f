/* Who speaks: bearer tokens, and the demo's sessions. A session is a signed cookie; nothing of it
 * is stored but which ones were signed out. */
#ifndef GATEWAY_SESSION_H
#define GATEWAY_SESSION_H

#include "gateway/gateway.h"

enum { SESSION_IDLE_S = 3600, SESSION_SHARED_IDLE_S = 600, SESSION_MAX_S = 12 * 3600 };

/* Fills call->who. PROBLEM_MAX_: known, or nobody and nothing was claimed; else what to answer. A
 * page's use prolongs its session (a Set-Cookie is added). */
enum problem_code session_identify(struct call *call);
/* Signs a demo user in: adds the cookie. False: no such user, or not from this machine. */
bool session_open(struct call *call, struct view user, bool shared);
void session_close(struct call *call);
/* A POST is from our own page: Origin, Sec-Fetch-Site, and the form's token. */
bool session_form_ours(const struct call *call, struct view token);
/* Sign-in is offered: demo, and both ends are this machine. */
bool session_demo_here(const struct call *call);

/* Pure: the cookie's text, and back. `key` COOKIE_KEY_BYTES. */
struct session {
    struct uuid id;
    int64_t opened_s, seen_s;
    bool shared;
    struct view user;
};
struct view session_seal(const uint8_t *key, const struct session *session, struct arena *arena);
bool session_unseal(
    const uint8_t *key, struct view text, int64_t now_s, struct arena *arena, struct session *ret);

#endif
