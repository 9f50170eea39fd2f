#include "gateway/session.h"

#include "base/clock.h"
#include "gateway/groups.h"
#include "gateway/hmpps.h"
#include "gateway/live.h"
#include "gateway/route.h"

#include <stdio.h>
#include <string.h>

#define COOKIE "__Host-broker"
enum { PROLONG_S = 60 };

static struct view key_of(const uint8_t *key)
{
    return (struct view){(const char *)key, COOKIE_KEY_BYTES};
}

static struct view mac_hex(const uint8_t *key, struct view text, struct arena *arena)
{
    struct digest mac = hmac_sha256(key_of(key), text);
    char hex[DIGEST_HEX_LEN + 1];
    digest_hex(mac, hex);
    return arena_copy(arena, (struct view){hex, DIGEST_HEX_LEN});
}

struct view session_seal(const uint8_t *key, const struct session *session, struct arena *arena)
{
    char user[2 * 100 + 1];
    MUST(session->user.len <= 100);
    hex_print(session->user, user);
    struct view text = arena_printf(arena, "%s.%lld.%lld.%d.%s", uuid_text(session->id).text,
        (long long)session->opened_s, (long long)session->seen_s, session->shared ? 1 : 0, user);
    struct view mac = mac_hex(key, arena_printf(arena, "session:%.*s", VIEW_ARG(text)), arena);
    return arena_printf(arena, "%.*s.%.*s", VIEW_ARG(text), VIEW_ARG(mac));
}

static bool session_parse(struct view text, struct arena *arena, struct session *ret)
{
    int64_t shared;
    char *user = arena_alloc(arena, 100);
    struct view rest = text;
    if (user == NULL || !uuid_parse(view_cut(&rest, '.'), &ret->id) ||
        !view_to_i64(view_cut(&rest, '.'), &ret->opened_s) ||
        !view_to_i64(view_cut(&rest, '.'), &ret->seen_s) ||
        !view_to_i64(view_cut(&rest, '.'), &shared))
        return false;
    if (rest.len > 200 || rest.len % 2 != 0 || !hex_parse(rest, user, rest.len / 2))
        return false;
    ret->shared = shared != 0;
    ret->user = (struct view){user, rest.len / 2};
    return true;
}

static int64_t idle_s_max(const struct session *session)
{
    return session->shared ? SESSION_SHARED_IDLE_S : SESSION_IDLE_S;
}

bool session_unseal(
    const uint8_t *key, struct view text, int64_t now_s, struct arena *arena, struct session *ret)
{
    if (text.len <= DIGEST_HEX_LEN + 1 || text.len > 512)
        return false;
    struct view body = {text.ptr, text.len - DIGEST_HEX_LEN - 1};
    struct view mac = view_from(text, body.len + 1);
    struct view want = mac_hex(key, arena_printf(arena, "session:%.*s", VIEW_ARG(body)), arena);
    struct session session;
    if (text.ptr[body.len] != '.' || want.ptr == NULL || !bytes_eq_secret(mac, want) ||
        !session_parse(body, arena, &session))
        return false;
    if (now_s - session.seen_s >= idle_s_max(&session) || now_s - session.opened_s >= SESSION_MAX_S)
        return false;
    *ret = session;
    return true;
}

static bool revoked(const struct gateway *gateway, struct uuid id)
{
    size_t count = gateway->revoked_count < REVOKED_MAX ? gateway->revoked_count : REVOKED_MAX;
    for (size_t i = 0; i < count; i++)
        if (uuid_eq(gateway->revoked[i], id))
            return true;
    return false;
}

static void set_cookie(struct call *call, const struct session *session)
{
    struct view sealed = session_seal(call->gateway->cookie_key, session, call->arena);
    call_header(call, "Set-Cookie",
        arena_printf(
            call->arena, COOKIE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Lax", VIEW_ARG(sealed)));
}

static struct view csrf_of(struct call *call, struct uuid id)
{
    return mac_hex(call->gateway->cookie_key,
        arena_printf(call->arena, "csrf:%s", uuid_text(id).text), call->arena);
}

static void be_user(
    struct call *call, const struct catalogue_user *user, const struct session *session)
{
    int64_t idle_s = session->seen_s + idle_s_max(session);
    int64_t end_s = session->opened_s + SESSION_MAX_S;
    call->who = (struct identity){
        .kind = user->kind,
        .user = user->id,
        .client = arena_printf(call->arena, "pages:%.*s", VIEW_ARG(user->id)),
        .name = user->name,
        .organisation = user->organisation,
        .session = true,
        .csrf = csrf_of(call, session->id),
        .sign_in = session->id,
        .until_us = (idle_s < end_s ? idle_s : end_s) * TIME_US_PER_S,
    };
    for (size_t i = 0; i < user->units.len && i < IDENTITY_UNITS_MAX; i++)
        call->who.units[call->who.unit_count++] = user->units.items[i];
}

static bool is_local_name(struct view host)
{
    struct view name = view_cut(&host, ':');
    static const struct view ends = {".localhost", 10};
    return view_eq(name, VIEW("localhost")) || view_eq(name, VIEW("127.0.0.1")) ||
           (name.len > ends.len && view_eq(view_from(name, name.len - ends.len), ends));
}

bool session_demo_here(const struct call *call)
{
    /* The Host is looked at, too: another site's name may be made to lead here. */
    return call->gateway->conf->demo && call->request->loopback &&
           is_local_name(http_header_get(call->request->headers, "Host"));
}

static void identify_cookie(struct call *call, struct view cookie)
{
    struct gateway *gateway = call->gateway;
    struct session session;
    int64_t now_s = call->now_us / TIME_US_PER_S;
    if (!session_demo_here(call) ||
        !session_unseal(gateway->cookie_key, cookie, now_s, call->arena, &session) ||
        revoked(gateway, session.id))
        return;
    const struct catalogue_user *user = catalogue_user(gateway->catalogue, session.user);
    if (user == NULL)
        return;
    be_user(call, user, &session);
    /* Streams and their parts run by themselves: they prolong nothing. */
    if (call->route->kind == ROUTE_PAGE && now_s - session.seen_s >= PROLONG_S &&
        http_pair_get(call->request->query, "part").ptr == NULL) {
        session.seen_s = now_s;
        set_cookie(call, &session);
    }
}

static struct view keep(struct call *call, const char *text)
{
    return text[0] == '\0' ? VIEW_NONE : arena_copy(call->arena, view_of(text));
}

static enum problem_code identify_token(struct call *call, struct view token)
{
    struct token_claims claims;
    if (call->gateway->tokens == NULL)
        return PROBLEM_TOKEN_REFUSED;
    enum token_fault fault = token_verify(call->gateway->tokens, token, call->now_us, &claims);
    if (fault == TOKEN_KEYS_AWAY)
        return PROBLEM_KEYS_AWAY;
    if (fault != TOKEN_OK)
        return fault == TOKEN_EXPIRED ? PROBLEM_TOKEN_EXPIRED : PROBLEM_TOKEN_REFUSED;
    call->who = (struct identity){
        .user = keep(call, claims.user),
        .client = keep(call, claims.client),
        .name = keep(call, claims.name),
    };
    if (claims.kind[0] == '\0')
        return groups_complete(call->gateway->groups, call, &claims)
                   ? hmpps_identify(call->gateway->catalogue, &claims, &call->who)
                   : PROBLEM_MAX_;
    int32_t kind = desc_symbol(&actor_kind_enum, view_of(claims.kind));
    if (kind < 0 || kind >= ACTOR_KIND_IMPORT) {
        call->who.kind = ACTOR_KIND_UNKNOWN;
        return PROBLEM_TOKEN_REFUSED;
    }
    call->who.kind = (enum actor_kind)kind;
    call->who.organisation = keep(call, claims.organisation);
    for (uint32_t i = 0; i < claims.unit_count && i < IDENTITY_UNITS_MAX; i++)
        call->who.units[call->who.unit_count++] = keep(call, claims.units[i]);
    return PROBLEM_MAX_;
}

enum problem_code session_identify(struct call *call)
{
    call->who = (struct identity){.kind = ACTOR_KIND_UNKNOWN};
    struct view bearer = http_header_get(call->request->headers, "Authorization");
    if (bearer.ptr != NULL) {
        /* A token speaks to the API, a cookie to pages: neither stands in for the other. */
        if (!view_starts(bearer, VIEW("Bearer ")) || call->route->kind != ROUTE_API)
            return PROBLEM_TOKEN_REFUSED;
        return identify_token(call, view_from(bearer, sizeof("Bearer ") - 1));
    }
    struct view cookie = http_cookie_get(http_header_get(call->request->headers, "Cookie"), COOKIE);
    if (cookie.ptr != NULL && call->route->kind != ROUTE_API)
        identify_cookie(call, cookie);
    return PROBLEM_MAX_;
}

bool session_open(struct call *call, struct view user_id, bool shared)
{
    const struct catalogue_user *user = catalogue_user(call->gateway->catalogue, user_id);
    if (user == NULL || !session_demo_here(call))
        return false;
    int64_t now_s = call->now_us / TIME_US_PER_S;
    struct session session = {uuid_random(), now_s, now_s, shared, user->id};
    set_cookie(call, &session);
    be_user(call, user, &session);
    return true;
}

void session_close(struct call *call)
{
    struct gateway *gateway = call->gateway;
    if (call->who.session) {
        gateway->revoked[gateway->revoked_count++ % REVOKED_MAX] = call->who.sign_in;
        live_sign_out(gateway->live, call->who.sign_in);
    }
    call_header(
        call, "Set-Cookie", VIEW(COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    call_header(call, "Clear-Site-Data", VIEW("\"cache\", \"storage\""));
}

bool session_form_ours(const struct call *call, struct view token)
{
    struct http_pairs headers = call->request->headers;
    struct view origin = http_header_get(headers, "Origin");
    struct view host = http_header_get(headers, "Host");
    struct view site = http_header_get(headers, "Sec-Fetch-Site");
    struct view rest = origin;
    struct view scheme = view_cut(&rest, ':');
    bool ours = host.len > 0 && view_starts(rest, VIEW("//")) &&
                view_eq(view_from(rest, 2), host) &&
                (view_eq(scheme, VIEW("http")) || view_eq(scheme, VIEW("https")));
    if (!ours || (site.ptr != NULL && !view_eq(site, VIEW("same-origin"))))
        return false;
    return !call->who.session || (token.len > 0 && bytes_eq_secret(token, call->who.csrf));
}
