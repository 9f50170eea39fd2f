#include "api.h"

#include "base/clock.h"
#include "base/id.h"
#include "http/token.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct person bernard = {
    "practitioner", "BBEAKS", "PROBATION", "NORTH", NULL, NULL, NULL, NULL};
const struct person dana = {
    "practitioner", "DPRICE", "PROBATION", "NORTH", "test-BBEAKS", NULL, NULL, NULL};
const struct person esme = {"practitioner", "EHOLT", "PROBATION", "EAST", NULL, NULL, NULL, NULL};
const struct person jo = {"provider", "JBELL", "HARMONY", NULL, NULL, NULL, NULL, NULL};
const struct person tom = {"provider", "THALE", "HOMETRUST", NULL, NULL, NULL, NULL, NULL};
const struct person mia = {
    "commissioner", "MOKAFOR", "COMMISSION", "INV-ACC-A", NULL, NULL, NULL, NULL};

static const char *needed(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

void api_open(struct api *api)
{
    *api = (struct api){.url = needed("RB_GATEWAY"), .keys = needed("RB_SECRETS")};
    api->arena = arena_new(512 * 1024 * 1024);
    if (http_client_open(&api->client).act != RES_OK)
        exit(2);
    uint8_t bytes[6];
    random_bytes(bytes, sizeof(bytes));
    hex_print((struct view){(const char *)bytes, sizeof(bytes)}, api->run);
}

void api_close(struct api *api)
{
    http_client_close(api->client);
    arena_free(api->arena);
}

struct view printed(struct api *api, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    struct view copy = VIEW_NONE;
    if (len >= 0)
        copy = arena_copy(api->arena, (struct view){text, (size_t)len + 1});
    free(text);
    if (copy.ptr == NULL)
        exit(2);
    copy.len--;
    return copy;
}

struct view api_token(struct api *api, const struct person *who)
{
    struct token_claims claims = {0};
    snprintf(claims.user, sizeof(claims.user), "%s", who->user);
    snprintf(claims.client, sizeof(claims.client), "%s%s", who->client != NULL ? "" : "test-",
        who->client != NULL ? who->client : who->user);
    if (who->kind != NULL) {
        snprintf(claims.kind, sizeof(claims.kind), "%s", who->kind);
        snprintf(claims.organisation, sizeof(claims.organisation), "%s", who->organisation);
    } else {
        snprintf(claims.auth_source, sizeof(claims.auth_source), "%s", who->auth_source);
        snprintf(claims.authorities, sizeof(claims.authorities), "%s", who->authorities);
        snprintf(
            claims.user_id, sizeof(claims.user_id), "%s", who->user_id == NULL ? "" : who->user_id);
    }
    if (who->unit != NULL) {
        snprintf(claims.units[0], sizeof(claims.units[0]), "%s", who->unit);
        claims.unit_count = 1;
    }
    const struct token_mint mint = {
        .private_path = printed(api, "%s/token.key", api->keys).ptr,
        .issuer = "referral-broker-demo",
        .audience = "referral-broker",
        .issued_us = clock_now(),
        .valid_s = 600,
        .claims = &claims,
    };
    struct view token;
    res_t res = token_mint(&mint, api->arena, &token);
    if (res.act != RES_OK) {
        fprintf(stderr, "no token: %s\n", res.what);
        exit(2);
    }
    return token;
}

struct http_reply api_ask(struct api *api, const struct ask *ask)
{
    struct http_pair headers[4];
    size_t count = 0;
    if (ask->token.ptr != NULL)
        headers[count++] = (struct http_pair){
            VIEW("Authorization"), printed(api, "Bearer %.*s", VIEW_ARG(ask->token))};
    if (ask->key.ptr != NULL)
        headers[count++] = (struct http_pair){VIEW("Idempotency-Key"), ask->key};
    if (ask->body.ptr != NULL)
        headers[count++] = (struct http_pair){
            VIEW("Content-Type"), view_of(ask->type != NULL ? ask->type : "application/json")};
    const struct http_call call = {
        .method = ask->method,
        .url = printed(api, "%s%s", api->url, ask->path).ptr,
        .headers = {headers, count},
        .body = ask->body,
        .timeout_ms = 30000,
    };
    struct http_reply reply = {0};
    res_t res = http_client_call(api->client, &call, api->arena, &reply);
    if (res.act != RES_OK)
        fprintf(stderr, "%s %s: %s\n", ask->method, ask->path, res.what);
    return reply;
}

struct http_reply api_post(
    struct api *api, const struct person *who, const char *path, struct view body)
{
    struct view key = printed(api, "%s-%d", api->run, api->key++);
    return api_ask(api, &(struct ask){"POST", path, api_token(api, who), key, body, NULL});
}

struct http_reply api_get(struct api *api, const struct person *who, const char *path)
{
    return api_ask(
        api, &(struct ask){"GET", path, api_token(api, who), VIEW_NONE, VIEW_NONE, NULL});
}

void check(struct api *api, bool holds, const char *what)
{
    if (holds)
        api->passed++;
    else
        api->failed++;
    if (!holds)
        printf("FAILED: %s\n", what);
}

struct view member(struct api *api, struct view json, const char *name)
{
    struct view quoted = printed(api, "\"%s\":", name);
    for (size_t at = 0; at + quoted.len <= json.len; at++) {
        if (memcmp(json.ptr + at, quoted.ptr, quoted.len) != 0)
            continue;
        struct view rest = view_from(json, at + quoted.len);
        if (view_starts(rest, VIEW("\""))) {
            rest = view_from(rest, 1);
            return view_cut(&rest, '"');
        }
        size_t len = 0;
        while (len < rest.len && rest.ptr[len] != ',' && rest.ptr[len] != '}')
            len++;
        return (struct view){rest.ptr, len};
    }
    return VIEW("");
}

void expect(
    struct api *api, const struct http_reply *reply, int status, const char *code, const char *what)
{
    struct view got = member(api, reply->body, "code");
    bool fine = reply->status == status && (code[0] == '\0' || view_eq_text(got, code));
    check(api, fine, what);
    if (!fine)
        printf("    wanted %d %s, got %d %.*s\n", status, code, reply->status,
            (int)(reply->body.len < 400 ? reply->body.len : 400), reply->body.ptr);
}
